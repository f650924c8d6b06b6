// A row group whose chunks are finished and have their place in the file: one behind the other, and behind them their
// bloom filters (parquet-format, BloomFilter.md, "File Format").
//
//   PlacedRowGroup group(std::move(chunks), rows, offset, 2);
//   group.write(0, sink, open, tails[0]);     // by any thread
//   group.write(1, sink, open, tails[1]);     // by another; where the sink is a pipe there must be one part alone
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "files/chunk_tails.h"
#include "files/journal.h"
#include "files/sink_stream.h"
#include "sluice/budget.h"
#include "sluice/storage.h"

namespace sluice {

class PlacedRowGroup {
 public:
  /// The row group begins at `offset` of the file. Requires 1 to chunks.size() parts.
  PlacedRowGroup(std::vector<FinishedChunk> chunks, int64_t rows, uint64_t offset, size_t parts);

  /// To be looked at before anything is written.
  const std::vector<FinishedChunk>& chunks() const { return chunks_; }
  const RowGroupTotals& totals() const { return totals_; }
  /// Where what comes next in the file begins.
  uint64_t end() const { return end_; }
  size_t parts() const { return parts_.size(); }
  /// From here on what the chunks hold in memory counts there.
  void count_in(const std::shared_ptr<Budget>& budget);

  /// Writes a part, and adds its chunks to `tails`; chunks go from memory as they are written. Returns how many bytes
  /// went out. Ends early once `go_on` is false. Throws what the sink throws.
  uint64_t write(size_t part, Sink& sink, const std::atomic<bool>& go_on, ChunkTails& tails);

 private:
  struct Part {
    uint64_t pages_offset = 0;
    uint64_t filters_offset = 0;
    Account account{};
  };
  static void put_pages(FinishedChunk& chunk, SinkStream& out);
  size_t first_of(size_t part) const { return part * chunks_.size() / parts_.size(); }

  std::vector<FinishedChunk> chunks_;
  std::vector<Part> parts_;
  RowGroupTotals totals_;
  uint64_t end_ = 0;
};

}  // namespace sluice
