// The indexes of a file when a reader asks for them: page indexes of single chunks, bloom filters, dictionaries
// (parquet-format, PageIndex.md, BloomFilter.md). An index that is damaged in a file of ours is an error, for it would
// hide rows; in a file of others one that contradicts its chunk is left unused, and nothing is skipped by it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "files/stored_file.h"
#include "format/page_index.h"
#include "pages/bloom_filter.h"

namespace sluice {

/// The page index of one chunk. Its lists have one entry for each data page.
struct ChunkIndex {
  OffsetIndex offsets;
  std::optional<ColumnIndex> bounds{};
};

/// Dictionaries beyond this are not read for a condition's sake.
inline constexpr uint64_t kSearchedDictionaryBytesMax = uint64_t{1} << 20;

/// Thread-safe. Nothing is kept but that the digest of the indexes was right.
class IndexReader {
 public:
  explicit IndexReader(std::shared_ptr<const StoredFile> file) : file_(std::move(file)) {}

  /// Nothing where there is none, or it is of no use: pages that do not stand one behind the other, lie outside of the
  /// chunk, or begin at rows that do not ascend from 0. Throws Error{io}; Error{corrupt} in a file of ours.
  std::optional<ChunkIndex> read_index(size_t row_group, size_t leaf);
  /// Likewise. At most kBloomFilterBytesMax, and never beyond the file.
  std::optional<BloomFilter> read_bloom_filter(size_t row_group, size_t leaf);
  /// The chunk's dictionary where every data page uses it, as encoding_stats say, and it is not long; else nothing.
  /// Throws Error{io}; Error{corrupt} for a page that is damaged, as reading the chunk would.
  DictionaryEntries read_dictionary(size_t row_group, size_t leaf, const ChunkContext& context);

  uint64_t bytes_read() const { return bytes_read_; }

 private:
  void check_index_digest();
  std::optional<Bytes> read_place(std::optional<int64_t> offset, std::optional<int64_t> bytes);
  std::optional<Bytes> read_filter_bytes(const ColumnMetaData& meta);
  std::string fault_of(const ChunkIndex& index, size_t row_group, size_t leaf) const;

  const std::shared_ptr<const StoredFile> file_;
  std::once_flag index_digest_checked_;
  std::atomic<uint64_t> bytes_read_ = 0;
};

}  // namespace sluice
