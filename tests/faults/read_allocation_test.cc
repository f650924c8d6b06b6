// A read on two threads, whose memory runs out at the first allocation, at the second, ... until it completes: it ends,
// with all rows or with std::bad_alloc. (Runs that write: see allocation_test.cc.)
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <string_view>

#include "faults/failing_allocations.h"
#include "faults/subjects.h"
#include "sluice/file_reader.h"
#include "sluice/predicate.h"
#include "storage/temporary_directory.h"

namespace sluice::read_allocation_test {
namespace {

using namespace test;

/// The quick form takes one allocation of some. Most are made by tasks, where nobody but the scan can catch.
size_t stride() {
  const char* const wanted = std::getenv("SLUICE_FAULTS");
  return wanted != nullptr && std::string_view(wanted) == "long" ? 1 : 7;
}

int64_t rows_of(const std::string& path, const ReadOptions& options) {
  const std::unique_ptr<ReadStream> stream = FileReader(path, options).read();
  int64_t rows = 0;
  try {
    while (const auto next = stream->next()) rows += next->batch.rows();
  } catch (const std::bad_alloc&) {
    EXPECT_THROW(stream->next(), std::bad_alloc) << "rows, or columns of them, may be lost";
    throw;
  }
  return rows;
}

struct Outcome {
  bool completed = false;
  int64_t rows = 0;
  bool ran_out = false;
};

Outcome read_with(const std::string& path, const ReadOptions& options, size_t at) {
  Outcome outcome;
  const FailingAllocations allocations(at, false);
  try {
    outcome.rows = rows_of(path, options);
    outcome.completed = true;
  } catch (const std::bad_alloc&) {
  }
  outcome.ran_out = allocations.has_failed();
  return outcome;
}

void fail_each(const std::string& path, const std::string& where) {
  ReadOptions options{.batch_rows = 8};
  options.runtime = std::make_shared<Runtime>(RuntimeOptions{.threads = 2, .memory_bytes = 64_MiB});
  if (!where.empty()) options.select.where = parse_predicate(where);
  const int64_t rows = read_with(path, options, 0).rows;  // and what is made once in a process is made
  ASSERT_GT(rows, 0);
  size_t ended_early = 0;
  for (size_t at = 1;; at += stride()) {
    SCOPED_TRACE("allocation " + std::to_string(at) + " of a read where \"" + where + "\"");
    const Outcome outcome = read_with(path, options, at);
    ended_early += !outcome.completed;
    if (outcome.completed) {
      EXPECT_EQ(outcome.rows, rows);
    }
    if (!outcome.ran_out || testing::Test::HasFailure()) break;
  }
  EXPECT_GT(ended_early, 20u);
}

TEST(ReadAllocation, EachOneOfAReadFails) {
  const TemporaryDirectory dir;
  subjects().front().run(dir.path());
  for (const std::string where : {"", "id >= 40 and name != 'name 3'"}) fail_each(dir / "out.parquet", where);
}

}  // namespace
}  // namespace sluice::read_allocation_test
