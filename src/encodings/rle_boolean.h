// Booleans in runs (parquet-format, Encodings.md, "RLE"): the RLE / bit-packed hybrid of width 1, with its length in
// front, in pages of both versions.
//
//   length of the runs in 4 bytes   runs (drawn in rle_hybrid.h)
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace sluice::rle_boolean {

/// Appends `values`, each 0 or 1. At most 2^32 of them: a page never has more.
void encode(std::span<const uint8_t> values, Bytes& out);

/// Reads values until `values` is full; returns how many were whole, fewer when the bytes or the runs end early. Every
/// value is 0 or 1. A length that exceeds the bytes does no harm: what is there is read.
size_t decode(ByteSpan bytes, std::span<uint8_t> values);

}  // namespace sluice::rle_boolean
