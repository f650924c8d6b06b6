// What calls of the C libraries of codecs need: owners of their contexts, and bytes as the char that they take.
#pragma once

#include <brotli/decode.h>
#include <libdeflate.h>
#include <lz4frame.h>
#include <zstd.h>

#include <cstddef>
#include <span>

#include "base/bytes.h"

namespace sluice {

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
  void operator()(libdeflate_compressor* context) const { libdeflate_free_compressor(context); }
  void operator()(libdeflate_decompressor* context) const { libdeflate_free_decompressor(context); }
  void operator()(BrotliDecoderState* context) const { BrotliDecoderDestroyInstance(context); }
};

inline const char* chars(ByteSpan bytes) { return reinterpret_cast<const char*>(bytes.data()); }
inline char* chars(std::span<std::byte> bytes) { return reinterpret_cast<char*>(bytes.data()); }

}  // namespace sluice
