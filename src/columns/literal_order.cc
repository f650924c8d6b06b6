#include "columns/literal_order.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "base/calendar.h"
#include "base/digits.h"
#include "base/number_text.h"

namespace sluice {
namespace {

__extension__ typedef __int128 int128;

constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;
/// Exponents beyond this are cut to it: no text in memory has digits to make up for it.
constexpr int64_t kExponentMax = int64_t{1} << 50;

/// A number's digits without zeros in front, and how many of them (or zeros behind them) stand before the point.
struct Digits {
  bool negative = false;
  std::string digits;
  int64_t whole = 0;
};

Digits digits_of(std::string_view number) {
  Digits result;
  result.negative = number.starts_with('-');
  if (result.negative) number.remove_prefix(1);
  const size_t mark = std::min(number.find_first_of("eE"), number.size());
  int64_t exponent = 0;
  bool falls = false;
  for (const char c : number.substr(mark)) {
    if (c == '-') falls = true;
    if (is_digit(c)) exponent = std::min(exponent * 10 + (c - '0'), kExponentMax);
  }
  const std::string_view mantissa = number.substr(0, mark);
  const size_t point = std::min(mantissa.find('.'), mantissa.size());
  std::ranges::copy_if(mantissa, std::back_inserter(result.digits), is_digit);
  const size_t zeros = std::min(result.digits.find_first_not_of('0'), result.digits.size());
  result.digits.erase(0, zeros);
  result.whole = static_cast<int64_t>(point) - static_cast<int64_t>(zeros) + (falls ? -exponent : exponent);
  return result;
}

/// Just beyond all numbers of 76 digits.
IntegerPlace place_outside(bool negative) {
  std::string number(kDecimalDigitsMax, '9');
  const Int256 largest = parse_decimal(number, kDecimalDigitsMax, 0).value;
  const Int256 lowest = parse_decimal("-" + number, kDecimalDigitsMax, 0).value;
  return {negative ? predecessor(lowest) : successor(largest), false};
}

Int256 to_wide(int128 value) { return from_little_endian(&value, sizeof value); }

IntegerPlace place_between_ticks(const TimestampText& moment, TimeUnit unit) {
  const int64_t tick = kNanosecondsPerSecond / ticks_per_second(unit);
  const int128 nanoseconds = int128{moment.seconds} * kNanosecondsPerSecond + moment.nanoseconds;
  int128 floor = nanoseconds / tick;
  const bool exact = floor * tick == nanoseconds;
  if (!exact && nanoseconds < 0) --floor;
  return {to_wide(floor), exact};
}

/// A date alone is its midnight, where there is no zone to ask which one.
std::optional<IntegerPlace> place_of_timestamp(std::string_view text, const Type& type) {
  const bool zoned = !type.zone().empty();
  if (const auto days = parse_date(text); days && !zoned)
    return place_between_ticks({.seconds = int64_t{*days} * kSecondsPerDay}, type.unit());
  const std::optional<TimestampText> moment = parse_timestamp(text);
  if (!moment || (moment->zone == ZoneMark::utc) != zoned) return std::nullopt;
  return place_between_ticks(*moment, type.unit());
}

std::optional<IntegerPlace> place_of_text(std::string_view text, const Type& type) {
  if (type.kind() == TypeKind::date) {
    const auto days = parse_date(text);
    return days ? std::optional(IntegerPlace{to_int256(*days)}) : std::nullopt;
  }
  if (type.kind() == TypeKind::time) {
    const auto moment = parse_time(text);
    return moment ? std::optional(place_between_ticks(*moment, type.unit())) : std::nullopt;
  }
  if (type.kind() == TypeKind::timestamp) return place_of_timestamp(text, type);
  return std::nullopt;
}

}  // namespace

bool is_less(const Int256& a, const Int256& b) {
  if (a.words[3] != b.words[3]) return static_cast<int64_t>(a.words[3]) < static_cast<int64_t>(b.words[3]);
  for (size_t i = 3; i-- > 0;)
    if (a.words[i] != b.words[i]) return a.words[i] < b.words[i];
  return false;
}

Int256 successor(const Int256& value) {
  Int256 next = value;
  for (uint64_t& word : next.words)
    if (++word != 0) break;
  return next;
}

Int256 predecessor(const Int256& value) {
  Int256 previous = value;
  for (uint64_t& word : previous.words)
    if (word-- != 0) break;
  return previous;
}

IntegerPlace place_of_number(std::string_view number, int scale) {
  const Digits parts = digits_of(number);
  if (parts.digits.empty()) return {};
  const int64_t count = parts.whole + scale;  // digits before the point, in units of 10^-scale
  if (count > kDecimalDigitsMax) return place_outside(parts.negative);
  const size_t kept = std::min(static_cast<size_t>(std::max<int64_t>(count, 0)), parts.digits.size());
  IntegerPlace place;
  place.exact = parts.digits.find_first_not_of('0', kept) == std::string::npos;
  if (kept > 0) {
    std::string whole(parts.negative ? "-" : "");
    whole.append(parts.digits, 0, kept).append(static_cast<size_t>(count) - kept, '0');
    place.floor = parse_decimal(whole, kDecimalDigitsMax, 0).value;
  }
  if (parts.negative && !place.exact) place.floor = predecessor(place.floor);
  return place;
}

std::optional<IntegerPlace> place_of(const Literal& literal, const Type& type) {
  switch (type.kind()) {
    case TypeKind::date:
    case TypeKind::time:
    case TypeKind::timestamp:
      if (literal.kind != Literal::Kind::text) return std::nullopt;
      return place_of_text(literal.text, type);
    default:
      if (literal.kind != Literal::Kind::number) return std::nullopt;
      return place_of_number(literal.text, type.scale());
  }
}

template <typename T>
std::optional<T> nearest_float(const Literal& literal) {
  constexpr T kInfinity = std::numeric_limits<T>::infinity();
  if (literal.kind == Literal::Kind::text) {
    if (literal.text == "NaN") return std::numeric_limits<T>::quiet_NaN();
    if (literal.text == "Infinity") return kInfinity;
    if (literal.text == "-Infinity") return -kInfinity;
  }
  if (literal.kind != Literal::Kind::number) return std::nullopt;
  T value = 0;
  const char* const begin = literal.text.data();
  if (std::from_chars(begin, begin + literal.text.size(), value).ec == std::errc()) return value;
  // Out of range: on which side is told by where the first digit stands.
  if (digits_of(literal.text).whole > 0) return std::nullopt;
  return T{0};
}

template std::optional<float> nearest_float(const Literal& literal);
template std::optional<double> nearest_float(const Literal& literal);

}  // namespace sluice
