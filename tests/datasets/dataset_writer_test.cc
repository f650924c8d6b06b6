// Where files of a dataset end, and what they are called.

#include "sluice/dataset_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "datasets/dataset_files.h"
#include "sluice/error.h"
#include "support/file_reader.h"
#include "support/random_batches.h"
#include "support/random_table.h"

namespace sluice::dataset_writer_test {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

FileOptions quick(unsigned threads = 1) {
  FileOptions options;
  options.sync = false;
  options.runtime = std::make_shared<Runtime>(RuntimeOptions{threads, 64_MiB});
  return options;
}

/// Writes `rows` numbers, `batch_rows` at a time.
WriteResult write_numbers(const std::string& path, int64_t rows, int64_t batch_rows, DatasetOptions options) {
  DatasetWriter writer(path, kNumbers, std::move(options));
  for (int64_t done = 0; done < rows; done += batch_rows)
    writer.write(numbers(done, std::min(batch_rows, rows - done)));
  EXPECT_EQ(writer.rows(), rows);
  return writer.close();
}

TEST(DatasetWriter, WithoutLimitsThereIsOneFile) {
  TemporaryDirectory dir;
  const WriteResult result = write_numbers(dir / "out", 10'000, 777, {.file = quick()});
  EXPECT_THAT(dir.names(), ElementsAre("out"));
  EXPECT_THAT(names_in(dir / "out"), ElementsAre("out-0.parquet"));
  ASSERT_EQ(result.files.size(), 1u);
  EXPECT_EQ(result.files[0].path, dir / "out/out-0.parquet");
  EXPECT_EQ(result.files[0].bytes, std::filesystem::file_size(dir / "out/out-0.parquet"));
  EXPECT_EQ(result.bytes, result.files[0].bytes);
  EXPECT_EQ(result.rows, 10'000);
  EXPECT_EQ(result.files[0].fields[0].max_text(), "9999");
}

TEST(DatasetWriter, ARowsLimitIsMetExactly) {
  struct Case {
    int64_t rows, limit;
    std::vector<int64_t> files;
  };
  for (const auto& [rows, limit, files] :
       {Case{10, 3, {3, 3, 3, 1}}, Case{9, 3, {3, 3, 3}}, Case{1, 1, {1}}, Case{3, 1, {1, 1, 1}}, Case{2, 3, {2}},
        Case{3, 3, {3}}, Case{4, 3, {3, 1}}, Case{10'000, 8'192, {8'192, 1'808}}})
    for (const int64_t batch_rows : {1, 2, 3, 7, 10'000}) {
      if (rows / batch_rows > 1'000) continue;
      TemporaryDirectory dir;
      const WriteResult result = write_numbers(dir / "out", rows, batch_rows, {.file = quick(), .shard_rows = limit});
      EXPECT_EQ(rows_of(result), files) << rows << " by " << limit << " in batches of " << batch_rows;
      EXPECT_EQ(names_in(dir / "out").size(), files.size());
      int64_t first = 0;
      for (const WrittenFile& file : result.files) {
        EXPECT_EQ(file.fields[0].min_text(), std::to_string(first));
        first += file.rows;
        EXPECT_EQ(file.fields[0].max_text(), std::to_string(first - 1));
        EXPECT_EQ(file.fields[0].values, file.rows);
      }
    }
}

TEST(DatasetWriter, FilesAreWhatAWriterOfThemAloneMakes) {
  TemporaryDirectory dir;
  const Batch batch = numbers(0, 30'000);
  DatasetWriter writer(dir / "out", kNumbers, {.file = quick(), .shard_rows = 10'000});
  writer.write(batch);
  const WriteResult result = writer.close();
  FileWriter alone(dir / "alone.parquet", kNumbers, quick());
  alone.write(batch.slice(0, 10'000));
  alone.close();
  EXPECT_EQ(read_file(result.files[0].path), read_file(dir / "alone.parquet"));
  for (const WrittenFile& file : result.files) {
    const std::string bytes = read_file(file.path);
    EXPECT_EQ(read_parquet(as_bytes(bytes), kNumbers).metadata.num_rows, 10'000);
    EXPECT_EQ(file.bytes, bytes.size());
    EXPECT_EQ(file.row_group_offsets, std::vector<uint64_t>{4});
  }
}

TEST(DatasetWriter, PrefixesNameFiles) {
  TemporaryDirectory dir;
  write_numbers(dir / "a", 3, 3, {.file = quick(), .file_prefix = "events.v1", .shard_rows = 2});
  EXPECT_THAT(names_in(dir / "a"), ElementsAre("events.v1-0.parquet", "events.v1-1.parquet"));
  write_numbers(dir / "b///", 1, 1, {.file = quick()});
  EXPECT_THAT(names_in(dir / "b"), ElementsAre("b-0.parquet"));
  for (const std::string& prefix : {std::string("a/b"), std::string(".hidden"), std::string("_hidden"),
                                    std::string(201, 'x'), std::string("a\0b", 3)})
    EXPECT_THROW(DatasetWriter(dir / "c", kNumbers, {.file_prefix = prefix}), Error) << prefix;
  EXPECT_THROW(DatasetWriter(dir / "_c", kNumbers), Error);
  EXPECT_THAT(dir.names(), ElementsAre("a", "b"));
}

TEST(DatasetWriter, NoRowsAreOneFileWithoutRows) {
  for (const Publish publish : {Publish::end, Publish::each}) {
    TemporaryDirectory dir;
    DatasetWriter writer(dir / "out", kNumbers, {.file = quick(), .shard_rows = 5, .publish = publish});
    writer.write(numbers(0, 0));
    writer.write(Batch());
    const WriteResult result = writer.close();
    EXPECT_THAT(rows_of(result), ElementsAre(0));
    EXPECT_THAT(names_in(dir / "out"), ElementsAre("out-0.parquet"));
    EXPECT_EQ(read_layout(dir / "out/out-0.parquet").rows, 0);
  }
}

// --- bytes before encoding

TEST(DatasetWriter, RawBytesAreThoseOfArrow) {
  // Eight bytes a row.
  for (const auto& [limit, rows] : {std::pair<uint64_t, int64_t>{80, 10}, {81, 10}, {87, 10}, {88, 11}, {8, 1}, {1, 1}})
    for (const int64_t batch_rows : {1, 3, 100}) {
      TemporaryDirectory dir;
      const WriteResult result =
          write_numbers(dir / "out", 25, batch_rows, {.file = quick(), .shard_raw_bytes = limit});
      std::vector<int64_t> expected(static_cast<size_t>(25 / rows), rows);
      if (25 % rows > 0) expected.push_back(25 % rows);
      EXPECT_EQ(rows_of(result), expected) << limit << " in batches of " << batch_rows;
    }
}

TEST(DatasetWriter, ABatchIsCutIntoFiles) {
  TemporaryDirectory dir;
  const WriteResult result = write_numbers(dir / "out", 1'000, 1'000, {.file = quick(), .shard_raw_bytes = 1'600});
  EXPECT_THAT(rows_of(result), ElementsAre(200, 200, 200, 200, 200));
}

TEST(DatasetWriter, ARowBeyondTheLimitHasItsFile) {
  TemporaryDirectory dir;
  const Schema schema{{"t", string(), false}};
  const auto texts = [&](const std::vector<std::optional<std::string>>& values) {
    return Batch(std::make_shared<const Schema>(schema), {make_text(string(), values)},
                 static_cast<int64_t>(values.size()));
  };
  DatasetWriter writer(dir / "out", schema, {.file = quick(), .shard_raw_bytes = 20});
  writer.write(texts({"a", "b", std::string(100, 'x'), "c", "d"}));
  EXPECT_THAT(rows_of(writer.close()), ElementsAre(2, 1, 2));
}

TEST(DatasetWriter, TheFirstLimitThatIsReachedCuts) {
  TemporaryDirectory dir;
  EXPECT_THAT(rows_of(write_numbers(dir / "a", 10, 10, {.file = quick(), .shard_rows = 3, .shard_raw_bytes = 32})),
              ElementsAre(3, 3, 3, 1));
  EXPECT_THAT(rows_of(write_numbers(dir / "b", 10, 10, {.file = quick(), .shard_rows = 5, .shard_raw_bytes = 32})),
              ElementsAre(4, 4, 2));
  EXPECT_THAT(rows_of(write_numbers(dir / "c", 10, 10, {.file = quick(), .shard_rows = 3, .shard_bytes = 1_MiB})),
              ElementsAre(3, 3, 3, 1));
}

// --- time

TEST(DatasetWriter, TimeEndsFiles) {
  TemporaryDirectory dir;
  std::chrono::steady_clock::time_point now{};
  DatasetWriter writer(dir / "out", kNumbers,
                       {.file = quick(), .shard_seconds = 10, .publish = Publish::each, .clock = [&] { return now; }});
  const auto visible = [&] { return names_in(dir / "out").size(); };
  now += std::chrono::seconds(100);  // no file is under way
  writer.tick();
  writer.write(numbers(0, 5));
  now += std::chrono::milliseconds(9'999);
  writer.tick();
  writer.write(numbers(5, 5));
  EXPECT_EQ(visible(), 0u);
  now += std::chrono::milliseconds(1);
  writer.tick();
  EXPECT_EQ(visible(), 1u);
  now += std::chrono::seconds(50);  // the next one begins with its first row
  writer.tick();
  EXPECT_EQ(visible(), 1u);
  writer.write(numbers(10, 1));
  now += std::chrono::seconds(10);
  writer.write(numbers(11, 4));  // what comes late is of the next file
  EXPECT_EQ(visible(), 2u);
  EXPECT_THAT(rows_of(writer.close()), ElementsAre(10, 1, 4));
  EXPECT_EQ(visible(), 3u);
  EXPECT_EQ(read_layout(dir / "out/out-2.parquet").rows, 4);
}

// --- whole datasets

TEST(DatasetWriter, BatchesAndThreadsChangeNothing) {
  constexpr uint64_t kSeed = 11;
  for (uint64_t index = 0; index < 20; ++index) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", table " + std::to_string(index));
    Draw draw(kSeed, index);
    const RandomTable table = draw_table(draw, {.rows_max = 1'000, .leaves_max = 2'000, .leaves_max_large = 20'000});
    DatasetOptions options{.file = quick()};
    if (draw.chance(40)) options.shard_rows = draw.between(100, 1'000);
    if (draw.chance(40)) options.shard_raw_bytes = static_cast<uint64_t>(draw.between(5'000, 50'000));
    if (draw.chance(60)) options.shard_bytes = static_cast<uint64_t>(draw.between(8'000, 60'000));
    std::vector<std::string> expected;
    for (const unsigned threads : {1u, 3u, 1u}) {
      TemporaryDirectory dir;
      options.file.runtime = std::make_shared<Runtime>(RuntimeOptions{threads, 64_MiB});
      DatasetWriter writer(dir / "out", table.schema, options);
      for (const Batch& batch : draw_batches(draw, table, true)) writer.write(batch);
      const WriteResult result = writer.close();
      ASSERT_EQ(result.rows, table.rows);
      const std::vector<std::string> contents = contents_of(result);
      for (const std::string& bytes : contents) ASSERT_NO_THROW(read_parquet(as_bytes(bytes), table.schema));
      if (expected.empty()) expected = contents;
      ASSERT_EQ(contents.size(), expected.size());
      ASSERT_TRUE(contents == expected);
    }
  }
}

TEST(DatasetWriter, OrderIsCheckedAcrossFiles) {
  TemporaryDirectory dir;
  DatasetOptions options{.file = quick(), .shard_rows = 10};
  options.file.sorted_by = {{.column = "n"}};
  DatasetWriter writer(dir / "out", kNumbers, options);
  writer.write(numbers(0, 20));
  try {
    writer.write(numbers(19, 1));
    writer.write(numbers(18, 1));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::data);
    EXPECT_THAT(error.what(), HasSubstr("21"));
  }
  EXPECT_THAT(dir.names(), IsEmpty());
}

TEST(DatasetWriter, CountsBytesAsTheyAreWritten) {
  TemporaryDirectory dir;
  DatasetWriter writer(dir / "out", kNumbers, {.file = quick(), .shard_rows = 10});
  EXPECT_EQ(writer.bytes_written(), 0u);
  writer.write(numbers(0, 25));
  const uint64_t before = writer.bytes_written();
  EXPECT_EQ(before, std::filesystem::file_size(dir / (dir.names()[0] + "/data/out-0.parquet.part")) * 2 + 4);
  const WriteResult result = writer.close();
  EXPECT_EQ(writer.bytes_written(), result.bytes);
  EXPECT_EQ(writer.rows(), 25);
  EXPECT_THROW(writer.write(numbers(0, 1)), Error);
  EXPECT_THROW(writer.tick(), Error);
  EXPECT_THROW(writer.close(), Error);
}

}  // namespace
}  // namespace sluice::dataset_writer_test
