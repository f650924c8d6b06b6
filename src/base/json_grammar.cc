// One pass, byte by byte but for strings, which are most of the text: they are gone through eight bytes at a time.
#include "base/json_grammar.h"

#include <bit>
#include <cstring>

#include "base/bytes.h"
#include "base/digits.h"

namespace sluice {
namespace {

constexpr uint64_t kOnes = 0x0101'0101'0101'0101;
constexpr uint64_t kHighBits = 0x8080'8080'8080'8080;

bool is_hex_digit(char c) { return is_digit(c) || static_cast<unsigned char>((c | 0x20) - 'a') <= 5; }
bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// High bits are set from the first zero byte on; before it none is.
uint64_t zero_bytes(uint64_t word) { return (word - kOnes) & ~word & kHighBits; }

/// The same for bytes that a string cannot have as they are: quote, backslash, control bytes.
uint64_t special_bytes(uint64_t word) {
  constexpr uint64_t kSpace = 0x20 * kOnes;
  const uint64_t controls = (word - kSpace) & ~word & kHighBits;
  return zero_bytes(word ^ ('"' * kOnes)) | zero_bytes(word ^ ('\\' * kOnes)) | controls;
}

/// A place in the text. What is read leaves it behind, or at the byte that does not fit, and says so with false.
struct Place {
  const char* at;
  const char* end;

  void skip_blanks() {
    while (at != end && is_blank(*at)) ++at;
  }
  bool take(char c) {
    if (at == end || *at != c) return false;
    ++at;
    return true;
  }
  bool take_digits() {
    if (at == end || !is_digit(*at)) return false;
    while (at != end && is_digit(*at)) ++at;
    return true;
  }
  void skip_plain() {
    for (; end - at >= 8; at += 8) {
      const uint64_t special = special_bytes(load<uint64_t>(at));
      if (special == 0) continue;
      at += std::countr_zero(special) / 8;
      return;
    }
    while (at != end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20) ++at;
  }
  bool take_escape();
  bool take_string();
  bool take_number();
  bool take_word(std::string_view word);
  bool take_scalar();
};

/// Behind the backslash.
bool Place::take_escape() {
  if (at == end || std::memchr("\"\\/bfnrtu", *at, 9) == nullptr) return false;
  if (*at++ != 'u') return true;
  for (int i = 0; i < 4; ++i, ++at)
    if (at == end || !is_hex_digit(*at)) return false;
  return true;
}

/// Behind the opening quote.
bool Place::take_string() {
  while (true) {
    skip_plain();
    if (at == end || static_cast<unsigned char>(*at) < 0x20) return false;
    if (*at++ == '"') return true;
    if (!take_escape()) return false;
  }
}

bool Place::take_number() {
  take('-');
  if (!take('0') && !take_digits()) return false;
  if (take('.') && !take_digits()) return false;
  if (!take('e') && !take('E')) return true;
  if (!take('+')) take('-');
  return take_digits();
}

bool Place::take_word(std::string_view word) {
  for (const char c : word)
    if (!take(c)) return false;
  return true;
}

bool Place::take_scalar() {
  switch (*at) {
    case '"': return ++at, take_string();
    case 't': return take_word("true");
    case 'f': return take_word("false");
    case 'n': return take_word("null");
    default: return take_number();
  }
}

}  // namespace

void JsonGrammar::open(bool is_object) {
  if (depth_ != 0 && depth_ % 64 == 0) outer_.push_back(innermost_);
  innermost_ = innermost_ << 1 | (is_object ? 1 : 0);
  ++depth_;
}

void JsonGrammar::close() {
  innermost_ >>= 1;
  --depth_;
  if (depth_ == 0 || depth_ % 64 != 0) return;
  innermost_ = outer_.back();
  outer_.pop_back();
}

std::optional<size_t> JsonGrammar::find_fault(std::string_view text) {
  depth_ = 0;
  outer_.clear();
  Place place{text.data(), text.data() + text.size()};
  const auto fault = [&] { return static_cast<size_t>(place.at - text.data()); };
  const auto take_key = [&place] {
    place.skip_blanks();
    if (!place.take('"') || !place.take_string()) return false;
    place.skip_blanks();
    return place.take(':');
  };
  while (true) {
    // A value, or a bracket that opens one. Brackets that close at once are values.
    place.skip_blanks();
    if (place.at == place.end) return fault();
    const char first = *place.at;
    if (first == '{' || first == '[') {
      ++place.at;
      place.skip_blanks();
      if (!place.take(first == '{' ? '}' : ']')) {
        open(first == '{');
        if (first == '{' && !take_key()) return fault();
        continue;
      }
    } else if (!place.take_scalar()) {
      return fault();
    }
    // What follows a value: brackets that close, then a comma or the end.
    while (true) {
      place.skip_blanks();
      if (depth_ == 0 || !place.take((innermost_ & 1) != 0 ? '}' : ']')) break;
      close();
    }
    if (depth_ == 0) return place.at == place.end ? std::nullopt : std::optional(fault());
    if (!place.take(',')) return fault();
    if ((innermost_ & 1) != 0 && !take_key()) return fault();
  }
}

}  // namespace sluice
