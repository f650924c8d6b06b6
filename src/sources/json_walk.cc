// The rarer half of the walk: what is skipped, unescaped or wrong.
#include "sources/json_walk.h"

#include <algorithm>

#include "base/json_text.h"

namespace sluice {

namespace {

// Of the copy of a long document, when another one comes.
constexpr size_t kKeptDocumentBytesMax = 1_MiB;

}  // namespace

void JsonWalk::use(const char* text, size_t size, const char* origin) {
  text_ = text;
  text_end_ = text + size;
  origin_ = origin;
  find_escape(text);
}

// The end of whole records about `bytes` further on.
const char* JsonWalk::slice_end(const char* begin, const char* end, size_t bytes) const {
  if (static_cast<size_t>(end - begin) <= bytes) return end;
  if (layout_ == RecordLayout::lines) return behind_line(begin + bytes - 1);
  const char* const block_begin = block_->bytes.view().data();
  const auto from = static_cast<size_t>(begin - block_begin);
  auto stop = std::ranges::upper_bound(block_->stops, from + bytes);
  if (stop != block_->stops.begin() && stop[-1] > from) --stop;
  return stop == block_->stops.end() ? end : std::min(end, block_begin + *stop);
}

// A document with a '\n' behind it, which tokens want: as it stands in the block, or a copy where another one follows
// at once.
const char* JsonWalk::framed(const char* document, size_t size) {
  if (document[size] == '\n') return document;
  if (document_.capacity() > kKeptDocumentBytesMax) document_ = Bytes();
  document_.resize(size + 1 + kBlockPadding);
  std::memcpy(document_.data(), document, size);
  document_.data()[size] = std::byte{'\n'};
  std::memset(document_.data() + size + 1, ' ', kBlockPadding);
  return document_.view().data();
}

std::string_view JsonWalk::failed_record() const {
  const std::string_view text = block_->text();
  const char* const end = text.data() + text.size();
  if (layout_ == RecordLayout::documents) {
    const size_t size = json_value_bytes({record_, end});
    return {record_, size == 0 ? end - 1 : record_ + size};
  }
  const void* const before = ::memrchr(text.data(), '\n', static_cast<size_t>(record_ - text.data()));
  return {before == nullptr ? text.data() : static_cast<const char*>(before) + 1, behind_line(record_) - 1};
}

const char* JsonWalk::behind_failed_record() const {
  const std::string_view record = failed_record();
  const char* const end = record.data() + record.size();
  return layout_ == RecordLayout::lines ? end + 1 : end;
}

void JsonWalk::find_escape(const char* from) {
  const void* found = std::memchr(from, '\\', static_cast<size_t>(text_end_ - from));
  next_escape_ = found == nullptr ? text_end_ : static_cast<const char*>(found);
}

void JsonWalk::append_unescaped(Token token, std::string_view content, Bytes& out) {
  if (!append_json_unescaped(content, out))
    malformed(token, "a string has an escape that JSON does not know, or half of a surrogate pair");
}

std::string_view JsonWalk::unescaped_slowly(Token token, std::string_view content) {
  scratch_.clear();
  append_unescaped(token, content, scratch_);
  return scratch_.view();
}

Token JsonWalk::skip(Token token, int depth) {
  const char first = at(token);
  if (first == '"') {
    unescaped(token);
    return token + 1;
  }
  if (first == '{') {
    enter(token, depth + 1);
    if (at(++token) == '}') return token + 1;
    do {
      if (at(token) != '"') malformed(token, "expected a key in double quotes");
      unescaped(token);
      token = skip(behind_key(token), depth + 1);
    } while (has_more(token, '}'));
    return token;
  }
  if (first == '[') {
    enter(token, depth + 1);
    if (at(++token) == ']') return token + 1;
    do token = skip(token, depth + 1);
    while (has_more(token, ']'));
    return token;
  }
  if (is_null(token) || is_true(token) || is_false(token)) return token + 1;
  if (first == '\n') malformed(token, "the line ends where a value is expected");
  if (number(token).kind == NumberKind::invalid) malformed(token, "expected a value");
  return token + 1;
}

void JsonWalk::check_whole(Token token) {
  rewind(token);
  const Token behind = skip(token, 0);
  if (layout_ != RecordLayout::lines) return;
  const char* const line_end = behind_line(record_) - 1;
  if (block_at(behind - 1) > line_end || block_at(behind) < line_end) check_record(token, behind, line_end);
}

// A record must be one object. Where lines are records it begins and ends in one, and is alone there.
void JsonWalk::check_record(Token begin, Token behind, const char* line_end) {
  if (begin == behind) {
    behind = skip(begin, 0);  // it must be JSON before it can be the wrong kind of JSON
    fail(begin, {.sentence = "expected a JSON object, found " + excerpt(text(begin, behind))});
  }
  if (block_at(behind) < line_end) malformed(behind, "the line goes on behind the record");
  malformed(behind - 1, "the record goes on in the next line");
}

void JsonWalk::malformed(Token token, std::string_view reason) const {
  fail(token, {.malformed = true, .sentence = std::string(reason)});
}

void JsonWalk::fail(Token token, RecordFault fault) const { fail_at(block_at(token), std::move(fault)); }

void JsonWalk::fail_at(const char* place, RecordFault fault) const {
  fault.byte = block_->offset + static_cast<uint64_t>(place - block_->bytes.view().data());
  fault.record = records_;
  fault.record_byte = block_->offset + static_cast<uint64_t>(record_ - block_->bytes.view().data());
  throw RecordFault(std::move(fault));
}

void JsonWalk::expected_more(Token token, char close) const {
  malformed(token, std::string("expected ',' or '") + close + "' after a value");
}

void JsonWalk::too_deep(Token token) const {
  fail(token, {.sentence = "more than " + std::to_string(depth_max_) + " levels of objects and arrays"});
}

}  // namespace sluice
