#include "encodings/rle_hybrid_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/bits.h"
#include "encodings/rle_hybrid.h"
#include "support/draw.h"
#include "support/slow_decoders.h"

namespace sluice::rle_hybrid_reader_test {
namespace {

using rle_hybrid::Reader;
using test::Draw;

constexpr uint64_t kHybridSeed = 91'402;

/// Runs and groups as no writer of ours makes them: of any length, in any order, runs of nothing too.
Bytes draw_hybrid(Draw& draw, int width) {
  Bytes bytes;
  for (uint64_t parts = draw.below(12); parts-- > 0;) {
    if (draw.chance(50)) {
      rle_hybrid::encode_run(static_cast<uint32_t>(draw.bits() & ((uint64_t{1} << width) - 1)), 1 + draw.below(100),
                             width, bytes);
    } else {
      const auto groups = static_cast<uint8_t>(1 + draw.below(20));
      bytes.push_back(static_cast<uint8_t>(groups << 1 | 1));
      for (size_t i = 0; i < groups * static_cast<size_t>(width); ++i)
        bytes.push_back(static_cast<uint8_t>(draw.bits()));
    }
  }
  return bytes;
}

template <typename T>
std::vector<T> narrowed(const std::vector<uint32_t>& values) {
  return {values.begin(), values.end()};
}

template <typename T>
void read_some(Draw& draw, Reader& reader, const std::vector<uint32_t>& values, size_t& at) {
  std::vector<T> found(draw.below(150));
  const size_t whole = reader.read(std::span(found));
  ASSERT_EQ(whole, std::min(found.size(), values.size() - at));
  found.resize(whole);
  const auto from = values.begin() + static_cast<std::ptrdiff_t>(at);
  ASSERT_EQ(found, narrowed<T>({from, from + static_cast<std::ptrdiff_t>(whole)}));
  at += whole;
}

/// Numbers in [begin, end), which ascend.
std::vector<uint32_t> draw_places(Draw& draw, size_t begin, size_t end) {
  std::vector<uint32_t> places;
  const int percent = draw.chance(50) ? 5 : 90;
  for (size_t i = begin; i < end; ++i)
    if (draw.chance(percent)) places.push_back(static_cast<uint32_t>(i));
  return places;
}

/// Beyond the last value there are none to be picked.
void pick_some(Draw& draw, Reader& reader, const std::vector<uint32_t>& values, size_t& at) {
  const size_t begin = draw.below(1'000);
  const size_t count = draw.below(300);
  const size_t whole = std::min(count, values.size() - at);
  const std::vector<uint32_t> places = draw_places(draw, begin, begin + whole);
  std::vector<uint32_t> found(places.size());
  ASSERT_EQ(reader.pick(places, begin, begin + count, found.data()), whole);
  for (size_t i = 0; i < places.size(); ++i) ASSERT_EQ(found[i], values[at + places[i] - begin]);
  at += whole;
}

TEST(RleHybridReader, AnyStepsGiveTheSameValues) {
  for (uint64_t index = 0; index < 4'000; ++index) {
    Draw draw(kHybridSeed, index);
    const int width = 1 + static_cast<int>(index % 32);
    const Bytes bytes = draw_hybrid(draw, width);
    const std::vector<uint32_t> values = test::slow_hybrid(bytes, width).values;
    Reader reader(bytes, width);
    SCOPED_TRACE("seed " + std::to_string(kHybridSeed) + ", case " + std::to_string(index));
    for (size_t at = 0; at < values.size();) {
      const auto stretch = reader.peek(1 + draw.below(200));
      ASSERT_GT(stretch.count, 0u);
      ASSERT_LE(stretch.count, values.size() - at);
      if (stretch.is_run) {
        for (size_t i = 0; i < stretch.count; ++i) ASSERT_EQ(values[at + i], stretch.value);
      }
      if (draw.chance(30)) {
        const size_t count = draw.below(150);
        ASSERT_EQ(reader.skip(count), std::min(count, values.size() - at));
        at += std::min(count, values.size() - at);
      } else if (draw.chance(30)) {
        pick_some(draw, reader, values, at);
      } else if (width <= 8 && draw.chance(50)) {
        read_some<uint8_t>(draw, reader, values, at);
      } else {
        read_some<uint32_t>(draw, reader, values, at);
      }
      if (testing::Test::HasFatalFailure()) return;
    }
    EXPECT_EQ(reader.peek(1).count, 0u);
    EXPECT_EQ(reader.skip(1), 0u);
    EXPECT_EQ(reader.bytes_left(), 0u);
  }
}

TEST(RleHybridReader, BitsAreTheValues) {
  for (uint64_t index = 0; index < 2'000; ++index) {
    Draw draw(kHybridSeed + 1, index);
    const Bytes bytes = draw_hybrid(draw, 1);
    const std::vector<uint32_t> values = test::slow_hybrid(bytes, 1).values;
    Reader reader(bytes, 1);
    const auto lead = static_cast<int64_t>(draw.below(20));
    std::vector<uint8_t> bits(3, 0xA5);  // what stands before stays
    std::vector<uint8_t> expected;
    for (int64_t i = 0; i < lead; ++i) expected.push_back(bit_at(bits.data(), i));
    for (size_t at = 0; at < values.size();) {
      const size_t count = draw.below(300);
      const auto begin = static_cast<int64_t>(expected.size());
      bits.resize(static_cast<size_t>(bytes_of_bits(begin + static_cast<int64_t>(count))) + 3);
      int64_t set = -1;
      const size_t whole = reader.read_bits(count, bits.data(), begin, set);
      ASSERT_EQ(whole, std::min(count, values.size() - at));
      const auto from = values.begin() + static_cast<std::ptrdiff_t>(at);
      ASSERT_EQ(set, std::count(from, from + static_cast<std::ptrdiff_t>(whole), 1u));
      for (size_t i = 0; i < whole; ++i) expected.push_back(static_cast<uint8_t>(values[at + i]));
      at += whole;
    }
    for (size_t i = 0; i < expected.size(); ++i)
      ASSERT_EQ(bit_at(bits.data(), static_cast<int64_t>(i)), expected[i] != 0)
          << "seed " << kHybridSeed + 1 << ", case " << index << ", bit " << i;
  }
}

TEST(RleHybridReader, TellsWhatIsBehindTheValues) {
  Bytes bytes;
  rle_hybrid::encode(std::vector<uint32_t>{1, 2, 3, 4, 5, 6, 7, 0, 1, 2}, 3, bytes);
  bytes.append(std::string_view("xyz"));
  Reader reader(bytes, 3);
  EXPECT_EQ(reader.skip(10), 10u);
  EXPECT_EQ(reader.bytes_left(), 3u) << "padding of the last group counts as read";
  EXPECT_EQ(Reader(as_bytes("xyz"), 0).bytes_left(), 3u);
}

TEST(RleHybridReader, HasZerosWithoutEndForWidthZero) {
  Reader reader({}, 0);
  EXPECT_EQ(reader.skip(size_t{1} << 60), size_t{1} << 60);
  std::vector<uint32_t> values(100, 7);
  EXPECT_EQ(reader.read(std::span(values)), 100u);
  EXPECT_EQ(values, std::vector<uint32_t>(100, 0));
}

TEST(RleHybridReader, ABillionValuesTakeNoTime) {
  Bytes bytes;
  rle_hybrid::encode_run(5, uint64_t{1} << 40, 3, bytes);
  Reader reader(bytes, 3);
  EXPECT_EQ(reader.skip((size_t{1} << 40) - 1), (size_t{1} << 40) - 1);
  EXPECT_EQ(reader.peek(100).count, 1u);
  EXPECT_EQ(reader.peek(100).value, 5u);
}

TEST(RleHybridReader, IsSpentWhereNothingButPaddingIsLeft) {
  const auto is_spent_after = [](const Bytes& bytes, int width, size_t count) {
    Reader reader(bytes, width);
    EXPECT_EQ(reader.skip(count), count);
    return reader.is_spent();
  };
  Bytes run;
  rle_hybrid::encode_run(1, 10, 1, run);
  EXPECT_TRUE(is_spent_after(run, 1, 10));
  EXPECT_FALSE(is_spent_after(run, 1, 9)) << "a value of the run is left, though no byte is";
  EXPECT_FALSE(is_spent_after(run, 1, 0));
  Bytes group;
  group.push_back(3);     // one group of eight
  group.push_back(0x25);  // 1 0 1 0 0 1 0 0
  EXPECT_TRUE(is_spent_after(group, 1, 8));
  EXPECT_TRUE(is_spent_after(group, 1, 6)) << "two zeros fill it up";
  EXPECT_FALSE(is_spent_after(group, 1, 5)) << "a one is left";
  EXPECT_FALSE(is_spent_after(group, 1, 0));
  group.append(run.view());
  EXPECT_FALSE(is_spent_after(group, 1, 8)) << "a run behind it";
  EXPECT_TRUE(is_spent_after(group, 1, 18));
  EXPECT_TRUE(is_spent_after(Bytes(), 3, 0));
  EXPECT_TRUE(is_spent_after(Bytes(), 0, 7)) << "zeros without end";
}

}  // namespace
}  // namespace sluice::rle_hybrid_reader_test
