#include "columns/like_pattern.h"

#include <algorithm>

#include "base/utf8.h"

namespace sluice {
namespace {

constexpr size_t kNone = std::string_view::npos;

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

/// Behind the code point that begins at `at`. Requires one byte at least.
size_t behind_letter(std::string_view text, size_t at) {
  do ++at;
  while (at < text.size() && is_continuation(text[at]));
  return at;
}

/// Where the code point that ends at `end` begins. Requires one byte at least.
size_t begin_of_letter(std::string_view text, size_t end) {
  do --end;
  while (end > 0 && is_continuation(text[end]));
  return end;
}

bool has_any_letter(std::string_view piece) { return piece.find(kAnyLetter) != kNone; }

/// Behind the piece, where the text begins with it.
size_t match_front(std::string_view piece, std::string_view text) {
  if (!has_any_letter(piece)) return text.starts_with(piece) ? piece.size() : kNone;
  size_t at = 0;
  for (const char byte : piece) {
    if (at == text.size() || (byte != kAnyLetter && byte != text[at])) return kNone;
    at = byte == kAnyLetter ? behind_letter(text, at) : at + 1;
  }
  return at;
}

bool match_back(std::string_view piece, std::string_view text) {
  if (!has_any_letter(piece)) return text.ends_with(piece);
  size_t end = text.size();
  for (size_t i = piece.size(); i-- > 0;) {
    if (end == 0 || (piece[i] != kAnyLetter && piece[i] != text[end - 1])) return false;
    end = piece[i] == kAnyLetter ? begin_of_letter(text, end) : end - 1;
  }
  return true;
}

/// Behind the first place where the piece stands. As pieces have a fixed number of code points, the first one leaves
/// the most to those that follow.
size_t find_piece(std::string_view piece, std::string_view text) {
  if (!has_any_letter(piece)) {
    const size_t found = text.find(piece);
    return found == kNone ? kNone : found + piece.size();
  }
  for (size_t at = 0; at < text.size(); at = behind_letter(text, at))
    if (const size_t behind = match_front(piece, text.substr(at)); behind != kNone) return at + behind;
  return kNone;
}

}  // namespace

std::string like_fault(std::string_view pattern, std::string_view escape) {
  if (escape.empty()) return {};
  if (behind_letter(escape, 0) != escape.size()) return "the escape is not one character";
  for (size_t at = 0; at < pattern.size(); at = behind_letter(pattern, at)) {
    if (!pattern.substr(at).starts_with(escape)) continue;
    at += escape.size();
    const std::string_view rest = pattern.substr(at);
    if (!rest.starts_with('%') && !rest.starts_with('_') && !rest.starts_with(escape))
      return "the escape stands before something else than %, _ or itself";
  }
  return {};
}

LikeTest make_like_test(std::string_view pattern, std::string_view escape, bool negated) {
  std::vector<std::string> pieces(1);
  for (size_t at = 0; at < pattern.size();) {
    const bool escaped = !escape.empty() && pattern.substr(at).starts_with(escape);
    if (escaped) at += escape.size();
    const size_t behind = behind_letter(pattern, at);
    const std::string_view letter = pattern.substr(at, behind - at);
    if (letter == "%" && !escaped)
      pieces.emplace_back();
    else if (letter == "_" && !escaped)
      pieces.back() += kAnyLetter;
    else
      pieces.back() += letter;
    at = behind;
  }
  LikeTest test{.negated = negated};
  test.is_whole = pieces.size() == 1;
  test.prefix = std::move(pieces.front());
  if (test.is_whole) return test;
  test.suffix = std::move(pieces.back());
  for (size_t i = 1; i + 1 < pieces.size(); ++i)
    if (!pieces[i].empty()) test.segments.push_back(std::move(pieces[i]));
  return test;
}

bool is_like(const LikeTest& test, std::string_view text) {
  const size_t behind = match_front(test.prefix, text);
  if (behind == kNone) return false;
  if (test.is_whole) return behind == text.size();
  text.remove_prefix(behind);
  for (const std::string& segment : test.segments) {
    const size_t end = find_piece(segment, text);
    if (end == kNone) return false;
    text.remove_prefix(end);
  }
  return match_back(test.suffix, text);
}

std::string_view literal_prefix(const LikeTest& test) {
  return std::string_view(test.prefix).substr(0, test.prefix.find(kAnyLetter));
}

bool is_prefix_alone(const LikeTest& test) {
  return !test.is_whole && test.segments.empty() && test.suffix.empty() && !has_any_letter(test.prefix);
}

bool is_literal(const LikeTest& test) { return test.is_whole && !has_any_letter(test.prefix); }

}  // namespace sluice
