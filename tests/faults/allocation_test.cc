// Memory runs out at the first allocation of a run, at the second, ... until the run completes: nothing is visible,
// nothing leaks, and what is thrown is std::bad_alloc or an Error.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <string_view>

#include "faults/failing_allocations.h"
#include "faults/subjects.h"
#include "sluice/error.h"
#include "storage/temporary_directory.h"

namespace sluice::allocation_test {
namespace {

using namespace test;
using ::testing::IsEmpty;

// The first allocations each have a cause of their own; among the later ones many are alike, and the quick form takes
// one of some.
constexpr size_t kEach = 60;
constexpr size_t kStride = 61;

size_t stride_behind(size_t at) {
  const char* const wanted = std::getenv("SLUICE_FAULTS");
  const bool all = wanted != nullptr && std::string_view(wanted) == "long";
  return all || at < kEach ? 1 : kStride;
}

enum class End { completed, out_of_memory, error };

struct Outcome {
  End end = End::completed;
  size_t allocations = 0;
  bool failed = false;
  std::string error{};
};

Outcome run_with(const Subject& subject, const std::string& folder, size_t at, bool forever) {
  Outcome outcome;
  const FailingAllocations allocations(at, forever);
  try {
    subject.run(folder);
  } catch (const std::bad_alloc&) {
    outcome.end = End::out_of_memory;
  } catch (const Error& error) {
    outcome.end = End::error;
    outcome.error = error.what();
  }
  outcome.allocations = allocations.allocations();
  outcome.failed = allocations.has_failed();
  return outcome;
}

void fail_at(const Subject& subject, size_t at, bool forever, const Contents& after) {
  SCOPED_TRACE(subject.name + ", allocation " + std::to_string(at) + (forever ? " and later ones" : ""));
  const TemporaryDirectory dir;
  subject.prepare(dir.path());
  const auto before = contents_of(dir.path(), true);
  const Outcome outcome = run_with(subject, dir.path(), at, forever);
  // How many allocations there are depends on threads by a few: the last ones may not come.
  EXPECT_TRUE(outcome.failed || outcome.end == End::completed) << outcome.error;
  // To take away what was begun, or the notes of what was published, needs memory, too; without any it stays out of
  // sight.
  const Contents found = contents_of(dir.path(), true);
  const Contents visible = contents_of(dir.path(), false);
  if (outcome.end == End::completed) {
    EXPECT_THAT(differences(outcome.failed ? visible : found, after), IsEmpty());
  } else if (is_pending(found)) {
    complete_pending(subject, dir.path(), before);
    EXPECT_THAT(differences(contents_of(dir.path(), true), after), IsEmpty()) << "after recover, or the run once more";
  } else {
    // Behind the moment at which all of it became visible nothing fails.
    EXPECT_THAT(differences(without_rejects(forever ? visible : found), before), IsEmpty());
  }
}

TEST(Allocation, EachOneOfARunFails) {
  for (const Subject& subject : subjects()) {
    const TemporaryDirectory dir;
    subject.prepare(dir.path());
    run_with(subject, dir.path(), 0, false);  // what is made once in a process is made here
    const auto after = contents_of(dir.path(), true);
    size_t count = 0, runs = 0;
    {
      const TemporaryDirectory again;
      subject.prepare(again.path());
      count = run_with(subject, again.path(), 0, false).allocations;
    }
    ASSERT_GT(count, 100u) << subject.name;
    for (size_t at = 1; at <= count && !HasFailure(); at += stride_behind(at))
      for (const bool forever : {false, true}) {
        fail_at(subject, at, forever, after);
        ++runs;
      }
    std::printf("%s: %zu allocations, %zu runs\n", subject.name.c_str(), count, runs);
  }
}

}  // namespace
}  // namespace sluice::allocation_test
