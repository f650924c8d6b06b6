// A place that cannot be looked at is no empty place: where a look fails, the answer is an error or the right one, but
// never that of fewer files. (Then keys began again at 0, rows were written twice, partitions were missing in silence.)
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <functional>

#include "engine/first_ordinal.h"
#include "faults/failing_calls.h"
#include "faults/subjects.h"
#include "sluice/dataset_reader.h"
#include "sluice/error.h"
#include "sluice/recover.h"
#include "storage/temporary_directory.h"

namespace sluice::looks_test {
namespace {

using namespace test;

const Subject& subject(std::string_view name) {
  static const std::vector<Subject> all = subjects();
  return *std::find_if(all.begin(), all.end(), [&](const Subject& one) { return one.name == name; });
}

using Question = std::function<int64_t(const std::string& folder)>;

// Asks with each call failing in turn.
void hold_answer(const std::string& folder, int64_t expected, const Question& ask) {
  size_t calls = 0;
  {
    const FailingCalls counted(CallFault{});
    ASSERT_EQ(ask(folder), expected);
    calls = counted.calls();
  }
  ASSERT_GT(calls, 3u);
  size_t errors = 0;
  for (size_t at = 1; at <= calls; ++at) {
    const FailingCalls failing(CallFault{.at = at, .error = EIO});
    try {
      EXPECT_EQ(ask(folder), expected) << "call " << at << ", " << failing.failed();
    } catch (const Error& error) {
      ++errors;
      EXPECT_EQ(error.code(), ErrorCode::io) << error.what();
    }
  }
  EXPECT_GT(errors, calls / 4);
}

TEST(Looks, ADatasetHasAllItsPartitions) {
  const TemporaryDirectory dir;
  subject("overwrite partitions").prepare(dir.path());
  hold_answer(dir.path(), 120, [](const std::string& folder) {
    DatasetReadOptions options;
    options.read.runtime = std::make_shared<Runtime>(RuntimeOptions{.threads = 1});
    return DatasetReader(folder + "/out", options).rows();
  });
}

TEST(Looks, ARunIsDoneThatWasDone) {
  const TemporaryDirectory dir;
  subject("append").prepare(dir.path());
  subject("append").run(dir.path());
  hold_answer(dir.path(), 120, [](const std::string& folder) {
    const auto done = finished_run(folder + "/out", "nightly");
    return done ? done->rows : 0;
  });
}

TEST(Looks, KeysGoOnBehindTheLargest) {
  const TemporaryDirectory dir;
  subject("append").prepare(dir.path());
  hold_answer(dir.path(), 120, [](const std::string& folder) { return first_ordinal_behind(folder, "out", "id"); });
}

TEST(Looks, AllThatRunsHaveLeftIsFound) {
  const TemporaryDirectory dir;
  std::filesystem::create_directories(dir / ".events.sluice-0123456789abcdef");  // beside what it was to become
  std::filesystem::create_directories(dir / "orders/.sluice-0123456789abcdef");  // inside a dataset
  hold_answer(dir.path(), 2, [](const std::string& folder) { return clean(folder, /*dry_run=*/true).size(); });
}

}  // namespace
}  // namespace sluice::looks_test
