#include "pages/level_buffer.h"

#include <algorithm>
#include <bit>

#include "base/byte_count.h"
#include "encodings/rle_hybrid.h"

namespace sluice {

LevelBuffer::LevelBuffer(uint8_t level_max) : level_max_(level_max), width_(std::bit_width(level_max)) {}

void LevelBuffer::spread() {
  levels_.recent().assign(run_, level_);
  uniform_ = false;
}

void LevelBuffer::append(const uint8_t* levels, size_t count) {
  if (level_max_ == 0) {
    run_ += count;
    return;
  }
  if (uniform_) spread();
  levels_.recent().insert(levels_.recent().end(), levels, levels + count);
}

void LevelBuffer::append_run(uint8_t level, size_t count) {
  if (uniform_ && (run_ == 0 || level == level_)) {
    level_ = level;
    run_ += count;
    return;
  }
  if (uniform_) spread();
  levels_.recent().insert(levels_.recent().end(), count, level);
}

// Adds to the histogram; returns how many there are of the most frequent one.
size_t LevelBuffer::count_levels(std::span<const uint8_t> levels, std::span<int64_t> histogram) const {
  size_t most = 0;
  size_t left = levels.size();
  for (size_t level = level_max_; left > 0; --level) {
    const size_t count = level == 0 ? left : count_bytes(levels.data(), levels.size(), static_cast<uint8_t>(level));
    histogram[level] += static_cast<int64_t>(count);
    most = std::max(most, count);
    left -= count;
  }
  return most;
}

void LevelBuffer::finish(LevelFraming framing, Bytes& out, std::span<int64_t> histogram) {
  if (level_max_ > 0) {
    const size_t length_at = out.size();
    if (framing == LevelFraming::length_in_front) out.append_value(uint32_t{0});
    if (uniform_) {
      histogram[level_] += static_cast<int64_t>(run_);
      rle_hybrid::encode_run(level_, run_, width_, out);
    } else {
      levels_.unpack();
      const std::vector<uint8_t>& levels = levels_.recent();
      const size_t alike = count_levels(levels, histogram);
      // However they came: few levels that are all alike would be packed, had they not come as a run.
      if (!levels.empty() && alike == levels.size())
        rle_hybrid::encode_run(levels[0], levels.size(), width_, out);
      else
        rle_hybrid::encode(levels, width_, out);
    }
    if (framing == LevelFraming::length_in_front) {
      const auto length = static_cast<uint32_t>(out.size() - length_at - sizeof(uint32_t));
      std::memcpy(out.data() + length_at, &length, sizeof length);
    }
  }
  uniform_ = true;
  run_ = 0;
  levels_.clear();
}

}  // namespace sluice
