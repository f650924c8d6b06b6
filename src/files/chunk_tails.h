// What stays of column chunks that were written: their metadata and indexes, serialised one behind the other, each kind
// by itself, as the end of the file wants them (parquet-format, parquet.thrift, ColumnMetaData; PageIndex.md).
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "pages/chunk_writer.h"

namespace sluice {

/// How long one chunk's parts are.
struct ChunkTailSizes {
  uint32_t metadata = 0;
  uint32_t column_index = 0;  ///< 0: there is none
  uint32_t offset_index = 0;
};

/// Of some neighbouring chunks of one row group, in the order of the schema.
struct ChunkTails {
  std::vector<ChunkTailSizes> sizes;  ///< one for each chunk
  Bytes metadata;
  Bytes column_indexes;
  Bytes offset_indexes;
  /// XXH64 of each bloom filter with its header, in eight bytes; nothing for a chunk without.
  Bytes filter_digests;

  /// Adds a chunk that has its place in the file. The digests of its page headers and of its bloom
  /// filter go into its metadata.
  void add(FinishedChunk& placed_chunk);
};

}  // namespace sluice
