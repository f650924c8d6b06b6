#include "pages/bounds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/bytes.h"
#include "base/utf8.h"
#include "support/draw.h"

namespace sluice::bounds_test {
namespace {

using test::Draw;

template <typename T>
std::string stored(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

template <typename T>
T number(const std::string& bytes) {
  EXPECT_EQ(bytes.size(), sizeof(T));
  return load<T>(bytes.data());
}

/// The bounds of a chunk whose pages hold these values.
template <typename T>
ChunkBounds bounds_of(const std::vector<std::vector<T>>& pages) {
  NumberBounds<T> bounds;
  for (const std::vector<T>& page : pages) {
    if constexpr (std::is_same_v<T, bool>) {
      for (const bool value : page) bounds.add({&value, 1});
    } else {
      bounds.add(std::span<const T>(page));
    }
    bounds.end_page();
  }
  return bounds.finish();
}

ChunkBounds text_bounds_of(bool utf8, const std::vector<std::vector<std::string>>& pages) {
  TextBounds bounds(utf8);
  for (const std::vector<std::string>& page : pages) {
    for (const std::string& value : page) bounds.add(value);
    bounds.end_page();
  }
  return bounds.finish();
}

template <typename T>
void expect_chunk(const ChunkBounds& bounds, T min, T max) {
  ASSERT_TRUE(bounds.chunk);
  EXPECT_EQ(bounds.chunk->min, stored(min));
  EXPECT_EQ(bounds.chunk->max, stored(max));
  EXPECT_TRUE(bounds.chunk->min_exact && bounds.chunk->max_exact);
}

// --- numbers

template <typename T>
class IntegerBounds : public testing::Test {};
using Integers = testing::Types<int32_t, uint32_t, int64_t, uint64_t>;
TYPED_TEST_SUITE(IntegerBounds, Integers);

TYPED_TEST(IntegerBounds, Extremes) {
  using T = TypeParam;
  constexpr T kMin = std::numeric_limits<T>::min();
  constexpr T kMax = std::numeric_limits<T>::max();
  expect_chunk<T>(bounds_of<T>({{0, 1, kMax, kMin}}), kMin, kMax);
  expect_chunk<T>(bounds_of<T>({{kMax}, {kMax}}), kMax, kMax);
  expect_chunk<T>(bounds_of<T>({{kMin}, {kMin}}), kMin, kMin);
  // The sign bit is a sign for signed types only.
  const T high_bit = static_cast<T>(std::make_unsigned_t<T>{1} << (sizeof(T) * 8 - 1));
  expect_chunk<T>(bounds_of<T>({{5, high_bit}}), std::is_signed_v<T> ? high_bit : 5,
                  std::is_signed_v<T> ? 5 : high_bit);
}

TYPED_TEST(IntegerBounds, PagesWithoutValuesHaveNone) {
  using T = TypeParam;
  const ChunkBounds bounds = bounds_of<T>({{}, {7}, {}, {9, 8}});
  EXPECT_TRUE(bounds.pages_complete);
  ASSERT_EQ(bounds.pages.size(), 4u);
  EXPECT_FALSE(bounds.pages[0]);
  EXPECT_EQ(bounds.pages[1]->max, stored<T>(7));
  EXPECT_FALSE(bounds.pages[2]);
  EXPECT_EQ(bounds.pages[3]->min, stored<T>(8));
  expect_chunk<T>(bounds, 7, 9);
  EXPECT_EQ(bounds.order, BoundaryOrder::ascending);
}

TYPED_TEST(IntegerBounds, Order) {
  using T = TypeParam;
  EXPECT_EQ(bounds_of<T>({{1, 3}, {2, 4}}).order, BoundaryOrder::ascending);
  EXPECT_EQ(bounds_of<T>({{2, 4}, {1, 3}}).order, BoundaryOrder::descending);
  EXPECT_EQ(bounds_of<T>({{1, 4}, {2, 3}}).order, BoundaryOrder::unordered);
  EXPECT_EQ(bounds_of<T>({{1}, {2}, {1}}).order, BoundaryOrder::unordered);
  EXPECT_EQ(bounds_of<T>({{1}, {}, {1}, {}, {2}}).order, BoundaryOrder::ascending);
  EXPECT_EQ(bounds_of<T>({{2}, {}, {1}, {}, {1}}).order, BoundaryOrder::descending);
  EXPECT_EQ(bounds_of<T>({{2}, {}, {1}, {}, {2}}).order, BoundaryOrder::unordered);
  EXPECT_EQ(bounds_of<T>({{}, {}}).order, BoundaryOrder::ascending);
}

TEST(NumberBounds, StartAnewAfterEachChunk) {
  NumberBounds<int32_t> bounds;
  const std::vector<int32_t> first{-5, 5};
  bounds.add(first);
  bounds.end_page();
  expect_chunk<int32_t>(bounds.finish(), -5, 5);
  EXPECT_TRUE(bounds.finish().pages.empty());
  const std::vector<int32_t> second{1, 2};
  bounds.add(second);
  bounds.end_page();
  const ChunkBounds next = bounds.finish();
  EXPECT_EQ(next.pages.size(), 1u);
  expect_chunk<int32_t>(next, 1, 2);
}

TEST(NumberBounds, ChunkWithoutPages) {
  const ChunkBounds bounds = bounds_of<double>({});
  EXPECT_FALSE(bounds.chunk);
  EXPECT_TRUE(bounds.pages.empty());
  EXPECT_EQ(bounds.nan_count, 0);
}

TEST(NumberBounds, Booleans) {
  expect_chunk(bounds_of<bool>({{true}}), true, true);
  expect_chunk(bounds_of<bool>({{false}}), false, false);
  expect_chunk(bounds_of<bool>({{true}, {false}}), false, true);
  EXPECT_FALSE(bounds_of<bool>({{}}).chunk);
}

template <typename T>
class RealBounds : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(RealBounds, Reals);

// parquet.thrift, ColumnOrder: a lower bound of zero is written as -0, an upper one as +0.
TYPED_TEST(RealBounds, ZeroIsWidenedToBothSigns) {
  using T = TypeParam;
  const T zero = 0;
  const T minus_zero = -zero;
  for (const std::vector<T>& page : std::vector<std::vector<T>>{{zero}, {minus_zero}, {zero, minus_zero}}) {
    const ChunkBounds bounds = bounds_of<T>({page});
    expect_chunk<T>(bounds, minus_zero, zero);
    EXPECT_EQ(bounds.pages[0]->min, stored(minus_zero));
    EXPECT_EQ(bounds.pages[0]->max, stored(zero));
  }
  expect_chunk<T>(bounds_of<T>({{zero, 1}}), minus_zero, 1);
  expect_chunk<T>(bounds_of<T>({{minus_zero, -1}}), -1, zero);
  EXPECT_EQ(bounds_of<T>({{zero}, {minus_zero}, {zero}}).order, BoundaryOrder::ascending);
}

TYPED_TEST(RealBounds, Extremes) {
  using T = TypeParam;
  constexpr T kInfinity = std::numeric_limits<T>::infinity();
  constexpr T kMax = std::numeric_limits<T>::max();
  constexpr T kTiny = std::numeric_limits<T>::denorm_min();
  expect_chunk<T>(bounds_of<T>({{kInfinity, -kInfinity}}), -kInfinity, kInfinity);
  expect_chunk<T>(bounds_of<T>({{kInfinity}}), kInfinity, kInfinity);
  expect_chunk<T>(bounds_of<T>({{-kInfinity}, {-kInfinity}}), -kInfinity, -kInfinity);
  expect_chunk<T>(bounds_of<T>({{-kMax, kMax}}), -kMax, kMax);
  expect_chunk<T>(bounds_of<T>({{kTiny, -kTiny}}), -kTiny, kTiny);
}

TYPED_TEST(RealBounds, OneNanTakesAllBoundsOfTheChunk) {
  using T = TypeParam;
  constexpr T kNan = std::numeric_limits<T>::quiet_NaN();
  for (const std::vector<std::vector<T>>& pages :
       std::vector<std::vector<std::vector<T>>>{{{1}, {kNan, 2}}, {{2, kNan}, {1}}, {{-kNan}}, {{}, {kNan}}}) {
    const ChunkBounds bounds = bounds_of<T>(pages);
    EXPECT_FALSE(bounds.chunk);
    EXPECT_FALSE(bounds.pages_complete);
    EXPECT_EQ(bounds.nan_count, 1);
  }
  EXPECT_EQ(bounds_of<T>({{kNan, 1, kNan}, {kNan}}).nan_count, 3);
}

TYPED_TEST(RealBounds, ANanIsForgottenWithItsChunk) {
  using T = TypeParam;
  NumberBounds<T> bounds;
  const std::vector<T> nan{std::numeric_limits<T>::quiet_NaN()};
  const std::vector<T> one{1};
  bounds.add(nan);
  bounds.end_page();
  EXPECT_EQ(bounds.finish().nan_count, 1);
  bounds.add(one);
  bounds.end_page();
  const ChunkBounds next = bounds.finish();
  EXPECT_EQ(next.nan_count, 0);
  EXPECT_TRUE(next.pages_complete);
  expect_chunk<T>(next, 1, 1);
}

template <typename T>
void expect_bounds_hold(Draw& draw) {
  std::vector<std::vector<T>> pages(static_cast<size_t>(draw.magnitude(5)));
  for (std::vector<T>& page : pages) {
    page.resize(static_cast<size_t>(draw.magnitude(40) - 1));
    for (T& value : page) {
      const uint64_t bits = draw.bits() >> (draw.chance(50) ? 0 : draw.below(64));
      std::memcpy(&value, &bits, sizeof value);
    }
  }
  const ChunkBounds bounds = bounds_of(pages);
  ASSERT_EQ(bounds.pages.size(), pages.size());
  int64_t nans = 0;
  for (size_t i = 0; i < pages.size(); ++i) {
    for (const T value : pages[i]) {
      nans += value != value;
      if (!bounds.pages_complete) continue;
      ASSERT_TRUE(bounds.pages[i] && bounds.chunk);
      ASSERT_LE(number<T>(bounds.pages[i]->min), value);
      ASSERT_GE(number<T>(bounds.pages[i]->max), value);
      ASSERT_LE(number<T>(bounds.chunk->min), value);
      ASSERT_GE(number<T>(bounds.chunk->max), value);
    }
    ASSERT_TRUE(!bounds.pages_complete || bounds.pages[i].has_value() == !pages[i].empty());
  }
  ASSERT_EQ(bounds.nan_count, nans);
  ASSERT_EQ(bounds.pages_complete, nans == 0);
}

TEST(NumberBounds, NeverExcludeAValue) {
  Draw draw(8);
  for (int round = 0; round < 3000; ++round) {
    ASSERT_NO_FATAL_FAILURE(expect_bounds_hold<int32_t>(draw));
    ASSERT_NO_FATAL_FAILURE(expect_bounds_hold<uint32_t>(draw));
    ASSERT_NO_FATAL_FAILURE(expect_bounds_hold<int64_t>(draw));
    ASSERT_NO_FATAL_FAILURE(expect_bounds_hold<uint64_t>(draw));
    ASSERT_NO_FATAL_FAILURE(expect_bounds_hold<float>(draw));
    ASSERT_NO_FATAL_FAILURE(expect_bounds_hold<double>(draw));
  }
}

// --- text

TEST(TextBounds, ShortTextIsExact) {
  const ChunkBounds bounds = text_bounds_of(true, {{"b", "a", "", "ab"}});
  ASSERT_TRUE(bounds.chunk);
  EXPECT_EQ(bounds.chunk->min, "");
  EXPECT_EQ(bounds.chunk->max, "b");
  EXPECT_TRUE(bounds.chunk->min_exact && bounds.chunk->max_exact);
}

TEST(TextBounds, BytesCompareUnsigned) {
  const ChunkBounds bounds = text_bounds_of(false, {{"\x7f", "\x80", "\xff", "a"}});
  EXPECT_EQ(bounds.chunk->min, "a");
  EXPECT_EQ(bounds.chunk->max, "\xff");
}

TEST(TextBounds, AgreeInTheirFirstEightBytes) {
  const ChunkBounds bounds = text_bounds_of(true, {{"12345678b", "12345678c", "12345678a", "12345678", "1234567"}});
  EXPECT_EQ(bounds.chunk->min, "1234567");
  EXPECT_EQ(bounds.chunk->max, "12345678c");
  const std::string zero(1, '\0');
  const ChunkBounds zeros = text_bounds_of(true, {{"a" + zero, "a" + zero + zero, "a"}});
  EXPECT_EQ(zeros.chunk->min, "a");
  EXPECT_EQ(zeros.chunk->max, "a" + zero + zero);
}

// Of a page of addresses every value begins as both bounds do, and only what follows tells whether there is room.
TEST(TextBounds, AreThoseOfAllValuesThatBeginAlike) {
  Draw draw(7);
  for (int round = 0; round < 2'000; ++round) {
    const std::string common(draw.below(30), 'h');
    std::vector<std::string> page(1 + draw.below(20));
    for (std::string& value : page) {
      value = common.substr(0, draw.below(8) == 0 ? draw.below(common.size() + 1) : common.size());
      for (uint64_t more = draw.below(12); more > 0; --more) value += static_cast<char>("\0ahz\xff"[draw.below(5)]);
    }
    const ChunkBounds bounds = text_bounds_of(false, {page, {page.front()}});
    ASSERT_TRUE(bounds.chunk && bounds.pages[1]);
    EXPECT_EQ(bounds.chunk->min, std::ranges::min(page));
    EXPECT_EQ(bounds.chunk->max, std::ranges::max(page));
    EXPECT_EQ(bounds.pages[1]->min, page.front());
  }
}

TEST(TextBounds, Are64BytesAtTheMost) {
  for (const bool utf8 : {false, true}) {
    for (size_t size = 60; size <= 70; ++size) {
      const std::string value(size, 'm');
      const ChunkBounds bounds = text_bounds_of(utf8, {{value}});
      ASSERT_TRUE(bounds.chunk);
      EXPECT_EQ(bounds.chunk->min_exact, size <= 64);
      EXPECT_EQ(bounds.chunk->max_exact, size <= 64);
      EXPECT_EQ(bounds.chunk->min, std::string(std::min<size_t>(size, 64), 'm'));
      EXPECT_EQ(bounds.chunk->max, size <= 64 ? value : std::string(63, 'm') + 'n');
    }
  }
}

// A code point of each length, at every place around the cut.
TEST(TextBounds, CutBetweenCodePoints) {
  for (const std::string letter : {"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
    for (size_t lead = 58; lead <= 66; ++lead) {
      std::string value(lead, 'x');
      for (int i = 0; i < 8; ++i) value += letter;
      const ChunkBounds bounds = text_bounds_of(true, {{value}});
      ASSERT_TRUE(bounds.chunk);
      EXPECT_TRUE(is_utf8(bounds.chunk->min)) << lead;
      EXPECT_TRUE(is_utf8(bounds.chunk->max)) << lead;
      EXPECT_LE(bounds.chunk->min.size(), 64u);
      EXPECT_GT(bounds.chunk->min.size(), 64u - letter.size());
      EXPECT_LE(bounds.chunk->min, value);
      EXPECT_GE(bounds.chunk->max, value);
      EXPECT_FALSE(bounds.chunk->min_exact || bounds.chunk->max_exact);
    }
  }
}

TEST(TextBounds, SuccessorLeapsOverSurrogatesAndGrows) {
  const auto max_of = [](const std::string& last) {
    return text_bounds_of(true, {{std::string(64 - last.size(), 'x') + last + "tail"}}).chunk->max;
  };
  EXPECT_EQ(max_of("\xed\x9f\xbf"), std::string(61, 'x') + "\xee\x80\x80");      // U+D7FF
  EXPECT_EQ(max_of("\x7f"), std::string(63, 'x') + "\xc2\x80");                  // one byte more
  EXPECT_EQ(max_of("\xef\xbf\xbf"), std::string(61, 'x') + "\xf0\x90\x80\x80");  // U+FFFF
  EXPECT_EQ(max_of("\xf4\x8f\xbf\xbf"), std::string(59, 'x') + "y");             // nothing above: the one before
}

TEST(TextBounds, NothingIsAboveTheLastCodePoint) {
  std::string last;
  for (int i = 0; i < 16; ++i) last += "\xf4\x8f\xbf\xbf";
  // 64 bytes are stored as they are.
  const ChunkBounds exact = text_bounds_of(true, {{last}});
  ASSERT_TRUE(exact.chunk);
  EXPECT_EQ(exact.chunk->max, last);
  // Beyond there is no upper bound, and then none is told: not of the chunk, not of its pages.
  const ChunkBounds none = text_bounds_of(true, {{"a"}, {last + "b", "c"}});
  EXPECT_FALSE(none.chunk);
  EXPECT_FALSE(none.pages_complete);
}

TEST(TextBounds, NothingIsAboveBytesThatAreAll0xff) {
  const std::string full(64, '\xff');
  EXPECT_EQ(text_bounds_of(false, {{full}}).chunk->max, full);
  const ChunkBounds none = text_bounds_of(false, {{full + "x"}});
  EXPECT_FALSE(none.chunk);
  EXPECT_FALSE(none.pages_complete);
  const ChunkBounds carried = text_bounds_of(false, {{"a" + full}});
  EXPECT_EQ(carried.chunk->max, "b");
  EXPECT_EQ(carried.chunk->min, "a" + full.substr(1));
}

TEST(TextBounds, Order) {
  const auto order = [](const std::vector<std::vector<std::string>>& pages) {
    return text_bounds_of(true, pages).order;
  };
  EXPECT_EQ(order({{"a", "c"}, {"b", "d"}}), BoundaryOrder::ascending);
  EXPECT_EQ(order({{"b", "d"}, {"a", "c"}}), BoundaryOrder::descending);
  EXPECT_EQ(order({{"a"}, {"b"}, {"a"}}), BoundaryOrder::unordered);
  EXPECT_EQ(order({{"b"}, {}, {"a"}}), BoundaryOrder::descending);
  EXPECT_EQ(order({{}, {}}), BoundaryOrder::ascending);
  // Bytes order unsigned: 0xc3 stands above 'a'.
  EXPECT_EQ(order({{"a"}, {"\xc3\xa9"}}), BoundaryOrder::ascending);
  // What was cut is compared as it is stored: two pages whose values differ behind the cut are alike.
  const std::string long_text(80, 'm');
  EXPECT_EQ(order({{long_text + "b"}, {long_text + "a"}}), BoundaryOrder::ascending);
}

TEST(TextBounds, PagesDoNotShareTheirBounds) {
  const ChunkBounds bounds = text_bounds_of(true, {{"m"}, {"z", "a"}, {"k"}});
  ASSERT_EQ(bounds.pages.size(), 3u);
  EXPECT_EQ(bounds.pages[0]->min + bounds.pages[0]->max, "mm");
  EXPECT_EQ(bounds.pages[1]->min + bounds.pages[1]->max, "az");
  EXPECT_EQ(bounds.pages[2]->min + bounds.pages[2]->max, "kk");
}

std::string draw_text(Draw& draw, bool valid) {
  constexpr std::array<const char*, 9> kParts{
      "a", "b", "\x7f", "\xc3\xa9", "\xed\x9f\xbf", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf", "\xff", "\x80"};
  std::string text = draw.chance(50) ? std::string(static_cast<size_t>(draw.between(56, 64)), 'p') : std::string();
  const size_t parts = valid ? 7 : 9;
  const size_t favourite = draw.below(parts);
  for (int64_t i = draw.magnitude(30) - 1; i > 0; --i) text += kParts[draw.chance(80) ? favourite : draw.below(parts)];
  return text;
}

void expect_text_bounds_hold(Draw& draw, bool utf8, bool valid) {
  std::vector<std::vector<std::string>> pages(static_cast<size_t>(draw.magnitude(4)));
  for (std::vector<std::string>& page : pages)
    for (int64_t i = draw.magnitude(8) - 1; i > 0; --i) page.push_back(draw_text(draw, valid));
  const ChunkBounds bounds = text_bounds_of(utf8, pages);
  ASSERT_EQ(bounds.pages.size(), pages.size());
  const auto expect_within = [&](const StoredBounds& range, const std::string& value) {
    ASSERT_LE(range.min, value);
    ASSERT_GE(range.max, value);
    ASSERT_TRUE(!(utf8 && valid) || (is_utf8(range.min) && is_utf8(range.max)));
  };
  for (size_t i = 0; i < pages.size(); ++i) {
    for (const std::string& value : pages[i]) {
      if (bounds.chunk) {
        ASSERT_NO_FATAL_FAILURE(expect_within(*bounds.chunk, value));
      }
      if (!bounds.pages_complete) continue;
      ASSERT_TRUE(bounds.pages[i]);
      ASSERT_NO_FATAL_FAILURE(expect_within(*bounds.pages[i], value));
    }
    if (!bounds.pages_complete || pages[i].empty()) continue;
    const auto [min, max] = std::minmax_element(pages[i].begin(), pages[i].end());
    ASSERT_EQ(bounds.pages[i]->min_exact, bounds.pages[i]->min == *min);
    ASSERT_EQ(bounds.pages[i]->max_exact, bounds.pages[i]->max == *max);
  }
}

TEST(TextBounds, NeverExcludeAValue) {
  Draw draw(9);
  for (int round = 0; round < 5000; ++round) {
    ASSERT_NO_FATAL_FAILURE(expect_text_bounds_hold(draw, true, true));
    ASSERT_NO_FATAL_FAILURE(expect_text_bounds_hold(draw, false, false));
  }
}

// Text that comes through the Arrow interface is not checked: broken UTF-8 may lose its bounds, but not itself.
TEST(TextBounds, NeverExcludeBrokenUtf8) {
  Draw draw(10);
  for (int round = 0; round < 5000; ++round) ASSERT_NO_FATAL_FAILURE(expect_text_bounds_hold(draw, true, false));
}

}  // namespace
}  // namespace sluice::bounds_test
