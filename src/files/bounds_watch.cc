// Values against bounds; see bounds_watch.h.
#include "files/bounds_watch.h"

#include <cmath>
#include <limits>

#include "base/float16.h"
#include "columns/selection.h"
#include "columns/widths.h"
#include "pages/value_reader.h"
#include "sluice/text_output.h"

namespace sluice {
namespace {

template <typename T>
T number_of(const Column& bound) {
  return load<T>(bound.values.as<char>() + static_cast<size_t>(bound.offset) * sizeof(T));
}

template <typename T>
struct NumberRange {
  T low;
  T high;
};

/// The whole range of the type, narrowed to the bounds that there are. A bound that is NaN bounds nothing.
template <typename T>
NumberRange<T> whole_range() {
  if constexpr (std::is_floating_point_v<T>) {
    return {-std::numeric_limits<T>::infinity(), std::numeric_limits<T>::infinity()};
  } else {
    constexpr T kLow = std::numeric_limits<T>::min();
    return {kLow, std::numeric_limits<T>::max()};
  }
}

template <>
NumberRange<Int128> whole_range() {
  const Int128 high = ((Int128{1} << 126) - 1) * 2 + 1;
  return {-high - 1, high};
}

template <>
NumberRange<Int256> whole_range() {
  Int256 low;
  low.words[3] = uint64_t{1} << 63;
  Int256 high;
  high.words = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX >> 1};
  return {low, high};
}

template <typename T>
NumberTest<T> outside_test(const std::optional<T>& low, const std::optional<T>& high) {
  NumberRange<T> range = whole_range<T>();
  if (low) range.low = *low;
  if (high) range.high = *high;
  return {.low = range.low, .high = range.high, .passes_nan = true, .negated = true};
}

std::string_view bytes_of(const Column& bound) {
  if (is_text(bound.type.kind())) {
    const int32_t* const offsets = bound.offsets_data();
    return {bound.values.as<char>() + offsets[0], static_cast<size_t>(offsets[1] - offsets[0])};
  }
  const size_t width = fixed_width(bound.type);
  return {bound.values.as<char>() + static_cast<size_t>(bound.offset) * width, width};
}

/// Calls `visit` with a value of the type whose numbers the kind has in memory; not for bytes and booleans.
template <typename Visit>
void visit_number(const Type& type, const Visit& visit) {
  switch (type.kind()) {
    case TypeKind::int8: return visit(int8_t{});
    case TypeKind::int16: return visit(int16_t{});
    case TypeKind::int32:
    case TypeKind::date: return visit(int32_t{});
    case TypeKind::int64:
    case TypeKind::timestamp:
    case TypeKind::duration: return visit(int64_t{});
    case TypeKind::uint8: return visit(uint8_t{});
    case TypeKind::uint16: return visit(uint16_t{});
    case TypeKind::uint32: return visit(uint32_t{});
    case TypeKind::uint64: return visit(uint64_t{});
    case TypeKind::time: return fixed_width(type) == sizeof(int32_t) ? visit(int32_t{}) : visit(int64_t{});
    case TypeKind::decimal: return fixed_width(type) == sizeof(Int128) ? visit(Int128{}) : visit(Int256{});
    case TypeKind::float32: return visit(float{});
    case TypeKind::float64: return visit(double{});
    default: return;
  }
}

bool is_bytes(TypeKind kind) { return is_text(kind) || kind == TypeKind::fixed || kind == TypeKind::uuid; }

template <typename T>
std::optional<T> number_of(const std::optional<Column>& bound) {
  if (!bound) return std::nullopt;
  const T value = number_of<T>(*bound);
  if constexpr (std::is_floating_point_v<T>)
    if (std::isnan(value)) return std::nullopt;
  return value;
}

std::optional<float> half_of(const std::optional<Column>& bound) {
  if (!bound) return std::nullopt;
  const float value = from_float16(number_of<uint16_t>(*bound));
  return std::isnan(value) ? std::nullopt : std::optional(value);
}

/// What passes one of these lies outside of the bounds.
std::vector<ValueTest> tests_outside(const Type& type, const std::optional<Column>& low,
                                     const std::optional<Column>& high) {
  std::vector<ValueTest> tests;
  if (!low && !high) return tests;
  if (type.kind() == TypeKind::boolean) {
    const bool low_is_true = low && low->values.as<uint8_t>()[0] != 0;
    const bool high_is_false = high && high->values.as<uint8_t>()[0] == 0;
    tests.push_back(BooleanTest{.passes_false = low_is_true, .passes_true = high_is_false});
  } else if (is_bytes(type.kind())) {
    if (low) tests.push_back(BytesTest{Comparison::less, {std::string(bytes_of(*low))}});
    if (high) tests.push_back(BytesTest{Comparison::greater, {std::string(bytes_of(*high))}});
  } else if (type.kind() == TypeKind::float16) {
    tests.push_back(Float16Test{outside_test(half_of(low), half_of(high))});
  } else {
    visit_number(type, [&]<typename T>(T) { tests.push_back(outside_test<T>(number_of<T>(low), number_of<T>(high))); });
  }
  return tests;
}

/// Passes the bound itself.
std::optional<ValueTest> test_of(const Type& type, const std::optional<Column>& bound) {
  if (!bound) return std::nullopt;
  if (is_bytes(type.kind())) return BytesTest{Comparison::equal, {std::string(bytes_of(*bound))}};
  std::optional<ValueTest> test;
  if (type.kind() == TypeKind::boolean) {
    const bool value = bound->values.as<uint8_t>()[0] != 0;
    return BooleanTest{.passes_false = !value, .passes_true = value};
  }
  if (type.kind() == TypeKind::float16) {
    if (const auto value = half_of(bound)) test = Float16Test{{.low = *value, .high = *value}};
    return test;
  }
  visit_number(type, [&]<typename T>(T) {
    if (const auto value = number_of<T>(bound)) test = NumberTest<T>{.low = *value, .high = *value};
  });
  return test;
}

Selection there(const Column& values) {
  Selection rows(values.length);
  if (values.null_count == 0) return rows;
  for (int64_t i = 0; i < values.length; ++i)
    if (!values.is_valid(i)) rows.words()[static_cast<size_t>(i / 64)] &= ~(uint64_t{1} << (i % 64));
  return rows;
}

bool has_passing(const ValueTest& test, const Column& values, Selection rows) {
  keep_passing(test, values, rows.words());
  return rows.count() > 0;
}

std::string text_of(const Column& column, int64_t row) {
  std::string text;
  append_value_text(column, row, 100, text);
  return text;
}

std::optional<Column> bound_of(const FileLeaf& leaf, const std::optional<std::string>& plain, std::string& fault) {
  if (!plain) return std::nullopt;
  std::optional<Column> bound = read_bound(leaf.form, *plain);
  if (!bound && fault.empty())
    fault = "a bound of " + std::to_string(plain->size()) + " bytes is no " + to_text(leaf.leaf.type);
  return bound;
}

}  // namespace

BoundsWatch::BoundsWatch(const FileLeaf& leaf, const std::optional<std::string>& low,
                         const std::optional<std::string>& high)
    : low_(bound_of(leaf, low, fault_)), high_(bound_of(leaf, high, fault_)) {
  outside_tests_ = tests_outside(leaf.leaf.type, low_, high_);
  low_test_ = test_of(leaf.leaf.type, low_);
  high_test_ = test_of(leaf.leaf.type, high_);
}

void BoundsWatch::add(const Column& values) {
  const Selection rows = there(values);
  for (const ValueTest& test : outside_tests_) {
    if (outside_) break;
    Selection left = rows;
    keep_passing(test, values, left.words());
    for (int64_t i = 0; i < values.length && left.count() > 0; ++i) {
      if ((left.words()[static_cast<size_t>(i / 64)] >> (i % 64) & 1) == 0) continue;
      outside_ = text_of(values, i);
      break;
    }
  }
  if (low_test_ && !seen_low_) seen_low_ = has_passing(*low_test_, values, rows);
  if (high_test_ && !seen_high_) seen_high_ = has_passing(*high_test_, values, rows);
}

std::string BoundsWatch::range_text() const {
  return (low_ ? text_of(*low_, 0) : "?") + " to " + (high_ ? text_of(*high_, 0) : "?");
}

bool is_ordered(const FileLeaf& leaf, const std::string& a, const std::string& b) {
  BoundsWatch watch(leaf, a, std::nullopt);
  const std::optional<Column> value = read_bound(leaf.form, b);
  if (!value || !watch.fault().empty()) return true;
  watch.add(*value);
  return !watch.outside();
}

}  // namespace sluice
