// A row group as the journal remembers it, taken apart into its chunks, for who writes its metadata anew.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "files/chunk_tails.h"
#include "files/journal.h"
#include "format/file_metadata.h"
#include "format/page_index.h"

namespace sluice {

class WrittenRowGroup {
 public:
  /// The record that `reader` stands at. Throws as the reader does, and ThriftError.
  explicit WrittenRowGroup(JournalReader& reader);
  /// All chunks of a row group. Throws ThriftError; Error{corrupt} for a filter without a digest.
  WrittenRowGroup(const RowGroupTotals& totals, ChunkTails tails);

  const RowGroupTotals& totals() const { return totals_; }
  size_t chunks() const { return chunks_.size(); }
  const ColumnMetaData& metadata(size_t chunk) const { return chunks_[chunk].metadata; }
  /// Of the first page, the dictionary's included.
  uint64_t offset(size_t chunk) const;
  /// Throws ThriftError.
  OffsetIndex offset_index(size_t chunk) const;
  /// Behind the last of its chunks and bloom filters; beyond any file where they claim to be so.
  uint64_t end() const;
  /// Adds a chunk to `to`; it has been moved up by `shift` bytes of the file, and its bloom filter too.
  void append_to(ChunkTails& to, size_t chunk, uint64_t shift) const {
    append_to(to, chunk, static_cast<int64_t>(shift), static_cast<int64_t>(shift));
  }
  /// The same, where both have been moved each by itself, up or down.
  void append_to(ChunkTails& to, size_t chunk, int64_t shift, int64_t filter_shift) const;

 private:
  struct Chunk {
    ByteSpan metadata_bytes;
    ByteSpan column_index;
    ByteSpan offset_index;
    ByteSpan filter_digest;
    ColumnMetaData metadata;
  };

  void take_apart();

  RowGroupTotals totals_;
  ChunkTails tails_;
  std::vector<Chunk> chunks_;  ///< views into `tails_`
};

}  // namespace sluice
