// Where row groups end. The answer depends on the rows alone: not on how they were cut into batches, not on the number
// of threads, not on how much memory is free, so that the same input gives the same bytes.
//
// Rows are counted out in slices: a slice ends after a number of rows or of bytes in memory, whichever comes first. At
// the end of a slice the encoders are asked how many bytes they have made, but of a slice a few steps back: they are
// given time to get there, and nobody waits for the last one. The rest is extrapolated.
#pragma once

#include <cstdint>
#include <deque>

#include "sluice/batch.h"

namespace sluice {

/// Bytes that rows [begin, begin + rows) take in memory, or in Parquet before compression where that is more, validity
/// left out: additive, so that the sum over slices does not depend on where batches end.
uint64_t bytes_of_rows(const Batch& batch, int64_t begin, int64_t rows);

struct RowCutterOptions {
  int64_t row_group_rows = 0;
  uint64_t row_group_bytes = 0;  ///< of encoded pages before compression
};

class RowCutter {
 public:
  explicit RowCutter(const RowCutterOptions& options);

  struct Piece {
    int64_t rows = 0;
    uint64_t bytes = 0;       ///< in memory
    bool ends_slice = false;  ///< then slice_ended must be called
  };
  /// How many of the rows from `begin` on belong to the slice under way; at least one. Counts them.
  Piece next(const Batch& batch, int64_t begin);

  /// Slices that may be under way behind the one whose encoded bytes are asked for.
  static constexpr size_t kSlicesBehind = 4;

  /// To be called at the end of each slice. `encoded_behind`: encoded bytes of the row group up to the end of the slice
  /// kSlicesBehind before this one; ignored while there is none. True when the row group ends here.
  bool slice_ended(uint64_t encoded_behind);
  /// Of the row group so far, about: encoded pages before compression.
  uint64_t encoded_bytes() const {
    return static_cast<uint64_t>(encoded_share_ * static_cast<double>(bytes_ + bytes_in_slice_));
  }
  /// Slices of the row group that have ended.
  size_t slices() const { return slices_; }
  /// Begins a row group, and a slice.
  void start_row_group();

 private:
  const RowCutterOptions options_;
  const uint64_t slice_bytes_;
  int64_t rows_in_slice_ = 0;
  uint64_t bytes_in_slice_ = 0;
  int64_t rows_ = 0;    ///< in the row group
  uint64_t bytes_ = 0;  ///< in the row group, in memory
  size_t slices_ = 0;
  std::deque<uint64_t> bytes_behind_;  ///< `bytes_` at the end of the last slices
  /// Of bytes in memory. Before anything is known, only rows of many megabytes end a group: what they take in memory is
  /// near to what they take encoded.
  double encoded_share_ = 1;
};

}  // namespace sluice
