#include "encodings/rle_hybrid.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/draw.h"
#include "support/slow_decoders.h"

namespace sluice::rle_hybrid_test {
namespace {

using test::Draw;
using test::HybridParts;
using test::slow_hybrid;

constexpr size_t kLengths[] = {0,  1,  2,  7,  8,   9,   15,  16,  17,  31,  32,
                               33, 63, 64, 65, 503, 504, 505, 511, 512, 513, 2000};

uint32_t widest(int width) { return width == 0 ? 0 : ~uint32_t{0} >> (32 - width); }

std::vector<uint8_t> encoded(const std::vector<uint32_t>& values, int width) {
  Bytes out;
  rle_hybrid::encode(std::span<const uint32_t>(values), width, out);
  std::vector<uint8_t> numbers;
  for (const std::byte byte : ByteSpan(out)) numbers.push_back(std::to_integer<uint8_t>(byte));
  return numbers;
}

// Encodes, checks the bound on the size, and that values come back with nothing but zeros behind them.
template <typename T>
HybridParts expect_round_trip(const std::vector<T>& values, int width) {
  Bytes out;
  rle_hybrid::encode(std::span<const T>(values), width, out);
  EXPECT_LE(out.size(), rle_hybrid::encoded_bytes_max(values.size(), width)) << values.size() << " of width " << width;
  HybridParts parts = slow_hybrid(out, width);
  EXPECT_GE(parts.values.size(), values.size());
  EXPECT_LT(parts.values.size(), values.size() + 8);
  EXPECT_TRUE(std::equal(values.begin(), values.end(), parts.values.begin())) << values.size() << " of width " << width;
  EXPECT_TRUE(std::all_of(parts.values.begin() + static_cast<std::ptrdiff_t>(values.size()), parts.values.end(),
                          [](uint32_t value) { return value == 0; }));
  return parts;
}

// Encodings.md: a run's header is its count shifted left by one; groups of eight have the lowest bit set.
TEST(RleHybrid, WritesWhatTheGrammarSays) {
  EXPECT_EQ(encoded(std::vector<uint32_t>(100, 5), 3), (std::vector<uint8_t>{0xc8, 0x01, 5}));
  EXPECT_EQ(encoded({0, 1, 2, 3, 4, 5, 6, 7}, 3), (std::vector<uint8_t>{1 << 1 | 1, 0x88, 0xc6, 0xfa}));
  EXPECT_EQ(encoded(std::vector<uint32_t>(8, 0x0102), 9), (std::vector<uint8_t>{8 << 1, 0x02, 0x01}));
  EXPECT_EQ(encoded(std::vector<uint32_t>(9, 0xffff'ffff), 32), (std::vector<uint8_t>{9 << 1, 0xff, 0xff, 0xff, 0xff}));
  EXPECT_EQ(encoded(std::vector<uint32_t>(300, 0), 0), (std::vector<uint8_t>{0xd8, 0x04}));
  EXPECT_TRUE(encoded({}, 7).empty());
}

TEST(RleHybrid, PadsTheLastGroupWithZeros) {
  EXPECT_EQ(encoded({1, 0, 1}, 1), (std::vector<uint8_t>{1 << 1 | 1, 0b101}));
}

TEST(RleHybrid, RunValuesTakeWholeBytes) {
  for (int width = 0; width <= 32; ++width) {
    Bytes out;
    rle_hybrid::encode_run(widest(width), 1, width, out);
    EXPECT_EQ(out.size(), 1 + static_cast<size_t>((width + 7) / 8)) << width;
    EXPECT_EQ(slow_hybrid(out, width).values, std::vector<uint32_t>{widest(width)}) << width;
  }
}

TEST(RleHybrid, RunsOfAnyCountComeBack) {
  for (const uint64_t count : {1, 63, 64, 8191, 8192, 1'048'575, 1'048'576}) {
    Bytes out;
    rle_hybrid::encode_run(3, count, 2, out);
    EXPECT_EQ(slow_hybrid(out, 2).run_counts, std::vector<uint64_t>{count});
  }
}

TEST(RleHybrid, EveryWidthAndLengthComesBack) {
  Draw draw(3);
  for (int width = 0; width <= 32; ++width) {
    for (const size_t length : kLengths) {
      std::vector<uint32_t> values(length);
      for (uint32_t& value : values) value = static_cast<uint32_t>(draw.bits()) & widest(width);
      expect_round_trip(values, width);
      expect_round_trip(std::vector<uint32_t>(length, widest(width)), width);
    }
  }
}

// Runs and mixtures of each kind, at every width, drawn so that each alignment of a run's begin and end occurs.
TEST(RleHybrid, MixturesComeBack) {
  Draw draw(4);
  for (int round = 0; round < 2000; ++round) {
    const int width = static_cast<int>(draw.below(33));
    std::vector<uint32_t> values;
    std::vector<uint8_t> bytes;
    for (int64_t part = draw.magnitude(12); part > 0; --part) {
      const auto value = static_cast<uint32_t>(draw.bits()) & widest(width);
      const bool is_run = draw.chance(50);
      for (int64_t i = draw.magnitude(is_run ? 100 : 20); i > 0; --i)
        values.push_back(is_run ? value : static_cast<uint32_t>(draw.bits()) & widest(width));
    }
    ASSERT_NO_FATAL_FAILURE(expect_round_trip(values, width));
    if (width > 8) continue;
    bytes.assign(values.begin(), values.end());
    const HybridParts parts = expect_round_trip(bytes, width);
    EXPECT_EQ(parts.values, expect_round_trip(values, width).values);
  }
}

TEST(RleHybrid, RunsAtEveryAlignment) {
  for (size_t lead = 0; lead <= 17; ++lead) {
    for (size_t length = 1; length <= 40; ++length) {
      for (const size_t tail : {0, 1, 7, 8, 9}) {
        std::vector<uint32_t> values;
        for (size_t i = 0; i < lead; ++i) values.push_back(i % 2);
        values.insert(values.end(), length, 2);
        for (size_t i = 0; i < tail; ++i) values.push_back(i % 2);
        const HybridParts parts = expect_round_trip(values, 2);
        const bool has_run =
            std::any_of(parts.run_counts.begin(), parts.run_counts.end(), [](uint64_t count) { return count > 0; });
        // A run that fills a whole group, wherever it begins, must not be packed value by value.
        EXPECT_TRUE(has_run || length < 15) << lead << " " << length << " " << tail;
      }
    }
  }
}

// The case that takes most: a run of eight and a packed group in turn.
TEST(RleHybrid, NeverTakesMoreThanItsBound) {
  for (int width = 0; width <= 32; ++width) {
    for (size_t groups = 1; groups <= 40; ++groups) {
      for (size_t tail = 0; tail < 8; ++tail) {
        std::vector<uint32_t> values;
        for (size_t group = 0; group < groups; ++group)
          for (uint32_t i = 0; i < 8; ++i) values.push_back(group % 2 == 0 ? widest(width) : i & widest(width));
        for (uint32_t i = 0; i < tail; ++i) values.push_back(i & widest(width));
        expect_round_trip(values, width);
      }
    }
  }
}

}  // namespace
}  // namespace sluice::rle_hybrid_test
