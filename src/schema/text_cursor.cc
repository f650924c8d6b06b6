#include "schema/text_cursor.h"

#include <algorithm>
#include <utility>

#include "base/json_text.h"
#include "base/utf8.h"
#include "schema/schema_letters.h"

namespace sluice {
namespace {

/// Letters beyond ASCII are taken as they come: the text is known to be UTF-8.
bool is_word_letter(char c) { return is_schema_letter(c) || static_cast<unsigned char>(c) >= 0x80; }

}  // namespace

TextCursor::TextCursor(std::string_view text, std::string what) : text_(text), what_(std::move(what)) {
  const size_t valid = utf8_valid_bytes(text);
  if (valid != text.size()) fail(valid, "expected UTF-8, found a byte that is none");
}

void TextCursor::skip_blanks() {
  while (!at_end()) {
    const char c = text_[position_];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++position_;
    } else if (text_.substr(position_).starts_with("--")) {
      position_ = std::min(text_.find('\n', position_), text_.size());
    } else {
      return;
    }
  }
}

std::string_view TextCursor::word_here() const {
  size_t end = position_;
  if (at_end() || !is_word_letter(text_[end])) return {};
  while (end < text_.size() && (is_word_letter(text_[end]) || is_schema_digit(text_[end]))) ++end;
  return text_.substr(position_, end - position_);
}

bool TextCursor::take(char c) {
  skip_blanks();
  if (at_end() || text_[position_] != c) return false;
  ++position_;
  return true;
}

bool TextCursor::take_word(std::string_view word) {
  skip_blanks();
  if (word_here() != word) return false;
  position_ += word.size();
  return true;
}

std::string TextCursor::take_name() {
  skip_blanks();
  if (peek() == '"') return take_quoted();
  const std::string_view word = word_here();
  if (word.empty()) fail_expected("a column name (quoted where it is more than letters, digits and \"_\")");
  position_ += word.size();
  return std::string(word);
}

std::string TextCursor::take_quoted() {
  const size_t begin = position_++;
  std::string content;
  while (true) {
    const size_t quote = text_.find('"', position_);
    if (quote == std::string_view::npos) fail(begin, "this quote is never closed");
    content.append(text_, position_, quote - position_);
    position_ = quote + 1;
    if (peek() != '"') return content;
    content += '"';
    ++position_;
  }
}

void TextCursor::fail_expected(const std::string& expected, std::string hint) const {
  fail(position_, "expected " + expected + ", found " + found_here(), std::move(hint));
}

void TextCursor::fail(size_t position, const std::string& problem, std::string hint, ErrorCode code) const {
  throw Error(code, what_ + ", " + place(position) + ": " + problem,
              {.field = field_, .byte = static_cast<int64_t>(position)}, std::move(hint));
}

/// "line 2, column 9", both from 1, columns in code points.
std::string TextCursor::place(size_t position) const {
  const std::string_view before = text_.substr(0, position);
  const size_t line_begin = before.find_last_of('\n') + 1;  // npos + 1 is 0
  const auto line = 1 + std::ranges::count(before, '\n');
  const auto column = 1 + std::ranges::count_if(before.substr(line_begin),
                                                [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// The word or character at `position_`, for people.
std::string TextCursor::found_here() const {
  if (at_end()) return "the end";
  constexpr size_t kShownBytesMax = 40;
  const std::string_view rest = text_.substr(position_);
  std::string_view found = word_here();
  if (found.empty() && is_schema_digit(rest[0])) found = rest.substr(0, rest.find_first_not_of("0123456789"));
  if (found.empty()) found = rest.substr(0, 1);
  std::string shown;
  append_json_string(utf8_prefix(found, kShownBytesMax), shown);
  return shown;
}

}  // namespace sluice
