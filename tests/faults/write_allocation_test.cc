// A writer whose memory runs out while it takes rows, at the first allocation, at the second, ...: some columns may
// have got rows that others lack, so it is closed, and whoever goes on all the same gets no file. (Whole runs: see
// allocation_test.cc.)
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <new>

#include "datasets/dataset_files.h"
#include "faults/failing_allocations.h"
#include "sluice/error.h"
#include "storage/temporary_directory.h"

namespace sluice::write_allocation_test {
namespace {

using namespace test;

constexpr int64_t kBatchRows = 40;
constexpr int64_t kBatches = 3;

void expect_closed(FileWriter& writer) {
  try {
    writer.close();
    ADD_FAILURE() << "it was closed once more";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::closed) << error.what();
  }
}

/// False where no allocation has failed.
bool write_with(const std::string& path, const FileOptions& options, size_t at) {
  std::vector<Batch> batches;
  for (int64_t i = 0; i < kBatches; ++i) batches.push_back(numbers(i * kBatchRows, kBatchRows));
  FileWriter writer(path, kNumbers, options);
  bool ran_out = false;
  bool has_thrown = false;
  {
    const FailingAllocations allocations(at, false);
    try {
      for (const Batch& batch : batches) writer.write(batch);
    } catch (const std::bad_alloc&) {
      has_thrown = true;
    }
    ran_out = allocations.has_failed();
  }
  if (has_thrown) {
    expect_closed(writer);
    EXPECT_FALSE(std::filesystem::exists(path));
  }
  return ran_out;
}

TEST(WriteAllocation, AWriterThatRanOutIsClosed) {
  const TemporaryDirectory dir;
  for (const unsigned threads : {1U, 2U}) {
    FileOptions options;
    options.sync = false;
    options.row_group_rows = 30;
    options.runtime = std::make_shared<Runtime>(RuntimeOptions{.threads = threads, .memory_bytes = 64_MiB});
    write_with(dir / "warm.parquet", options, 0);  // what is made once in a process is made here
    for (size_t at = 1; !HasFailure(); ++at) {
      SCOPED_TRACE(std::to_string(threads) + " threads, allocation " + std::to_string(at));
      if (!write_with(dir / "out.parquet", options, at)) break;
      std::filesystem::remove(dir / "out.parquet");
    }
  }
}

}  // namespace
}  // namespace sluice::write_allocation_test
