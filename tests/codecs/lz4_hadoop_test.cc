#include "codecs/lz4_hadoop.h"

#include <gtest/gtest.h>
#include <lz4.h>
#include <lz4frame.h>

#include <string>
#include <vector>

#include "codecs/compress.h"
#include "support/draw.h"

namespace sluice::lz4_hadoop_test {
namespace {

std::string big_endian(size_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift);
  return bytes;
}

std::string block_of(std::string_view raw) {
  std::string block(static_cast<size_t>(LZ4_compressBound(static_cast<int>(raw.size()))), ' ');
  block.resize(static_cast<size_t>(
      LZ4_compress_default(raw.data(), block.data(), static_cast<int>(raw.size()), static_cast<int>(block.size()))));
  return block;
}

/// One of Hadoop's frames, of blocks of at most `block_bytes`.
std::string frame_of(std::string_view raw, size_t block_bytes) {
  std::string frame = big_endian(raw.size());
  for (size_t at = 0; at < raw.size(); at += block_bytes) {
    const std::string block = block_of(raw.substr(at, block_bytes));
    frame += big_endian(block.size()) + block;
  }
  return frame;
}

bool gives(std::string_view stored, std::string_view raw) {
  std::vector<std::byte> into(raw.size());
  return decompress_hadoop_lz4(as_bytes(stored), into) && as_text(into) == raw;
}

std::string some_text(size_t size) {
  test::Draw draw(8);
  std::string text;
  while (text.size() < size)
    text += draw.chance(50) ? "to be or not to be" : std::string(1, static_cast<char>(draw.bits()));
  text.resize(size);
  return text;
}

TEST(Lz4Hadoop, FramesOfBlocks) {
  for (const size_t size : {1, 100, 65'536, 200'000}) {
    const std::string text = some_text(size);
    EXPECT_TRUE(gives(frame_of(text, text.size()), text)) << size;
    EXPECT_TRUE(gives(frame_of(text, 1'000), text)) << size;
    const std::string two = frame_of(text.substr(0, size / 2), 70'000) + frame_of(text.substr(size / 2), 70'000);
    EXPECT_TRUE(gives(two, text)) << size;
  }
  EXPECT_TRUE(gives("", ""));
}

TEST(Lz4Hadoop, ABareBlock) {
  const std::string text = some_text(5'000);
  EXPECT_TRUE(gives(block_of(text), text));
}

TEST(Lz4Hadoop, TheFrameFormat) {
  const std::string text = some_text(5'000);
  std::string frame(LZ4F_compressFrameBound(text.size(), nullptr), ' ');
  frame.resize(LZ4F_compressFrame(frame.data(), frame.size(), text.data(), text.size(), nullptr));
  EXPECT_TRUE(gives(frame, text));
}

TEST(Lz4Hadoop, AnotherSizeOrACutIsRefused) {
  const std::string text = some_text(3'000);
  const std::string stored = frame_of(text, 1'000);
  EXPECT_FALSE(gives(stored, text + "x"));
  EXPECT_FALSE(gives(stored, text.substr(1)));
  EXPECT_FALSE(gives(stored + "x", text));
  for (size_t size = 0; size < stored.size(); ++size) EXPECT_FALSE(gives(stored.substr(0, size), text)) << size;
}

TEST(Lz4Hadoop, DamageNeverReachesBeyondTheRoom) {
  const std::string text = some_text(2'000);
  const std::string stored = frame_of(text, 700);
  test::Draw draw(9);
  for (int round = 0; round < 3'000; ++round) {
    std::string damaged = stored;
    for (uint64_t i = 1 + draw.below(3); i-- > 0;) {
      const size_t at = draw.below(draw.chance(50) ? 12 : damaged.size());
      damaged[at] = static_cast<char>(draw.chance(30) ? 0xff : draw.bits());
    }
    std::vector<std::byte> into(text.size());
    (void)decompress_hadoop_lz4(as_bytes(damaged), into);
  }
}

}  // namespace
}  // namespace sluice::lz4_hadoop_test
