#include "pages/striping.h"

#include <algorithm>
#include <bit>
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
  level_max_ = leaf.definition_level_max;
  const Column* column = &root;
  const Field* field = &root_field;
  uint8_t repetition_level = 0;
  for (size_t depth = 0;; ++depth) {
    if (field->nullable) step_nullable(*column);
    if (!field->type.is_nested()) return finish(*column);
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
}

void Striper::begin_rows(int64_t begin, int64_t rows) {
  first_row_ = begin;
  rows_ = rows;
  level_ = 0;
  are_rows_ = true;
  is_any_ended_ = false;
}

// Slots end where the column has a null, at the level so far; the others go on to the next.
void Striper::step_nullable(const Column& column) {
  const uint8_t level = level_++;
  if (are_rows_) {
    if (has_null(column, first_row_, rows_)) end_null_rows(column, level);
    return;
  }
  if (column.validity.empty() && column.type.kind() != TypeKind::null) return;
  for (size_t i = 0; i < positions_.size(); ++i) {
    if (positions_[i] == kEnded || column.is_valid(positions_[i])) continue;
    definition_[i] = level;
    positions_[i] = kEnded;
  }
}

// 64 rows at a time: most of them are alike in columns that are nearly empty, or nearly full.
void Striper::end_null_rows(const Column& column, uint8_t level) {
  const auto rows = static_cast<size_t>(rows_);
  if (!is_any_ended_) {
    live_.assign((rows + 63) / 64, ~uint64_t{0});
    if (rows % 64 != 0) live_.back() = (uint64_t{1} << rows % 64) - 1;
    definition_.assign(rows, level_max_);
    is_any_ended_ = true;
  }
  const auto* bits = column.validity.as<uint8_t>();
  for (size_t word = 0; word < live_.size(); ++word) {
    if (live_[word] == 0) continue;
    const size_t row = word * 64;
    const size_t wide = std::min<size_t>(64, rows - row);
    const uint64_t valid =
        bits == nullptr ? 0 : bits_at(bits, column.offset + first_row_ + static_cast<int64_t>(row), wide);
    uint64_t ended = live_[word] & ~valid;
    live_[word] &= valid;
    if (ended == ~uint64_t{0}) {
      std::fill_n(&definition_[row], wide, level);
      continue;
    }
    for (; ended != 0; ended &= ended - 1) definition_[row + static_cast<size_t>(std::countr_zero(ended))] = level;
  }
}

// From here on slots are not rows any more.
void Striper::spread_rows() {
  const auto slots = static_cast<size_t>(rows_);
  are_rows_ = false;
  repetition_.assign(slots, 0);
  if (!is_any_ended_) definition_.assign(slots, level_max_);
  positions_.resize(slots);
  for (size_t row = 0; row < slots; row += 64) {
    const size_t wide = std::min<size_t>(64, slots - row);
    const uint64_t live = is_any_ended_ ? live_[row / 64] : ~uint64_t{0};
    const auto first = static_cast<int32_t>(first_row_ + static_cast<int64_t>(row));
    for (size_t k = 0; k < wide; ++k)
      positions_[row + k] = (live >> k & 1) != 0 ? first + static_cast<int32_t>(k) : kEnded;
  }
}

// Each list becomes as many slots as it has elements; one that is empty or not there stays one slot.
template <typename RangeOf>
void Striper::step_list(uint8_t repetition_level, RangeOf range_of) {
  if (are_rows_) spread_rows();
  const uint8_t level = level_++;
  size_t slots = 0;
  for (const int32_t position : positions_) {
    const Range range = position == kEnded ? Range{0, 0} : range_of(position);
    slots += static_cast<size_t>(std::max(range.end - range.begin, 1));
  }
  next_repetition_.resize(slots);
  next_definition_.resize(slots);
  next_positions_.resize(slots);
  size_t to = 0;
  for (size_t i = 0; i < positions_.size(); ++i) {
    const bool has_ended = positions_[i] == kEnded;
    const auto [begin, end] = has_ended ? Range{0, 0} : range_of(positions_[i]);
    next_repetition_[to] = repetition_[i];
    if (begin == end) {
      next_definition_[to] = has_ended ? definition_[i] : level;
      next_positions_[to++] = kEnded;
      continue;
    }
    next_definition_[to] = level_max_;
    next_positions_[to++] = begin;
    for (int32_t position = begin + 1; position < end; ++position, ++to) {
      next_repetition_[to] = repetition_level;
      next_definition_[to] = level_max_;
      next_positions_[to] = position;
    }
  }
  repetition_.swap(next_repetition_);
  definition_.swap(next_definition_);
  positions_.swap(next_positions_);
}

LeafSlice Striper::finish(const Column& column) {
  LeafSlice slice;
  slice.column = &column;
  slice.first_row = first_row_;
  slice.rows = rows_;
  are_rows_ ? finish_rows(slice) : finish_slots(slice);
  return slice;
}

void Striper::finish_rows(LeafSlice& slice) {
  slice.slots = static_cast<size_t>(rows_);
  slice.values = {first_row_, slice.slots, nullptr};
  if (!is_any_ended_) return;
  positions_.resize(slice.slots);
  size_t count = 0;
  for (size_t word = 0; word < live_.size(); ++word) {
    const auto first = static_cast<int32_t>(first_row_ + static_cast<int64_t>(word * 64));
    if (live_[word] == ~uint64_t{0}) {
      std::iota(&positions_[count], &positions_[count] + 64, first);
      count += 64;
      continue;
    }
    for (uint64_t live = live_[word]; live != 0; live &= live - 1) positions_[count++] = first + std::countr_zero(live);
  }
  slice.definition = definition_.data();
  slice.values = {0, count, positions_.data()};
}

void Striper::finish_slots(LeafSlice& slice) {
  slice.slots = positions_.size();
  slice.repetition = repetition_.data();
  const auto live = std::remove(positions_.begin(), positions_.end(), kEnded);
  const auto count = static_cast<size_t>(live - positions_.begin());
  if (count < slice.slots) slice.definition = definition_.data();
  slice.values = {0, count, positions_.data()};
  // Positions ascend, so the ends tell whether any is left out between them.
  if (count > 0 && static_cast<size_t>(positions_[count - 1] - positions_[0]) + 1 == count)
    slice.values = {positions_[0], count, nullptr};
}

}  // namespace sluice
