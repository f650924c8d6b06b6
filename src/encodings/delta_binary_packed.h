// Integers as packed differences (parquet-format, Encodings.md, "Delta Encoding"): small for values that climb evenly
// or stay near each other.
//
//   header:  varint(128 or 1024 values a block)  varint(4 miniblocks)  varint(count)  zigzag(first value)
//   block:   zigzag(least delta)  one width byte for each miniblock  miniblocks
//   miniblock: a quarter of the values (delta - least delta), packed to its width (drawn in bit_pack.h)
//
//   7 5 3 1 2 3 4 5:   80 01  04  08  0E  |  03  02 00 00 00  |  C0 3F 00 00 00 00 00 00
//                      header, first = 7     least = -2          0 0 0 3 3 3 3 in 2 bits, padded to 32 values
//
// In the last block, miniblocks without values have width 0 and no bytes. Differences wrap around, so every sequence
// has an encoding and no delta takes more bits than the type has. Unsigned values are passed as their bits.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace sluice::delta_binary_packed {

/// Appends `values`, in blocks of the length that takes fewer bytes; none at all gives a header too.
void encode(std::span<const int32_t> values, Bytes& out);
void encode(std::span<const int64_t> values, Bytes& out);

/// Exactly the bytes that `encode` would append; it reads the values once and writes nothing.
size_t encoded_bytes(std::span<const int32_t> values);
size_t encoded_bytes(std::span<const int64_t> values);

struct Decoded {
  size_t values = 0;      ///< how many were whole
  uint64_t declared = 0;  ///< how many the header announces
  size_t bytes = 0;       ///< where the encoding ends; means something when `values` is `declared`
};

/// Reads values until `values` is full; fewer when the bytes end early, the header breaks a rule of the format (block
/// sizes), fewer are declared, or a width exceeds the type. Any block size is read. Missing padding at the very end
/// does no harm.
Decoded decode(ByteSpan bytes, std::span<int32_t> values);
Decoded decode(ByteSpan bytes, std::span<int64_t> values);

}  // namespace sluice::delta_binary_packed
