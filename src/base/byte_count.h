// How often a byte stands among others.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace sluice {

inline size_t count_bytes(const uint8_t* bytes, size_t count, uint8_t value) {
  // Counters of a byte each, in as many rounds as they can take: compilers make one instruction of all of them.
  constexpr size_t kLanes = 16;
  constexpr size_t kRoundsMax = 255;
  size_t found = 0;
  while (count >= kLanes) {
    std::array<uint8_t, kLanes> lanes{};
    const size_t rounds = std::min(count / kLanes, kRoundsMax);
    for (size_t round = 0; round < rounds; ++round, bytes += kLanes)
      for (size_t lane = 0; lane < kLanes; ++lane)
        lanes[lane] = static_cast<uint8_t>(lanes[lane] + (bytes[lane] == value ? 1 : 0));
    for (const uint8_t lane : lanes) found += lane;
    count -= rounds * kLanes;
  }
  for (size_t i = 0; i < count; ++i) found += bytes[i] == value ? 1 : 0;
  return found;
}

}  // namespace sluice
