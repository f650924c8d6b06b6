// Decimal digits in text, without the locale that <cctype> asks.
#pragma once

#include <cstdint>

namespace sluice {

inline bool is_digit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }

/// The value of a digit. Requires is_digit(c).
inline uint64_t digit_value(char c) { return static_cast<uint64_t>(c - '0'); }

/// Decimal exponents in text are cut to this; it lies beyond what any number of digits in memory could bring back.
inline constexpr int64_t kDecimalExponentMax = int64_t{1} << 50;

}  // namespace sluice
