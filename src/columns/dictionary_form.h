// Columns whose values stand in another one: how they are made, and how they become plain again. What sluice/column.h
// says of dictionary form holds for them. (Arrow "Columnar Format", dictionary-encoded layout.)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sluice/column.h"

namespace sluice {

/// What from_dictionary gives. Nothing when that would take more than `bytes_left`, from which its bytes are
/// subtracted, or more than 2^31-1 bytes of text. Throws Error{invalid} with the row for an index without an entry.
std::optional<Column> look_up(const Column& indices, const std::shared_ptr<const Column>& dictionary,
                              uint64_t& bytes_left);

/// The indices as positions within `entries` values, of which there are at most kGatherRowsMax; 0 for nulls. Throws
/// Error{invalid} with the row for an index without an entry.
std::vector<int32_t> positions_of(const Column& indices, int64_t entries);

/// The same values without dictionaries at any depth; shares the buffers of what has none. Throws Error{unsupported}
/// for more than 4 GiB.
Column unfold(const Column& column);

/// Whether entries of both are the same ones, standing at the same place in memory: that is told without reading them.
/// Both must be kept alive.
bool is_same_dictionary(const Column& a, const Column& b);

}  // namespace sluice
