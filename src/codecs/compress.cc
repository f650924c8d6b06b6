#include "codecs/compress.h"

#include <brotli/encode.h>
#include <libdeflate.h>
#include <lz4.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <limits>
#include <memory>
#include <new>

#include "base/call_memory.h"
#include "base/kept_memory.h"
#include "codecs/c_library.h"
#include "codecs/snappy_block.h"

namespace sluice {
inline namespace v0 {

std::string_view to_string(Codec codec) {
  switch (codec) {
    case Codec::none: return "none";
    case Codec::snappy: return "snappy";
    case Codec::zstd: return "zstd";
    case Codec::gzip: return "gzip";
    case Codec::brotli: return "brotli";
    case Codec::lz4: return "lz4";
  }
  return "unknown";
}

CompressionLevels levels_of(Codec codec) {
  switch (codec) {
    case Codec::zstd: return {1, 22, 1};
    case Codec::gzip: return {1, 12, 6};
    case Codec::brotli: return {1, 11, 4};
    case Codec::none:
    case Codec::snappy:
    case Codec::lz4: break;
  }
  return {};
}

}  // namespace v0

namespace {

// At level 1 zstd looks for matches of 7 bytes with a small table once there are more than 256 KiB: meant for text of
// any kind, it passes over most of what columns repeat. With matches of 6 and a table that still fits into a core's
// second cache, pages of doubles become 8 % smaller and pages of text 6 %, for a tenth more time (docs/decisions.md).
constexpr int kShortMatch = 6;
constexpr int kMatchTableLog = 15;
constexpr size_t kLongInput = size_t{128} << 10;

// A fresh context costs 18 % at pages of 8 KiB; one per thread is about a megabyte.
size_t compress_zstd(int level, ByteSpan raw, std::byte* out, size_t bound) {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  thread_local KeptMemory kept;
  if (!context) return 0;
  const bool is_tuned = level == 1 && raw.size() > kLongInput;  // 0 is what the level says
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_minMatch, is_tuned ? kShortMatch : 0);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_hashLog, is_tuned ? kMatchTableLog : 0);
  const size_t size = ZSTD_compress2(context.get(), out, bound, raw.data(), raw.size());
  kept.set(ZSTD_sizeof_CCtx(context.get()));
  return ZSTD_isError(size) ? 0 : size;
}

/// What libdeflate 1.14 takes for a context, which it does not tell.
uint64_t gzip_memory_bytes(int level) {
  constexpr int kNearOptimal = 10;
  if (level >= kNearOptimal) return uint64_t{8'799} << 10;
  return uint64_t{level == 1 ? 199u : 655u} << 10;
}

// One context for each level that the thread has met: libdeflate fixes the level when it makes one.
size_t compress_gzip(int level, ByteSpan raw, std::byte* out, size_t bound) {
  struct Context {
    std::unique_ptr<libdeflate_compressor, FreeContext> compressor;
    KeptMemory kept;
  };
  thread_local std::array<Context, 13> contexts;
  Context& context = contexts[static_cast<size_t>(level)];
  if (!context.compressor) {
    context.compressor.reset(libdeflate_alloc_compressor(level));
    if (!context.compressor) return 0;
    context.kept.set(gzip_memory_bytes(level));
  }
  return libdeflate_gzip_compress(context.compressor.get(), raw.data(), raw.size(), out, bound);
}

/// Nothing lies further back than the page is long, and brotli takes two windows of memory, used or not: of the usual
/// four MiB that was most of what it took, for the same size.
int brotli_window(size_t raw_bytes) {
  constexpr int kShortest = 16;  // below that it saves nothing
  return std::clamp(static_cast<int>(std::bit_width(raw_bytes > 0 ? raw_bytes - 1 : 0)), kShortest,
                    BROTLI_DEFAULT_WINDOW);
}

/// What brotli 1.0.9 takes while it compresses, with a window as long as the page, about (measured for texts of 64 KiB
/// to 4 MiB).
uint64_t brotli_memory_bytes(int level, size_t raw_bytes) {
  struct Taken {
    uint64_t once_kib;
    uint64_t a_byte;
  };
  constexpr std::array<Taken, 12> kOfLevel{{{0, 0},
                                            {1'000, 2},
                                            {500, 2},
                                            {500, 2},
                                            {500, 10},
                                            {1'500, 8},
                                            {2'000, 10},
                                            {9'000, 7},
                                            {17'000, 7},
                                            {35'000, 7},
                                            {5'000, 20},
                                            {17'000, 12}}};
  constexpr size_t kShort = size_t{64} << 10;
  const uint64_t of_short = uint64_t{level == 11 ? 5'500u : 2'500u} << 10;
  constexpr uint64_t kGrownBytes = uint64_t{4} << 20;
  const Taken& taken = kOfLevel[static_cast<size_t>(level)];
  const uint64_t bytes = (taken.once_kib << 10) + taken.a_byte * std::min<uint64_t>(raw_bytes, kGrownBytes);
  return raw_bytes <= kShort ? std::min(bytes, of_short) : bytes;
}

size_t compress_brotli(int level, ByteSpan raw, std::byte* out, size_t bound) {
  const CallMemory taken(brotli_memory_bytes(level, raw.size()));
  size_t size = bound;
  const auto* from = reinterpret_cast<const uint8_t*>(raw.data());
  const bool done = BrotliEncoderCompress(level, brotli_window(raw.size()), BROTLI_DEFAULT_MODE, raw.size(), from,
                                          &size, reinterpret_cast<uint8_t*>(out)) == BROTLI_TRUE;
  return done ? size : 0;
}

}  // namespace

size_t compress_bytes_max(Codec codec) {
  constexpr size_t kPageBytesMax = std::numeric_limits<int32_t>::max();
  return codec == Codec::lz4 ? LZ4_MAX_INPUT_SIZE : kPageBytesMax;
}

size_t compressed_bytes_max(Codec codec, size_t raw_bytes) {
  switch (codec) {
    case Codec::none: break;
    case Codec::snappy: return snappy_block_bytes_max(raw_bytes);
    case Codec::zstd: return ZSTD_compressBound(raw_bytes);
    case Codec::gzip: return libdeflate_gzip_compress_bound(nullptr, raw_bytes);
    case Codec::brotli: return BrotliEncoderMaxCompressedSize(raw_bytes);
    case Codec::lz4: return static_cast<size_t>(LZ4_compressBound(static_cast<int>(raw_bytes)));
  }
  return raw_bytes;
}

size_t compress(Compression compression, ByteSpan raw, Bytes& out) {
  assert(raw.size() <= compress_bytes_max(compression.codec));
  const int level = compression.level == 0 ? levels_of(compression.codec).fallback : compression.level;
  const size_t bound = compressed_bytes_max(compression.codec, raw.size());
  std::byte* to = out.prepare(bound);
  size_t size = 0;
  switch (compression.codec) {
    case Codec::none:
      if (!raw.empty()) std::memcpy(to, raw.data(), raw.size());
      out.advance(raw.size());
      return raw.size();
    case Codec::snappy: size = compress_snappy_block(raw, to); break;
    case Codec::zstd: size = compress_zstd(level, raw, to, bound); break;
    case Codec::gzip: size = compress_gzip(level, raw, to, bound); break;
    case Codec::brotli: size = compress_brotli(level, raw, to, bound); break;
    case Codec::lz4:
      size = static_cast<size_t>(LZ4_compress_default(chars(raw), reinterpret_cast<char*>(to),
                                                      static_cast<int>(raw.size()), static_cast<int>(bound)));
      break;
  }
  // With room for the bound, only memory can fail.
  if (size == 0) throw std::bad_alloc();
  out.advance(size);
  return size;
}

}  // namespace sluice
