// About how many of a page's values are new ones, from a sixteenth of the work that a dictionary takes: of those whose
// hashes fall into a sixteenth all are seen, so values that come again after any distance are met again.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluice {

class DistinctSample {
 public:
  /// A value's bits, or a hash of them that is the same everywhere: what is written depends on it.
  void add(uint64_t bits) {
    uint64_t mixed = (bits ^ bits >> 32) * 0x9e37'79b9'7f4a'7c15;
    mixed = (mixed ^ mixed >> 29) * 0xbf58'476d'1ce4'e5b9;
    if (mixed >> 60 == 0) hashes_.push_back(mixed);
  }
  /// False where more than `new_max` of them, a share, are new. Few do not tell.
  bool come_again(double new_max) {
    if (hashes_.size() < kTold) return true;
    const auto all = static_cast<double>(hashes_.size());
    // Not a table: whoever knows the hash could make them all meet in one slot.
    std::ranges::sort(hashes_);
    const auto repeated = std::ranges::unique(hashes_);
    return all - static_cast<double>(repeated.size()) <= new_max * all;
  }

 private:
  static constexpr size_t kTold = 64;

  std::vector<uint64_t> hashes_;
};

}  // namespace sluice
