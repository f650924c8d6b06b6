#include "pages/level_buffer.h"

#include <gtest/gtest.h>

#include <bit>

#include "support/draw.h"
#include "support/slow_decoders.h"

namespace sluice::level_buffer_test {
namespace {

using test::Draw;
using test::slow_hybrid;

/// What finish() made: the levels, and how many there are of each.
struct Finished {
  std::vector<uint8_t> levels;
  std::vector<int64_t> histogram;
  size_t bytes = 0;
};

// V1 pages want four bytes of length, then the hybrid; nothing at all where no level is possible.
Finished finish(LevelBuffer& buffer, int level_max) {
  Finished finished;
  const size_t count = buffer.size();
  finished.histogram.resize(static_cast<size_t>(level_max) + 1);
  Bytes out;
  out.append(std::string_view("before"));
  buffer.finish(LevelFraming::length_in_front, out, finished.histogram);
  EXPECT_EQ(out.view().substr(0, 6), "before");
  finished.bytes = out.size() - 6;
  if (level_max == 0) {
    EXPECT_EQ(finished.bytes, 0u);
    finished.levels.assign(count, 0);
    return finished;
  }
  EXPECT_EQ(load<uint32_t>(out.data() + 6), out.size() - 10);
  const int width = std::bit_width(static_cast<unsigned>(level_max));
  const std::vector<uint32_t> values = slow_hybrid(ByteSpan(out).subspan(10), width).values;
  EXPECT_GE(values.size(), count);
  EXPECT_LT(values.size(), count + 8);
  finished.levels.assign(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count));
  return finished;
}

std::vector<int64_t> counts_of(const std::vector<uint8_t>& levels, int level_max) {
  std::vector<int64_t> counts(static_cast<size_t>(level_max) + 1);
  for (const uint8_t level : levels) ++counts[level];
  return counts;
}

TEST(LevelBuffer, LevelsOfNothingAreNotWritten) {
  LevelBuffer buffer(0);
  buffer.append_run(0, 5);
  const uint8_t levels[] = {0, 0, 0};
  buffer.append(levels, 3);
  EXPECT_EQ(buffer.size(), 8u);
  EXPECT_EQ(finish(buffer, 0).bytes, 0u);
  EXPECT_EQ(buffer.size(), 0u);
}

TEST(LevelBuffer, UniformPagesAreOneRun) {
  LevelBuffer buffer(3);
  buffer.append_run(3, 10'000);
  buffer.append_run(3, 10'000);
  EXPECT_EQ(buffer.size(), 20'000u);
  const Finished page = finish(buffer, 3);
  EXPECT_EQ(page.bytes, 4u + 3u + 1u);  // length, a varint of 40,000, the value
  EXPECT_EQ(page.histogram, (std::vector<int64_t>{0, 0, 0, 20'000}));
  EXPECT_EQ(page.levels, std::vector<uint8_t>(20'000, 3));
}

// Whether levels come as a run or one by one depends on where batches end; the bytes must not.
TEST(LevelBuffer, EqualLevelsAreTheSameBytesHoweverTheyCome) {
  for (const size_t count : {1, 7, 8, 9, 64}) {
    const std::vector<uint8_t> levels(count, 1);
    LevelBuffer by_run(1);
    LevelBuffer by_level(1);
    by_run.append_run(1, count);
    for (const uint8_t level : levels) by_level.append(&level, 1);
    std::vector<int64_t> histogram(2);
    Bytes expected;
    Bytes found;
    by_run.finish(LevelFraming::length_in_front, expected, histogram);
    by_level.finish(LevelFraming::length_in_front, found, histogram);
    EXPECT_EQ(expected.view(), found.view()) << count;
  }
}

TEST(LevelBuffer, AddsToTheHistogram) {
  LevelBuffer buffer(1);
  std::vector<int64_t> histogram{100, 200};
  Bytes out;
  buffer.append_run(1, 5);
  buffer.finish(LevelFraming::length_in_front, out, histogram);
  EXPECT_EQ(histogram, (std::vector<int64_t>{100, 205}));
  const uint8_t levels[] = {0, 1, 0};
  buffer.append(levels, 3);
  buffer.finish(LevelFraming::length_in_front, out, histogram);
  EXPECT_EQ(histogram, (std::vector<int64_t>{102, 206}));
}

TEST(LevelBuffer, RunsThenLevelsThenRuns) {
  const uint8_t mixed[] = {0, 2, 1};
  LevelBuffer buffer(2);
  buffer.append_run(2, 4);
  buffer.append(mixed, 3);
  buffer.append_run(2, 2);
  const Finished page = finish(buffer, 2);
  EXPECT_EQ(page.levels, (std::vector<uint8_t>{2, 2, 2, 2, 0, 2, 1, 2, 2}));
  EXPECT_EQ(page.histogram, (std::vector<int64_t>{1, 1, 7}));
}

TEST(LevelBuffer, RunsOfDifferentLevels) {
  LevelBuffer buffer(2);
  buffer.append_run(2, 3);
  buffer.append_run(0, 1);
  buffer.append_run(2, 1);
  const Finished page = finish(buffer, 2);
  EXPECT_EQ(page.levels, (std::vector<uint8_t>{2, 2, 2, 0, 2}));
  EXPECT_EQ(page.histogram, (std::vector<int64_t>{1, 0, 4}));
}

// Pages follow each other in one buffer: nothing of a page may be left for the next, whatever kind either is.
TEST(LevelBuffer, MixturesComeBackPageByPage) {
  Draw draw(7);
  for (const int level_max : {0, 1, 2, 3, 4, 7, 8, 127, 128, 129, 255}) {
    LevelBuffer buffer(static_cast<uint8_t>(level_max));
    for (int page = 0; page < 200; ++page) {
      std::vector<uint8_t> expected;
      const int uniform_percent = draw.chance(30) ? 100 : 50;
      for (int64_t part = draw.magnitude(6); part > 0; --part) {
        const auto count = static_cast<size_t>(draw.magnitude(60)) - (draw.chance(10) ? 1 : 0);
        const auto level = static_cast<uint8_t>(draw.chance(50) ? level_max : draw.between(0, level_max));
        std::vector<uint8_t> levels(count, level);
        if (draw.chance(uniform_percent)) {
          buffer.append_run(level, count);
        } else {
          for (uint8_t& one : levels) one = static_cast<uint8_t>(draw.between(0, level_max));
          buffer.append(levels.data(), count);
        }
        expected.insert(expected.end(), levels.begin(), levels.end());
        if (draw.chance(20)) buffer.relieve();
      }
      if (expected.empty()) continue;  // a page has at least one slot
      ASSERT_EQ(buffer.size(), expected.size());
      const Finished finished = finish(buffer, level_max);
      ASSERT_EQ(finished.levels, expected) << "of " << level_max << ", page " << page;
      if (level_max == 0) continue;
      ASSERT_EQ(finished.histogram, counts_of(expected, level_max));
    }
  }
}

}  // namespace
}  // namespace sluice::level_buffer_test
