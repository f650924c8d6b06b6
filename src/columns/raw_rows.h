// Rows as bytes that nobody else ever reads, and back: for scratch files. Column by column, depth first: how many
// nulls, a validity bit for each value if there are any, where texts and lists end as int32 from 0 on, values,
// children. No alignment; lengths are known from the rows or from the ends around.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "sluice/batch.h"

namespace sluice {

/// What one call of append_raw_rows has appended.
struct RawPiece {
  ByteSpan bytes;
  int64_t rows = 0;
};

/// Appends rows [begin, begin + rows). Requires columns in plain form at every depth (unfold), and at most 2^31-1 rows.
void append_raw_rows(std::span<const Column> columns, int64_t begin, int64_t rows, Bytes& out);

/// One batch of all pieces, in their order. Requires pieces of columns of that schema that have together at most 2^31-1
/// rows, bytes of text and list items; throws Error{bug} where bytes cannot be those.
Batch read_raw_rows(const std::shared_ptr<const Schema>& schema, std::span<const RawPiece> pieces);

}  // namespace sluice
