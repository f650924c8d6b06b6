// CSV (RFC 4180) with a header and "\n" behind each record: null is nothing, the empty text is "", nested values are
// JSON. What it writes is read back by sources/csv_*.
#include <vector>

#include "columns/json_value.h"
#include "columns/scalar_text.h"
#include "columns/widths.h"
#include "texts/text_writers.h"

namespace sluice {
namespace {

// The other usual delimiters and the other quote too: who guesses the dialect must not be led astray.
bool needs_quotes(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ') return true;
  return text.find_first_of(",;|\t\"'\r\n") != std::string_view::npos;
}

void append_quoted(std::string_view text, std::string& out) {
  out += '"';
  for (size_t begin = 0;;) {
    const size_t quote = text.find('"', begin);
    out += text.substr(begin, quote - begin);
    if (quote == std::string_view::npos) break;
    out += "\"\"";
    begin = quote + 1;
  }
  out += '"';
}

void append_field(std::string_view text, std::string& out) {
  if (needs_quotes(text))
    append_quoted(text, out);
  else
    out += text;
}

class CsvWriter final : public TextWriter {
 public:
  CsvWriter(const Schema& schema, PutText put) : pieces_(std::move(put)) {
    std::string& text = pieces_.text();
    for (size_t i = 0; i < schema.size(); ++i) {
      if (i != 0) text += ',';
      append_field(schema[i].name, text);
    }
    text += '\n';
  }

  void write(const Batch& batch) override {
    for (int64_t row = 0; row < batch.rows(); ++row) {
      for (size_t i = 0; i < batch.columns().size(); ++i) {
        if (i != 0) pieces_.text() += ',';
        append(batch.column(i), row);
      }
      pieces_.text() += '\n';
      pieces_.put_if_full();
    }
  }

  void close() override { pieces_.put(); }

 private:
  void append(const Column& column, int64_t row) {
    if (!column.is_valid(row)) return;
    if (column.type.is_nested()) {
      nested_.clear();
      append_json_value(column, row, nested_);
      return append_quoted(nested_, pieces_.text());
    }
    const PlainPlace place = plain_place(column, row);
    if (is_text(column.type.kind()) && !is_utf8_text(column.type.kind()) && text_at(*place.column, place.row).empty())
      return append_quoted({}, pieces_.text());
    if (is_utf8_text(column.type.kind())) return append_field(text_at(*place.column, place.row), pieces_.text());
    append_scalar_text(*place.column, place.row, pieces_.text());
  }

  TextPieces pieces_;
  std::string nested_;
};

}  // namespace

std::unique_ptr<TextWriter> make_csv_writer(const Schema& schema, PutText put) {
  return std::make_unique<CsvWriter>(schema, std::move(put));
}

}  // namespace sluice
