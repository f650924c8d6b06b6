// The way back from bit_pack (parquet-format, Encodings.md, "Bit-packed" order as in "RLE"): fixed-width integers,
// least significant bit first, out of bytes that may be hostile. The bytes are drawn in bit_pack.h.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace sluice::bit_pack {

/// Reads values of `width` bits until `values` is full or the bytes have no whole value left; returns how many were
/// read. A width that the type does not hold, or below 0, reads none; width 0 needs no bytes and reads zeros.
size_t decode(ByteSpan bytes, int width, std::span<uint8_t> values);
size_t decode(ByteSpan bytes, int width, std::span<uint32_t> values);
size_t decode(ByteSpan bytes, int width, std::span<uint64_t> values);

}  // namespace sluice::bit_pack
