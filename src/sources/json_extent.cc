// One bit for each of 64 bytes: which are quotes, backslashes, brackets.
#include "sources/json_extent.h"

#include <bit>

#include "base/byte_vector.h"

namespace sluice {
namespace {

constexpr size_t kWordBytes = 64;

struct Marks {
  uint64_t quotes = 0;
  uint64_t backslashes = 0;
  uint64_t opening = 0;
  uint64_t closing = 0;
};

// '[' and '{', ']' and '}' differ in one bit.
Marks marks_of(const char* text) {
  constexpr uint8_t kBraceBit = '[' ^ '{';
  Marks marks;
  for (size_t i = 0; i < kWordBytes; i += kVectorBytes) {
    const ByteVector bytes = load_vector(text + i);
    const ByteVector braces = bytes | kBraceBit;
    marks.quotes |= uint64_t{bits_of(bytes == '"')} << i;
    marks.backslashes |= uint64_t{bits_of(bytes == '\\')} << i;
    marks.opening |= uint64_t{bits_of(braces == '{')} << i;
    marks.closing |= uint64_t{bits_of(braces == '}')} << i;
  }
  return marks;
}

// The bytes behind a backslash that is not escaped itself. `escaped` says so of the first byte, and then of the next
// word's.
uint64_t escaped_bytes(uint64_t backslashes, bool& escaped) {
  uint64_t found = escaped ? 1 : 0;
  backslashes &= ~found;
  escaped = false;
  while (backslashes != 0) {
    const int at = std::countr_zero(backslashes);
    escaped = at == kWordBytes - 1;
    if (escaped) break;
    found |= uint64_t{2} << at;
    backslashes &= ~(uint64_t{3} << at);
  }
  return found;
}

// Bit i is the sum, modulo 2, of the bits up to i: ones from each opening quote up to its closing one.
uint64_t sums_of(uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

// The bit of the closing bracket that takes `depth` down to 0, or 64. `depth` becomes what it is there.
size_t last_bracket(uint64_t opening, uint64_t closing, uint64_t& depth) {
  for (uint64_t rest = opening | closing; rest != 0; rest &= rest - 1) {
    depth += (opening & rest & (0 - rest)) != 0 ? 1 : UINT64_MAX;
    if (depth == 0) return static_cast<size_t>(std::countr_zero(rest));
  }
  return kWordBytes;
}

size_t string_bytes(std::string_view text) {
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\') ++i;
  }
  return 0;
}

}  // namespace

size_t JsonExtent::find_end(std::string_view text) {
  while (scanned_ < text.size()) {
    const size_t left = text.size() - scanned_;
    const uint64_t known = left < kWordBytes ? (uint64_t{1} << left) - 1 : ~uint64_t{0};
    const Marks marks = marks_of(text.data() + scanned_);
    bool escaped = escaped_;
    const uint64_t quotes = marks.quotes & ~escaped_bytes(marks.backslashes, escaped) & known;
    const uint64_t in_string = sums_of(quotes) ^ in_string_;
    uint64_t depth = depth_;
    const size_t last = last_bracket(marks.opening & ~in_string & known, marks.closing & ~in_string & known, depth);
    if (last < kWordBytes) return scanned_ + last + 1;
    if (left < kWordBytes) break;  // looked at again when there is more of it
    depth_ = depth;
    in_string_ = 0 - (in_string >> (kWordBytes - 1));
    escaped_ = escaped;
    scanned_ += kWordBytes;
  }
  return 0;
}

size_t json_value_bytes(std::string_view text) {
  if (text[0] == '{' || text[0] == '[') return JsonExtent().find_end(text);
  if (text[0] == '"') return string_bytes(text);
  size_t size = 1;
  while (size < text.size() && is_json_scalar(text[size])) ++size;
  return size;
}

}  // namespace sluice
