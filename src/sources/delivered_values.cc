#include "sources/delivered_values.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "base/calendar.h"
#include "base/number_text.h"
#include "columns/dictionary_form.h"
#include "schema/kinds.h"

namespace sluice {
namespace {

bool is_watched(const Type& type) {
  const TypeKind kind = type.kind();
  return is_integer(kind) || kind == TypeKind::date || kind == TypeKind::timestamp;
}

const Column& leaf_column(const Batch& batch, const Leaf& leaf) {
  const Column* column = &batch.column(leaf.steps[0]);
  for (size_t i = 1; i < leaf.steps.size(); ++i) column = &column->children[leaf.steps[i]];
  return *column;
}

template <typename T>
struct Range {
  T min = std::numeric_limits<T>::max();
  T max = std::numeric_limits<T>::min();
};

/// What stands under nulls counts too: in what we make it is zero.
template <typename T>
Range<T> range_of(const Column& column) {
  Range<T> range;
  const T* const values = column.data<T>();
  for (int64_t i = 0; i < column.length; ++i) {
    range.min = std::min(range.min, values[i]);
    range.max = std::max(range.max, values[i]);
  }
  return range;
}

template <typename T>
bool all_exact(const Column& column, const Range<T>& range) {
  // Most columns are told by their range alone.
  constexpr int64_t kAllBelow = int64_t{1} << std::numeric_limits<double>::digits;
  if (std::cmp_less_equal(range.max, kAllBelow) && std::cmp_greater_equal(range.min, -kAllBelow)) return true;
  const T* const values = column.data<T>();
  return std::all_of(values, values + column.length, [](T value) { return is_exact_in<double>(value); });
}

/// How many ticks of `to`, a timestamp, a day or a tick of `from` is; 1 for other types.
int64_t factor_between(const Type& from, const Type& to) {
  const int64_t ticks = ticks_per_second(to.unit());
  if (from.kind() == TypeKind::date) return kSecondsPerDay * ticks;
  return from.kind() == TypeKind::timestamp ? std::max<int64_t>(ticks / ticks_per_second(from.unit()), 1) : 1;
}

bool fits(int64_t value, int64_t factor) {
  int64_t product = 0;
  return !__builtin_mul_overflow(value, factor, &product);
}

int64_t saturated(int64_t value, int64_t factor) {
  if (fits(value, factor)) return value * factor;
  return value < 0 ? INT64_MIN : INT64_MAX;
}

/// Calls `call` with a value of the type that the column has in memory.
template <typename Call>
void with_number(TypeKind kind, Call call) {
  switch (kind) {
    case TypeKind::int8: return call(int8_t{});
    case TypeKind::int16: return call(int16_t{});
    case TypeKind::int32:
    case TypeKind::date: return call(int32_t{});
    case TypeKind::uint8: return call(uint8_t{});
    case TypeKind::uint16: return call(uint16_t{});
    case TypeKind::uint32: return call(uint32_t{});
    case TypeKind::uint64: return call(uint64_t{});
    default: return call(int64_t{});
  }
}

}  // namespace

void DeliveredValues::watch(const std::shared_ptr<const Schema>& schema) {
  if (schema == schema_) return;
  schema_ = schema;
  leaves_ = leaves_of(*schema);
  std::erase_if(leaves_, [](const Leaf& leaf) { return !is_watched(leaf.type); });
  for (const Leaf& leaf : leaves_) values_[leaf.name].become(leaf.type);
}

void DeliveredValues::Values::become(const Type& to) {
  if (to.kind() == TypeKind::timestamp) {
    min = saturated(min, factor_between(type, to));
    max = saturated(max, factor_between(type, to));
  }
  if (to.kind() == TypeKind::uint64)
    unsigned_max = std::max(unsigned_max, static_cast<uint64_t>(std::max<int64_t>(max, 0)));
  type = to;
}

void DeliveredValues::add(const Batch& batch) {
  if (batch.rows() == 0) return;
  watch(batch.shared_schema());
  for (const Leaf& leaf : leaves_) {
    const Column column = unfold(leaf_column(batch, leaf));
    if (column.length == 0) continue;
    Values& values = values_[leaf.name];
    with_number(leaf.type.kind(), [&]<typename T>(T) {
      const Range<T> range = range_of<T>(column);
      if constexpr (std::is_signed_v<T>) {
        values.min = std::min<int64_t>(values.min, range.min);
        values.max = std::max<int64_t>(values.max, range.max);
      } else {
        values.unsigned_max = std::max<uint64_t>(values.unsigned_max, range.max);
      }
      values.kept_by_double = values.kept_by_double && all_exact(column, range);
    });
  }
}

bool DeliveredValues::keeps(const std::string& field, const Type& to) const {
  const auto found = values_.find(field);
  if (found == values_.end()) return true;
  const Values& values = found->second;
  switch (to.kind()) {
    case TypeKind::float64: return values.kept_by_double;
    case TypeKind::uint64: return values.min == 0;
    case TypeKind::timestamp: {
      const int64_t factor = factor_between(values.type, to);
      return fits(values.min, factor) && fits(values.max, factor);
    }
    default: return false;
  }
}

}  // namespace sluice
