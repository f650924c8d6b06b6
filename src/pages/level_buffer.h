// The levels of one page: gathered slot by slot, then run-length encoded; V1 pages want their length in front, the
// header of V2 pages has it (parquet-format, Encodings.md, "RLE"; parquet.thrift, DataPageHeaderV2). A page whose
// levels are all alike never stores them one by one.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "pages/page_numbers.h"

namespace sluice {

enum class LevelFraming : uint8_t { length_in_front, bare };

class LevelBuffer {
 public:
  /// Levels from 0 to `level_max`. With 0 nothing is stored or written.
  explicit LevelBuffer(uint8_t level_max);

  void append(const uint8_t* levels, size_t count);
  void append_run(uint8_t level, size_t count);
  /// Holds less, until the page ends.
  void relieve() { levels_.pack(); }
  template <typename Visit>
  void each_buffer(Visit&& visit) {
    levels_.each_buffer(visit);
  }
  uint64_t memory_bytes() const { return levels_.memory_bytes(); }
  size_t size() const { return uniform_ ? run_ : levels_.size(); }

  /// Appends the encoded levels to `out` and their counts to `histogram` (level_max + 1 of them), and starts anew.
  void finish(LevelFraming framing, Bytes& out, std::span<int64_t> histogram);

 private:
  void spread();
  size_t count_levels(std::span<const uint8_t> levels, std::span<int64_t> histogram) const;

  const uint8_t level_max_;
  const int width_;
  bool uniform_ = true;  ///< `run_` times `level_`, nothing in `levels_`
  uint8_t level_ = 0;
  size_t run_ = 0;
  PageNumbers<uint8_t> levels_;
};

}  // namespace sluice
