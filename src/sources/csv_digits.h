// Numbers of up to 16 characters, a word at a time: the text is moved to the upper end of one or two words, filled up
// with zeros, and its eight digits are added up in three steps. No loop over digits, because the lengths of fields are
// what a processor guesses wrong. What these refuse may be a number all the same (number_text.h knows).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace sluice {

inline constexpr size_t kShortNumberBytes = 16;

namespace csv_digits {

inline constexpr uint64_t kOnes = 0x0101010101010101;
inline constexpr uint64_t kHighBits = kOnes * 0x80;
inline constexpr uint64_t kZeroDigits = kOnes * '0';
inline constexpr uint64_t kPoints = kOnes * '.';

/// The first `size` characters, 1 to 8, behind zeros; the first character is the lowest byte.
inline uint64_t load_behind_zeros(const char* text, size_t size) {
  return load<uint64_t>(text) << (64 - 8 * size) | kZeroDigits >> (4 * size) >> (4 * size);
}

inline bool all_digits(uint64_t word) {
  // A byte above '9' gets its high bit from the sum, one below '0' from the difference.
  return (((word + kOnes * (0x7f - '9')) | (word - kZeroDigits) | word) & kHighBits) == 0;
}

/// Of eight digits.
inline uint64_t value_of(uint64_t word) {
  word -= kZeroDigits;
  word = (word * 10 + (word >> 8)) & 0x00ff00ff00ff00ff;    // four numbers of two digits
  word = (word * 100 + (word >> 16)) & 0x0000ffff0000ffff;  // two of four
  return (word * 10'000 + (word >> 32)) & 0xffffffff;
}

/// A high bit in the byte of the first point, maybe more behind it; 0 where there is none.
inline uint64_t find_point(uint64_t word) {
  const uint64_t difference = word ^ kPoints;
  return (difference - kOnes) & ~difference & kHighBits;
}

/// Takes out the byte at `bit`; those before it move up, and `filler` becomes the first.
inline uint64_t without_byte(uint64_t word, int bit, uint64_t filler) {
  const uint64_t before = (uint64_t{1} << bit) - 1;
  return (word & ~(before << 8 | 0xff)) | (word & before) << 8 | filler;
}

}  // namespace csv_digits

/// A number without its sign: digits * 10^-fraction.
struct ShortNumber {
  uint64_t digits = 0;
  unsigned fraction = 0;
};

/// Reads "7", "105.50", "0.04": no leading zeros, and digits on both sides of a point, as in JSON. False for all other
/// text and for more than 16 characters. Behind the text 16 bytes must be readable.
inline bool read_short_number(std::string_view text, ShortNumber& number) {
  using namespace csv_digits;
  const size_t size = text.size();
  const char* const first = text.data();
  if (size - 1 >= kShortNumberBytes) return false;
  if ((first[0] == '0' && size > 1 && first[1] != '.') || first[0] == '.' || first[size - 1] == '.') return false;
  number.fraction = 0;
  if (size <= 8) {
    uint64_t word = load_behind_zeros(first, size);
    if (const uint64_t point = find_point(word); point != 0) {
      const int bit = std::countr_zero(point) - 7;
      number.fraction = static_cast<unsigned>(56 - bit) / 8;
      word = without_byte(word, bit, '0');
    }
    number.digits = value_of(word);
    return all_digits(word);
  }
  uint64_t high = load<uint64_t>(first + size - 8);
  uint64_t low = load_behind_zeros(first, size - 8);
  if (const uint64_t point = find_point(high); point != 0) {
    const int bit = std::countr_zero(point) - 7;
    number.fraction = static_cast<unsigned>(56 - bit) / 8;
    high = without_byte(high, bit, low >> 56);
    low = low << 8 | '0';
  } else if (const uint64_t low_point = find_point(low); low_point != 0) {
    const int bit = std::countr_zero(low_point) - 7;
    number.fraction = static_cast<unsigned>(120 - bit) / 8;
    low = without_byte(low, bit, '0');
  }
  number.digits = value_of(low) * 100'000'000 + value_of(high);
  return all_digits(low) && all_digits(high);
}

}  // namespace sluice
