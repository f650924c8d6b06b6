// A budget that is spent: everything goes on, with the same result, and holds less.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "runtime/workers.h"
#include "sluice/dataset_writer.h"
#include "sluice/file_reader.h"
#include "sluice/file_writer.h"
#include "sluice/write.h"
#include "storage/temporary_directory.h"
#include "support/make_columns.h"
#include "support/noise_table.h"

namespace sluice::memory_pressure_test {
namespace {

using namespace test;

FileOptions options_of(unsigned threads, std::shared_ptr<Budget> budget) {
  FileOptions options;
  options.sync = false;
  options.page_bytes = 64_KiB;
  options.row_group_bytes = 1_MiB;  // below a third of any budget here
  options.runtime = std::make_shared<Runtime>(RuntimeOptions{.threads = threads, .budget = std::move(budget)});
  return options;
}

/// In one piece: files here are large.
std::string content_of(const std::string& path) {
  std::string bytes(std::filesystem::file_size(path), 0);
  std::ifstream(path, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

/// All of the budget and more, held by somebody else.
Account spent(const std::shared_ptr<Budget>& budget) { return Account(budget, budget->bytes() + 1); }

std::vector<Batch> batches_of(const NoiseTable& table, int64_t count, int64_t rows) {
  std::vector<Batch> batches;
  for (int64_t i = 0; i < count; ++i) batches.push_back(table.batch(i * rows, rows));
  return batches;
}

std::string written(const std::vector<Batch>& batches, const FileOptions& options) {
  const TemporaryDirectory dir;
  FileWriter writer(dir / "a.parquet", batches[0].schema(), options);
  for (const Batch& batch : batches) writer.write(batch);
  writer.close();
  return content_of(dir / "a.parquet");
}

TEST(MemoryPressure, ChangesNoByteOfAFile) {
  for (const NoiseTable& table : {skewed_table(), nested_table()}) {
    const std::vector<Batch> batches = batches_of(table, 5, 2'000);
    const std::string expected = written(batches, options_of(1, std::make_shared<Budget>(64_MiB)));
    for (const unsigned threads : {1u, 2u, 8u})
      for (const uint64_t bytes : {64_MiB, 1'024_MiB}) {
        const auto budget = std::make_shared<Budget>(bytes);
        EXPECT_TRUE(written(batches, options_of(threads, budget)) == expected) << threads << " threads, " << bytes;
        const Account others = spent(budget);
        EXPECT_TRUE(written(batches, options_of(threads, budget)) == expected)
            << threads << " threads, spent, " << bytes;
      }
  }
}

std::string written_in_turn(const std::vector<Batch>& batches, size_t writers, const FileOptions& options,
                            uint64_t& used_max) {
  const TemporaryDirectory dir;
  std::vector<std::unique_ptr<FileWriter>> all;
  for (size_t i = 0; i < writers; ++i)
    all.push_back(std::make_unique<FileWriter>(dir / std::to_string(i) + ".parquet", batches[0].schema(), options));
  for (const Batch& batch : batches)
    for (const auto& writer : all) {
      writer->write(batch);
      used_max = std::max(used_max, options.runtime->memory_used());
    }
  std::string bytes;
  for (size_t i = 0; i < writers; ++i) {
    all[i]->close();
    bytes += content_of(dir / std::to_string(i) + ".parquet");
  }
  return bytes;
}

struct Used {
  uint64_t with_much = 0;
  uint64_t with_little = 0;
};

/// What writers hold at most, with a budget that is enough and with one that is not; the same bytes come of both.
Used used_in_turn(const std::vector<Batch>& batches, size_t writers, unsigned threads, uint64_t page_bytes) {
  Used used;
  FileOptions much = options_of(threads, std::make_shared<Budget>(1'024_MiB));
  FileOptions little = options_of(threads, std::make_shared<Budget>(16_MiB));
  much.page_bytes = little.page_bytes = page_bytes;
  much.row_group_bytes = little.row_group_bytes = 5_MiB;
  const std::string expected = written_in_turn(batches, writers, much, used.with_much);
  EXPECT_TRUE(written_in_turn(batches, writers, little, used.with_little) == expected);
  return used;
}

// Each of them would be content with its row group of five megabytes; together they are not.
TEST(MemoryPressure, WritersOfOneBudgetShareIt) {
  const NoiseTable table{{{"a", int64()}, {"b", int64()}, {"c", int64()}},
                         [](ColumnBuilder& builder, size_t column, int64_t row) {
                           builder.append(static_cast<int64_t>(noise(static_cast<uint64_t>(row) * 3 + column)));
                         }};
  const std::vector<Batch> batches = batches_of(table, 8, 15'000);
  for (const unsigned threads : {1u, 2u}) {
    const Used used = used_in_turn(batches, 12, threads, 64_KiB);
    EXPECT_GT(used.with_much, 32_MiB) << "else there was no need to share";
    EXPECT_LT(used.with_little, 24_MiB);
  }
}

// Pages under way and dictionaries alone are more than the budget here: they go to scratch while others are at work.
TEST(MemoryPressure, WritersThatAreNotAtWorkHoldNextToNothing) {
  const NoiseTable table{{{"number", int64()}, {"text", string()}},
                         [](ColumnBuilder& builder, size_t column, int64_t row) {
                           const uint64_t value = noise(static_cast<uint64_t>(row)) % 3'000;
                           if (column == 0) return builder.append(static_cast<int64_t>(noise(value)));
                           append_noise_text(builder, value, 150);
                         }};
  const std::vector<Batch> batches = batches_of(table, 3, 2'000);
  const Used used = used_in_turn(batches, 50, 2, 2_MiB);
  EXPECT_GT(used.with_much, 24_MiB) << "else there was no need to share";
  EXPECT_LT(used.with_little, 18_MiB);
}

// A page under way has four bytes for each index, one for each level: of thousands of columns that is more than the
// row group, and was not given back.
TEST(MemoryPressure, PagesOfThousandsOfColumnsArePacked) {
  std::vector<Field> fields;
  for (int i = 0; i < 1'000; ++i) fields.push_back({"c" + std::to_string(i), float64()});
  const NoiseTable table{Schema(std::move(fields)), [](ColumnBuilder& builder, size_t column, int64_t row) {
                           const uint64_t value = noise(static_cast<uint64_t>(row) + column);
                           if (value % 5 == 0) return builder.append_null();
                           builder.append(static_cast<double>(value % 200));
                         }};
  const std::vector<Batch> batches = batches_of(table, 2, 300);
  std::vector<Batch> repeated;
  for (int i = 0; i < 3; ++i) repeated.insert(repeated.end(), batches.begin(), batches.end());
  const Used used = used_in_turn(repeated, 1, 2, 1_MiB);
  EXPECT_GT(used.with_much, 17_MiB) << "else nothing was short";
  EXPECT_LT(used.with_little, 16_MiB);
}

// What a column takes beside its values did not count for how many rows may wait: of batches of few rows and thousands
// of columns as many waited as the whole budget had room for.
TEST(MemoryPressure, RowsOfThousandsOfColumnsWaitByTheirColumns) {
  const NoiseTable table = wide_table(3'000);
  const Batch batch = table.batch(0, 1);
  const TemporaryDirectory dir;
  FileOptions options = options_of(2, std::make_shared<Budget>(64_MiB));
  options.row_group_bytes = 16_MiB;
  FileWriter writer(dir / "a.parquet", table.schema, options);
  // The other thread has something else to do: all that may wait does.
  std::atomic<int> step = 0;
  options.runtime->workers().post([&step] {
    for (step = 1; step == 1;) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  });
  while (step == 0) std::this_thread::yield();
  uint64_t used_max = 0;
  for (int i = 0; i < 100; ++i) {
    writer.write(batch);
    used_max = std::max(used_max, options.runtime->memory_used());
  }
  step = 2;
  writer.close();
  EXPECT_LT(used_max, 30_MiB);
}

TEST(MemoryPressure, ReadsAndParsesOn) {
  const NoiseTable table = skewed_table();
  const TemporaryDirectory dir;
  FileOptions options = options_of(2, std::make_shared<Budget>(64_MiB));
  {
    FileWriter writer(dir / "a.parquet", table.schema, options);
    for (int64_t row = 0; row < 30'000; row += 5'000) writer.write(table.batch(row, 5'000));
    writer.close();
    std::ofstream text(dir / "a.ndjson");
    for (int64_t row = 0; row < 60'000; ++row)
      text << R"({"id":)" << row << R"(,"text":"some text of no interest"})" << '\n';
  }
  for (const unsigned threads : {1u, 2u, 8u}) {
    const auto budget = std::make_shared<Budget>(64_MiB);
    const Account others = spent(budget);
    const auto runtime = std::make_shared<Runtime>(RuntimeOptions{.threads = threads, .budget = budget});
    const auto rows = FileReader(dir / "a.parquet", {.batch_rows = 1'000, .runtime = runtime}).read();
    int64_t row = 0;
    while (const std::optional<RelationBatch> next = rows->next()) {
      const Batch expected = table.batch(row, next->batch.rows());
      for (size_t c = 0; c < 3; ++c)
        ASSERT_EQ(show(next->batch.column(c), 0), show(expected.column(c), 0)) << "row " << row;
      row += next->batch.rows();
    }
    EXPECT_EQ(row, 30'000);
    SourceOptions source;
    source.runtime = runtime;
    const auto records = open_sources({{.path = dir / "a.ndjson"}}, source);
    int64_t count = 0;
    while (const std::optional<RelationBatch> next = records->next()) count += next->batch.rows();
    EXPECT_EQ(count, 60'000);
  }
}

TEST(MemoryPressure, PartitionsAreWrittenOn) {
  const NoiseTable table = skewed_table();
  std::vector<std::string> found;
  for (const bool is_spent : {false, true}) {
    const TemporaryDirectory dir;
    const auto budget = std::make_shared<Budget>(64_MiB);
    const Account others = is_spent ? spent(budget) : Account();
    DatasetOptions options{.partitions = {.keys = parse_partition_keys("small_3")}};
    options.file = options_of(2, budget);
    DatasetWriter writer(dir / "out", table.schema, std::move(options));
    for (int64_t row = 0; row < 20'000; row += 4'000) writer.write(table.batch(row, 4'000));
    std::string all;
    for (const WrittenFile& file : writer.close().files)
      all += std::filesystem::path(file.path).filename().string() + content_of(file.path);
    found.push_back(std::move(all));
  }
  EXPECT_TRUE(found[0] == found[1]);
}

}  // namespace
}  // namespace sluice::memory_pressure_test
