#include "pages/row_ranges.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/draw.h"
#include "support/reference_slots.h"

namespace sluice::row_ranges_test {
namespace {

using test::Draw;
using Rows = std::vector<bool>;

/// What ranges are when each row is looked at by itself.
RowRanges ranges_of(const Rows& rows) {
  RowRanges ranges;
  for (size_t i = 0; i < rows.size(); ++i)
    if (rows[i]) ranges.add(static_cast<int64_t>(i), static_cast<int64_t>(i) + 1);
  return ranges;
}

/// Rows in runs of any length, all in, or none.
Rows draw_rows(Draw& draw, size_t count) {
  Rows rows(count);
  const int64_t run_max = draw.magnitude(300);
  bool is_in = draw.chance(50);
  for (size_t i = 0; i < count; is_in = !is_in)
    for (int64_t run = draw.magnitude(run_max); run > 0 && i < count; --run) rows[i++] = is_in;
  return rows;
}

TEST(RowRanges, RangesThatMeetAreOne) {
  RowRanges ranges;
  ranges.add(0, 0);
  EXPECT_TRUE(ranges.empty());
  ranges.add(3, 5);
  ranges.add(5, 6);
  ranges.add(8, 8);
  ranges.add(8, 9);
  ASSERT_EQ(ranges.ranges().size(), 2u);
  EXPECT_EQ(ranges.ranges()[0], (RowRange{3, 6}));
  EXPECT_EQ(ranges.ranges()[1], (RowRange{8, 9}));
  EXPECT_EQ(ranges.rows(), 4);
  EXPECT_TRUE(RowRanges(0).empty());
  EXPECT_EQ(RowRanges(7).rows(), 7);
}

TEST(RowRanges, AreWhatTheirRowsAre) {
  const uint64_t seed = test::property_seed();
  for (uint64_t round = 0; round < 500; ++round) {
    Draw draw(seed, round);
    const auto count = static_cast<size_t>(draw.magnitude(1'000));
    const Rows a = draw_rows(draw, count);
    const Rows b = draw_rows(draw, count);
    Rows both(count);
    Rows either(count);
    for (size_t i = 0; i < count; ++i) {
      both[i] = a[i] && b[i];
      either[i] = a[i] || b[i];
    }
    const RowRanges of_a = ranges_of(a);
    EXPECT_EQ(of_a.intersected(ranges_of(b)), ranges_of(both));
    EXPECT_EQ(of_a.united(ranges_of(b)), ranges_of(either));
    const int64_t begin = draw.between(0, static_cast<int64_t>(count));
    const int64_t end = draw.between(begin, static_cast<int64_t>(count));
    Rows inside(count);
    for (int64_t i = begin; i < end; ++i) inside[static_cast<size_t>(i)] = a[static_cast<size_t>(i)];
    EXPECT_EQ(of_a.within(begin, end), ranges_of(inside));
    EXPECT_EQ(of_a.overlaps(begin, end), std::ranges::count(inside, true) > 0);
    EXPECT_EQ(of_a.rows(), std::ranges::count(a, true));
  }
}

TEST(RowRanges, SmallGapsAreFilled) {
  const uint64_t seed = test::property_seed();
  for (uint64_t round = 0; round < 300; ++round) {
    Draw draw(seed, round);
    Rows rows = draw_rows(draw, static_cast<size_t>(draw.magnitude(500)));
    const RowRanges ranges = ranges_of(rows);
    const int64_t gap = draw.between(0, 40);
    for (size_t i = 1; i < ranges.ranges().size(); ++i) {
      const int64_t from = ranges.ranges()[i - 1].end;
      if (ranges.ranges()[i].begin - from >= gap) continue;
      std::fill(rows.begin() + from, rows.begin() + ranges.ranges()[i].begin, true);
    }
    EXPECT_EQ(ranges.without_gaps_below(gap), ranges_of(rows));
  }
}

TEST(RowRanges, OfBits) {
  const uint64_t seed = test::property_seed();
  for (uint64_t round = 0; round < 300; ++round) {
    Draw draw(seed, round);
    const auto words = static_cast<size_t>(draw.between(0, 6));
    const Rows rows = draw_rows(draw, words * 64);
    std::vector<uint64_t> bits(words);
    for (size_t i = 0; i < rows.size(); ++i) bits[i / 64] |= uint64_t{rows[i]} << (i % 64);
    Rows moved(100);
    moved.insert(moved.end(), rows.begin(), rows.end());
    EXPECT_EQ(ranges_of_bits(bits, 0), ranges_of(rows));
    EXPECT_EQ(ranges_of_bits(bits, 100), ranges_of(moved));
  }
}

}  // namespace
}  // namespace sluice::row_ranges_test
