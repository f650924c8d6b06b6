#include "codecs/decompress.h"

#include <brotli/decode.h>
#include <libdeflate.h>
#include <lz4.h>
#include <zstd.h>

#include <climits>
#include <memory>
#include <new>

#include "base/kept_memory.h"
#include "codecs/c_library.h"
#include "codecs/snappy_block.h"

namespace sluice {
namespace {

bool decompress_zstd(ByteSpan stored, std::span<std::byte> into) {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  if (!context) throw std::bad_alloc();
  thread_local KeptMemory kept;
  kept.set(ZSTD_sizeof_DCtx(context.get()));
  return ZSTD_decompressDCtx(context.get(), into.data(), into.size(), stored.data(), stored.size()) == into.size();
}

// A gzip file may be several members, one behind the other, and so may a page (RFC 1952, section 2.2).
bool decompress_gzip(ByteSpan stored, std::span<std::byte> into) {
  thread_local const std::unique_ptr<libdeflate_decompressor, FreeContext> context(libdeflate_alloc_decompressor());
  if (!context) throw std::bad_alloc();
  do {
    size_t taken = 0;
    size_t made = 0;
    const libdeflate_result result = libdeflate_gzip_decompress_ex(context.get(), stored.data(), stored.size(),
                                                                   into.data(), into.size(), &taken, &made);
    if (result != LIBDEFLATE_SUCCESS) return false;
    stored = stored.subspan(taken);
    into = into.subspan(made);
  } while (!stored.empty());
  return into.empty();
}

// In one shot the library does not tell whether bytes are left; and its decoders serve once.
bool decompress_brotli(ByteSpan stored, std::span<std::byte> into) {
  const std::unique_ptr<BrotliDecoderState, FreeContext> context(
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr));
  if (!context) throw std::bad_alloc();
  size_t stored_left = stored.size();
  size_t room_left = into.size();
  const auto* from = reinterpret_cast<const uint8_t*>(stored.data());
  auto* to = reinterpret_cast<uint8_t*>(into.data());
  const BrotliDecoderResult result =
      BrotliDecoderDecompressStream(context.get(), &stored_left, &from, &room_left, &to, nullptr);
  return result == BROTLI_DECODER_RESULT_SUCCESS && stored_left == 0 && room_left == 0;
}

bool decompress_lz4(ByteSpan stored, std::span<std::byte> into) {
  if (stored.size() > INT_MAX || into.size() > INT_MAX) return false;
  const int size =
      LZ4_decompress_safe(chars(stored), chars(into), static_cast<int>(stored.size()), static_cast<int>(into.size()));
  return size >= 0 && static_cast<size_t>(size) == into.size();
}

bool copy(ByteSpan stored, std::span<std::byte> into) {
  if (stored.size() != into.size()) return false;
  if (!stored.empty()) std::memcpy(into.data(), stored.data(), stored.size());
  return true;
}

}  // namespace

bool decompress(Codec codec, ByteSpan stored, std::span<std::byte> into) {
  // The libraries want places to write to, even for nothing.
  std::byte nowhere{};
  if (into.data() == nullptr) into = {&nowhere, 0};
  switch (codec) {
    case Codec::none: return copy(stored, into);
    case Codec::snappy: return decompress_snappy_block(stored, into);
    case Codec::zstd: return decompress_zstd(stored, into);
    case Codec::gzip: return decompress_gzip(stored, into);
    case Codec::brotli: return decompress_brotli(stored, into);
    case Codec::lz4: return decompress_lz4(stored, into);
  }
  return false;
}

}  // namespace sluice
