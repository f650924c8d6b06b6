// Partitions that are flushed before all rows are there: what is durable then, and what becomes of it.
#include "datasets/begun_partitions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "columns/widening.h"
#include "datasets/dataset_files.h"
#include "sluice/dataset_reader.h"
#include "sluice/file_reader.h"
#include "sluice/recover.h"
#include "support/draw.h"

namespace sluice::begun_partitions_test {
namespace {

using namespace test;
using ::testing::Each;
using ::testing::ElementsAre;

const Schema kRows{{"key", int64()}, {"id", int64()}};

DatasetOptions by_key(unsigned threads = 1, uint64_t memory_bytes = 64_MiB) {
  DatasetOptions options{.file_prefix = "rows", .partitions = {.keys = parse_partition_keys("key")}};
  options.file.sync = false;
  options.file.runtime = std::make_shared<Runtime>(RuntimeOptions{threads, memory_bytes});
  return options;
}

std::vector<std::optional<int64_t>> numbers_from(int64_t first, int64_t count, int64_t modulus = INT64_MAX) {
  std::vector<std::optional<int64_t>> numbers;
  for (int64_t i = first; i < first + count; ++i) numbers.emplace_back(i % modulus);
  return numbers;
}

/// Ids from `first` on, in turn of the partitions 0, 1, ...
Batch rows_of(int64_t first, int64_t count, int64_t partitions) {
  return Batch(std::make_shared<const Schema>(kRows),
               {make_int64(numbers_from(first, count, partitions)), make_int64(numbers_from(first, count))}, count);
}

/// The ids in each file, as "key=0/rows-0.parquet: 0 3 6".
std::vector<std::string> ids_of(const std::string& root, const std::vector<WrittenFile>& files) {
  std::vector<std::string> all;
  for (const WrittenFile& file : files) {
    std::string text = file.path.substr(root.size() + 1) + ":";
    const auto stream = FileReader(file.path).read();
    while (const std::optional<RelationBatch> next = stream->next())
      for (int64_t row = 0; row < next->batch.rows(); ++row) text += " " + show(next->batch.column(0), row);
    all.push_back(std::move(text));
  }
  return all;
}

int64_t rows_at(const std::string& path) { return DatasetReader(path, {.schemas = SchemaMerge::strict}).rows(); }

TEST(BegunPartitions, WhatWasFlushedCanBeRecovered) {
  TemporaryDirectory dir;
  DatasetOptions options = by_key();
  options.target.on_failure = OnFailure::keep;
  DatasetWriter writer(dir / "out", kRows, options);
  writer.write(rows_of(0, 100, 7));
  EXPECT_EQ(writer.durable_rows(), 0);
  writer.flush();
  EXPECT_EQ(writer.durable_rows(), 100);
  writer.write(rows_of(100, 50, 3));
  writer.flush();
  EXPECT_EQ(writer.durable_rows(), 150);
  writer.flush();
  writer.write(rows_of(150, 20, 3));
  EXPECT_EQ(writer.durable_rows(), 150);
  EXPECT_EQ(writer.rows(), 170);
  writer.abandon();
  EXPECT_EQ(recover(dir / "out").written.rows, 150);
  EXPECT_EQ(rows_at(dir / "out"), 150);
}

TEST(BegunPartitions, GoOnInTheirFiles) {
  TemporaryDirectory dir;
  DatasetWriter writer(dir / "out", kRows, by_key());
  writer.write(rows_of(0, 4, 2));
  writer.flush();
  writer.write(rows_of(4, 2, 3));
  writer.flush();
  writer.write(rows_of(6, 3, 3));
  const std::vector<WrittenFile> files = writer.close().files;
  EXPECT_THAT(ids_of(dir / "out", files),
              ElementsAre("key=0/rows-0.parquet: 0 2 6", "key=1/rows-0.parquet: 1 3 4 7", "key=2/rows-0.parquet: 5 8"));
  EXPECT_EQ(files[0].row_groups, 2);
  EXPECT_EQ(files[1].row_groups, 3);
}

// 16 MiB have room for 256 files of one column and what belongs to a file: others end with each flush, those that had
// no rows for the longest first.
TEST(BegunPartitions, EndTheirFilesBeyondTheirShareOfMemory) {
  TemporaryDirectory dir;
  DatasetWriter writer(dir / "out", kRows, by_key(1, 16_MiB));
  writer.write(rows_of(0, 2'000, 1'000));
  writer.flush();
  writer.write(rows_of(0, 1'000, 1'000));
  writer.flush();
  EXPECT_EQ(writer.durable_rows(), 3'000);
  std::vector<std::optional<int64_t>> keys(300, 5'000);
  writer.write(Batch(std::make_shared<const Schema>(kRows), {make_int64(keys), make_int64(keys)}, 300));
  writer.flush();
  const WriteResult result = writer.close();
  EXPECT_EQ(result.rows, 3'300);
  EXPECT_EQ(rows_at(dir / "out"), 3'300);
  const size_t resting = 2'001 - result.files.size();
  EXPECT_GT(resting, 200u);
  EXPECT_LT(resting, 300u);
}

// What is told of files that had to end takes memory until all are there, and nobody counted it.
TEST(BegunPartitions, CountWhatIsToldOfTheirFiles) {
  TemporaryDirectory dir;
  DatasetOptions options = by_key(1, 16_MiB);
  DatasetWriter writer(dir / "out", kRows, options);
  uint64_t used_before = 0;
  for (int flush = 0; flush < 2; ++flush) {
    writer.write(rows_of(0, 600, 600));
    writer.flush();
    if (flush == 0) used_before = options.file.runtime->memory_used();
  }
  EXPECT_GT(options.file.runtime->memory_used(), used_before + 250 * sizeof(WrittenFile));
}

// Every file has the columns of the last one: those that rest and those that had to end.
TEST(BegunPartitions, AllFilesHaveTheColumnsThatComeLate) {
  const Schema wide{{"key", int64()}, {"id", int64()}, {"late", string()}};  // fewer of these may rest
  const Schema widest{{"key", int64()}, {"id", float64()}, {"late", string()}, {"last", int64()}};
  TemporaryDirectory dir;
  DatasetWriter writer(dir / "out", kRows, by_key(2, 16_MiB));
  writer.write(rows_of(0, 600, 400));
  writer.flush();
  writer.extend_schema(wide);
  const auto text = [](int64_t count) {
    return make_text(string(), std::vector<std::optional<std::string>>(static_cast<size_t>(count), "x"));
  };
  writer.write(Batch(std::make_shared<const Schema>(wide),
                     {make_int64(numbers_from(0, 200)), make_int64(numbers_from(0, 200)), text(200)}, 200));
  writer.flush();
  writer.extend_schema(widest);
  writer.write(Batch(
      std::make_shared<const Schema>(widest),
      {make_int64(numbers_from(0, 10)), null_column(float64(), 10), text(10), make_int64(numbers_from(0, 10))}, 10));
  EXPECT_EQ(writer.close().rows, 810);
  const DatasetReader reader(dir / "out", {.schemas = SchemaMerge::strict});
  EXPECT_EQ(reader.rows(), 810);
  EXPECT_EQ(to_text(reader.schema()), "id float64, late string, last int64, key int64");
  double sum = 0;
  const auto stream = reader.read();
  while (const std::optional<RelationBatch> next = stream->next())
    for (int64_t row = 0; row < next->batch.rows(); ++row)
      if (next->batch.column(0).is_valid(row)) sum += next->batch.column(0).data<double>()[row];
  EXPECT_EQ(sum, 599 * 600 / 2 + 199 * 200 / 2);
}

TEST(BegunPartitions, AreFlushedByTheClock) {
  std::chrono::steady_clock::time_point now{};
  TemporaryDirectory dir;
  DatasetOptions options = by_key();
  options.file.row_group_seconds = 10;
  options.file.clock = [&] { return now; };
  DatasetWriter writer(dir / "out", kRows, options);
  now += std::chrono::seconds(100);
  writer.write(rows_of(0, 10, 2));
  now += std::chrono::seconds(9);
  writer.write(rows_of(10, 10, 2));
  EXPECT_EQ(writer.durable_rows(), 0);
  now += std::chrono::seconds(1);
  writer.tick();
  EXPECT_EQ(writer.durable_rows(), 20);
  now += std::chrono::seconds(100);
  writer.tick();
  writer.write(rows_of(20, 10, 2));
  EXPECT_EQ(writer.durable_rows(), 20);
  now += std::chrono::seconds(10);
  writer.write(rows_of(30, 1, 2));
  EXPECT_EQ(writer.durable_rows(), 31);
  const std::vector<WrittenFile> files = writer.close().files;
  EXPECT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].row_groups, 2);
}

// Whenever it is flushed and however little memory there is, each partition has its rows in their order, and threads
// change no byte.
TEST(BegunPartitions, HaveTheirRowsInOrder) {
  constexpr uint64_t kSeed = 91;
  for (uint64_t i = 0; i < 12; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    Draw draw(kSeed, i);
    const auto partitions = static_cast<int64_t>(draw.magnitude(500)) + 1;
    std::vector<std::pair<int64_t, bool>> steps;
    for (uint64_t s = draw.between(1, 8); s > 0; --s)
      steps.emplace_back(static_cast<int64_t>(draw.magnitude(3'000)), draw.chance(60));
    std::vector<std::string> found;
    for (const unsigned threads : {1u, 2u}) {
      TemporaryDirectory dir;
      DatasetWriter writer(dir / "out", kRows, by_key(threads, 16_MiB));
      int64_t rows = 0;
      for (const auto& [count, flushes] : steps) {
        writer.write(rows_of(rows, count, partitions));
        rows += count;
        if (!flushes) continue;
        writer.flush();
        ASSERT_EQ(writer.durable_rows(), rows);
      }
      std::string bytes;
      std::map<int64_t, int64_t> last;  // of each partition
      for (const WrittenFile& file : writer.close().files) {
        bytes += read_file(file.path);
        const auto stream = FileReader(file.path).read();
        while (const std::optional<RelationBatch> next = stream->next())
          for (int64_t row = 0; row < next->batch.rows(); ++row, --rows) {
            const int64_t id = next->batch.column(0).data<int64_t>()[row];
            const auto [at, is_first] = last.try_emplace(id % partitions, id);
            EXPECT_EQ(id, is_first ? id % partitions : at->second + partitions);
            at->second = id;
          }
      }
      EXPECT_EQ(rows, 0);
      found.push_back(std::move(bytes));
    }
    EXPECT_TRUE(found[0] == found[1]) << "threads";
  }
}

}  // namespace
}  // namespace sluice::begun_partitions_test
