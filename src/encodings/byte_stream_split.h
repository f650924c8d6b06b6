// Fixed-width values as one stream for each of their bytes (parquet-format, Encodings.md, "Byte Stream Split"): no
// smaller, but a codec finds the exponents of floats beside each other.
//
//   AA BB CC DD   00 11 22 33   A3 B4 C5 D6      becomes      AA 00 A3   BB 11 B4   CC 22 C5   DD 33 D6
#pragma once

#include "base/bytes.h"

namespace sluice::byte_stream_split {

/// Appends `values`, which are `width` bytes each, in as many bytes. Requires width > 0, and whole values.
void encode(ByteSpan values, size_t width, Bytes& out);

/// Reads into `values`, which takes values of `width` bytes. The streams have no bounds of their own: false, and
/// nothing read, unless there are as many bytes as values take and these are whole.
[[nodiscard]] bool decode(ByteSpan bytes, size_t width, std::span<std::byte> values);

/// Reads those of the values in `bytes` that begin with number `first`, as many as `values` holds. Requires whole
/// values of `width` > 0 bytes, and that there are so many.
void decode_range(ByteSpan bytes, size_t width, size_t first, std::span<std::byte> values);

}  // namespace sluice::byte_stream_split
