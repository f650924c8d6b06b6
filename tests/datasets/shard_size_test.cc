// When files of a wanted size end, played with rows that become as long as the test says.

#include "datasets/shard_size.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace sluice::shard_size_test {
namespace {

constexpr uint64_t kWanted = 1'000'000;

/// A writer as ShardSize sees it: a row of `row_bytes` becomes density(row) times as long. What came since pages ended
/// last is guessed, and wrong by `guess_error`.
struct PlayedWriter {
  std::function<double(int64_t)> density;
  uint64_t row_bytes = 100;
  double guess_error = 0;

  std::vector<double> sizes{};  ///< of files
  int64_t forecasts = 0;
  int64_t settled = 0;

  void write(int64_t rows) {
    ShardSize size(kWanted);
    double exact = 0;
    double guessed = 0;
    for (int64_t row = 0; row < rows; ++row) {
      if (size.has_grown() && row_bytes > size.bytes_left()) {
        ++forecasts;
        const double wrong = guessed * (1 + guess_error);
        if (size.is_enough({static_cast<uint64_t>(exact + wrong), static_cast<uint64_t>(wrong)})) {
          ++settled;
          exact += guessed;
          guessed = 0;
          if (size.is_enough({static_cast<uint64_t>(exact), 0})) {
            sizes.push_back(exact);
            exact = 0;
            size.start_file();
          }
        }
      }
      guessed += density(row) * static_cast<double>(row_bytes);
      size.add(row_bytes);
      if (guessed > kWanted / 16.0) exact += guessed, guessed = 0;  // a page ended
    }
  }
  void expect_all_inside(const std::string& what) const {
    ASSERT_GE(sizes.size(), 3u) << what;
    const auto [shortest, longest] = std::minmax_element(sizes.begin(), sizes.end());
    EXPECT_GE(*shortest, 0.955 * kWanted) << what;
    EXPECT_LE(*longest, 1.01 * kWanted) << what;
  }
};

TEST(ShardSize, MeetsTheSizeWhateverRowsBecome) {
  for (const double density : {1.3, 1.0, 0.9, 0.5, 0.2, 0.05, 0.01, 0.001}) {
    for (const double error : {-0.1, 0.0, 0.2, 0.5}) {
      PlayedWriter writer{[&](int64_t) { return density; }, static_cast<uint64_t>(500 / density)};
      writer.guess_error = error;
      writer.write(5 * kWanted / 500);
      writer.expect_all_inside(std::to_string(density));
    }
  }
}

TEST(ShardSize, AsksSeldom) {
  // The second number: as often as a file may be asked for.
  for (const auto& [density, often] :
       std::vector<std::pair<double, int64_t>>{{1.0, 4}, {0.3, 12}, {0.25, 14}, {0.1, 36}, {0.001, 200}}) {
    PlayedWriter writer{[d = density](int64_t) { return d; }, static_cast<uint64_t>(500 / density)};
    writer.write(10 * kWanted / 500);
    EXPECT_LE(writer.forecasts, often * static_cast<int64_t>(writer.sizes.size())) << density;
    EXPECT_LE(writer.settled, 3 * static_cast<int64_t>(writer.sizes.size())) << density;
  }
}

TEST(ShardSize, LargeRowsMakeItNoLongerThanARow) {
  PlayedWriter writer{[](int64_t) { return 1.0; }, kWanted / 100};
  writer.write(1'000);
  writer.expect_all_inside("a hundredth each");
  PlayedWriter giants{[](int64_t) { return 1.0; }, 3 * kWanted};
  giants.write(5);
  EXPECT_EQ(giants.sizes, (std::vector<double>(4, 3.0 * kWanted)));
}

TEST(ShardSize, DataThatTurnHardToCompressAreNoSurprise) {
  // Half of the rows shrink to a fourth, then they do not at all, by turns of many lengths.
  for (const int64_t turn : {10, 100, 1'000, 3'000, 7'777, 20'000, 100'000}) {
    PlayedWriter writer{[&](int64_t row) { return row / turn % 2 == 0 ? 0.25 : 1.0; }};
    writer.write(400'000);
    writer.expect_all_inside(std::to_string(turn));
  }
}

TEST(ShardSize, StartsAnew) {
  ShardSize size(kWanted);
  EXPECT_FALSE(size.has_grown());
  const uint64_t first = size.bytes_left();
  size.add(first - 1);
  EXPECT_TRUE(size.has_grown());
  EXPECT_EQ(size.bytes_left(), 1u);
  size.add(100);
  EXPECT_EQ(size.bytes_left(), 0u);
  EXPECT_TRUE(size.is_enough({kWanted, 0}));
  EXPECT_FALSE(size.has_grown());
  size.start_file();
  EXPECT_EQ(size.bytes_left(), first);
}

TEST(ShardSize, GuessesCountForMoreThanTheyAre) {
  ShardSize size(kWanted);
  EXPECT_FALSE(size.is_enough({900'000, 0}));
  EXPECT_TRUE(size.is_enough({900'000, 300'000}));
  EXPECT_FALSE(size.is_enough({900'000, 100'000}));
}

TEST(ShardSize, TinySizesEndAtEveryRow) {
  ShardSize size(1);
  EXPECT_EQ(size.bytes_left(), 0u);
  size.add(10);
  EXPECT_TRUE(size.is_enough({500, 100}));
}

}  // namespace
}  // namespace sluice::shard_size_test
