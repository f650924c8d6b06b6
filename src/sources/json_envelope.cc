// Goes to the records, and on behind them. What is open is kept in a string, not on the stack: text is foreign.
#include "sources/json_envelope.h"

#include <charconv>
#include <optional>

#include "base/json_text.h"
#include "base/number_text.h"
#include "base/utf8.h"
#include "sources/json_extent.h"
#include "sources/json_pointer.h"

namespace sluice {
namespace {

bool begins_value(int c) {
  return c == '{' || c == '[' || c == '"' || (c >= 0 && is_json_scalar(static_cast<char>(c)));
}

char closing(char open) { return open == '{' ? '}' : ']'; }

// An index as RFC 6901 writes it: no sign, no leading zero.
std::optional<uint64_t> index_of(const std::string& step) {
  uint64_t index = 0;
  const char* const end = step.data() + step.size();
  const auto [at, error] = std::from_chars(step.data(), end, index);
  if (error != std::errc() || at != end || (step.size() > 1 && step[0] == '0')) return std::nullopt;
  return index;
}

bool is_high_surrogate(std::string_view escape) {
  return (escape[2] == 'd' || escape[2] == 'D') && std::string_view("89abAB").find(escape[3]) != std::string_view::npos;
}

size_t code_point_bytes(unsigned char first) { return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4; }

}  // namespace

JsonEnvelope::Records JsonEnvelope::enter() {
  levels_.clear();
  for (size_t level = 0; level < steps_.size(); ++level) {
    input_.take_blanks();
    const int c = input_.peek();
    if (c == '{') {
      find_member(level);
    } else if (c == '[') {
      find_element(level);
    } else {
      if (!begins_value(c)) malformed("expected a value");
      not_found(level);
    }
  }
  input_.take_blanks();
  const int c = input_.peek();
  if (c == '[') {
    input_.take();
    return Records::array;
  }
  if (c == '{' || steps_.empty()) return Records::object;
  if (!begins_value(c)) malformed("expected a value");
  fail({.sentence = "what --records " + excerpt(json_pointer_text(steps_, steps_.size())) +
                    " leads to is neither an array nor an object"});
}

void JsonEnvelope::leave() {
  for (size_t level = levels_.size(); level-- > 0;) {
    if (levels_[level] == '{')
      leave_object(steps_[level]);
    else
      leave_array();
  }
}

void JsonEnvelope::find_member(size_t level) {
  input_.take();
  input_.take_blanks();
  if (input_.peek() == '}') not_found(level);
  do {
    input_.take_blanks();
    if (take_key() == steps_[level]) {
      levels_ += '{';
      return;
    }
    skip_value();
    input_.take_blanks();
    if (input_.peek() == '}') not_found(level);
  } while (has_more('}'));
}

void JsonEnvelope::find_element(size_t level) {
  const std::optional<uint64_t> index = index_of(steps_[level]);
  if (!index) not_found(level);
  input_.take();
  input_.take_blanks();
  for (uint64_t i = 0;; ++i) {
    if (input_.peek() == ']') not_found(level);
    if (i > 0) has_more(']');
    if (i == *index) break;
    skip_value();
    input_.take_blanks();
  }
  levels_ += '[';
}

void JsonEnvelope::not_found(size_t level) const {
  fail({.sentence = "the document has nothing at " + excerpt(json_pointer_text(steps_, level + 1)) +
                    ", where --records " + excerpt(json_pointer_text(steps_, steps_.size())) + " leads"});
}

void JsonEnvelope::leave_object(const std::string& name) {
  while (has_more('}')) {
    input_.take_blanks();
    const uint64_t begin = input_.offset();
    if (take_key() == name)
      fail_at(begin,
              {.sentence = "the key " + excerpt(name) + " on the way to the records stands twice in one object"});
    skip_value();
  }
}

void JsonEnvelope::leave_array() {
  while (has_more(']')) skip_value();
}

void JsonEnvelope::skip_value() {
  open_.clear();
  for (;;) {
    input_.take_blanks();
    const int c = input_.peek();
    if (c == '{' || c == '[') {
      begin_container(static_cast<char>(c));
      input_.take_blanks();
      if (input_.peek() != closing(static_cast<char>(c))) {
        if (c == '{') skip_key();
        continue;
      }
    } else if (c == '"') {
      take_string(nullptr);
    } else {
      take_scalar();
    }
    if (!skip_ends()) return;
  }
}

void JsonEnvelope::begin_container(char open) {
  if (open_.size() >= static_cast<size_t>(depth_max_))
    fail({.sentence = "more than " + std::to_string(depth_max_) + " levels of objects and arrays"});
  open_ += open;
  input_.take();
}

// Behind a value: passes over the brackets that close here. True when another value follows.
bool JsonEnvelope::skip_ends() {
  while (!open_.empty()) {
    const char open = open_.back();
    if (!has_more(closing(open))) {
      open_.pop_back();
      continue;
    }
    input_.take_blanks();
    if (open == '{') skip_key();
    return true;
  }
  return false;
}

void JsonEnvelope::skip_key() {
  if (input_.peek() != '"') malformed("expected a key in double quotes");
  take_string(nullptr);
  input_.take_blanks();
  if (!take_if(':')) malformed("expected ':' after a key");
}

std::string_view JsonEnvelope::take_key() {
  if (input_.peek() != '"') malformed("expected a key in double quotes");
  raw_.clear();
  take_string(&raw_);
  input_.take_blanks();
  if (!take_if(':')) malformed("expected ':' after a key");
  text_.clear();
  append_json_unescaped(raw_.view(), text_);  // its escapes have been checked
  return text_.view();
}

void JsonEnvelope::take_string(Bytes* content) {
  const uint64_t begin = input_.offset();
  input_.take();
  for (;;) {
    const int c = input_.peek();
    if (c == '"') break;
    if (c == JsonInput::kEnd) fail_at(begin, {.malformed = true, .sentence = "a string has no closing quote"});
    if (c < 0x20) malformed("a control byte in a string must be escaped");
    if (c == '\\') {
      take_escape(content);
    } else if (c >= 0x80) {
      take_code_point(content);
    } else {
      if (content != nullptr) content->push_back(static_cast<uint8_t>(c));
      input_.take();
    }
    if (content != nullptr && content->size() > text_bytes_max_)
      fail_at(begin, {.sentence = "a key is longer than " + std::to_string(text_bytes_max_) + " bytes"});
  }
  input_.take();
}

void JsonEnvelope::take_escape(Bytes* content) {
  constexpr size_t kUnitBytes = 6;  // \uXXXX
  const uint64_t begin = input_.offset();
  std::string escape;
  size_t size = 2;
  while (escape.size() < size && input_.peek() > 0x20) {
    escape += static_cast<char>(input_.peek());
    input_.take();
    if (escape.size() == 2 && escape[1] == 'u') size = kUnitBytes;
    if (escape.size() == kUnitBytes && is_high_surrogate(escape)) size = 2 * kUnitBytes;
  }
  text_.clear();
  if (escape.size() < size || !append_json_unescaped(escape, text_))
    fail_at(begin, {.malformed = true,
                    .sentence = "a string has an escape that JSON does not know, or half of a surrogate pair"});
  if (content != nullptr) content->append(escape);
}

void JsonEnvelope::take_code_point(Bytes* content) {
  const uint64_t begin = input_.offset();
  char bytes[4] = {};
  const size_t size = code_point_bytes(static_cast<unsigned char>(input_.peek()));
  size_t count = 0;
  for (; count < size && input_.peek() >= 0x80; ++count) {
    bytes[count] = static_cast<char>(input_.peek());
    input_.take();
  }
  if (count < size || !is_utf8({bytes, size})) fail_at(begin, {.malformed = true, .sentence = "invalid UTF-8"});
  if (content != nullptr) content->append(bytes, size);
}

void JsonEnvelope::take_scalar() {
  const uint64_t begin = input_.offset();
  raw_.clear();
  for (int c = input_.peek(); c != JsonInput::kEnd && is_json_scalar(static_cast<char>(c)); c = input_.peek()) {
    if (raw_.size() == text_bytes_max_)
      fail_at(begin, {.sentence = "a number is longer than " + std::to_string(text_bytes_max_) + " bytes"});
    raw_.push_back(static_cast<uint8_t>(c));
    input_.take();
  }
  const std::string_view word = raw_.view();
  if (word == "null" || word == "true" || word == "false") return;
  if (word.empty()) malformed("expected a value");
  if (parse_number(word).kind == NumberKind::invalid)
    fail_at(begin, {.malformed = true, .sentence = "expected a value"});
}

bool JsonEnvelope::take_if(char c) {
  if (input_.peek() != c) return false;
  input_.take();
  return true;
}

// Behind a value in a container that `close` ends: passes over the ',' before another one, or over `close`.
bool JsonEnvelope::has_more(char close) {
  input_.take_blanks();
  if (take_if(',')) return true;
  if (!take_if(close)) malformed(std::string("expected ',' or '") + close + "' after a value");
  return false;
}

void JsonEnvelope::malformed(std::string_view reason) const {
  const bool at_end = input_.peek() == JsonInput::kEnd;
  fail({.malformed = true, .sentence = at_end ? "the text ends inside the document" : std::string(reason)});
}

void JsonEnvelope::fail(RecordFault fault) const { fail_at(input_.offset(), std::move(fault)); }

void JsonEnvelope::fail_at(uint64_t byte, RecordFault fault) const {
  fault.byte = byte;
  throw RecordFault(std::move(fault));
}

}  // namespace sluice
