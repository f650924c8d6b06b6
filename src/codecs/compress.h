// Page compression in one shot (parquet-format, Compression.md).
#pragma once

#include "base/bytes.h"
#include "sluice/compression.h"

namespace sluice {

/// How much a codec takes at once: what its interface can count, and never more than 2^31-1 bytes, which is the most
/// that a page has.
size_t compress_bytes_max(Codec codec);

/// What the compressed form of so many bytes takes at the most.
size_t compressed_bytes_max(Codec codec, size_t raw_bytes);

/// Appends the compressed form of `raw` to `out`, which must not overlap it; returns its size in bytes, which may be
/// more than that of `raw`. Codec::none copies. Reuses one context per thread and codec. Requires a level that
/// levels_of(codec) allows and at most compress_bytes_max(codec) bytes. Throws std::bad_alloc when the codec finds no
/// memory.
size_t compress(Compression compression, ByteSpan raw, Bytes& out);

}  // namespace sluice
