// Page compression in one shot (parquet-format, Compression.md).
#pragma once

#include "base/bytes.h"
#include "sluice/compression.h"

namespace sluice {

/// Appends the compressed form of `raw` to `out`, which must not overlap it; returns its size in bytes. Codec::none
/// copies. Reuses one context per thread and codec. Requires a level that levels_of(codec) allows. Throws
/// std::bad_alloc when the codec finds no memory.
size_t compress(Compression compression, ByteSpan raw, Bytes& out);

}  // namespace sluice
