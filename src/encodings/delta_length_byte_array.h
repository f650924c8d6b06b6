// Byte arrays with their lengths in front, packed (parquet-format, Encodings.md, "Delta-length byte array").
//
//   "Hello" "World" "Foobar" "ABCDEF":   delta_binary_packed(5 5 6 6)   HelloWorldFoobarABCDEF
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace sluice::delta_length_byte_array {

/// Appends the values whose lengths are `lengths` and which stand back to back in `bytes`. The lengths must add up to
/// the bytes.
void encode(std::span<const int32_t> lengths, ByteSpan bytes, Bytes& out);

/// Exactly the bytes that `encode` would append for values of `value_bytes` in all.
size_t encoded_bytes(std::span<const int32_t> lengths, size_t value_bytes);

struct Decoded {
  size_t values = 0;  ///< how many were whole
  ByteSpan bytes;     ///< they, back to back: a view of the encoded bytes
};

/// Reads `lengths.size()` lengths, each 0 or more, and finds the values. Fewer values when the bytes end inside of one
/// or a length is negative; none when the lengths are not whole or another number of them is declared.
Decoded decode(ByteSpan bytes, std::span<int32_t> lengths);

}  // namespace sluice::delta_length_byte_array
