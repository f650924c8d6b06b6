#include "codecs/decompress_frame.h"

#include <gtest/gtest.h>
#include <lz4frame.h>
#include <zstd.h>

#include <string>

#include "support/draw.h"

namespace sluice::decompress_frame_test {
namespace {

constexpr FrameCodec kCodecs[] = {FrameCodec::lz4, FrameCodec::zstd};

std::string frame(FrameCodec codec, const std::string& raw) {
  std::string out(ZSTD_compressBound(raw.size()) + LZ4F_compressFrameBound(raw.size(), nullptr), ' ');
  out.resize(codec == FrameCodec::zstd ? ZSTD_compress(out.data(), out.size(), raw.data(), raw.size(), 1)
                                       : LZ4F_compressFrame(out.data(), out.size(), raw.data(), raw.size(), nullptr));
  return out;
}

std::optional<std::string> decompressed(FrameCodec codec, const std::string& frames, size_t size) {
  std::string out(size, '?');
  if (!decompress_frames(codec, as_bytes(frames), std::as_writable_bytes(std::span(out)))) return std::nullopt;
  return out;
}

std::string drawn_text(test::Draw& draw, size_t size) {
  std::string text(size, 'a');
  for (char& letter : text)
    if (draw.chance(30)) letter = static_cast<char>(draw.bits());
  return text;
}

TEST(DecompressFrames, BringBackWhatWasCompressed) {
  test::Draw draw(1);
  for (const FrameCodec codec : kCodecs)
    for (const size_t size : {0, 1, 63, 64, 65, 65'535, 65'536, 65'537, 5'000'000}) {
      const std::string raw = drawn_text(draw, size);
      const std::string frames = frame(codec, raw);
      EXPECT_EQ(decompressed(codec, frames, size), raw) << size;
      EXPECT_EQ(decompressed(codec, frames, size + 1), std::nullopt) << size;
      if (size > 0) {
        EXPECT_EQ(decompressed(codec, frames, size - 1), std::nullopt) << size;
      }
    }
}

TEST(DecompressFrames, TakeSeveralFramesAndNothing) {
  for (const FrameCodec codec : kCodecs) {
    EXPECT_EQ(decompressed(codec, frame(codec, "one ") + frame(codec, "two"), 7), "one two");
    EXPECT_EQ(decompressed(codec, "", 0), "");
    EXPECT_EQ(decompressed(codec, "", 1), std::nullopt);
  }
}

TEST(DecompressFrames, StopCleanlyWhenBytesEndAnywhere) {
  test::Draw draw(2);
  const std::string raw = drawn_text(draw, 300);
  for (const FrameCodec codec : kCodecs) {
    const std::string frames = frame(codec, raw);
    for (size_t size = 0; size < frames.size(); ++size)
      EXPECT_EQ(decompressed(codec, frames.substr(0, size), raw.size()), std::nullopt) << size;
    EXPECT_EQ(decompressed(codec, frames + '\0', raw.size()), std::nullopt);
    EXPECT_EQ(decompressed(codec, frames, raw.size()), raw) << "after so many failures";
  }
}

TEST(DecompressFrames, SurviveRandomChanges) {
  test::Draw draw(3);
  const std::string raw = drawn_text(draw, 300);
  for (const FrameCodec codec : kCodecs) {
    const std::string frames = frame(codec, raw);
    for (int i = 0; i < 5'000; ++i) {
      std::string wrong = frames;
      for (int64_t changes = draw.magnitude(4); changes > 0; --changes)
        wrong[draw.below(wrong.size())] = static_cast<char>(draw.bits());
      decompressed(codec, wrong, raw.size());
    }
  }
}

}  // namespace
}  // namespace sluice::decompress_frame_test
