// The rarer half of the walk: what is skipped, unescaped or wrong.
#include "sources/json_walk.h"

#include "base/json_text.h"

namespace sluice {

void JsonWalk::use(const char* text, size_t size) {
  text_ = text;
  text_end_ = text + size;
  find_escape(text);
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

// A record must be one object that begins and ends in one line, and be alone there.
void JsonWalk::check_record(Token begin, Token behind, const char* line_end) {
  if (begin == behind) {
    behind = skip(begin, 0);  // it must be JSON before it can be the wrong kind of JSON
    fail(begin, {.sentence = "expected a JSON object, found " + excerpt(text(begin, behind))});
  }
  if (text_at(behind) < line_end) malformed(behind, "the line goes on behind the record");
  malformed(behind - 1, "the record goes on in the next line");
}

void JsonWalk::malformed(Token token, std::string_view reason) const {
  fail(token, {.malformed = true, .sentence = std::string(reason)});
}

void JsonWalk::fail(Token token, RecordFault fault) const { fail_at(text_at(token), std::move(fault)); }

void JsonWalk::fail_at(const char* place, RecordFault fault) const {
  fault.byte = block_->offset + static_cast<uint64_t>(place - block_->bytes.view().data());
  fault.record = records_;
  throw RecordFault(std::move(fault));
}

void JsonWalk::expected_more(Token token, char close) const {
  malformed(token, std::string("expected ',' or '") + close + "' after a value");
}

void JsonWalk::too_deep(Token token) const {
  fail(token, {.sentence = "more than " + std::to_string(depth_max_) + " levels of objects and arrays"});
}

}  // namespace sluice
