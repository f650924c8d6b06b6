// Columns in dictionary form, made of plain ones, for tests: entries in any order, some of them twice, some that no row
// has, and garbage under nulls.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "columns/dictionary_form.h"
#include "columns/gather.h"
#include "columns/widths.h"
#include "support/draw.h"
#include "support/make_columns.h"

namespace sluice::test {

/// The bytes of a value that is there, of a type that has a dictionary form.
inline std::string value_bytes(const Column& column, int64_t row) {
  const auto* const bytes = column.values.as<char>();
  if (is_text(column.type.kind())) {
    const int32_t* const at = column.offsets_data() + row;
    return {bytes + at[0], static_cast<size_t>(at[1] - at[0])};
  }
  const size_t width = fixed_width(column.type);
  return {bytes + static_cast<size_t>(column.offset + row) * width, width};
}

/// The values of a plain column that are there, each at least once, shuffled; and for each row a position in them.
inline std::pair<Column, std::vector<int64_t>> draw_dictionary(Draw& draw, const Column& column) {
  std::vector<ValuePlace> places;
  for (int64_t row = 0; row < column.length; ++row)
    if (column.is_valid(row)) places.push_back({0, static_cast<int32_t>(row)});
  for (size_t i = places.size(); i > 1; --i) std::swap(places[i - 1], places[draw.below(i)]);
  std::map<std::string, int64_t> known;
  std::vector<ValuePlace> entries;
  for (const ValuePlace& place : places)
    if (known.try_emplace(value_bytes(column, place.row), static_cast<int64_t>(entries.size())).second ||
        draw.chance(2))
      entries.push_back(place);
  std::vector<int64_t> positions;
  for (int64_t row = 0; row < column.length; ++row)
    positions.push_back(column.is_valid(row) ? known.at(value_bytes(column, row)) : draw.between(-2, 2));
  uint64_t bytes_left = UINT64_MAX;
  const Column* const piece = &column;
  return {gather({&piece, 1}, entries, bytes_left).value(), std::move(positions)};
}

/// The same values, with leaf columns in dictionary form where that is possible, each with `percent` of a chance.
inline Column in_dictionary_form(Draw& draw, const Column& column, int percent = 100) {
  if (column.type.is_nested()) {
    Column changed = column;
    for (Column& child : changed.children) child = in_dictionary_form(draw, child, percent);
    return changed;
  }
  if (!has_dictionary_form(column.type.kind()) || column.dictionary || !draw.chance(percent)) return column;
  auto [entries, positions] = draw_dictionary(draw, column);
  Column indices;
  indices.type = int64();
  indices.length = column.length;
  indices.null_count = column.null_count;
  std::vector<bool> valid;
  for (int64_t row = 0; row < column.length; ++row) valid.push_back(column.is_valid(row));
  if (column.null_count > 0) indices.validity = make_bits(valid);
  indices.values = make_buffer(std::move(positions));
  return from_dictionary(indices, std::make_shared<const Column>(std::move(entries)));
}

}  // namespace sluice::test
