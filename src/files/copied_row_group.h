// A row group of a file of ours goes into another file byte by byte: pages, bloom filters, indexes and what the
// metadata says stay as they are, but for where they stand (parquet-format, parquet.thrift, ColumnMetaData).
//
//   CopiedRowGroup copied = copy_row_group(*file, 0, end_of_the_file_so_far, sink);
#pragma once

#include <cstdint>

#include "files/chunk_tails.h"
#include "files/journal.h"
#include "files/stored_file.h"
#include "sluice/storage.h"

namespace sluice {

struct CopiedRowGroup {
  RowGroupTotals totals;
  ChunkTails tails;
  uint64_t end = 0;  ///< where what comes next in the file goes
};

/// Puts the chunks of the row group one behind the other at `offset`, in the order of the schema, and their bloom
/// filters behind them, as PlacedRowGroup lays them out; chunks that are neighbours are copied in one piece. Checksums
/// and digests come along, and find in the copy what they would have found in `file`. Requires can_be_copied().
/// Throws Error{io} and Error{corrupt}.
CopiedRowGroup copy_row_group(const StoredFile& file, size_t group, uint64_t offset, Sink& sink);

/// Whether row groups of the file may stand in a file of ours with this schema: it has our digests, and the same
/// columns down to names, field ids and how they are stored.
bool can_be_copied(const StoredFile& file, const Schema& schema);

/// What a copy cannot tell any more: whether the file's indexes are as they were written. Once for each file that row
/// groups are copied from. Throws Error{io} and Error{corrupt}.
void check_indexes(const StoredFile& file);

}  // namespace sluice
