// The way back from rle_hybrid (parquet-format, Encodings.md, "RLE"), out of bytes that may be hostile. The bytes are
// drawn in rle_hybrid.h.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace sluice::rle_hybrid {

/// Reads runs until `values` is full; returns how many values were whole, fewer when the bytes end early, a run's
/// value has more than `width` bits or the width is not one of 0 to 32 (0 to 8 for bytes). Whatever follows the last
/// value is not looked at: padding of the last group, more runs. Width 0 needs no bytes and reads zeros.
size_t decode(ByteSpan bytes, int width, std::span<uint32_t> values);
size_t decode(ByteSpan bytes, int width, std::span<uint8_t> values);

}  // namespace sluice::rle_hybrid
