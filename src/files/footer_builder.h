// What goes to the end of a file, gathered while its row groups are finished: column chunk metadata and page indexes,
// kept in their serialised form (some 200 bytes a chunk), and the footer made of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "pages/chunk_writer.h"
#include "sluice/schema.h"

namespace sluice {

/// One chunk's metadata and indexes, serialised, with their final offsets.
struct ChunkTail {
  ChunkTail() = default;
  explicit ChunkTail(const FinishedChunk& placed_chunk);

  Bytes metadata;
  Bytes column_index;  ///< empty where there is none
  Bytes offset_index;
  int64_t raw_bytes = 0;
};

class FooterBuilder {
 public:
  /// A row group that stands at [offset, offset + bytes) of the file.
  struct RowGroupTail {
    std::vector<ChunkTail> chunks;  ///< may be filled after the group was added, by any thread, until `build`
    int64_t rows = 0;
    uint64_t offset = 0;
    uint64_t bytes = 0;
  };

  void add(std::shared_ptr<RowGroupTail> group) { groups_.push_back(std::move(group)); }
  size_t row_groups() const { return groups_.size(); }

  /// Everything behind the last row group, which ends at `offset`: column indexes, offset indexes, the footer, its
  /// length and the magic. `metadata` comes behind the entries that every file has.
  Bytes build(const Schema& schema, uint64_t offset,
              const std::vector<std::pair<std::string, std::string>>& metadata) const;

 private:
  std::vector<std::shared_ptr<RowGroupTail>> groups_;
};

}  // namespace sluice
