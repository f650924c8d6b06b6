// Decimals of up to 76 digits: integers of 256 bits in units of a power of ten, in and out of text and of the bytes
// that Arrow (little-endian) and Parquet (big-endian; parquet-format, LogicalTypes.md, "DECIMAL") keep them in. Exact:
// what does not fit is told, never rounded.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

inline constexpr int kDecimalDigitsMax = 76;
/// More digits take 32 bytes in memory instead of 16.
inline constexpr int kDecimal128DigitsMax = 38;

/// Two's complement, words from the lowest. Its first 16 or all its 32 bytes are the value as Arrow lays it out.
struct Int256 {
  std::array<uint64_t, 4> words{};

  bool is_negative() const { return words[3] >> 63 != 0; }
  friend bool operator==(const Int256& a, const Int256& b) = default;
};

Int256 to_int256(int64_t value);
/// From two's complement of 1 to 32 bytes.
Int256 from_little_endian(const void* bytes, size_t count);
Int256 from_big_endian(const void* bytes, size_t count);

/// Whether the value, its sign aside, has at most `precision` digits. Requires 1 <= precision <= 76.
bool has_digits(const Int256& value, int precision);

/// Bytes of the shortest two's complement that holds every value of `precision` digits: 1 to 32.
size_t decimal_bytes(int precision);

enum class DecimalFault : uint8_t {
  none,
  no_number,  ///< not of the form that JSON gives numbers
  too_fine,   ///< digits other than 0 behind the last one that is kept
  too_large,  ///< more digits than the precision
};

struct DecimalText {
  DecimalFault fault = DecimalFault::none;
  Int256 value;  ///< in units of 10^-scale
};

/// A JSON number, fraction and exponent included, as an integer in units of 10^-scale. Linear in the text's length.
DecimalText parse_decimal(std::string_view text, int precision, int scale);

/// "-12.50" for -1250 at scale 2.
void append_decimal(const Int256& value, int scale, std::string& out);

}  // namespace sluice
