// Byte arrays without what they share with the one before (parquet-format, Encodings.md, "Delta Strings"): small for
// sorted text, paths, and keys with a common beginning.
//
//   "axis" "axle" "babble" "babyhood":   delta_binary_packed(0 2 0 3)   the lengths shared with the one before
//                                        delta_binary_packed(4 2 6 5)   the lengths of the rest
//                                        axislebabbleyhood              the rest
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace sluice::delta_byte_array {

/// Appends the values whose lengths are `lengths` and which stand back to back in `bytes`. The lengths must add up to
/// the bytes. Fixed-length values have their lengths written too.
void encode(std::span<const int32_t> lengths, ByteSpan bytes, Bytes& out);

/// Appends `lengths.size()` values to `out` and puts down their lengths; returns how many were whole. Fewer when the
/// bytes end inside of one, a value shares more than the one before has, or the values would exceed `bytes_max` in
/// all: a few bytes can stand for very many. None when the lengths are not whole or another number of them is declared.
/// What `lengths` holds beyond the whole values has no meaning.
size_t decode(ByteSpan bytes, std::span<int32_t> lengths, size_t bytes_max, Bytes& out);

}  // namespace sluice::delta_byte_array
