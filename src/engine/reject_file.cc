#include "engine/reject_file.h"

#include <string_view>

#include "base/base64.h"
#include "base/json_text.h"
#include "base/utf8.h"

namespace sluice {
namespace {

constexpr size_t kBufferBytes = 256_KiB;

void append_member(std::string_view key, std::string_view text, std::string& out) {
  out += ",\"";
  out += key;
  out += "\":";
  append_json_string(text, out);
}

std::string line_of(const BadRecord& record) {
  std::string line = "{\"source\":";
  append_json_string(record.source, line);
  line += ",\"record\":" + std::to_string(record.record) + ",\"byte\":" + std::to_string(record.byte);
  if (!record.field.empty()) append_member("column", record.field, line);
  append_member("reason", record.reason, line);
  if (utf8_valid_bytes(record.text) == record.text.size())
    append_member("text", record.text, line);
  else
    append_member("text_base64", encode_base64(std::as_bytes(std::span(record.text))), line);
  return line + "}\n";
}

}  // namespace

void RejectFile::add(const BadRecord& record) {
  if (!sink_) sink_ = create_file_sink(path_, {.sync = sync_, .replace = true});
  lines_ += line_of(record);
  if (lines_.size() >= kBufferBytes) write_out();
}

void RejectFile::write_out() {
  sink_->write_at(offset_, std::as_bytes(std::span(lines_)));
  offset_ += lines_.size();
  lines_.clear();
}

void RejectFile::publish() {
  if (!sink_) return;
  write_out();
  sink_->publish();
}

}  // namespace sluice
