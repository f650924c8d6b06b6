#include "pages/level_decoder.h"

#include <gtest/gtest.h>

#include <bit>
#include <optional>

#include "base/bits.h"
#include "encodings/rle_hybrid.h"
#include "pages/page_fault.h"
#include "support/draw.h"
#include "support/reference_slots.h"

namespace sluice::level_decoder_test {
namespace {

using test::Draw;

/// Levels in runs and one by one, mostly the highest.
std::vector<uint8_t> draw_levels(Draw& draw, uint8_t level_max, size_t count) {
  std::vector<uint8_t> levels;
  const int64_t run_max = draw.magnitude(600);
  while (levels.size() < count) {
    const auto level = draw.chance(50) ? level_max : static_cast<uint8_t>(draw.below(level_max + 1u));
    levels.insert(levels.end(), static_cast<size_t>(draw.magnitude(run_max)), level);
  }
  levels.resize(count);
  return levels;
}

/// The old form: the most significant bit first.
Bytes pack_old(const std::vector<uint8_t>& levels, int width) {
  std::vector<uint8_t> packed((levels.size() * static_cast<size_t>(width) + 7) / 8);
  size_t at = 0;
  for (const uint8_t level : levels)
    for (int bit = width; bit-- > 0; ++at)
      packed[at / 8] = static_cast<uint8_t>(packed[at / 8] | ((level >> bit & 1) << (7 - at % 8)));
  Bytes bytes;
  bytes.append(packed.data(), packed.size());
  return bytes;
}

Bytes pack(const std::vector<uint8_t>& levels, int width, bool is_old) {
  if (is_old) return pack_old(levels, width);
  Bytes bytes;
  const std::vector<uint32_t> values(levels.begin(), levels.end());
  rle_hybrid::encode(values, width, bytes);
  return bytes;
}

/// Goes through all levels by calls of any kind.
void expect_levels(Draw& draw, LevelDecoder& decoder, const std::vector<uint8_t>& levels, uint8_t level_max) {
  size_t at = 0;
  while (at < levels.size()) {
    const auto count = static_cast<size_t>(draw.magnitude(static_cast<int64_t>(levels.size() - at)));
    const auto first = levels.begin() + static_cast<std::ptrdiff_t>(at);
    const auto last = first + static_cast<std::ptrdiff_t>(count);
    const auto full = static_cast<size_t>(std::count(first, last, level_max));
    switch (draw.below(level_max == 1 ? 4 : 3)) {
      case 0: {
        std::vector<uint8_t> found(count, 0xff);
        decoder.read(found);
        ASSERT_TRUE(std::equal(first, last, found.begin())) << at;
        break;
      }
      case 1: ASSERT_EQ(decoder.skip(count), full) << at; break;
      case 2:
        if (!decoder.take_full_run(count)) continue;
        ASSERT_EQ(full, count) << at;
        break;
      default: {
        const int64_t begin = draw.between(0, 20);
        std::vector<uint8_t> bits((static_cast<size_t>(begin) + count + 7) / 8, 0xa5);
        ASSERT_EQ(decoder.read_validity(count, bits.data(), begin), static_cast<int64_t>(full));
        for (int64_t i = 0; i < begin; ++i) ASSERT_EQ(bit_at(bits.data(), i), (0xa5 >> (i % 8) & 1) != 0);
        for (size_t i = 0; i < count; ++i)
          ASSERT_EQ(bit_at(bits.data(), begin + static_cast<int64_t>(i)), levels[at + i] == 1);
      }
    }
    at += count;
  }
}

TEST(LevelDecoder, GivesLevelsBackInAnySteps) {
  const uint64_t seed = test::property_seed();
  for (uint64_t round = 0; round < 600; ++round) {
    SCOPED_TRACE(round);
    Draw draw(seed, round);
    const auto level_max = static_cast<uint8_t>(draw.chance(40) ? 1 : draw.between(1, 129));
    const std::vector<uint8_t> levels = draw_levels(draw, level_max, static_cast<size_t>(draw.magnitude(5'000)));
    const bool is_old = draw.chance(30);
    const Bytes bytes = pack(levels, std::bit_width(level_max), is_old);
    LevelDecoder decoder(bytes, is_old ? Encoding::bit_packed : Encoding::rle, level_max);
    ASSERT_NO_FATAL_FAILURE(expect_levels(draw, decoder, levels, level_max));
    EXPECT_EQ(decoder.bytes_left(), 0u);
  }
}

TEST(LevelDecoder, ARunOfTheHighestIsTakenUnread) {
  const std::vector<uint8_t> levels(1'000, 1);
  const Bytes bytes = pack(levels, 1, false);
  LevelDecoder decoder(bytes, Encoding::rle, 1);
  EXPECT_TRUE(decoder.take_full_run(999));
  EXPECT_FALSE(decoder.take_full_run(2));
  EXPECT_TRUE(decoder.take_full_run(1));
  EXPECT_FALSE(decoder.take_full_run(1));
}

TEST(LevelDecoder, NoLevelsNeedNoBytes) {
  LevelDecoder decoder({}, Encoding::rle, 0);
  std::vector<uint8_t> levels(100, 9);
  decoder.read(levels);
  EXPECT_EQ(levels, std::vector<uint8_t>(100, 0));
  EXPECT_EQ(decoder.skip(1'000'000), 1'000'000u);
}

TEST(LevelDecoder, TooFewLevelsAreAFault) {
  for (const bool is_old : {false, true}) {
    for (const uint8_t level_max : {1, 3}) {
      std::vector<uint8_t> levels(64);
      for (size_t i = 0; i < levels.size(); ++i) levels[i] = static_cast<uint8_t>(i % (level_max + 1u));
      const Bytes whole = pack(levels, std::bit_width(level_max), is_old);
      const Encoding encoding = is_old ? Encoding::bit_packed : Encoding::rle;
      for (size_t size = 0; size < whole.size(); ++size) {
        const ByteSpan bytes = ByteSpan(whole).first(size);
        EXPECT_THROW(LevelDecoder(bytes, encoding, level_max).read(levels), PageFault) << size;
        EXPECT_THROW(LevelDecoder(bytes, encoding, level_max).skip(64), PageFault) << size;
        EXPECT_FALSE(LevelDecoder(bytes, encoding, level_max).take_full_run(64)) << size;
        std::vector<uint8_t> bits(8);
        if (level_max == 1) {
          EXPECT_THROW(LevelDecoder(bytes, encoding, 1).read_validity(64, bits.data(), 0), PageFault);
        }
      }
    }
  }
}

TEST(LevelDecoder, LevelsAboveTheHighestAreAFault) {
  for (const bool is_run : {false, true}) {
    for (const bool is_old : {false, true}) {
      std::vector<uint8_t> levels(40, is_run ? uint8_t{3} : uint8_t{2});
      levels[20] = 3;
      const Bytes bytes = pack(levels, 2, is_old);
      const Encoding encoding = is_old ? Encoding::bit_packed : Encoding::rle;
      EXPECT_THROW(LevelDecoder(bytes, encoding, 2).read(levels), PageFault);
      EXPECT_THROW(LevelDecoder(bytes, encoding, 2).skip(40), PageFault);
      EXPECT_FALSE(LevelDecoder(bytes, encoding, 2).take_full_run(40));
    }
  }
}

TEST(LevelDecoder, OtherEncodingsAreAFault) {
  for (const int32_t encoding : {0, 1, 2, 5, 8, 9, -1, 1'000})
    EXPECT_THROW(LevelDecoder({}, static_cast<Encoding>(encoding), 1), PageFault);
}

}  // namespace
}  // namespace sluice::level_decoder_test
