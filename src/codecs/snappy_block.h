// Snappy's raw blocks, unpacked (snappy, format_description.txt). The library packs them; what it unpacks with takes
// twice the time of this one, which is half of what a scan of packed pages does (docs/decisions.md).
#pragma once

#include <span>

#include "base/bytes.h"

namespace sluice {

/// True when `stored` is one whole block and gives exactly as many bytes as `into` has; else what stands there means
/// nothing. Safe for any input. Requires that `into` points to somewhere, even for nothing.
[[nodiscard]] bool decompress_snappy_block(ByteSpan stored, std::span<std::byte> into);

}  // namespace sluice
