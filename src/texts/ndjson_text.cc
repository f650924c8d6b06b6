// NDJSON: one JSON object a line, with every column of the schema in its order.
#include <vector>

#include "base/json_text.h"
#include "columns/json_value.h"
#include "texts/text_writers.h"

namespace sluice {
namespace {

class NdjsonWriter final : public TextWriter {
 public:
  NdjsonWriter(const Schema& schema, PutText put) : pieces_(std::move(put)) {
    for (const Field& field : schema.fields()) {
      std::string& key = keys_.emplace_back(keys_.empty() ? "{" : ",");
      append_json_string(field.name, key);
      key += ':';
    }
  }

  void write(const Batch& batch) override {
    std::string& text = pieces_.text();
    for (int64_t row = 0; row < batch.rows(); ++row) {
      for (size_t i = 0; i < keys_.size(); ++i) {
        text += keys_[i];
        append_json_value(batch.column(i), row, text);
      }
      text += keys_.empty() ? "{}\n" : "}\n";
      pieces_.put_if_full();
    }
  }

  void close() override { pieces_.put(); }

 private:
  std::vector<std::string> keys_;  ///< with the bracket or comma before them
  TextPieces pieces_;
};

}  // namespace

std::unique_ptr<TextWriter> make_ndjson_writer(const Schema& schema, PutText put) {
  return std::make_unique<NdjsonWriter>(schema, std::move(put));
}

inline namespace v0 {

std::unique_ptr<TextWriter> make_text_writer(TextFormat format, const Schema& schema,
                                             std::function<void(std::string_view)> put) {
  return format == TextFormat::ndjson ? make_ndjson_writer(schema, std::move(put))
                                      : make_csv_writer(schema, std::move(put));
}

}  // namespace v0
}  // namespace sluice
