// Goes through the records of a block, token by token, and checks the grammar of JSON on the way (RFC 8259). What is
// done with the values is the caller's: the reader fills columns, inference looks at kinds. Every value is visited:
// what nobody wants is skipped by `skip`, which checks it all the same.
//
//   walk.each_record(block, block.text(), [&](Token token) { return read_object(token); });  // the token behind it
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/bytes.h"
#include "base/number_text.h"
#include "sources/json_extent.h"
#include "sources/json_tokens.h"
#include "sources/padded_text.h"
#include "sources/record_block.h"
#include "sources/record_fault.h"

namespace sluice {

/// A token: token[0] is its position in the text, token[1] that of the next one.
using Token = const uint32_t*;

/// Whether a byte may follow a number, true, false or null.
inline bool ends_scalar(char c) {
  return c == ',' || c == '}' || c == ']' || c == '\n' || c == ' ' || c == '\t' || c == '\r';
}

/// What records are in the text of a block.
enum class RecordLayout {
  lines,      ///< one in each line that is not blank
  documents,  ///< separated by blanks or nothing, with any blanks inside; brackets are closed (json_documents.h)
};

class JsonWalk {
 public:
  /// Records deeper than `depth_max` objects and arrays are a fault.
  explicit JsonWalk(int depth_max, RecordLayout layout = RecordLayout::lines)
      : depth_max_(depth_max), layout_(layout) {}

  /// Calls `read(token)` with the '{' of each record in `text`, whole records of the block that end with '\n'; it
  /// returns the token behind the '}'. Records that begin at or behind `text_end` in the source are left alone.
  /// Returns the end of the text that it went through: text.end(), or earlier when `read` has called `stop`.
  /// Throws RecordFault for the first record that is not one JSON object (of lines: in one line), or what `read`
  /// throws.
  template <typename Read>
  const char* each_record(const RecordBlock& block, std::string_view text, Read read, uint64_t text_end = UINT64_MAX);
  /// Lets each_record return behind the record that is being read.
  void stop() { stopped_ = true; }
  /// How many of these records have been read to their end.
  int64_t records() const { return records_; }
  /// After a RecordFault: the text of the record that it is about, and where what follows it begins in the block.
  std::string_view failed_record() const;
  const char* behind_failed_record() const;
  /// Before `token` and what follows it is read a second time.
  void rewind(Token token) { find_escape(text_at(token)); }

  char at(Token token) const { return text_[*token]; }
  const char* text_at(Token token) const { return text_ + *token; }
  /// Where the token is in the block: not always the same as text_at.
  const char* block_at(Token token) const { return origin_ + *token; }
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
  /// Checks the record that is being read, which begins at `token`, to its end. What was unescaped is gone then.
  void check_whole(Token token);
  /// Checks the value at `token`, the container it lies in being at `depth`; returns the token behind it.
  Token skip(Token token, int depth);

  [[noreturn]] void malformed(Token token, std::string_view reason) const;
  /// Throws with the place of `token`; `fault.byte` and `fault.record` are filled in here.
  [[noreturn]] void fail(Token token, RecordFault fault) const;

  /// What it keeps from one text to the next.
  uint64_t memory_bytes() const { return tokens_.memory_bytes() + document_.capacity() + scratch_.capacity(); }

 private:
  bool is_literal(Token token, const char (&word)[5]) const {
    return std::memcmp(text_at(token), word, 4) == 0 && ends_scalar(text_at(token)[4]);
  }
  bool is_literal(Token token, const char (&word)[6]) const {
    return std::memcmp(text_at(token), word, 5) == 0 && ends_scalar(text_at(token)[5]);
  }
  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
  void find_escape(const char* from);
  void append_unescaped(Token token, std::string_view content, Bytes& out);
  std::string_view unescaped_slowly(Token token, std::string_view content);
  void use(const char* text, size_t size, const char* origin);
  void check_record(Token begin, Token behind, const char* line_end);
  [[noreturn]] void fail_at(const char* place, RecordFault fault) const;
  [[noreturn]] void expected_more(Token token, char close) const;
  [[noreturn]] void too_deep(Token token) const;
  template <typename Read>
  const char* each_in_slice(const char* begin, const char* end, Read& read);
  template <typename Read>
  const char* each_line(const char* begin, const char* end, Read& read);
  template <typename Read>
  const char* each_document(const char* begin, const char* stop, const char* end, Read& read);
  template <typename Read>
  const char* read_found(Read& read);
  const char* slice_end(const char* begin, const char* end, size_t bytes) const;
  const char* framed(const char* document, size_t size);
  const char* behind_line(const char* place) const {
    const char* const end = block_->bytes.view().data() + block_->end;
    return static_cast<const char*>(std::memchr(place, '\n', static_cast<size_t>(end - place))) + 1;
  }
  // Stops before a record that is not to be read.
  bool ends_at(const char* record) {
    if (record >= records_end_) stopped_ = true;
    return stopped_;
  }

  const int depth_max_;
  const RecordLayout layout_;
  JsonTokens tokens_;
  const RecordBlock* block_ = nullptr;
  const char* text_ = nullptr;  ///< that tokens count from
  const char* text_end_ = nullptr;
  const char* origin_ = nullptr;       ///< where the text is in the block
  const char* next_escape_ = nullptr;  ///< the first backslash at or behind the last place that was asked for
  const char* records_end_ = nullptr;  ///< records that begin there, or behind it, are not read
  const char* record_ = nullptr;       ///< the record being read
  int64_t records_ = 0;
  bool stopped_ = false;
  Bytes document_;  ///< one that is looked at alone
  Bytes scratch_;
};

/// Text is given to simdjson in slices of about this size: their text and tokens (a quarter of the worst case is
/// usual) stay in a core's second-level cache until they have been read. The first ones are smaller: who goes on behind
/// a bad record should not have to look at much of the text again.
inline constexpr size_t kSliceBytes = 64_KiB;
inline constexpr size_t kFirstSliceBytes = 4_KiB;

template <typename Read>
const char* JsonWalk::each_record(const RecordBlock& block, std::string_view text, Read read, uint64_t text_end) {
  block_ = &block;
  records_ = 0;
  stopped_ = false;
  const char* const end = text.data() + text.size();
  const char* const block_begin = block.bytes.view().data();
  const uint64_t block_end = block.offset + block.end;
  records_end_ = text_end < block_end ? block_begin + (std::max(text_end, block.offset) - block.offset) : end;
  const char* begin = text.data();
  for (size_t bytes = kFirstSliceBytes; begin < end && !stopped_; bytes = std::min(2 * bytes, kSliceBytes)) {
    const char* const stop = slice_end(begin, end, bytes);
    const bool is_far = bytes<kSliceBytes&& static_cast<size_t>(stop - begin)> 2 * bytes;
    begin = is_far && layout_ == RecordLayout::documents ? each_document(begin, begin + bytes, end, read)
                                                         : each_in_slice(begin, stop, read);
  }
  return begin;
}

// One bad byte makes a whole slice invalid; then each record is looked at on its own, which tells which one it is.
// Where lines are records an open bracket swallows the lines behind it: what is wrong with a line the line alone tells.
template <typename Read>
const char* JsonWalk::each_in_slice(const char* begin, const char* end, Read& read) {
  const bool lines = layout_ == RecordLayout::lines;
  if (!tokens_.find(begin, static_cast<size_t>(end - begin)))
    return lines ? each_line(begin, end, read) : each_document(begin, end, end, read);
  use(begin, static_cast<size_t>(end - begin), begin);
  if (!lines) return read_found(read);
  try {
    return read_found(read);
  } catch (const RecordFault&) {
    const char* const line = static_cast<const char*>(::memrchr(begin, '\n', static_cast<size_t>(record_ - begin)));
    each_line(line == nullptr ? begin : line + 1, end, read);
    throw;
  }
}

template <typename Read>
const char* JsonWalk::each_line(const char* begin, const char* end, Read& read) {
  while (begin < end && !ends_at(begin)) {
    const char* const line_end = behind_line(begin);
    const auto size = static_cast<size_t>(line_end - begin);
    record_ = begin;
    if (!tokens_.find(begin, size)) {
      const JsonFault fault = JsonTokens::fault(begin, size);
      fail_at(begin + fault.position, {.malformed = true, .sentence = fault.reason});
    }
    use(begin, size, begin);
    read_found(read);
    begin = line_end;
  }
  return begin;
}

// Those that begin before `stop`.
template <typename Read>
const char* JsonWalk::each_document(const char* begin, const char* stop, const char* end, Read& read) {
  while (begin < stop) {
    if (is_json_blank(*begin)) {
      ++begin;
      continue;
    }
    if (ends_at(begin)) break;
    size_t size = json_value_bytes({begin, end});
    if (size == 0) size = static_cast<size_t>(end - begin) - 1;
    record_ = begin;
    const char* const text = framed(begin, size);
    if (!tokens_.find(text, size + 1)) {
      const JsonFault fault = JsonTokens::fault(text, size + 1);
      fail_at(begin + fault.position, {.malformed = true, .sentence = fault.reason});
    }
    use(text, size + 1, begin);
    read_found(read);
    begin += size;
  }
  return begin;
}

template <typename Read>
const char* JsonWalk::read_found(Read& read) {
  const bool lines = layout_ == RecordLayout::lines;
  const char* const end = origin_ + (text_end_ - text_);
  const Token last = tokens_.end();
  for (Token token = tokens_.begin(); token < last;) {
    if (ends_at(block_at(token))) return block_at(token);
    record_ = block_at(token);
    const char* line_end = nullptr;
    if (lines) line_end = behind_line(record_) - 1;
    if (at(token) != '{') check_record(token, token, line_end);
    const Token behind = read(token);
    if (lines && (block_at(behind - 1) > line_end || block_at(behind) < line_end))
      check_record(token, behind, line_end);
    token = behind;
    ++records_;
    if (stopped_) return lines ? line_end + 1 : token < last ? block_at(token) : end;
  }
  return end;
}

}  // namespace sluice
