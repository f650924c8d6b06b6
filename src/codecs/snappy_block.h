// Snappy's raw blocks (snappy, format_description.txt), packed and unpacked: in two thirds of the time that the library
// takes for either (docs/decisions.md).
#pragma once

#include <cstddef>
#include <span>

#include "base/bytes.h"

namespace sluice {

/// What compress_snappy_block() needs to have room for, so many bytes of input given.
size_t snappy_block_bytes_max(size_t raw_bytes);

/// Packs `raw` into one block and returns the size of the block. The same bytes always become the same block. Requires
/// at most 2^32-1 bytes, and snappy_block_bytes_max() of room at `into`, all of which may be written to.
size_t compress_snappy_block(ByteSpan raw, std::byte* into);

/// True when `stored` is one whole block and gives exactly as many bytes as `into` has; else what stands there means
/// nothing. Safe for any input. Requires that `into` points to somewhere, even for nothing.
[[nodiscard]] bool decompress_snappy_block(ByteSpan stored, std::span<std::byte> into);

}  // namespace sluice
