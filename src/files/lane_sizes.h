// How much the lanes of a scan take at one go, and how much of it may wait: shared out by what the footer says their
// columns weigh. Where pieces end depends on that and on the options, never on threads.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "files/file_shape.h"
#include "files/stored_file.h"

namespace sluice {

struct LaneLimits {
  int64_t batch_rows = 0;
  uint64_t batch_bytes = 0;
  uint64_t memory_bytes = 0;  ///< the budget
  size_t groups = 1;          ///< row groups that are under way together
  size_t threads = 1;
};

/// One entry for each column in the lists.
struct LaneSizes {
  int64_t step_rows = 0;                      ///< batches end at its multiples
  std::vector<uint64_t> piece_bytes_max{};    ///< a piece ends early beyond these
  std::vector<uint64_t> waiting_bytes_max{};  ///< a lane stops while so much of it waits to be taken
  uint64_t read_bytes = 0;                    ///< of the file, at one go
  /// A leaf with so many bytes, unpacked, is more than a thread's share: its pages are worth to be had ahead.
  uint64_t ahead_bytes_min = 0;
  uint64_t ahead_bytes_max = 0;  ///< of such pages, of one leaf
};

LaneSizes size_lanes(const StoredFile& file, size_t row_group, std::span<const ShapedColumn* const> columns,
                     const LaneLimits& limits);

}  // namespace sluice
