// Levels as writers of before 2013 packed them (parquet-format, Encodings.md, "Bit-packed (Deprecated)"): fixed width,
// the most significant bit first, no length in front: the bytes that the values of the page take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace sluice::bit_packed_levels {

/// Bytes that `count` levels of `width` bits take.
constexpr uint64_t encoded_bytes(uint64_t count, int width) { return (count * static_cast<uint64_t>(width) + 7) / 8; }

/// Reads levels from number `first` on until `levels` is full; returns how many were whole. Width 0 to 8.
size_t decode(ByteSpan bytes, int width, uint64_t first, std::span<uint8_t> levels);

}  // namespace sluice::bit_packed_levels
