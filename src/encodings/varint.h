// Unsigned integers in as few groups of seven bits as they need (parquet-format, Encodings.md, "Delta Encoding":
// ULEB128), and zigzag, which makes small negative numbers small unsigned ones.
//
//   300 = 0b10'0101100:   byte 0 = 1 0101100   byte 1 = 0 0000010   (the top bit says that more follows)
//   zigzag:               0 -1 1 -2 2 ...  becomes  0 1 2 3 4 ...
#pragma once

#include <bit>
#include <cstdint>

#include "base/bytes.h"

namespace sluice::varint {

inline constexpr size_t kBytesMax = 10;

constexpr size_t encoded_bytes(uint64_t value) { return (static_cast<size_t>(std::bit_width(value | 1)) + 6) / 7; }

inline void encode(uint64_t value, Bytes& out) {
  std::byte* to = out.prepare(kBytesMax);
  size_t size = 0;
  for (; value >= 0x80; value >>= 7) to[size++] = static_cast<std::byte>(value | 0x80);
  to[size++] = static_cast<std::byte>(value);
  out.advance(size);
}

/// Takes one value off the front of `bytes`. False when they end inside of it or it exceeds 64 bits.
[[nodiscard]] inline bool decode(ByteSpan& bytes, uint64_t& value) {
  value = 0;
  const size_t size_max = bytes.size() < kBytesMax ? bytes.size() : kBytesMax;
  for (size_t i = 0; i < size_max; ++i) {
    const auto byte = std::to_integer<uint64_t>(bytes[i]);
    if (i == kBytesMax - 1 && byte > 1) return false;
    value |= (byte & 0x7f) << (7 * i);
    if (byte >= 0x80) continue;
    bytes = bytes.subspan(i + 1);
    return true;
  }
  return false;
}

constexpr uint64_t zigzag(int64_t value) {
  return static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
}
constexpr int64_t unzigzag(uint64_t value) { return static_cast<int64_t>(value >> 1 ^ (~(value & 1) + 1)); }

}  // namespace sluice::varint
