// Bits in bitmaps, least significant bit of a byte first, as Arrow and Parquet both number them.
// (Arrow "Columnar Format", validity bitmaps.)
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "base/bytes.h"

namespace sluice {

/// Bytes that hold `count` bits.
constexpr int64_t bytes_of_bits(int64_t count) { return (count >> 3) + ((count & 7) != 0); }

inline bool bit_at(const uint8_t* bits, int64_t index) { return ((bits[index >> 3] >> (index & 7)) & 1) != 0; }

/// How many of the bits [begin, begin + count) are set. Reads no byte outside of that range.
inline int64_t count_set_bits(const uint8_t* bits, int64_t begin, int64_t count) {
  int64_t set = 0;
  const uint8_t* byte = bits + (begin >> 3);
  const int lead = static_cast<int>(begin & 7);
  if (lead != 0 && count > 0) {
    const int64_t here = std::min<int64_t>(count, 8 - lead);
    set += std::popcount((static_cast<unsigned>(*byte++) >> lead) & ((1u << here) - 1));
    count -= here;
  }
  for (; count >= 64; count -= 64, byte += 8) set += std::popcount(load<uint64_t>(byte));
  for (; count >= 8; count -= 8) set += std::popcount(*byte++);
  if (count > 0) set += std::popcount(*byte & ((1u << count) - 1));
  return set;
}

/// The bits [begin, begin + count), the first one lowest; higher ones are 0. Requires count <= 64. Reads no byte
/// outside of that range.
inline uint64_t bits_at(const uint8_t* bits, int64_t begin, size_t count) {
  const uint8_t* byte = bits + (begin >> 3);
  const auto lead = static_cast<size_t>(begin & 7);
  const size_t bytes = (lead + count + 7) / 8;
  uint64_t word = 0;
  std::memcpy(&word, byte, std::min<size_t>(bytes, sizeof word));
  word >>= lead;
  if (bytes > sizeof word) word |= uint64_t{byte[8]} << (64 - lead);
  return count == 64 ? word : word & ((uint64_t{1} << count) - 1);
}

/// Writes the bits [begin, begin + count) of `from` to `to`, from its bit 0 on; the rest of the last byte becomes 0.
inline void copy_bits(const uint8_t* from, int64_t begin, int64_t count, uint8_t* to) {
  const int shift = static_cast<int>(begin & 7);
  const int64_t last = (begin + count - 1) >> 3;  // the last byte that may be read
  int64_t source = begin >> 3;
  for (int64_t left = count; left > 0; left -= 8, ++source, ++to) {
    unsigned byte = static_cast<unsigned>(from[source]) >> shift;
    if (shift != 0 && source < last) byte |= static_cast<unsigned>(from[source + 1]) << (8 - shift);
    if (left < 8) byte &= (1u << left) - 1;
    *to = static_cast<uint8_t>(byte);
  }
}

/// Writes the bits [begin, begin + count) of `from` to `to`, from its bit `at` on. Bits of `to` before `at` stay; those
/// behind, in the last byte, become 0. Touches no byte outside of these ranges.
inline void write_bits(const uint8_t* from, int64_t begin, int64_t count, uint8_t* to, int64_t at) {
  uint8_t* byte = to + (at >> 3);
  const int64_t lead = at & 7;
  if (lead != 0 && count > 0) {
    const int64_t here = std::min<int64_t>(count, 8 - lead);
    const uint64_t bits = bits_at(from, begin, static_cast<size_t>(here));
    const unsigned kept = static_cast<unsigned>(*byte) & ((1u << lead) - 1);
    *byte++ = static_cast<uint8_t>(kept | static_cast<unsigned>(bits << lead));
    begin += here;
    count -= here;
  }
  for (; count >= 64; count -= 64, begin += 64, byte += 8) {
    const uint64_t word = bits_at(from, begin, 64);
    std::memcpy(byte, &word, sizeof word);
  }
  if (count == 0) return;
  const uint64_t word = bits_at(from, begin, static_cast<size_t>(count));
  std::memcpy(byte, &word, static_cast<size_t>(bytes_of_bits(count)));
}

/// The same with `count` bits that all are `value`.
inline void fill_bits(bool value, int64_t count, uint8_t* to, int64_t at) {
  uint8_t* byte = to + (at >> 3);
  const int64_t lead = at & 7;
  if (lead != 0 && count > 0) {
    const int64_t here = std::min<int64_t>(count, 8 - lead);
    const unsigned bits = value ? ((1u << here) - 1) << lead : 0;
    *byte = static_cast<uint8_t>((static_cast<unsigned>(*byte) & ((1u << lead) - 1)) | bits);
    ++byte;
    count -= here;
  }
  if (count == 0) return;
  std::memset(byte, value ? 0xff : 0, static_cast<size_t>(count >> 3));
  if ((count & 7) != 0) byte[count >> 3] = static_cast<uint8_t>(value ? (1u << (count & 7)) - 1 : 0);
}

}  // namespace sluice
