// Floating-point numbers of 16 bits (IEEE 754 binary16), which the language does not have: their bits to a float, which
// is always exact, and the nearest one to a float or to a number in text.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

namespace sluice {

/// Exact; NaN keeps its sign and payload.
constexpr float from_float16(uint16_t bits) {
  const uint32_t sign = static_cast<uint32_t>(bits & 0x8000) << 16;
  const uint32_t exponent = bits >> 10 & 0x1f;
  const uint32_t fraction = bits & 0x3ff;
  // Infinities and NaN have the highest exponent of either form.
  if (exponent == 0x1f) return std::bit_cast<float>(sign | 0x7f80'0000 | fraction << 13);
  if (exponent != 0) return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
  const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
  return sign != 0 ? -magnitude : magnitude;
}

/// The nearest, ties to even; what is too large becomes infinite.
constexpr uint16_t to_float16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  const auto sign = static_cast<uint16_t>(bits >> 16 & 0x8000);
  const uint32_t magnitude = bits & 0x7fff'ffff;
  if (magnitude > 0x7f80'0000) {  // NaN: stays one even where its payload lies in the bits that go
    return static_cast<uint16_t>(sign | 0x7e00 | (magnitude >> 13 & 0x3ff));
  }
  if (magnitude >= 0x4780'0000) return static_cast<uint16_t>(sign | 0x7c00);  // 65536 and more
  const uint32_t exponent = magnitude >> 23;
  // A number below 2^-14 is a count of 2^-24; others keep ten bits behind the point. Both round by what is cut off.
  const bool tiny = exponent < 113;
  if (exponent < 102) return sign;
  const uint32_t shift = tiny ? 126 - exponent : 13;
  const uint32_t whole = tiny ? (magnitude & 0x7f'ffff) | 0x80'0000 : magnitude - (uint32_t{112} << 23);
  const uint32_t kept = whole >> shift;
  const uint32_t cut = whole & ((uint32_t{1} << shift) - 1);
  const uint32_t half = uint32_t{1} << (shift - 1);
  const bool up = cut > half || (cut == half && (kept & 1) != 0);
  return static_cast<uint16_t>(sign | (kept + up));  // a carry moves into the exponent, which is right
}

/// The nearest to a JSON number, ties to even, rounded once; what is too large becomes infinite, what is too small a
/// zero of its sign. Requires a number that parse_number takes.
uint16_t nearest_float16(std::string_view number);

}  // namespace sluice
