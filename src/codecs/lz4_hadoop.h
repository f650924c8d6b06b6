// What files that name the codec LZ4 hold (parquet-format, Compression.md, "LZ4"): Hadoop's frames around raw blocks,
//
//   raw bytes of the frame (4 bytes, big-endian)   then until they are reached:  packed bytes (4, big-endian)   a block
//
// one or more of them; or one raw block without a frame; or the LZ4 frame format. The bytes have to show which.
#pragma once

#include <span>

#include "base/bytes.h"

namespace sluice {

/// True when `stored` is one of the three, whole, and gives exactly as many bytes as `into` has. Safe for any input.
[[nodiscard]] bool decompress_hadoop_lz4(ByteSpan stored, std::span<std::byte> into);

}  // namespace sluice
