// Compressed frames that know their own end, back into the bytes they were made of: what Arrow IPC puts into its
// bodies. (The LZ4 frame format; RFC 8878 for Zstandard.)
#pragma once

#include <cstddef>
#include <span>

#include "base/bytes.h"

namespace sluice {

enum class FrameCodec { lz4, zstd };

/// True when `frames`, whole frames of the codec and nothing else, give exactly as many bytes as `into` has. Safe for
/// any input: memory stays within a few megabytes. Reuses one context per thread and codec. Throws std::bad_alloc when
/// the codec finds no memory.
[[nodiscard]] bool decompress_frames(FrameCodec codec, ByteSpan frames, std::span<std::byte> into);

}  // namespace sluice
