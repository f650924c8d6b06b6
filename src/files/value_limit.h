// How much one row may have in one column: values stand whole in memory, and a page holds whole rows, so there has to
// be an end that the budget sets (DESIGN, "Memory").
#pragma once

#include <cstdint>
#include <span>

#include "schema/leaves.h"
#include "sluice/batch.h"

namespace sluice {

/// Of a memory budget: a value of an eighth passes.
inline constexpr uint64_t kValueShare = 8;
/// What an element of a list counts at least: its levels and positions take that on their way.
inline constexpr uint64_t kElementBytes = 8;

/// Bytes that the row has in the leaf column. Text and bytes count as they are, all texts of a list together. Elements
/// of lists count kElementBytes each if they have fewer.
uint64_t bytes_in_row(const Column& root, const Leaf& leaf, int64_t row);

/// Whether rows that take so many bytes in memory (see bytes_of_rows) need no look: a byte may count as eight.
constexpr bool is_within_limit(uint64_t bytes, uint64_t budget_bytes) {
  return bytes <= budget_bytes / kValueShare / kElementBytes;
}

/// Throws Error{data} that names the first of the leaves of which the row has more than an eighth of the budget, and
/// the row as `row_in_file`.
void check_row(const Batch& batch, std::span<const Leaf> leaves, int64_t row, int64_t row_in_file,
               uint64_t budget_bytes);

}  // namespace sluice
