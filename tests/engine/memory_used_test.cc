// What a Budget says that is held, beside what the allocator says. SLUICE_MEMORY_SCALE makes the tables so many times
// as long (1); SLUICE_MEMORY_PRINT=1 tells what was found.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "sluice/dataset_reader.h"
#include "sluice/dataset_writer.h"
#include "sluice/file_reader.h"
#include "sluice/file_writer.h"
#include "sluice/write.h"
#include "storage/temporary_directory.h"
#include "support/heap_hook.h"
#include "support/noise_table.h"

namespace sluice::memory_used_test {
namespace {

using namespace test;

int64_t scale() {
  const char* const given = std::getenv("SLUICE_MEMORY_SCALE");
  return given == nullptr ? 1 : std::max<int64_t>(std::atoll(given), 1);
}

/// Looks at both accounts again and again. What is there when it is made counts for nobody.
class Watch {
 public:
  explicit Watch(std::shared_ptr<Budget> budget) : budget_(std::move(budget)) {}

  /// Other threads free first and tell then (freeing takes its time here): what is far off has to be so a while later.
  void look() {
    double live = 0;
    double used = 0;
    double excess = 0;
    for (int attempt = 0; attempt < 10; ++attempt) {
      if (attempt > 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      live = static_cast<double>(asked_heap_bytes() - asked_at_begin_);
      used = static_cast<double>(budget_->used()) - static_cast<double>(used_at_begin_);
      excess = std::abs(live - used) - std::max(live, 0.0) / 10;
      live_max_ = std::max(live_max_, live);
      if (excess <= kExcessMax) break;
    }
    if (++looks_ == 1 || excess > excess_) {
      excess_ = excess;
      worst_ = "held " + std::to_string(live / 1e6) + " MB, said " + std::to_string(used / 1e6) + " MB at look " +
               std::to_string(looks_);
    }
  }
  /// `live_bytes_min`: else there was nothing to be seen.
  void check(double live_bytes_min) const {
    if (std::getenv("SLUICE_MEMORY_PRINT") != nullptr)
      std::printf("  at most %.1f MB; %s (%.1f MB beyond a tenth)\n", live_max_ / 1e6, worst_.c_str(), excess_ / 1e6);
    EXPECT_LE(excess_, kExcessMax) << worst_;
    EXPECT_GE(live_max_, live_bytes_min);
    EXPECT_GT(looks_, 5);
  }

 private:
  static constexpr double kExcessMax = 4 << 20;

  const std::shared_ptr<Budget> budget_;
  const int64_t asked_at_begin_ = asked_heap_bytes();
  const uint64_t used_at_begin_ = budget_->used();
  double live_max_ = 0;
  double excess_ = 0;
  std::string worst_;
  int looks_ = 0;
};

FileOptions file_options(std::shared_ptr<Runtime> runtime) {
  FileOptions options;
  options.sync = false;
  options.runtime = std::move(runtime);
  return options;
}

std::shared_ptr<Runtime> runtime_of(unsigned threads, uint64_t bytes) {
  return std::make_shared<Runtime>(RuntimeOptions{.threads = threads, .memory_bytes = bytes});
}

/// A batch is gone for the caller once it is written: the writer alone may have it still.
void write_watched(const NoiseTable& table, int64_t rows, int64_t batch_rows, unsigned threads, double live_bytes_min) {
  const TemporaryDirectory dir;
  { table.batch(0, 10); }
  const std::shared_ptr<Runtime> runtime = runtime_of(threads, 192_MiB);
  Watch watch(runtime->budget());
  {
    FileWriter writer(dir / "a.parquet", table.schema, file_options(runtime));
    for (int64_t row = 0; row < rows; row += batch_rows) {
      writer.write(table.batch(row, batch_rows));
      watch.look();
    }
    writer.close();
  }
  watch.look();
  watch.check(live_bytes_min);
}

TEST(MemoryUsed, CountsAFileOfSkewedColumns) {
  for (const unsigned threads : {1u, 2u}) write_watched(skewed_table(), 60'000 * scale(), 4'000, threads, 11e6);
}

TEST(MemoryUsed, CountsAFileOfManyColumns) { write_watched(wide_table(3'000), 500 * scale(), 50, 2, 20e6); }

TEST(MemoryUsed, CountsAFileOfNestedColumns) { write_watched(nested_table(), 160'000 * scale(), 4'000, 2, 12e6); }

TEST(MemoryUsed, CountsPartitions) {
  const NoiseTable table = skewed_table();
  const TemporaryDirectory dir;
  const std::shared_ptr<Runtime> runtime = runtime_of(2, 128_MiB);
  Watch watch(runtime->budget());
  DatasetOptions options{.partitions = {.keys = parse_partition_keys("small_19")}};
  options.file = file_options(runtime);
  DatasetWriter writer(dir / "out", table.schema, std::move(options));
  for (int64_t row = 0; row < 100'000 * scale(); row += 5'000) {
    writer.write(table.batch(row, 5'000));
    watch.look();
  }
  writer.close();
  watch.check(12e6);
}

TEST(MemoryUsed, CountsReading) {
  const NoiseTable table = skewed_table();
  const TemporaryDirectory dir;
  {
    FileOptions options = file_options(runtime_of(2, 192_MiB));
    options.row_group_rows = 100'000;
    FileWriter writer(dir / "a.parquet", table.schema, options);
    for (int64_t row = 0; row < 200'000 * scale(); row += 10'000) writer.write(table.batch(row, 10'000));
    writer.close();
  }
  for (const bool dictionaries : {true, false}) {
    const std::shared_ptr<Runtime> runtime = runtime_of(2, 192_MiB);
    Watch watch(runtime->budget());
    const FileReader reader(dir / "a.parquet",
                            {.batch_rows = 20'000, .dictionaries = dictionaries, .runtime = runtime});
    const std::unique_ptr<ReadStream> rows = reader.read();
    std::vector<Batch> kept;
    while (std::optional<RelationBatch> next = rows->next()) {
      kept.push_back(std::move(next->batch));
      watch.look();
    }
    watch.check(15e6);
  }
}

TEST(MemoryUsed, CountsSourcesOfText) {
  const TemporaryDirectory dir;
  {
    std::ofstream text(dir / "a.ndjson");
    for (int64_t row = 0; row < 150'000 * scale(); ++row) {
      const uint64_t seed = noise(static_cast<uint64_t>(row));
      text << R"({"id":)" << row << R"(,"text":")" << std::to_string(seed) << std::to_string(noise(seed))
           << R"(","list":[)" << seed % 100 << "," << seed % 7 << R"(],"price":)" << seed % 10'000 << ".25}\n";
    }
  }
  const std::shared_ptr<Runtime> runtime = runtime_of(2, 192_MiB);
  Watch watch(runtime->budget());
  SourceOptions source;
  source.runtime = runtime;
  const std::unique_ptr<RecordStream> records = open_sources({{.path = dir / "a.ndjson"}}, source);
  std::vector<Batch> kept;
  while (std::optional<RelationBatch> next = records->next()) {
    kept.push_back(std::move(next->batch));
    watch.look();
  }
  watch.check(15e6);
}

}  // namespace
}  // namespace sluice::memory_used_test
