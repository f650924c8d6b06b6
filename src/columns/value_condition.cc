// How comparisons become tests; how values are held against them is in value_condition_rows.cc.
#include "columns/value_condition.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "base/bytes.h"
#include "base/float16.h"
#include "base/uuid_text.h"
#include "columns/literal_order.h"
#include "columns/widths.h"

namespace sluice {
namespace {

bool is_set_test(Comparison comparison) {
  return comparison == Comparison::equal || comparison == Comparison::not_equal;
}

// ---- numbers that are integers in memory ---------------------------------------------------------------------------

/// Integers as T; wider ones are cut to it. Int256 keeps all.
template <typename T>
T narrowed(const Int256& value) {
  return load<T>(value.words.data());
}

/// The smallest and largest T, by the bytes of two's complement.
template <typename T>
std::pair<Int256, Int256> limits_of() {
  constexpr bool is_unsigned = std::is_unsigned_v<T>;
  uint8_t bytes[sizeof(Int256)] = {};
  const size_t width = sizeof(T);
  if (!is_unsigned) bytes[width - 1] = 0x80;
  const Int256 lowest = from_little_endian(bytes, width);
  std::memset(bytes, 0xff, width);
  if (!is_unsigned) bytes[width - 1] = 0x7f;
  // A byte of zero behind an unsigned one keeps it positive.
  return {lowest, from_little_endian(bytes, is_unsigned ? width + 1 : width)};
}

struct IntegerRange {
  Int256 low;
  Int256 high;
};

/// The integers within `limits` that stand to the literal as an order says.
IntegerRange range_of(Comparison comparison, const IntegerPlace& place, const IntegerRange& limits) {
  switch (comparison) {
    case Comparison::less: return {limits.low, place.exact ? predecessor(place.floor) : place.floor};
    case Comparison::less_equal: return {limits.low, place.floor};
    case Comparison::greater: return {successor(place.floor), limits.high};
    default: return {place.exact ? place.floor : successor(place.floor), limits.high};
  }
}

/// Sorted, each once.
template <typename T, typename Less>
void make_set(std::vector<T>& values, Less less) {
  std::ranges::sort(values, less);
  const auto repeated = std::ranges::unique(values, [&](const T& a, const T& b) { return !less(a, b) && !less(b, a); });
  values.erase(repeated.begin(), repeated.end());
}

template <typename T>
ValueTest integer_set(const std::vector<IntegerPlace>& places, const IntegerRange& limits, bool negated) {
  std::vector<Int256> points;
  for (const auto& [floor, exact] : places)
    if (exact && !is_less(floor, limits.low) && !is_less(limits.high, floor)) points.push_back(floor);
  if (points.empty()) return negated ? ValueTest(AnyValue()) : NoValue();
  make_set(points, is_less);
  NumberTest<T> test{.negated = negated};
  if (points.size() > 1)
    for (const Int256& point : points) test.points.push_back(narrowed<T>(point));
  test.low = narrowed<T>(points.front());
  test.high = narrowed<T>(points.back());
  return test;
}

template <typename T>
ValueTest integer_test(const Type& type, Comparison comparison, std::span<const Literal> literals) {
  std::vector<IntegerPlace> places;
  for (const Literal& literal : literals) places.push_back(place_of(literal, type).value());
  const auto [lowest, highest] = limits_of<T>();
  const IntegerRange limits{lowest, highest};
  if (is_set_test(comparison)) return integer_set<T>(places, limits, comparison == Comparison::not_equal);
  IntegerRange range = range_of(comparison, places[0], limits);
  if (is_less(range.high, limits.low) || is_less(limits.high, range.low)) return NoValue();
  if (is_less(range.low, limits.low)) range.low = limits.low;
  if (is_less(limits.high, range.high)) range.high = limits.high;
  return NumberTest<T>{.low = narrowed<T>(range.low), .high = narrowed<T>(range.high)};
}

// ---- floating point ------------------------------------------------------------------------------------------------

template <typename T>
NumberTest<T> float_range(Comparison comparison, T value) {
  constexpr T kInfinity = std::numeric_limits<T>::infinity();
  const bool above = comparison == Comparison::greater || comparison == Comparison::greater_equal;
  const bool with_equal = comparison == Comparison::less_equal || comparison == Comparison::greater_equal;
  // NaN is the highest: all numbers are below it, and it is above all numbers.
  const bool is_nan = std::isnan(value);
  NumberTest<T> test{.low = -kInfinity, .high = kInfinity, .passes_nan = above ? with_equal || !is_nan : is_nan};
  if (is_nan) {
    test.passes_nan = with_equal;
    if (above) std::swap(test.low, test.high);  // no number
  } else if (above) {
    test.low = with_equal ? value : std::nextafter(value, kInfinity);
    if (!with_equal && value == kInfinity) test.high = -kInfinity;
  } else {
    test.high = with_equal ? value : std::nextafter(value, -kInfinity);
    if (!with_equal && value == -kInfinity) test.low = kInfinity;
  }
  return test;
}

template <typename T>
NumberTest<T> float_set(std::vector<T> values, bool negated) {
  constexpr T kInfinity = std::numeric_limits<T>::infinity();
  NumberTest<T> test{.low = kInfinity, .high = -kInfinity, .negated = negated};  // no number
  test.passes_nan = std::erase_if(values, [](T value) { return std::isnan(value); }) > 0;
  if (values.empty()) return test;
  make_set(values, std::less<T>());
  test.low = values.front();
  test.high = values.back();
  if (values.size() > 1) test.points = std::move(values);
  return test;
}

template <typename T>
NumberTest<T> float_test(Comparison comparison, std::vector<T> values) {
  if (is_set_test(comparison)) return float_set(std::move(values), comparison == Comparison::not_equal);
  return float_range(comparison, values[0]);
}

template <typename T>
std::vector<T> floats_of(std::span<const Literal> literals) {
  std::vector<T> values;
  for (const Literal& literal : literals) values.push_back(nearest_float<T>(literal).value());
  return values;
}

/// The nearest number of 16 bits, as a float; nothing beyond their range.
std::optional<float> nearest_float16(const Literal& literal) {
  const std::optional<float> value = nearest_float<float>(literal);
  if (!value) return std::nullopt;
  const float half = from_float16(to_float16(*value));
  if (std::isinf(half) && !std::isinf(*value)) return std::nullopt;
  return half;
}

// ---- the rest ------------------------------------------------------------------------------------------------------

ValueTest boolean_test(Comparison comparison, std::span<const Literal> literals) {
  const auto passes = [&](bool value) {
    const bool other = literals[0].text == "true";
    switch (comparison) {
      case Comparison::less: return value < other;
      case Comparison::less_equal: return value <= other;
      case Comparison::greater: return value > other;
      case Comparison::greater_equal: return value >= other;
      default: break;
    }
    const bool is_there = std::ranges::find(literals, value ? "true" : "false", &Literal::text) != literals.end();
    return is_there == (comparison == Comparison::equal);
  };
  return BooleanTest{passes(false), passes(true)};
}

/// The bytes that a value of the type has in memory.
std::optional<std::string> bytes_of(const Literal& literal, const Type& type) {
  const bool is_text = literal.kind == Literal::Kind::text;
  if (type.kind() == TypeKind::uuid) {
    const auto bytes = is_text ? parse_uuid(literal.text) : std::nullopt;
    if (!bytes) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  }
  if (!is_text && (literal.kind != Literal::Kind::bytes || is_utf8_text(type.kind()))) return std::nullopt;
  return literal.text;
}

ValueTest bytes_test(const Type& type, Comparison comparison, std::span<const Literal> literals) {
  BytesTest test{comparison, {}};
  for (const Literal& literal : literals) test.values.push_back(bytes_of(literal, type).value());
  make_set(test.values, std::less<>());
  return test;
}

bool fits(const Literal& literal, const Type& type) {
  switch (type.kind()) {
    case TypeKind::null: return true;
    case TypeKind::boolean: return literal.kind == Literal::Kind::boolean;
    case TypeKind::float16: return nearest_float16(literal).has_value();
    case TypeKind::float32: return nearest_float<float>(literal).has_value();
    case TypeKind::float64: return nearest_float<double>(literal).has_value();
    case TypeKind::string:
    case TypeKind::binary:
    case TypeKind::json:
    case TypeKind::bson:
    case TypeKind::enum_:
    case TypeKind::fixed:
    case TypeKind::uuid: return bytes_of(literal, type).has_value();
    default: return place_of(literal, type).has_value();
  }
}

}  // namespace

bool is_comparable(const Type& type) {
  return !type.is_nested() && type.kind() != TypeKind::geometry && type.kind() != TypeKind::geography;
}

std::string literal_words(const Type& type) {
  switch (type.kind()) {
    case TypeKind::boolean: return "true or false";
    case TypeKind::float16:
    case TypeKind::float32:
    case TypeKind::float64: return "a number within its range, 'NaN', 'Infinity' or '-Infinity'";
    case TypeKind::string:
    case TypeKind::json:
    case TypeKind::enum_: return "text in single quotes";
    case TypeKind::binary:
    case TypeKind::bson:
    case TypeKind::fixed: return "bytes such as x'00ff' or text in single quotes";
    case TypeKind::uuid: return "a UUID such as '550e8400-e29b-41d4-a716-446655440000'";
    case TypeKind::date: return "a date such as '2024-02-29'";
    case TypeKind::time: return "a time such as '12:30:00'";
    case TypeKind::timestamp:
      return type.zone().empty() ? "a local timestamp such as '2024-02-29' or '2024-02-29T12:30:00'"
                                 : "an instant such as '2024-02-29T12:30:00Z'";
    case TypeKind::duration: return "a whole number of its units";
    default: return "a number";
  }
}

const Literal* find_misfit(const Type& type, std::span<const Literal> literals) {
  const auto misfit = std::ranges::find_if(literals, [&](const Literal& literal) { return !fits(literal, type); });
  return misfit == literals.end() ? nullptr : &*misfit;
}

ValueTest make_value_test(const Type& type, Comparison comparison, std::span<const Literal> literals) {
  switch (type.kind()) {
    case TypeKind::boolean: return boolean_test(comparison, literals);
    case TypeKind::int8: return integer_test<int8_t>(type, comparison, literals);
    case TypeKind::int16: return integer_test<int16_t>(type, comparison, literals);
    case TypeKind::int32:
    case TypeKind::date: return integer_test<int32_t>(type, comparison, literals);
    case TypeKind::int64:
    case TypeKind::timestamp:
    case TypeKind::duration: return integer_test<int64_t>(type, comparison, literals);
    case TypeKind::uint8: return integer_test<uint8_t>(type, comparison, literals);
    case TypeKind::uint16: return integer_test<uint16_t>(type, comparison, literals);
    case TypeKind::uint32: return integer_test<uint32_t>(type, comparison, literals);
    case TypeKind::uint64: return integer_test<uint64_t>(type, comparison, literals);
    case TypeKind::time:
      if (fixed_width(type) == sizeof(int32_t)) return integer_test<int32_t>(type, comparison, literals);
      return integer_test<int64_t>(type, comparison, literals);
    case TypeKind::decimal:
      if (fixed_width(type) == sizeof(Int128)) return integer_test<Int128>(type, comparison, literals);
      return integer_test<Int256>(type, comparison, literals);
    case TypeKind::float16: {
      std::vector<float> values;
      for (const Literal& literal : literals) values.push_back(nearest_float16(literal).value());
      return Float16Test{float_test(comparison, std::move(values))};
    }
    case TypeKind::float32: return float_test(comparison, floats_of<float>(literals));
    case TypeKind::float64: return float_test(comparison, floats_of<double>(literals));
    case TypeKind::null: return NoValue();
    default: return bytes_test(type, comparison, literals);
  }
}

ValueTest make_value_test(const Type& type, const LikeTest& like) {
  if (type.kind() == TypeKind::null) return NoValue();
  if (is_literal(like)) return BytesTest{like.negated ? Comparison::not_equal : Comparison::equal, {like.prefix}};
  if (is_prefix_alone(like) && like.prefix.empty()) return like.negated ? ValueTest(NoValue()) : AnyValue();
  return like;
}

}  // namespace sluice
