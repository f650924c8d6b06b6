#include "columns/value_range.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/bytes.h"
#include "base/float16.h"
#include "columns/literal_order.h"
#include "columns/predicate_shape.h"
#include "columns/value_order.h"
#include "columns/widths.h"

namespace sluice {
namespace {

/// A value of each end that is known; T is what values are compared as.
template <typename T>
struct Ends {
  std::optional<T> low{};
  std::optional<T> high{};

  bool are_equal() const { return low && high && !is_below(*low, *high) && !is_below(*high, *low); }
};

/// What contradicts itself says nothing.
template <typename T>
Ends<T> in_order(Ends<T> ends) {
  if constexpr (std::is_floating_point_v<T>) {
    if (ends.low && *ends.low != *ends.low) ends.low.reset();
    if (ends.high && *ends.high != *ends.high) ends.high.reset();
  }
  if (ends.low && ends.high && is_below(*ends.high, *ends.low)) return {};
  return ends;
}

/// `read`: what makes a T of a column's first value.
template <typename T, typename Read>
Ends<T> ends_of(const ValueRange& range, Read read) {
  Ends<T> ends;
  if (range.low) ends.low = read(*range.low);
  if (range.high) ends.high = read(*range.high);
  return in_order(ends);
}

template <typename T>
T first_number(const Column& column) {
  return load<T>(column.values.bytes().data() + static_cast<size_t>(column.offset) * sizeof(T));
}

float first_float16(const Column& column) { return from_float16(first_number<uint16_t>(column)); }

bool first_boolean(const Column& column) {
  return ((column.values.as<uint8_t>()[column.offset >> 3] >> (column.offset & 7)) & 1) != 0;
}

std::string_view first_bytes(const Column& column) {
  const char* const bytes = column.values.as<char>();
  if (is_text(column.type.kind())) {
    const int32_t* const offsets = column.offsets_data();
    return {bytes + offsets[0], static_cast<size_t>(offsets[1] - offsets[0])};
  }
  const size_t width = fixed_width(column.type);
  return {bytes + static_cast<size_t>(column.offset) * width, width};
}

/// Whether one of `points`, which ascend, is within the ends.
template <typename T, typename Less>
bool has_point(const std::vector<T>& points, const std::optional<T>& low, const std::optional<T>& high, Less less) {
  const auto first = low ? std::lower_bound(points.begin(), points.end(), *low, less) : points.begin();
  return first != points.end() && !(high && less(*high, *first));
}

template <typename T>
bool passes_within(const NumberTest<T>& test, const Ends<T>& ends) {
  if (is_below(test.high, test.low)) return false;
  if (!test.points.empty()) return has_point(test.points, ends.low, ends.high, is_below<T>);
  return !(ends.low && is_below(test.high, *ends.low)) && !(ends.high && is_below(*ends.high, test.low));
}

/// Whether all that is within the ends is also within the test.
template <typename T>
bool covers(const NumberTest<T>& test, const Ends<T>& ends) {
  if (!ends.low || !ends.high) return false;
  if (!test.points.empty()) return ends.are_equal() && passes_within(test, ends);
  return !is_below(*ends.low, test.low) && !is_below(test.high, *ends.high);
}

template <typename T>
bool any_number_passes(const NumberTest<T>& test, const Ends<T>& ends, const ValueRange& range, bool inverted) {
  const bool negated = test.negated != inverted;
  if constexpr (std::is_floating_point_v<T>)
    if (range.may_be_nan && test.passes_nan != negated) return true;
  return negated ? !covers(test, ends) : passes_within(test, ends);
}

bool any_bytes_pass(const BytesTest& test, const Ends<std::string_view>& ends, bool inverted) {
  const std::string_view value = test.values.front();
  const auto is_one = [&](std::string_view bytes) {
    return std::binary_search(test.values.begin(), test.values.end(), bytes, std::less<>());
  };
  switch (inverted ? opposite(test.comparison) : test.comparison) {
    case Comparison::equal: {
      const auto first = ends.low ? std::lower_bound(test.values.begin(), test.values.end(), *ends.low, std::less<>())
                                  : test.values.begin();
      return first != test.values.end() && !(ends.high && *ends.high < *first);
    }
    case Comparison::not_equal: return !(ends.are_equal() && is_one(*ends.low));
    case Comparison::less: return !ends.low || *ends.low < value;
    case Comparison::less_equal: return !ends.low || *ends.low <= value;
    case Comparison::greater: return !ends.high || *ends.high > value;
    case Comparison::greater_equal: return !ends.high || *ends.high >= value;
  }
  return true;
}

// What begins alike stands together in the order of bytes.
bool any_text_passes(const LikeTest& test, const Ends<std::string_view>& ends, bool inverted) {
  const std::string_view prefix = literal_prefix(test);
  if (test.negated == inverted) {
    const bool all_below = ends.high && *ends.high < prefix;
    const bool all_above = ends.low && *ends.low > prefix && !ends.low->starts_with(prefix);
    return !all_below && !all_above;
  }
  const bool all_alike = ends.low && ends.high && ends.low->starts_with(prefix) && ends.high->starts_with(prefix);
  return !(all_alike && is_prefix_alone(test));
}

/// Whether any value may pass; or, `inverted`, fail.
struct AnyPasses {
  const ValueRange& range;
  bool inverted;

  bool operator()(const NoValue&) const { return inverted; }
  bool operator()(const AnyValue&) const { return !inverted; }
  bool operator()(const BooleanTest& test) const {
    const Ends<bool> ends = ends_of<bool>(range, first_boolean);
    return (test.passes_false != inverted && !ends.low.value_or(false)) ||
           (test.passes_true != inverted && ends.high.value_or(true));
  }
  bool operator()(const BytesTest& test) const {
    return any_bytes_pass(test, ends_of<std::string_view>(range, first_bytes), inverted);
  }
  bool operator()(const LikeTest& test) const {
    return any_text_passes(test, ends_of<std::string_view>(range, first_bytes), inverted);
  }
  bool operator()(const Float16Test& test) const {
    return any_number_passes(test.test, ends_of<float>(range, first_float16), range, inverted);
  }
  template <typename T>
  bool operator()(const NumberTest<T>& test) const {
    return any_number_passes(test, ends_of<T>(range, first_number<T>), range, inverted);
  }
};

// ---- values that are sought ----------------------------------------------------------------------------------------

Buffer buffer_of(Bytes&& bytes) {
  const auto owner = std::make_shared<const Bytes>(std::move(bytes));
  return Buffer(ByteSpan(*owner), owner);
}

Column fixed_column(const Type& type, Bytes&& values) {
  Column column;
  column.type = type;
  column.length = static_cast<int64_t>(values.size() / fixed_width(type));
  column.values = buffer_of(std::move(values));
  return column;
}

/// Appends the value as it is in memory; of a zero both.
template <typename T>
void append_number(T value, Bytes& to) {
  to.append_value(value);
  if constexpr (std::is_floating_point_v<T>)
    if (value == 0) to.append_value(-value);
}

void append_float16(float value, Bytes& to) {
  to.append_value(to_float16(value));
  if (value == 0) to.append_value(to_float16(-value));
}

/// Calls `append` with each number that passes; false where they cannot be named one by one.
template <typename T, typename Append>
bool for_each_sought(const NumberTest<T>& test, Append append) {
  if (test.negated || test.passes_nan) return false;
  if (is_below(test.high, test.low)) return true;
  if (test.points.empty() && is_below(test.low, test.high)) return false;
  if (test.points.empty()) append(test.low);
  for (const T& point : test.points) append(point);
  return true;
}

std::optional<Column> sought_bytes(const BytesTest& test, const Type& type) {
  if (test.comparison != Comparison::equal) return std::nullopt;
  Bytes values;
  if (!is_text(type.kind())) {
    for (const std::string& value : test.values)
      if (value.size() == fixed_width(type)) values.append(std::string_view(value));
    return fixed_column(type, std::move(values));
  }
  Column column;
  column.type = type;
  Bytes offsets;
  offsets.append_value(int32_t{0});
  for (const std::string& value : test.values) {
    values.append(std::string_view(value));
    offsets.append_value(static_cast<int32_t>(values.size()));
  }
  column.length = static_cast<int64_t>(test.values.size());
  column.offsets = buffer_of(std::move(offsets));
  column.values = buffer_of(std::move(values));
  return column;
}

struct Sought {
  const Type& type;

  std::optional<Column> operator()(const BytesTest& test) const { return sought_bytes(test, type); }
  std::optional<Column> operator()(const Float16Test& test) const {
    Bytes values;
    if (!for_each_sought(test.test, [&](float value) { append_float16(value, values); })) return std::nullopt;
    return fixed_column(type, std::move(values));
  }
  template <typename T>
  std::optional<Column> operator()(const NumberTest<T>& test) const {
    Bytes values;
    if (!for_each_sought(test, [&](const T& value) { append_number(value, values); })) return std::nullopt;
    return fixed_column(type, std::move(values));
  }
  template <typename Other>
  std::optional<Column> operator()(const Other&) const {
    return std::nullopt;
  }
};

}  // namespace

bool may_pass(const ValueTest& test, const ValueRange& range) {
  return !range.all_null && std::visit(AnyPasses{range, false}, test);
}

bool must_pass(const ValueTest& test, const ValueRange& range) {
  return range.all_null || !std::visit(AnyPasses{range, true}, test);
}

std::optional<Column> sought_values(const ValueTest& test, const Type& type) { return std::visit(Sought{type}, test); }

}  // namespace sluice
