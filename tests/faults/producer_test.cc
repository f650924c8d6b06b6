// Whoever makes the rows throws: at the first, the second, in the middle, at the last. Nothing becomes visible, nothing
// is left, and what was thrown arrives as it is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "datasets/dataset_files.h"
#include "sluice/error.h"
#include "sluice/row_appender.h"
#include "sluice/write.h"

namespace sluice::producer_test {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// No error of ours, not even a std::exception.
struct OutOfRows {
  int64_t row;
};

constexpr int64_t kRows = 200;
constexpr int64_t kThrowsAt[] = {0, 1, kRows / 2, kRows - 1};

FileOptions small_groups(unsigned threads) {
  FileOptions options;
  options.row_group_rows = 16;
  options.runtime = std::make_shared<Runtime>(RuntimeOptions{threads, 64_MiB});
  return options;
}

/// Gives one row after the other, and at row `throws_at` an exception.
class ThrowingStream : public BatchStream {
 public:
  explicit ThrowingStream(int64_t throws_at) : throws_at_(throws_at) {}
  const Schema& schema() const override { return kNumbers; }
  std::optional<RelationBatch> next() override {
    if (row_ == throws_at_) throw OutOfRows{row_};
    return RelationBatch{.relation = {}, .batch = numbers(row_++, 1)};
  }

 private:
  int64_t throws_at_;
  int64_t row_ = 0;
};

/// Expects `produce(row)` to throw at that row, and what it throws to arrive.
template <typename Produce>
void expect_thrown(int64_t row, Produce&& produce) {
  try {
    produce();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const OutOfRows& thrown) {
    EXPECT_EQ(thrown.row, row);
  }
}

TEST(Producer, OfStreamsLeavesNothing) {
  for (const int64_t row : kThrowsAt)
    for (const unsigned threads : {1U, 2U})
      for (const std::string destination : {"out.parquet", "out"}) {
        SCOPED_TRACE(destination + ", row " + std::to_string(row) + ", threads " + std::to_string(threads));
        const TemporaryDirectory dir;
        WriteOptions options{.output = {.file = small_groups(threads)}};
        if (destination == "out") options.output.shard_rows = 50;
        expect_thrown(row, [&] { write(std::make_unique<ThrowingStream>(row), dir / destination, options); });
        EXPECT_THAT(dir.names(), IsEmpty());
      }
}

TEST(Producer, AmongCallsOfAWriterLeavesNothing) {
  for (const int64_t row : kThrowsAt)
    for (const unsigned threads : {1U, 2U}) {
      SCOPED_TRACE("row " + std::to_string(row) + ", threads " + std::to_string(threads));
      const TemporaryDirectory dir;
      expect_thrown(row, [&] {
        DatasetWriter writer(dir / "out", kNumbers, {.file = small_groups(threads), .shard_rows = 50});
        for (int64_t i = 0; i < row; ++i) writer.write(numbers(i, 1));
        throw OutOfRows{row};
      });
      expect_thrown(row, [&] {
        FileWriter writer(dir / "out.parquet", kNumbers, small_groups(threads));
        RowAppender append(writer);
        for (int64_t i = 0; i < row; ++i) append(i);
        throw OutOfRows{row};
      });
      EXPECT_THAT(dir.names(), IsEmpty());
    }
}

TEST(Producer, LeavesWholeFilesWhereEachIsPublished) {
  for (const int64_t row : kThrowsAt) {
    SCOPED_TRACE(row);
    const TemporaryDirectory dir;
    const DatasetOptions options{.file = small_groups(1), .shard_rows = 50, .publish = Publish::each};
    expect_thrown(row, [&] { write(std::make_unique<ThrowingStream>(row), dir / "out", {.output = options}); });
    // A file ends with the row that fills it, or with the next one.
    const size_t files = static_cast<size_t>(row) / 50;
    if (files == 0) {
      EXPECT_THAT(dir.names(), IsEmpty());
      continue;
    }
    EXPECT_THAT(dir.names(), ElementsAre("out"));
    EXPECT_EQ(names_in(dir / "out").size(), files);
    for (const std::string& name : names_in(dir / "out")) EXPECT_EQ(read_layout(dir / ("out/" + name)).rows, 50);
  }
}

TEST(Producer, LeavesOldDataAsTheyWere) {
  for (const int64_t row : kThrowsAt)
    for (const PublishMode mode : {PublishMode::append, PublishMode::overwrite}) {
      const TemporaryDirectory dir;
      DatasetWriter old(dir / "out", kNumbers, {.file = small_groups(1), .shard_rows = 50});
      old.write(numbers(0, 100));
      const std::vector<std::string> contents = test::contents_of(old.close());
      const DatasetOptions options{.file = small_groups(1), .shard_rows = 50, .target = {.mode = mode}};
      expect_thrown(row, [&] { write(std::make_unique<ThrowingStream>(row), dir / "out", {.output = options}); });
      EXPECT_THAT(dir.names(), ElementsAre("out"));
      EXPECT_THAT(names_in(dir / "out"), ElementsAre("out-0.parquet", "out-1.parquet"));
      EXPECT_EQ(read_file(dir / "out/out-0.parquet"), contents[0]);
      EXPECT_EQ(read_file(dir / "out/out-1.parquet"), contents[1]);
    }
}

TEST(Producer, AWriterThatWasAbandonedTakesNoMore) {
  const TemporaryDirectory dir;
  DatasetWriter writer(dir / "out", kNumbers, {.file = small_groups(2)});
  writer.write(numbers(0, 40));
  writer.abandon();
  EXPECT_THAT(dir.names(), IsEmpty());
  EXPECT_THROW(writer.write(numbers(40, 1)), Error);
  EXPECT_THROW(writer.close(), Error);
  EXPECT_THAT(dir.names(), IsEmpty());
}

}  // namespace
}  // namespace sluice::producer_test
