// What a column of leaf values holds, value by value, for tests.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bits.h"
#include "columns/widths.h"
#include "sluice/column.h"
#include "support/draw.h"

namespace sluice::test {

/// The bytes of a value in memory; "0" or "1" of a boolean; nothing of a null.
using LeafValues = std::vector<std::optional<std::string>>;

inline std::string leaf_value(const Column& column, int64_t index) {
  if (column.dictionary) return leaf_value(*column.dictionary, column.positions_data()[index]);
  const auto* const bytes = reinterpret_cast<const char*>(column.values.bytes().data());
  if (column.type.kind() == TypeKind::boolean)
    return bit_at(column.values.as<uint8_t>(), column.offset + index) ? "1" : "0";
  if (is_text(column.type.kind())) {
    const int32_t* const offsets = column.offsets_data();
    return {bytes + offsets[index], bytes + offsets[index + 1]};
  }
  const size_t width = fixed_width(column.type);
  return {bytes + static_cast<size_t>(column.offset + index) * width, width};
}

inline LeafValues leaf_values(const Column& column) {
  LeafValues values;
  for (int64_t i = 0; i < column.length; ++i)
    values.push_back(column.is_valid(i) ? std::optional(leaf_value(column, i)) : std::nullopt);
  return values;
}

/// Numbers below `count`, which ascend: few, many or all, alone or side by side.
inline std::vector<uint32_t> draw_places(Draw& draw, size_t count) {
  std::vector<uint32_t> places;
  const int begins = draw.chance(50) ? 2 : 40;
  const int goes_on = draw.chance(50) ? 10 : 97;
  for (size_t i = 0; i < count; ++i) {
    const bool is_beside = !places.empty() && places.back() + size_t{1} == i;
    if (draw.chance(is_beside ? goes_on : begins)) places.push_back(static_cast<uint32_t>(i));
  }
  return places;
}

}  // namespace sluice::test
