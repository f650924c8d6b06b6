// The bodies of pages back into what they were before compression, in one shot (parquet-format, Compression.md).
#pragma once

#include <span>

#include "base/bytes.h"
#include "sluice/compression.h"

namespace sluice {

/// True when `stored` is one whole body of the codec and gives exactly as many bytes as `into` has. Safe for any input.
/// Codec::none copies. Reuses contexts per thread where that is possible. Throws std::bad_alloc when the codec finds no
/// memory.
[[nodiscard]] bool decompress(Codec codec, ByteSpan stored, std::span<std::byte> into);

}  // namespace sluice
