// Random numbers for benches: the same everywhere, unlike the distributions of the standard library; integers alone, so
// that no mathematical library has a say.
#pragma once

#include <cstdint>
#include <iterator>

namespace sluice::bench {

/// splitmix64.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t mixed = state_ += 0x9e37'79b9'7f4a'7c15;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58'476d'1ce4'e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d0'49bb'1331'11eb;
    return mixed ^ (mixed >> 31);
  }
  /// first <= result <= last.
  uint32_t between(uint32_t first, uint32_t last) {
    return first + static_cast<uint32_t>(((next() >> 32) * (uint64_t{last} - first + 1)) >> 32);
  }
  bool chance(uint32_t per_thousand) { return between(0, 999) < per_thousand; }
  /// 0 to count - 1; 0 as often as 1 and 2 together, as often as 3 to 6, and so on: a few are met all the time, most
  /// hardly ever.
  uint32_t skewed(uint32_t count) {
    uint32_t doublings = 0;
    while ((uint64_t{2} << doublings) - 1 < count) ++doublings;
    const uint32_t low = (uint32_t{1} << between(0, doublings)) - 1;
    return between(low, low * 2 < count - 1 ? low * 2 : count - 1);
  }
  /// -width to width, as a bell around zero: the sum of four.
  int32_t noise(uint32_t width) {
    int64_t sum = 0;
    for (int i = 0; i < 4; ++i) sum += int64_t{between(0, 2 * width)} - width;
    return static_cast<int32_t>(sum / 4);  // towards zero: rounding down would let every walk drift
  }

 private:
  uint64_t state_;
};

template <typename List>
auto pick(const List& list, Random& random) {
  return list[random.between(0, static_cast<uint32_t>(std::size(list)) - 1)];
}

template <typename List>
auto pick_skewed(const List& list, Random& random) {
  return list[random.skewed(static_cast<uint32_t>(std::size(list)))];
}

}  // namespace sluice::bench
