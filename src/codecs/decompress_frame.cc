#include "codecs/decompress_frame.h"

#include <lz4frame.h>
#include <zstd.h>

#include <memory>
#include <new>

#include "codecs/c_library.h"

namespace sluice {
namespace {

LZ4F_dctx* new_lz4_context() {
  LZ4F_dctx* context = nullptr;
  return LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) != 0 ? nullptr : context;
}

bool decompress_lz4_frames(ByteSpan frames, std::span<std::byte> into) {
  thread_local const std::unique_ptr<LZ4F_dctx, FreeContext> context(new_lz4_context());
  if (!context) throw std::bad_alloc();
  LZ4F_resetDecompressionContext(context.get());  // the last call may have stopped in the middle
  const LZ4F_decompressOptions_t options{.stableDst = 1, .skipChecksums = 0, .reserved1 = 0, .reserved0 = 0};
  size_t hint = 0;  // 0: a frame has just ended
  do {
    size_t taken = frames.size();
    size_t made = into.size();
    hint = LZ4F_decompress(context.get(), into.data(), &made, frames.data(), &taken, &options);
    if (LZ4F_isError(hint) != 0 || (taken == 0 && made == 0)) return false;
    frames = frames.subspan(taken);
    into = into.subspan(made);
  } while (!frames.empty());
  return hint == 0 && into.empty();
}

bool decompress_zstd_frames(ByteSpan frames, std::span<std::byte> into) {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  if (!context) throw std::bad_alloc();
  return ZSTD_decompressDCtx(context.get(), into.data(), into.size(), frames.data(), frames.size()) == into.size();
}

}  // namespace

bool decompress_frames(FrameCodec codec, ByteSpan frames, std::span<std::byte> into) {
  if (frames.empty()) return into.empty();
  return codec == FrameCodec::lz4 ? decompress_lz4_frames(frames, into) : decompress_zstd_frames(frames, into);
}

}  // namespace sluice
