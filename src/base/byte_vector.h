// Sixteen bytes at once, and what comparing them gives as bits: for compilers with vectors, on any machine.
#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace sluice {

inline constexpr size_t kVectorBytes = 16;
using ByteVector = uint8_t __attribute__((vector_size(kVectorBytes)));

/// Reads at any alignment.
inline ByteVector load_vector(const void* from) {
  ByteVector bytes;
  std::memcpy(&bytes, from, sizeof bytes);
  return bytes;
}

/// Bit i is set when byte i of the vector, each 0 or 0xff, is set: what `==` of two vectors gives.
inline uint32_t bits_of(auto bytes) {
#if defined(__SSE2__)
  return static_cast<uint32_t>(_mm_movemask_epi8(std::bit_cast<__m128i>(bytes)));
#else
  constexpr uint64_t kLowestBits = 0x0101'0101'0101'0101;
  constexpr uint64_t kGather = 0x0102'0408'1020'4080;  // bit 8 i of a factor becomes bit 56 + i of the product
  const auto halves = std::bit_cast<std::array<uint64_t, 2> >(bytes);
  const auto gathered = [](uint64_t half) { return static_cast<uint32_t>(((half & kLowestBits) * kGather) >> 56); };
  return gathered(halves[0]) | gathered(halves[1]) << 8;
#endif
}

}  // namespace sluice
