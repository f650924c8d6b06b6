// Goes through the records of a block, token by token, and checks the grammar of JSON on the way (RFC 8259). What is
// done with the values is the caller's: the reader fills columns, inference looks at kinds. Every value is visited:
// what nobody wants is skipped by `skip`, which checks it all the same.
//
//   walk.each_record(block, block.text(), [&](Token token) { return read_object(token); });  // the token behind it
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/number_text.h"
#include "sources/json_tokens.h"
#include "sources/line_frames.h"
#include "sources/record_fault.h"

namespace sluice {

/// A token: token[0] is its position in the text, token[1] that of the next one.
using Token = const uint32_t*;

/// Whether a byte may follow a number, true, false or null.
inline bool ends_scalar(char c) {
  return c == ',' || c == '}' || c == ']' || c == '\n' || c == ' ' || c == '\t' || c == '\r';
}

class JsonWalk {
 public:
  /// Records deeper than `depth_max` objects and arrays are a fault.
  explicit JsonWalk(int depth_max) : depth_max_(depth_max) {}

  /// Calls `read(token)` with the '{' of each record in `lines`, whole lines of the block; it returns the token behind
  /// the '}'. Blank lines are no records.
  /// Returns the end of the lines that it went through: lines.end(), or earlier when `read` has called `stop`.
  /// Throws RecordFault for the first record that is not one JSON object in one line, or what `read` throws.
  template <typename Read>
  const char* each_record(const LineBlock& block, std::string_view lines, Read read);
  /// Lets each_record return behind the record that is being read.
  void stop() { stopped_ = true; }
  /// How many of these records have been read to their end.
  int64_t records() const { return records_; }

  char at(Token token) const { return text_[*token]; }
  const char* text_at(Token token) const { return text_ + *token; }
  /// Behind the token's last byte.
  const char* end_of(Token token) const {
    const char* end = text_ + token[1];
    while (is_blank(end[-1])) --end;
    return end;
  }
  /// The token's text. Requires one that is not a string.
  std::string_view scalar(Token token) const { return {text_at(token), end_of(token)}; }
  /// The text of the value from `token` up to the token behind it.
  std::string_view text(Token token, Token behind) const { return {text_at(token), end_of(behind - 1)}; }
  /// The number at `token`; invalid for all that is none.
  NumberText number(Token token) const {
    const std::string_view text = scalar(token);
    return ends_scalar(*text.end()) ? parse_number(text) : NumberText{};
  }
  /// What stands between the quotes of the string that begins at `token`.
  std::string_view string_content(Token token) const { return {text_at(token) + 1, end_of(token) - 1}; }
  /// Whether a part of the text holds a backslash. Parts must be asked for in ascending order.
  bool has_escape(std::string_view part) {
    const char* const end = part.data() + part.size();
    if (next_escape_ >= end) return false;
    if (next_escape_ < part.data()) find_escape(part.data());
    return next_escape_ < end;
  }
  /// The string at `token`, unescaped; lives until the next call.
  std::string_view unescaped(Token token) {
    const std::string_view content = string_content(token);
    return has_escape(content) ? unescaped_slowly(token, content) : content;
  }
  /// Appends the string at `token` to `out`, unescaped.
  void append_string(Token token, Bytes& out) {
    const std::string_view content = string_content(token);
    if (has_escape(content)) return append_unescaped(token, content, out);
    append_padded(content, out);
  }
  bool is_null(Token token) const { return is_literal(token, "null"); }
  bool is_true(Token token) const { return is_literal(token, "true"); }
  bool is_false(Token token) const { return is_literal(token, "false"); }

  /// Requires the key's token; returns the token of the value.
  Token behind_key(Token token) const {
    if (at(token + 1) != ':') malformed(token + 1, "expected ':' after a key");
    return token + 2;
  }
  /// Requires the token behind a value in an object (close '}') or array (close ']'). True when another one follows;
  /// the token is moved behind the ',' or the closing bracket.
  bool has_more(Token& token, char close) const {
    const char c = at(token++);
    if (c == ',') return true;
    if (c != close) expected_more(token - 1, close);
    return false;
  }
  void enter(Token token, int depth) const {
    if (depth > depth_max_) too_deep(token);
  }
  /// Checks the value at `token`, the container it lies in being at `depth`; returns the token behind it.
  Token skip(Token token, int depth);

  [[noreturn]] void malformed(Token token, std::string_view reason) const;
  /// Throws with the place of `token`; `fault.byte` and `fault.record` are filled in here.
  [[noreturn]] void fail(Token token, RecordFault fault) const;

 private:
  bool is_literal(Token token, const char (&word)[5]) const {
    return std::memcmp(text_at(token), word, 4) == 0 && ends_scalar(text_at(token)[4]);
  }
  bool is_literal(Token token, const char (&word)[6]) const {
    return std::memcmp(text_at(token), word, 5) == 0 && ends_scalar(text_at(token)[5]);
  }
  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
  static void append_padded(std::string_view text, Bytes& out);
  void find_escape(const char* from);
  void append_unescaped(Token token, std::string_view content, Bytes& out);
  std::string_view unescaped_slowly(Token token, std::string_view content);
  void use(const char* text, size_t size);
  void check_record(Token begin, Token behind, const char* line_end);
  [[noreturn]] void fail_at(const char* place, RecordFault fault) const;
  [[noreturn]] void expected_more(Token token, char close) const;
  [[noreturn]] void too_deep(Token token) const;
  template <typename Read>
  const char* each_in_slice(const char* begin, const char* end, Read& read);
  template <typename Read>
  const char* each_line(const char* begin, const char* end, Read& read);
  template <typename Read>
  const char* read_found(const char* begin, const char* end, Read& read);

  const int depth_max_;
  JsonTokens tokens_;
  const LineBlock* block_ = nullptr;
  const char* text_ = nullptr;  ///< that tokens count from
  const char* text_end_ = nullptr;
  const char* next_escape_ = nullptr;  ///< the first backslash at or behind the last place that was asked for
  const char* record_ = nullptr;       ///< the record being read
  int64_t records_ = 0;
  bool stopped_ = false;
  Bytes scratch_;
};

/// Lines are given to simdjson in slices of about this size: their text and tokens (a quarter of the worst case is
/// usual) stay in a core's second-level cache until they have been read.
inline constexpr size_t kSliceBytes = 64_KiB;

template <typename Read>
const char* JsonWalk::each_record(const LineBlock& block, std::string_view lines, Read read) {
  block_ = &block;
  records_ = 0;
  stopped_ = false;
  const char* const end = lines.data() + lines.size();
  const char* begin = lines.data();
  while (begin < end && !stopped_) {
    const char* slice_end = end;
    if (static_cast<size_t>(end - begin) > kSliceBytes) {
      const char* const from = begin + kSliceBytes - 1;
      slice_end = static_cast<const char*>(std::memchr(from, '\n', static_cast<size_t>(end - from))) + 1;
    }
    begin = each_in_slice(begin, slice_end, read);
  }
  return begin;
}

// One bad byte makes a whole slice invalid, and an open bracket swallows the lines behind it. So what goes wrong in a
// slice is found again with each line on its own: that tells the record, and what is wrong with it.
template <typename Read>
const char* JsonWalk::each_in_slice(const char* begin, const char* end, Read& read) {
  if (!tokens_.find(begin, static_cast<size_t>(end - begin))) return each_line(begin, end, read);
  try {
    return read_found(begin, end, read);
  } catch (const RecordFault&) {
    const char* const line = static_cast<const char*>(::memrchr(begin, '\n', static_cast<size_t>(record_ - begin)));
    each_line(line == nullptr ? begin : line + 1, end, read);
    throw;
  }
}

template <typename Read>
const char* JsonWalk::each_line(const char* begin, const char* end, Read& read) {
  while (begin < end && !stopped_) {
    const char* const line_end =
        static_cast<const char*>(std::memchr(begin, '\n', static_cast<size_t>(end - begin))) + 1;
    const auto size = static_cast<size_t>(line_end - begin);
    if (!tokens_.find(begin, size)) {
      const JsonFault fault = JsonTokens::fault(begin, size);
      fail_at(begin + fault.position, {.malformed = true, .sentence = fault.reason});
    }
    read_found(begin, line_end, read);
    begin = line_end;
  }
  return begin;
}

template <typename Read>
const char* JsonWalk::read_found(const char* begin, const char* end, Read& read) {
  use(begin, static_cast<size_t>(end - begin));
  const Token last = tokens_.end();
  for (Token token = tokens_.begin(); token < last;) {
    record_ = text_at(token);
    const char* const line_end =
        static_cast<const char*>(std::memchr(record_, '\n', static_cast<size_t>(end - record_)));
    if (*record_ != '{') check_record(token, token, line_end);
    const Token behind = read(token);
    if (text_at(behind - 1) > line_end || text_at(behind) < line_end) check_record(token, behind, line_end);
    token = behind;
    ++records_;
    if (stopped_) return line_end + 1;
  }
  return end;
}

// Most strings are short: two whole moves are quicker than finding out how short. Both sides have room behind.
inline void JsonWalk::append_padded(std::string_view text, Bytes& out) {
  constexpr size_t kMove = 16;
  std::byte* const to = out.prepare(text.size() + 2 * kMove);
  if (text.size() <= 2 * kMove) {
    std::memcpy(to, text.data(), kMove);
    std::memcpy(to + kMove, text.data() + kMove, kMove);
  } else {
    std::memcpy(to, text.data(), text.size());
  }
  out.advance(text.size());
}

}  // namespace sluice
