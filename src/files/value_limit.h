// How much one row may have in one column: values stand whole in memory, so the budget sets an end; and a page holds
// whole rows, so what readers take of a page sets another one, which counts from budgets of 384 MiB on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "schema/leaves.h"
#include "sluice/batch.h"
#include "sluice/literals.h"

namespace sluice {

/// Of a memory budget: a value of an eighth passes.
inline constexpr uint64_t kValueShare = 8;
/// What an element of a list counts at least: its levels and positions take that on their way.
inline constexpr uint64_t kElementBytes = 8;

/// Beside the row there may be a page's worth of others (kPageOptionBytesMax), and the whole stays within
/// kPageBytesMax.
inline constexpr uint64_t kRowBytesMax = 96_MiB;
/// The same for lists. An element that counts eight bytes may take fourteen: its text and the length of it, its levels.
inline constexpr uint64_t kListBytesMax = 48_MiB;
/// What options may ask of a page before encoding, and of one that its contents end: levels, at worst, double it.
inline constexpr uint64_t kPageOptionBytesMax = 64_MiB;
inline constexpr uint64_t kContentPageBytesMax = 16_MiB;

/// Bytes that one row may have in the leaf column.
constexpr uint64_t row_bytes_max(bool is_in_list, uint64_t budget_bytes) {
  return std::min(budget_bytes / kValueShare, is_in_list ? kListBytesMax : kRowBytesMax);
}

/// Bytes that the row has in the leaf column. Text and bytes count as they are, all texts of a list together. Elements
/// of lists count kElementBytes each if they have fewer.
uint64_t bytes_in_row(const Column& root, const Leaf& leaf, int64_t row);

/// Whether rows that take so many bytes in memory (see bytes_of_rows) need no look: a byte may count as eight.
constexpr bool is_within_limit(uint64_t bytes, uint64_t budget_bytes) {
  return bytes <= row_bytes_max(true, budget_bytes) / kElementBytes;
}

/// Throws Error{data} that names the first of the leaves of which the row has more than row_bytes_max, and the row as
/// `row_in_file`.
void check_row(const Batch& batch, std::span<const Leaf> leaves, int64_t row, int64_t row_in_file,
               uint64_t budget_bytes);

}  // namespace sluice
