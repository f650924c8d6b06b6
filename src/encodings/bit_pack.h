// Fixed-width unsigned integers back to back, least significant bit first (parquet-format, Encodings.md, "Bit-packed").
//
//   width 3, values 0..7:   byte 0 = 10 001 000   byte 1 = 1 100 011 0 ...   (read each byte from the right)
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace sluice::bit_pack {

/// Appends `values`, each `width` bits wide (0 to 32; higher bits must be 0), padded with zero values to a multiple
/// of 8.
void encode(std::span<const uint32_t> values, int width, Bytes& out);
void encode(std::span<const uint8_t> values, int width, Bytes& out);

/// Bytes that `count` values take: whole groups of eight.
constexpr size_t encoded_bytes(size_t count, int width) { return (count + 7) / 8 * static_cast<size_t>(width); }

}  // namespace sluice::bit_pack
