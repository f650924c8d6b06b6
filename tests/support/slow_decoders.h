// Parquet's integer encodings backwards, bit by bit, for tests: written from parquet-format, Encodings.md, as slowly
// and plainly as that page reads, so that they share nothing with the encoders that they check.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace sluice::test {

/// The bit `index` of `bytes`, counted from the least significant bit of the first byte.
inline bool slow_bit(ByteSpan bytes, size_t index) {
  if (index / 8 >= bytes.size()) throw std::runtime_error("bits end at " + std::to_string(index));
  return (std::to_integer<unsigned>(bytes[index / 8]) >> (index % 8) & 1) != 0;
}

/// `count` values of `width` bits each.
inline std::vector<uint32_t> slow_unpack(ByteSpan bytes, size_t count, int width) {
  std::vector<uint32_t> values(count);
  size_t at = 0;
  for (uint32_t& value : values)
    for (int i = 0; i < width; ++i) value |= static_cast<uint32_t>(slow_bit(bytes, at++)) << i;
  return values;
}

/// What a hybrid of runs and groups holds.
struct HybridParts {
  std::vector<uint32_t> values;      ///< padding of the last group included
  std::vector<uint64_t> run_counts;  ///< of each run; 0 stands for a stretch of packed groups
};

/// Reads until the bytes end.
inline HybridParts slow_hybrid(ByteSpan bytes, int width) {
  HybridParts parts;
  size_t at = 0;
  const auto next = [&] {
    if (at == bytes.size()) throw std::runtime_error("a run ends at byte " + std::to_string(at));
    return std::to_integer<uint64_t>(bytes[at++]);
  };
  while (at < bytes.size()) {
    uint64_t header = 0;
    for (int shift = 0;; shift += 7) {
      const uint64_t byte = next();
      header |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    const uint64_t count = header >> 1;
    if (count == 0) throw std::runtime_error("a run of nothing at byte " + std::to_string(at));
    if ((header & 1) != 0) {
      const size_t size = count * static_cast<size_t>(width);
      if (size > bytes.size() - at) throw std::runtime_error("groups end at byte " + std::to_string(bytes.size()));
      const std::vector<uint32_t> group = slow_unpack(bytes.subspan(at, size), count * 8, width);
      parts.values.insert(parts.values.end(), group.begin(), group.end());
      parts.run_counts.push_back(0);
      at += size;
      continue;
    }
    uint32_t value = 0;
    for (int bit = 0; bit < width; bit += 8) value |= static_cast<uint32_t>(next() << bit);
    parts.values.insert(parts.values.end(), count, value);
    parts.run_counts.push_back(count);
  }
  return parts;
}

}  // namespace sluice::test
