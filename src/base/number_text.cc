// JSON numbers; see number_text.h. Integers, and reals of up to 15 digits, never leave the first loops; the rest goes
// to std::from_chars, and only what has 16 or 17 digits is printed again to see whether it is kept.
#include "base/number_text.h"

#include <algorithm>
#include <charconv>

#include "base/digits.h"

namespace sluice {
namespace {

constexpr double kExactPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
/// Powers of ten up to this are doubles without rounding, because 5^22 < 2^53.
constexpr int64_t kExactPowerMax = 22;
constexpr uint64_t kDoubleIntegerMax = uint64_t{1} << std::numeric_limits<double>::digits;
/// Any 19 digits fit into 64 bits.
constexpr ptrdiff_t kDigitsMax = 19;
/// A decimal m * 10^e with m below 2^52 is always kept (where doubles are normal): neighbours m - 1 and m + 1, and all
/// shorter decimals near it, are further away than doubles are from each other, so it alone rounds to its double.
constexpr uint64_t kKeptBelow = uint64_t{1} << 52;
/// The shortest text of a double never has more than 17 digits.
constexpr uint64_t kPrintedBelow = 100'000'000'000'000'000;
/// mantissa * 10^exponent; `cut` when nonzero digits beyond the 19th were left out.
struct Decimal {
  uint64_t mantissa = 0;
  int64_t exponent = 0;
  bool cut = false;
};

void strip_zeros(Decimal& decimal) {
  while (decimal.mantissa != 0 && decimal.mantissa % 10 == 0) decimal.mantissa /= 10, ++decimal.exponent;
}

/// The first 19 significant digits of "ddd.ddd"; for what does not fit the fast loops.
Decimal read_long(const char* p, const char* end) {
  Decimal decimal;
  int significant = 0;
  bool fraction = false;
  for (; p != end; ++p) {
    if (*p == '.') {
      fraction = true;
      continue;
    }
    if (significant < kDigitsMax) {
      decimal.mantissa = decimal.mantissa * 10 + digit_value(*p);
      if (decimal.mantissa != 0) ++significant;
      if (fraction) --decimal.exponent;
    } else {
      if (*p != '0') decimal.cut = true;
      if (!fraction) ++decimal.exponent;
    }
  }
  return decimal;
}

/// Whether the shortest text of `value` is the decimal again. Requires a finite `value`, not zero.
bool is_kept(Decimal decimal, double value) {
  if (decimal.cut) return false;
  strip_zeros(decimal);
  if (decimal.mantissa >= kPrintedBelow) return false;
  if (decimal.mantissa < kKeptBelow && std::abs(value) >= std::numeric_limits<double>::min()) return true;
  char text[32];
  const char* end = std::to_chars(text, text + sizeof text, std::abs(value), std::chars_format::scientific).ptr;
  const char* const mark = std::find<const char*>(text, end, 'e');
  int64_t exponent = 0;
  std::from_chars(mark + (mark[1] == '+' ? 2 : 1), end, exponent);
  Decimal printed = read_long(text, mark);
  printed.exponent += exponent;
  strip_zeros(printed);
  return printed.mantissa == decimal.mantissa && printed.exponent == decimal.exponent;
}

/// Whether a double equals the decimal, an integer that is not zero: its odd part has at most 53 bits.
bool is_exact_integer(Decimal decimal) {
  strip_zeros(decimal);
  uint64_t odd = decimal.mantissa >> std::countr_zero(decimal.mantissa);
  for (int64_t i = 0; i < decimal.exponent; ++i) {
    if (odd > kDoubleIntegerMax / 5) return false;
    odd *= 5;
  }
  return odd <= kDoubleIntegerMax;
}

/// The nearest double to a token whose grammar has been checked and which is not zero.
double nearest(std::string_view token, bool negative, const Decimal& decimal) {
  double value = 0;
  const auto [end, failure] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (failure == std::errc()) return value;
  // Out of range. The mantissa is at least 1 and below 10^19, so the exponent tells on which side.
  return std::copysign(decimal.exponent > 0 ? std::numeric_limits<double>::infinity() : 0.0, negative ? -1.0 : 1.0);
}

NumberText finish_real(std::string_view token, bool negative, const Decimal& decimal) {
  NumberText number{.kind = NumberKind::real};
  if (!decimal.cut && decimal.mantissa <= kDoubleIntegerMax && std::abs(decimal.exponent) <= kExactPowerMax) {
    // Both operands are exact, so the one rounding of IEEE 754 gives the nearest double.
    const double mantissa = static_cast<double>(decimal.mantissa);
    const double value = decimal.exponent < 0 ? mantissa / kExactPowersOfTen[-decimal.exponent]
                                              : mantissa * kExactPowersOfTen[decimal.exponent];
    number.real = negative ? -value : value;
    number.exact = decimal.mantissa < kKeptBelow || is_kept(decimal, value);
    return number;
  }
  if (decimal.mantissa == 0) {
    number.real = negative ? -0.0 : 0.0;
    number.exact = true;
    return number;
  }
  number.real = nearest(token, negative, decimal);
  number.exact = std::isfinite(number.real) && number.real != 0 && is_kept(decimal, number.real);
  return number;
}

/// `magnitude` is right for up to 20 digits, except that it has wrapped around past 2^64.
NumberText finish_integer(std::string_view token, bool negative, uint64_t magnitude, ptrdiff_t digits) {
  constexpr uint64_t kInt64Max = std::numeric_limits<int64_t>::max();
  constexpr uint64_t kTwentyDigitsMin = 10'000'000'000'000'000'000u;
  if (digits <= kDigitsMax) {
    if (magnitude <= kInt64Max && !(negative && magnitude == 0)) {
      const int64_t value = static_cast<int64_t>(magnitude);
      return {.kind = NumberKind::int64, .int64 = negative ? -value : value};
    }
    if (negative && magnitude == 0) return {.kind = NumberKind::real, .exact = true, .real = -0.0};
    if (!negative) return {.kind = NumberKind::uint64, .uint64 = magnitude};
    if (magnitude == kInt64Max + 1) return {.kind = NumberKind::int64, .int64 = std::numeric_limits<int64_t>::min()};
  } else if (digits == kDigitsMax + 1 && !negative && token[0] == '1' && magnitude >= kTwentyDigitsMin) {
    // From 10^19 to 2*10^19 a number that wrapped lies below 2*10^19 - 2^64, which is less than 10^19.
    return {.kind = NumberKind::uint64, .uint64 = magnitude};
  }
  const Decimal decimal = read_long(token.data() + negative, token.data() + token.size());
  NumberText number = finish_real(token, negative, decimal);
  number.kind = NumberKind::big_integer;
  number.digits = token.size() - negative;
  number.exact = number.exact && is_exact_integer(decimal);
  return number;
}

/// Reads "e+12" into `exponent`; returns where it ended, or null where it is malformed.
const char* read_exponent(const char* p, const char* end, int64_t& exponent) {
  ++p;
  const bool negative = p != end && *p == '-';
  if (p != end && (*p == '-' || *p == '+')) ++p;
  const char* const begin = p;
  for (; p != end && is_digit(*p); ++p)
    exponent = std::min(exponent * 10 + static_cast<int64_t>(digit_value(*p)), kDecimalExponentMax);
  if (negative) exponent = -exponent;
  return p == begin ? nullptr : p;
}

}  // namespace

NumberText parse_number(std::string_view token) {
  const char* p = token.data();
  const char* const end = p + token.size();
  const bool negative = p != end && *p == '-';
  p += negative;
  const char* const begin = p;
  uint64_t magnitude = 0;
  for (; p != end && is_digit(*p); ++p) magnitude = magnitude * 10 + digit_value(*p);
  ptrdiff_t digits = p - begin;
  if (digits == 0 || (*begin == '0' && digits > 1)) return {};
  if (p == end) return finish_integer(token, negative, magnitude, digits);

  int64_t exponent = 0;
  if (*p == '.') {
    const char* const fraction = ++p;
    for (; p != end && is_digit(*p); ++p) magnitude = magnitude * 10 + digit_value(*p);
    if (p == fraction) return {};
    digits += p - fraction;
    exponent = fraction - p;
  }
  const char* const mantissa_end = p;
  int64_t written_exponent = 0;
  if (p != end && (*p == 'e' || *p == 'E')) p = read_exponent(p, end, written_exponent);
  if (p != end) return {};
  Decimal decimal{magnitude, exponent, false};
  if (digits > kDigitsMax) decimal = read_long(begin, mantissa_end);
  decimal.exponent += written_exponent;
  return finish_real(token, negative, decimal);
}

void append_number(double value, std::string& out) {
  char text[32];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

}  // namespace sluice
