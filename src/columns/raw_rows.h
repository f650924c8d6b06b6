// Rows as bytes that nobody else ever reads, and back: for scratch files. Column by column, depth first: how many
// nulls, a validity bit for each value if there are any, how long texts and lists are, values, children. Integers of 4
// and 8 bytes are written as what they are above the least one, in as few bytes as that takes, and so are lengths, and
// doubles that are all whole or hundredths; columns in dictionary form as their positions. No alignment; how many
// values there are is known from the rows or from the lengths around.
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

/// Appends rows [begin, begin + rows), at most 2^31-1. Below the root columns must be in plain form (unfold).
void append_raw_rows(std::span<const Column> columns, int64_t begin, int64_t rows, Bytes& out);

/// One batch of all pieces, in their order. Requires pieces of columns of that schema that have together at most 2^31-1
/// rows, bytes of text and list items; throws Error{bug} where bytes cannot be those. `dictionaries`: of each column
/// what its positions are in, null where it was plain; all pieces are alike in this.
Batch read_raw_rows(const std::shared_ptr<const Schema>& schema, std::span<const RawPiece> pieces,
                    std::span<const std::shared_ptr<const Column>> dictionaries);

}  // namespace sluice
