#include "pages/striping.h"

#include <algorithm>
#include <numeric>

#include "base/bits.h"

namespace sluice {

namespace {

/// Positions of the elements of one list.
struct Range {
  int32_t begin;
  int32_t end;
};

bool has_null(const Column& column, int64_t begin, int64_t count) {
  if (column.type.kind() == TypeKind::null) return true;
  if (column.validity.empty() || column.null_count == 0) return false;
  return count_set_bits(column.validity.as<uint8_t>(), column.offset + begin, count) != count;
}

}  // namespace

LeafSlice Striper::stripe(const Column& root, const Field& root_field, const Leaf& leaf, int64_t begin, int64_t rows) {
  begin_rows(begin, rows);
  const Column* column = &root;
  const Field* field = &root_field;
  uint8_t repetition_level = 0;
  for (size_t depth = 0;; ++depth) {
    const bool is_leaf = !field->type.is_nested();
    if (is_leaf && uniform_ && field->nullable && has_null(*column, begin, rows)) return finish_nullable_rows(*column);
    if (field->nullable) step_nullable(*column);
    if (is_leaf) break;
    if (field->type.has_ranges()) {
      const int32_t* offsets = column->offsets_data();
      step_list(++repetition_level, [offsets](int32_t at) { return Range{offsets[at], offsets[at + 1]}; });
    } else if (field->type.kind() == TypeKind::fixed_list) {
      const int32_t each = field->type.size();
      step_list(++repetition_level, [each](int32_t at) { return Range{at * each, (at + 1) * each}; });
    }
    const size_t child = leaf.steps[depth + 1];
    field = &field->type.children()[child];
    column = &column->children[child];
  }
  return finish(*column, leaf);
}

void Striper::begin_rows(int64_t begin, int64_t rows) {
  uniform_ = true;
  uniform_definition_ = 0;
  first_row_ = begin;
  rows_ = rows;
}

void Striper::materialize() {
  uniform_ = false;
  const auto slots = static_cast<size_t>(rows_);
  repetition_.assign(slots, 0);
  definition_.assign(slots, uniform_definition_);
  positions_.resize(slots);
  std::iota(positions_.begin(), positions_.end(), static_cast<int32_t>(first_row_));
}

void Striper::step_nullable(const Column& column) {
  if (uniform_) {
    if (!has_null(column, first_row_, rows_)) {
      ++uniform_definition_;
      return;
    }
    materialize();
  }
  if (column.validity.empty() && column.type.kind() != TypeKind::null) {
    for (size_t i = 0; i < positions_.size(); ++i) definition_[i] += positions_[i] != kEnded;
    return;
  }
  for (size_t i = 0; i < positions_.size(); ++i) {
    if (positions_[i] == kEnded) continue;
    const bool valid = column.is_valid(positions_[i]);
    definition_[i] += valid;
    if (!valid) positions_[i] = kEnded;
  }
}

// Each list becomes as many slots as it has elements; one that is empty or not there stays one slot.
template <typename RangeOf>
void Striper::step_list(uint8_t repetition_level, RangeOf range_of) {
  if (uniform_) materialize();
  const auto range_at = [&](int32_t position) { return position == kEnded ? Range{0, 0} : range_of(position); };
  size_t slots = 0;
  for (const int32_t position : positions_) {
    const Range range = range_at(position);
    slots += static_cast<size_t>(std::max(range.end - range.begin, 1));
  }
  next_repetition_.resize(slots);
  next_definition_.resize(slots);
  next_positions_.resize(slots);
  size_t to = 0;
  for (size_t i = 0; i < positions_.size(); ++i) {
    const auto [begin, end] = range_at(positions_[i]);
    next_repetition_[to] = repetition_[i];
    if (begin == end) {
      next_definition_[to] = definition_[i];
      next_positions_[to++] = kEnded;
      continue;
    }
    const auto length = static_cast<size_t>(end - begin);
    std::fill_n(&next_repetition_[to] + 1, length - 1, repetition_level);
    std::fill_n(&next_definition_[to], length, static_cast<uint8_t>(definition_[i] + 1));
    std::iota(&next_positions_[to], &next_positions_[to] + length, begin);
    to += length;
  }
  repetition_.swap(next_repetition_);
  definition_.swap(next_definition_);
  positions_.swap(next_positions_);
}

// The common case of a leaf with nulls in no list and under no null: levels and positions straight from the bitmap.
LeafSlice Striper::finish_nullable_rows(const Column& column) {
  const auto rows = static_cast<size_t>(rows_);
  definition_.resize(rows);
  positions_.resize(rows);
  const auto* bits = column.validity.as<uint8_t>();
  size_t count = 0;
  for (size_t i = 0; i < rows; i += 64) {
    const size_t wide = std::min<size_t>(64, rows - i);
    const uint64_t word =
        bits == nullptr ? 0 : bits_at(bits, column.offset + first_row_ + static_cast<int64_t>(i), wide);
    const auto first = static_cast<int32_t>(first_row_ + static_cast<int64_t>(i));
    for (size_t k = 0; k < wide; ++k) {
      const auto valid = static_cast<uint8_t>(word >> k & 1);
      definition_[i + k] = static_cast<uint8_t>(uniform_definition_ + valid);
      positions_[count] = first + static_cast<int32_t>(k);
      count += valid;
    }
  }
  LeafSlice slice;
  slice.column = &column;
  slice.first_row = first_row_;
  slice.rows = rows_;
  slice.slots = rows;
  slice.definition = definition_.data();
  slice.values = {0, count, positions_.data()};
  return slice;
}

LeafSlice Striper::finish(const Column& column, const Leaf& leaf) {
  LeafSlice slice;
  slice.column = &column;
  slice.first_row = first_row_;
  slice.rows = rows_;
  if (uniform_) {
    slice.slots = static_cast<size_t>(rows_);
    slice.values = {first_row_, slice.slots, nullptr};
    return slice;
  }
  slice.slots = positions_.size();
  if (leaf.repetition_level_max > 0) slice.repetition = repetition_.data();
  const auto live = std::remove(positions_.begin(), positions_.end(), kEnded);
  const auto count = static_cast<size_t>(live - positions_.begin());
  if (count < slice.slots) slice.definition = definition_.data();
  slice.values = {0, count, positions_.data()};
  // Positions ascend, so the ends tell whether any is left out between them.
  if (count > 0 && static_cast<size_t>(positions_[count - 1] - positions_[0]) + 1 == count)
    slice.values = {positions_[0], count, nullptr};
  return slice;
}

}  // namespace sluice
