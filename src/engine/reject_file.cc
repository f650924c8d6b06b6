#include "engine/reject_file.h"

#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/base64.h"
#include "base/json_text.h"
#include "base/utf8.h"
#include "sluice/error.h"

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

RejectFile::RejectFile(std::string path, bool sync) : path_(std::move(path)) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path_, ignored))
    throw Error(ErrorCode::invalid, path_ + " is a directory, and bad records go to one file", {.source = path_});
  sink_ = create_file_sink(path_, {.sync = sync, .publish = {.mode = PublishMode::overwrite}});
}

void RejectFile::add(const BadRecord& record) {
  has_records_ = true;
  lines_ += line_of(record);
  if (lines_.size() >= kBufferBytes) write_out();
}

void RejectFile::write_out() {
  sink_->write_at(offset_, std::as_bytes(std::span(lines_)));
  offset_ += lines_.size();
  lines_.clear();
}

void RejectFile::publish() {
  if (!has_records_ || std::exchange(was_published_, true)) return;
  write_out();
  sink_->publish();
}

void RejectFile::remove_earlier() const {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(path_, failure)) return;
  std::filesystem::remove(path_, failure);
  if (failure)
    throw Error(ErrorCode::io, "cannot remove " + path_ + ", the bad records of an earlier run: " + failure.message(),
                {.source = path_});
}

}  // namespace sluice
