// What a file under way would come to, and several files by one writer.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sluice/error.h"
#include "sluice/file_writer.h"
#include "support/file_reader.h"
#include "support/memory_sink.h"
#include "support/random_batches.h"
#include "support/random_options.h"
#include "support/random_table.h"

namespace sluice::file_forecast_test {
namespace {

using namespace test;
using ::testing::ElementsAre;

const Schema kNumbers{{"n", int64(), false}};

Batch numbers(int64_t first, int64_t rows) {
  std::vector<std::optional<int64_t>> values;
  for (int64_t i = first; i < first + rows; ++i) values.push_back(i);
  return Batch(std::make_shared<const Schema>(kNumbers), {make_int64(values)}, rows);
}

FileOptions quick(unsigned threads = 1) {
  FileOptions options;
  options.runtime = std::make_shared<Runtime>(RuntimeOptions{threads, 64_MiB});
  return options;
}

TEST(FileForecast, IsNearToWhatTheFileBecomes) {
  constexpr uint64_t kSeed = 23;
  for (uint64_t index = 0; index < 30; ++index) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", table " + std::to_string(index));
    Draw draw(kSeed, index);
    const RandomTable table = draw_table(draw, {.rows_max = 1'000, .leaves_max = 3'000});
    FileOptions options = draw_options(draw, table.schema, table.rows);
    options.runtime = std::make_shared<Runtime>(RuntimeOptions{static_cast<unsigned>(1 + draw.below(3)), 64_MiB});
    const auto file = std::make_shared<MemoryFile>();
    FileWriter writer(std::make_unique<MemorySink>(file), table.schema, options);
    for (const Batch& batch : draw_batches(draw, table, true)) writer.write(batch);
    const FileForecast settled = writer.forecast(true);
    EXPECT_EQ(settled.guessed, 0u);
    EXPECT_EQ(writer.forecast().bytes, settled.bytes);
    const WriteResult result = writer.close();
    // Pages are exact; what the footer and the indexes say of them is counted as for long ones. These are short.
    const ReadFile read = read_parquet(file->bytes, table.schema);
    double room = 0;
    for (const std::vector<ReadChunk>& group : read.groups)
      for (const ReadChunk& chunk : group) room += 180 + 100 * static_cast<double>(chunk.pages.size());
    EXPECT_GE(static_cast<double>(settled.bytes), 0.99 * static_cast<double>(result.bytes) - 100);
    EXPECT_LE(static_cast<double>(settled.bytes), static_cast<double>(result.bytes) + room);
  }
}

TEST(FileForecast, GuessesPagesFromThoseBefore) {
  const auto file = std::make_shared<MemoryFile>();
  FileOptions options = quick();
  options.page_rows = 1'000;
  options.columns = {{.column = "n", .compression = Compression{Codec::none}, .encoding = ValueEncoding::plain}};
  FileWriter writer(std::make_unique<MemorySink>(file), kNumbers, options);
  const uint64_t empty = writer.forecast().bytes;
  writer.write(numbers(0, 1'500));
  const FileForecast guessed = writer.forecast();
  EXPECT_NEAR(static_cast<double>(guessed.guessed), 4'000, 200);
  EXPECT_NEAR(static_cast<double>(guessed.bytes), static_cast<double>(empty) + 12'000, 500);
  EXPECT_EQ(writer.forecast(true).guessed, 0u);
  writer.write(numbers(1'500, 700));
  writer.close();
  const ReadFile read = read_parquet(file->bytes, kNumbers);
  std::vector<size_t> rows;
  for (const ReadPage& page : read.groups[0][0].pages) rows.push_back(page.slots.size());
  EXPECT_THAT(rows, ElementsAre(1'000, 500, 700));
}

TEST(FileForecast, OfNoRowsIsExact) {
  const auto file = std::make_shared<MemoryFile>();
  FileWriter writer(std::make_unique<MemorySink>(file), kNumbers, quick());
  const uint64_t expected = writer.forecast().bytes;
  EXPECT_EQ(writer.close().bytes, expected);
}

TEST(SeveralFiles, AreWrittenOneAfterTheOther) {
  for (const unsigned threads : {1u, 3u}) {
    FileWriter writer(kNumbers, quick(threads));
    std::vector<std::shared_ptr<MemoryFile>> files;
    for (int64_t i = 0; i < 4; ++i) {
      files.push_back(std::make_shared<MemoryFile>());
      writer.start_file(std::make_unique<MemorySink>(files.back(), true, "file " + std::to_string(i)));
      writer.write(numbers(i * 100, 10 * i));
      EXPECT_FALSE(files.back()->published);
      const WrittenFile written = writer.finish_file();
      EXPECT_TRUE(files.back()->published);
      EXPECT_EQ(written.path, "file " + std::to_string(i));
      EXPECT_EQ(written.rows, 10 * i);
      EXPECT_EQ(written.row_groups, i == 0 ? 0 : 1);
      EXPECT_EQ(written.bytes, files.back()->bytes.size());
      EXPECT_EQ(written.fields[0].values, 10 * i);
      EXPECT_EQ(read_parquet(files.back()->bytes, kNumbers).metadata.num_rows, 10 * i);
    }
    EXPECT_EQ(writer.rows(), 60);
    EXPECT_TRUE(writer.close().files.empty());
  }
}

TEST(SeveralFiles, AFileEndsInTheMiddleOfASlice) {
  FileOptions options = quick();
  options.row_group_rows = 9'000;
  FileWriter writer(kNumbers, options);
  for (int64_t i = 0; i < 2; ++i) {
    const auto file = std::make_shared<MemoryFile>();
    writer.start_file(std::make_unique<MemorySink>(file));
    writer.write(numbers(0, 10'000));  // in both files row groups begin with the file
    writer.finish_file();
    EXPECT_THAT(read_parquet(file->bytes, kNumbers).group_rows(), ElementsAre(9'000, 1'000));
  }
}

TEST(SeveralFiles, CallsOutOfOrderAreRefused) {
  FileWriter writer(kNumbers, quick());
  EXPECT_THROW(writer.write(numbers(0, 1)), Error);
  EXPECT_THROW(writer.finish_file(), Error);
  EXPECT_THROW(writer.forecast(), Error);
  writer.start_file(std::make_unique<MemorySink>(std::make_shared<MemoryFile>()));
  EXPECT_THROW(writer.start_file(std::make_unique<MemorySink>(std::make_shared<MemoryFile>())), Error);
  writer.write(numbers(0, 1));
  EXPECT_EQ(writer.finish_file().rows, 1);
}

}  // namespace
}  // namespace sluice::file_forecast_test
