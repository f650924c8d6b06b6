// Picks values out of columns into a new one: what looks up dictionary values, and puts pieces together.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "sluice/column.h"

namespace sluice {

/// Where a value stands. A null stands nowhere. Small, because there is one for each value.
struct ValuePlace {
  static constexpr int32_t kNowhere = -1;

  uint32_t piece = 0;
  int32_t row = kNowhere;
};

/// Rows of a piece at the most.
inline constexpr int64_t kGatherRowsMax = INT32_MAX;

/// A column in plain form with the value at each place. The pieces are of one type, keep the invariants of column.h and
/// have at most kGatherRowsMax rows (so have list items, by their offsets); places are inside of them. Subtracts what
/// is allocated from `bytes_left`; nothing when that does not suffice, or when text or list items would pass 2^31-1.
/// Throws Error{unsupported} for types that have no such form yet.
std::optional<Column> gather(std::span<const Column* const> pieces, std::span<const ValuePlace> places,
                             uint64_t& bytes_left);

}  // namespace sluice
