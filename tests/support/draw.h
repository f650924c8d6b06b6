// Random choices for property tests: the same seed makes the same choices on every machine (the distributions of the
// standard library do not promise that).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <random>

namespace sluice::test {

class Draw {
 public:
  explicit Draw(uint64_t seed) : engine_(seed) {}
  /// Choices of case `index` of a run: independent of all other cases.
  Draw(uint64_t seed, uint64_t index) : engine_(seed * 0x9e37'79b9'7f4a'7c15 + index) {}

  uint64_t bits() { return engine_(); }
  /// 0 to bound - 1. Requires bound > 0.
  uint64_t below(uint64_t bound) { return engine_() % bound; }
  /// low to high, both included.
  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(below(static_cast<uint64_t>(high - low) + 1));
  }
  bool chance(int percent) { return below(100) < static_cast<uint64_t>(percent); }
  /// 1 to high with every magnitude equally likely: 1 as often as 2 or 3, as often as 4 to 7.
  int64_t magnitude(int64_t high) {
    const auto top = static_cast<uint64_t>(std::bit_width(static_cast<uint64_t>(high)));
    const int64_t low = int64_t{1} << below(top);
    return between(low, low * 2 - 1 < high ? low * 2 - 1 : high);
  }
  template <typename T, size_t count>
  const T& one_of(const std::array<T, count>& choices) {
    return choices[below(count)];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace sluice::test
