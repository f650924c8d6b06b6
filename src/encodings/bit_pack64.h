// bit_pack for integers of up to 64 bits (parquet-format, Encodings.md, "Bit-packed" order as in "RLE"): the same
// bytes, drawn in bit_pack.h. It stands apart because its 65 kernels work in words of 64 bits; levels and dictionary
// indices do not need them, the deltas of 64-bit integers do.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace sluice::bit_pack {

/// Appends `values`, each `width` bits wide (0 to 64; higher bits must be 0), padded with zero values to a multiple
/// of 8.
void encode(std::span<const uint64_t> values, int width, Bytes& out);

}  // namespace sluice::bit_pack
