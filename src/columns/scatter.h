// Puts the rows of pieces at places of their own in one column: what groups rows by where they belong. Rows are read in
// the order in which they stand, and those that belong together are written side by side: quicker than to pick them one
// by one (columns/gather.h), where each group is a walk through all that there is.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "columns/buffer_pool.h"
#include "sluice/column.h"

namespace sluice {

struct ScatterPiece {
  const Column* column = nullptr;
  /// Where each of its rows goes.
  std::span<const uint32_t> places;
};

/// A column in plain form of as many rows as all pieces have, at most 2^31-1; the places are all that are less, each
/// once. Its memory comes from the pool, but for what is nested. Pieces as gather() wants them. Nothing where text or
/// list items would pass 2^31-1. Throws Error{unsupported} for types that have no such form yet.
std::optional<Column> scatter(std::span<const ScatterPiece> pieces, BufferPool& pool);

}  // namespace sluice
