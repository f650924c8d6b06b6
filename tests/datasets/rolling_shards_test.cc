// What users of rolling shard writers count on, in the order of the acceptance list of the package that this one
// supersedes. Where ours differs on purpose the test says how and why: a batch is split where a file ends, so that no
// file is longer than its limit; nothing is visible before close; a schema is kept, never cast to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "datasets/dataset_files.h"
#include "sluice/error.h"
#include "support/file_reader.h"

namespace sluice::rolling_shards_test {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr uint64_t kRowBytes = 8;  // of kNumbers

DatasetOptions by_raw_bytes(uint64_t bytes) {
  DatasetOptions options{.shard_raw_bytes = bytes};
  options.file.sync = false;
  options.file.runtime = std::make_shared<Runtime>(RuntimeOptions{1, 64_MiB});
  return options;
}

std::vector<int64_t> rows_in(const std::string& directory) {
  std::vector<int64_t> rows;
  for (const std::string& name : names_in(directory)) rows.push_back(read_layout(directory + "/" + name).rows);
  return rows;
}

/// Writes `count` batches of `batch_rows`; the rows of each file.
std::vector<int64_t> shards_of(const std::string& path, int count, int64_t batch_rows, uint64_t limit) {
  DatasetWriter writer(path, kNumbers, by_raw_bytes(limit));
  for (int i = 0; i < count; ++i) writer.write(numbers(i * batch_rows, batch_rows));
  const WriteResult result = writer.close();
  EXPECT_EQ(rows_of(result), rows_in(path)) << "the result lists what is there";
  return rows_of(result);
}

TEST(RollingShards, AFileEndsBeforeItWouldBeTooLong) {
  TemporaryDirectory dir;
  // Three equal batches, one byte less than a batch: the other package gives each a file that is too long. Here the
  // limit holds, so a row of each batch goes on to the next file.
  EXPECT_THAT(shards_of(dir / "a", 3, 100, 100 * kRowBytes - 1), ElementsAre(99, 99, 99, 3));
  EXPECT_THAT(shards_of(dir / "b", 3, 100, 100 * kRowBytes), ElementsAre(100, 100, 100));
  EXPECT_THAT(shards_of(dir / "c", 9, 100, 300 * kRowBytes), ElementsAre(300, 300, 300));
  EXPECT_THAT(names_in(dir / "c"), ElementsAre("c-0.parquet", "c-1.parquet", "c-2.parquet"));
  // An over-sized batch: one file there, files of the wanted length here.
  EXPECT_THAT(shards_of(dir / "d", 1, 50, 1), std::vector<int64_t>(50, 1));
  EXPECT_THAT(shards_of(dir / "e", 1, 1'000, 400 * kRowBytes), ElementsAre(400, 400, 200));
}

TEST(RollingShards, WithoutALimitThereIsOneFile) {
  TemporaryDirectory dir;
  EXPECT_THAT(shards_of(dir / "a", 10, 1, 0), ElementsAre(10));
}

TEST(RollingShards, EmptyBatchesMakeNoFiles) {
  TemporaryDirectory dir;
  DatasetWriter writer(dir / "out", kNumbers, by_raw_bytes(2 * kRowBytes));
  for (const int64_t rows : {0, 3, 0, 0, 1, 0}) writer.write(numbers(0, rows));
  EXPECT_THAT(rows_of(writer.close()), ElementsAre(2, 2));
}

TEST(RollingShards, SmallBatchesShareRowGroups) {
  TemporaryDirectory dir;
  DatasetWriter writer(dir / "out", kNumbers, by_raw_bytes(0));
  for (int i = 0; i < 100; ++i) writer.write(numbers(i, 1));
  const WriteResult result = writer.close();
  ASSERT_EQ(result.files.size(), 1u);
  EXPECT_EQ(result.files[0].row_groups, 1);
  EXPECT_EQ(result.files[0].rows, 100);
}

TEST(RollingShards, RowsKeepTheirOrder) {
  TemporaryDirectory dir;
  DatasetWriter writer(dir / "out", kNumbers, by_raw_bytes(7 * kRowBytes));
  for (int i = 0; i < 10; ++i) writer.write(numbers(i * 5, 5));
  int64_t next = 0;
  for (const WrittenFile& file : writer.close().files) {
    const std::string bytes = read_file(file.path);
    EXPECT_EQ(read_parquet(as_bytes(bytes), kNumbers).metadata.num_rows, file.rows);
    EXPECT_EQ(file.fields[0].min_text(), std::to_string(next));
    next += file.rows;
    EXPECT_EQ(file.fields[0].max_text(), std::to_string(next - 1));
  }
  EXPECT_EQ(next, 50);
}

// Others cast an int32 table to the schema's int64; here a batch of another schema is an error that ends the run.
TEST(RollingShards, SchemasAreNotCastTo) {
  TemporaryDirectory dir;
  DatasetWriter writer(dir / "out", kNumbers, by_raw_bytes(0));
  const Schema narrow{{"n", int32(), false}};
  const Column column = make_fixed<int32_t>(int32(), {1, 2});
  EXPECT_THROW(writer.write(Batch(std::make_shared<const Schema>(narrow), {column}, 2)), Error);
  EXPECT_THAT(dir.names(), IsEmpty());
}

// Others drop the old data before the first new byte, or create the directory when they open.
TEST(RollingShards, NothingIsVisibleOrGoneBeforeClose) {
  TemporaryDirectory dir;
  { const DatasetWriter unused(dir / "unused", kNumbers, by_raw_bytes(8)); }
  {
    DatasetWriter writer(dir / "out", kNumbers, by_raw_bytes(8));
    writer.write(numbers(0, 100));
    EXPECT_FALSE(std::filesystem::exists(dir / "out"));
  }
  EXPECT_THAT(dir.names(), IsEmpty()) << "what was not closed leaves nothing";
  write_file(dir / "file", "theirs");
  EXPECT_THROW(DatasetWriter(dir / "file", kNumbers, by_raw_bytes(8)), Error);
  EXPECT_EQ(read_file(dir / "file"), "theirs");
  EXPECT_THROW(DatasetWriter(dir / "missing/out", kNumbers, by_raw_bytes(8)), Error);
}

// A file is opened by its first row, so that none is empty at the end of a limit.
TEST(RollingShards, FilesAreOpenedWhenTheyAreNeeded) {
  TemporaryDirectory dir;
  DatasetWriter writer(dir / "out", kNumbers, by_raw_bytes(2 * kRowBytes));
  const auto staged = [&] { return names_in(dir / dir.names()[0] + "/data"); };
  const size_t before = staged().size();
  writer.write(numbers(0, 4));
  EXPECT_EQ(staged().size(), before + 2);
  writer.write(numbers(4, 1));
  EXPECT_EQ(staged().size(), before + 3);
  EXPECT_THAT(rows_of(writer.close()), ElementsAre(2, 2, 1));
}

TEST(RollingShards, OptionsOfFilesReachEveryOne) {
  TemporaryDirectory dir;
  DatasetOptions options = by_raw_bytes(2 * kRowBytes);
  options.file.columns = {{.column = "n", .compression = Compression{Codec::none}, .statistics = false}};
  options.file.metadata = {{"key", "value"}};
  DatasetWriter writer(dir / "out", kNumbers, options);
  writer.write(numbers(0, 4));
  for (const WrittenFile& file : writer.close().files) {
    const FileLayout layout = read_layout(file.path);
    const ChunkLayout& chunk = layout.row_groups.at(0).chunks.at(0);
    EXPECT_FALSE(chunk.min);
    EXPECT_EQ(chunk.codec, "none");
    EXPECT_THAT(layout.metadata, testing::Contains(testing::Pair("key", "value")));
  }
}

}  // namespace
}  // namespace sluice::rolling_shards_test
