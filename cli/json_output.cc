// JSON text; see json_output.h.
#include "json_output.h"

#include <fmt/format.h>

#include "letters.h"

namespace sluice::cli {
namespace {

/// JSON is UTF-8: a byte that is none (in a file's name) becomes U+FFFD.
void append_string(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const Letter letter = first_letter(text);
    if (!letter.valid)
      out += "\xef\xbf\xbd";
    else if (letter.code == '"' || letter.code == '\\')
      out.append("\\").append(1, text[0]);
    else if (letter.code < 0x20 || letter.code == 0x7f)
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(letter.code));
    else
      out += text.substr(0, letter.bytes);
    text.remove_prefix(letter.bytes);
  }
  out += '"';
}

}  // namespace

void JsonWriter::separate() {
  if (!first_) text_ += ',';
  first_ = false;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  text_ += bracket;
  first_ = false;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  append_string(name, text_);
  text_ += ':';
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::token(std::string_view text) {
  separate();
  text_ += text;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_string(text, text_);
  return *this;
}

JsonWriter& JsonWriter::value(double seconds) { return token(fmt::format("{:.3f}", seconds)); }

JsonWriter& JsonWriter::value(const std::vector<std::string>& texts) {
  begin_array();
  for (const std::string& text : texts) value(text);
  return end_array();
}

JsonWriter& JsonWriter::notes(const std::vector<InferenceNote>& notes) {
  key("notes").begin_array();
  for (const InferenceNote& note : notes)
    begin_object().member("field", note.field).member("remark", note.remark).end_object();
  return end_array();
}

}  // namespace sluice::cli
