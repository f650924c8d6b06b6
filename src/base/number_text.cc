// JSON numbers; see number_text.h. Integers, and reals of up to 15 digits, never leave the first loops. What has 16 or
// 17 digits is divided, and looked at again to see whether it is kept, in whole numbers of 128 bits; the rest, very
// small, large or long, goes to std::from_chars, and is printed again.
#include "base/number_text.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "base/bytes.h"
#include "base/digits.h"
#include "base/powers_of_ten.h"

namespace sluice {
namespace {

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

constexpr int64_t kExactPowerMax = std::ssize(kExactPowersOfTen) - 1;
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

/// Whether the shortest text of `value` is the decimal again, which has no zero at its end and rounds to `value`;
/// nothing where this is not the way to find out. In units of 2^q * 10^e, of which `value` = m * 2^q is m * 10^-e and
/// the decimal d * 10^e is d * 2^-q, all is whole, and doubles are 10^-e apart.
std::optional<bool> is_kept_by_distance(const Decimal& decimal, double value) {
  constexpr int kFractionBits = std::numeric_limits<double>::digits - 1;
  constexpr int kExponentOfUnit = 1'075;  // of the integer m, as doubles store it
  constexpr int kShiftMax = 68;           // d, below 2^57, has to stay within 127 bits
  const uint64_t bits = std::bit_cast<uint64_t>(std::abs(value));
  const uint64_t fraction = bits & ((uint64_t{1} << kFractionBits) - 1);
  const auto shift = kExponentOfUnit - static_cast<int64_t>(bits >> kFractionBits);
  // Powers of two have a nearer neighbour below them.
  if (fraction == 0 || shift < 0 || shift > kShiftMax) return std::nullopt;
  if (decimal.exponent > 0 || decimal.exponent <= -std::ssize(kIntegerPowersOfTen)) return std::nullopt;
  const uint64_t significand = fraction | uint64_t{1} << kFractionBits;
  const int128 apart = kIntegerPowersOfTen[static_cast<size_t>(-decimal.exponent)];
  const int128 last_digit = int128{1} << shift;
  const int128 beyond = decimal.mantissa * last_digit - significand * apart;
  // A text with a digit less that rounds to `value`, too, is shorter.
  const auto rounds_to_value = [&](int128 distance) {
    return 2 * distance < apart || (2 * distance == apart && significand % 2 == 0);
  };
  const auto digit = static_cast<int128>(decimal.mantissa % 10);
  if (rounds_to_value(digit * last_digit - beyond) || rounds_to_value((10 - digit) * last_digit + beyond)) return false;
  // Of those with as many digits the nearest is taken.
  const int128 distance = beyond < 0 ? -beyond : beyond;
  if (2 * distance == last_digit) return std::nullopt;
  return 2 * distance < last_digit;
}

/// Whether the shortest text of `value` is the decimal again. Requires a finite `value`, not zero.
bool is_kept(Decimal decimal, double value) {
  if (decimal.cut) return false;
  strip_zeros(decimal);
  if (decimal.mantissa >= kPrintedBelow) return false;
  if (decimal.mantissa < kKeptBelow && std::abs(value) >= std::numeric_limits<double>::min()) return true;
  if (const std::optional<bool> answer = is_kept_by_distance(decimal, value)) return *answer;
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

/// Both are not zero; rounded once.
double divided(uint64_t dividend, uint64_t divisor) {
  const int dividend_shift = std::countl_zero(dividend);
  const int divisor_shift = std::countl_zero(divisor);
  dividend <<= dividend_shift;
  divisor <<= divisor_shift;
  // So shifted, the quotient has 64 bits: 53, eleven to round by, and the last one tells of all behind it.
  const int shift = dividend < divisor ? 64 : 63;
  const uint128 wide = uint128{dividend} << shift;
  const auto quotient = static_cast<uint64_t>(wide / divisor);
  const uint64_t rest = quotient * divisor == static_cast<uint64_t>(wide) ? 0 : 1;
  constexpr int kExponentOfOne = 1'023;
  const auto exponent = static_cast<uint64_t>(kExponentOfOne + divisor_shift - dividend_shift - shift);
  return static_cast<double>(quotient | rest) * std::bit_cast<double>(exponent << 52);
}

NumberText finish_real(std::string_view token, bool negative, const Decimal& decimal) {
  NumberText number{.kind = NumberKind::real};
  if (!decimal.cut && decimal.mantissa <= kDoubleIntegerMax && std::abs(decimal.exponent) <= kExactPowerMax) {
    // Both operands are exact, so the one rounding of IEEE 754 gives the nearest double.
    const double mantissa = static_cast<double>(decimal.mantissa);
    const double value = decimal.exponent < 0 ? mantissa / kExactPowersOfTen[static_cast<size_t>(-decimal.exponent)]
                                              : mantissa * kExactPowersOfTen[static_cast<size_t>(decimal.exponent)];
    number.real = negative ? -value : value;
    number.exact = decimal.mantissa < kKeptBelow || is_kept(decimal, value);
    return number;
  }
  if (decimal.mantissa == 0) {
    number.real = negative ? -0.0 : 0.0;
    number.exact = true;
    return number;
  }
  if (!decimal.cut && decimal.exponent < 0 && decimal.exponent > -std::ssize(kIntegerPowersOfTen)) {
    const double value = divided(decimal.mantissa, kIntegerPowersOfTen[static_cast<size_t>(-decimal.exponent)]);
    number.real = negative ? -value : value;
    number.exact = is_kept(decimal, value);
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

/// The value of eight digits, if `p` begins with eight: in one word, first two by two, then four by four.
std::optional<uint64_t> eight_digits(const char* p) {
  uint64_t word = load<uint64_t>(p);
  // A byte below '0' or above '9' gives one of these sums a bit in the upper half.
  if (((word & 0xf0f0'f0f0'f0f0'f0f0) | (((word + 0x0606'0606'0606'0606) & 0xf0f0'f0f0'f0f0'f0f0) >> 4)) !=
      0x3333'3333'3333'3333)
    return std::nullopt;
  word = (word & 0x0f0f'0f0f'0f0f'0f0f) * (1 + (10 << 8)) >> 8;
  word = (word & 0x00ff'00ff'00ff'00ff) * (1 + (100 << 16)) >> 16;
  return (word & 0x0000'ffff'0000'ffff) * (1 + (uint64_t{10'000} << 32)) >> 32;
}

/// Reads digits on to the end of them. What does not fit wraps around.
const char* read_digits(const char* p, const char* end, uint64_t& value) {
  while (end - p >= 8) {
    const std::optional<uint64_t> next = eight_digits(p);
    if (!next) break;
    value = value * 100'000'000 + *next;
    p += 8;
  }
  for (; p != end && is_digit(*p); ++p) value = value * 10 + digit_value(*p);
  return p;
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
    p = read_digits(p, end, magnitude);
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

ShortReal parse_short_real(const char* text) {
  constexpr ptrdiff_t kShortDigitsMax = 15;
  const bool negative = *text == '-';
  const char* const begin = text + negative;
  const char* p = begin;
  uint64_t magnitude = 0;
  for (; is_digit(*p); ++p) magnitude = magnitude * 10 + digit_value(*p);
  const char* const point = p;
  if (*point != '.' || point == begin || (*begin == '0' && point != begin + 1)) return {};
  for (++p; is_digit(*p); ++p) magnitude = magnitude * 10 + digit_value(*p);
  const ptrdiff_t fraction = p - point - 1;
  if (fraction == 0 || point - begin + fraction > kShortDigitsMax) return {};
  const double value =
      static_cast<double>(static_cast<int64_t>(magnitude)) / kExactPowersOfTen[static_cast<size_t>(fraction)];
  return {negative ? -value : value, p};
}

void append_number(double value, std::string& out) {
  char text[32];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

}  // namespace sluice
