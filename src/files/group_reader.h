// One column of the root in one row group, read forward: its leaves are decoded and put together, in order, some rows
// at a time.
//
//   lane.skip_to(10'000);
//   Column column = lane.read(65'536, 4_MiB);    // rows from 10,000 on; where they are long, not all of them
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "files/file_shape.h"
#include "files/index_reader.h"
#include "files/page_cursor.h"
#include "files/pages_ahead.h"
#include "pages/assemble.h"
#include "sluice/column.h"

namespace sluice {

struct LaneOptions {
  uint64_t read_bytes = 0;  ///< of the file at one go, of all leaves
  /// Pages of leaves that unpack to so much are fetched and unpacked ahead, where no index says that some may be passed
  /// over.
  uint64_t ahead_bytes_min = UINT64_MAX;
  PagesAheadOptions ahead{};  ///< of each of these; its rules are set by the lane
};

/// One thread at a time.
class ColumnLane {
 public:
  /// `column` has to be stored. `indexes`: of its leaves, where they were read; null or no entry at all where not.
  /// All must outlive the lane.
  ColumnLane(const StoredFile& file, size_t row_group, const ShapedColumn& column,
             const std::vector<const ChunkIndex*>& indexes, const ChunkContext& context, const LaneOptions& options);
  ~ColumnLane();

  /// The row that comes next.
  int64_t row() const { return row_; }
  /// Rows from row() on, at most up to `end`; fewer, but at least one, where a leaf passes its part of `bytes_max`.
  /// Requires row() < end, not beyond the row group.
  Column read(int64_t end, uint64_t bytes_max);
  /// Whether read_selected() may be called: columns that are neither nested nor put together of several.
  bool can_select() const;
  /// Of rows [row(), end) those whose bit of `rows_in`, the first one bit `begin`, is set; row() tells how far it came:
  /// one row at least, and not to the end where values pass `bytes_max`. Requires row() < end.
  Column read_selected(const uint8_t* rows_in, int64_t begin, int64_t end, uint64_t bytes_max);
  /// Requires row() <= row.
  void skip_to(int64_t row);
  /// Behind the last row of the row group: the chunks' counts and digests hold, as far as their pages were gone
  /// through.
  void finish();

  /// Lets go of what can be had again: see ChunkReader::park.
  void park();
  uint64_t memory_bytes() const;
  /// The dictionaries left out, which are in the pool's memory.
  uint64_t page_memory_bytes() const;
  ChunkTally tally() const;
  uint64_t bytes_read() const;

 private:
  struct LeafLane;

  const std::shared_ptr<BufferPool> pool_;
  std::vector<std::unique_ptr<LeafLane>> leaves_;
  std::unique_ptr<Assembler> assembler_;  ///< of nested columns
  std::vector<LeafPart> parts_;
  int64_t row_ = 0;
};

}  // namespace sluice
