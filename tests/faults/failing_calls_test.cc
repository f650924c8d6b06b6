// Every system call of a run fails: with each error, once and from there on. The run says so in words and leaves
// nothing, or did not need the call. In the process, so that the sanitizers watch what errors let slip.
#include "faults/failing_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <optional>

#include "faults/subjects.h"
#include "sluice/error.h"
#include "storage/temporary_directory.h"

namespace sluice::failing_calls_test {
namespace {

using namespace test;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

bool is_long() {
  const char* const wanted = std::getenv("SLUICE_FAULTS");
  return wanted != nullptr && std::string_view(wanted) == "long";
}

struct Outcome {
  size_t calls = 0;
  std::string failed;
  bool removal_failed = false;
  std::optional<std::string> error;  // what was thrown
};

Outcome run_with(const Subject& subject, const std::string& folder, CallFault fault) {
  Outcome outcome;
  const FailingCalls calls(fault);
  try {
    subject.run(folder);
  } catch (const Error& error) {
    outcome.error = error.what();
  }
  outcome.calls = calls.calls();
  outcome.failed = calls.failed();
  outcome.removal_failed = calls.removal_failed();
  return outcome;
}

// What the run makes when nothing fails, and how many calls that takes.
struct Expected {
  Contents before, after;
  size_t calls = 0;
};

Expected expected_of(const Subject& subject) {
  const TemporaryDirectory dir;
  Expected expected;
  subject.prepare(dir.path());
  expected.before = contents_of(dir.path(), true);
  const Outcome outcome = run_with(subject, dir.path(), {});
  EXPECT_EQ(outcome.error, std::nullopt);
  expected.after = contents_of(dir.path(), true);
  expected.calls = outcome.calls;
  return expected;
}

// A run that fails while it publishes more than one rename can: what it has begun stays to be completed, every name is
// as it was or as it will be, and recover() completes it; or the run itself, where nothing of a whole was replaced yet.
void check_pending(const Subject& subject, const Expected& expected, const std::string& folder) {
  const Contents visible = contents_of(folder, false);
  for (const auto& [path, text] : visible) {
    const auto old = expected.before.find(path), now = expected.after.find(path);
    EXPECT_TRUE((old != expected.before.end() && old->second == text) ||
                (now != expected.after.end() && now->second == text))
        << path;
  }
  complete_pending(subject, folder, expected.before);
  EXPECT_THAT(differences(contents_of(folder, true), expected.after), IsEmpty());
}

void check(const Subject& subject, const Outcome& outcome, const Expected& expected, const std::string& folder) {
  const Contents visible = contents_of(folder, false), all = contents_of(folder, true);
  // Not of the bad records' file, which comes before.
  const bool told_visible = outcome.error && outcome.error->starts_with(folder + "/out") &&
                            outcome.error->find("is complete and visible") != std::string::npos;
  if (outcome.error) {
    EXPECT_THAT(*outcome.error, HasSubstr(folder)) << "the message names a path";
  }
  if (outcome.error && is_pending(all)) return check_pending(subject, expected, folder);
  if (outcome.error && !told_visible) {
    EXPECT_THAT(differences(without_rejects(visible), expected.before), IsEmpty()) << *outcome.error;
  } else {
    EXPECT_THAT(differences(visible, expected.after), IsEmpty()) << outcome.error.value_or("no error");
  }
  if (outcome.removal_failed) return;
  EXPECT_THAT(differences(all, visible), IsEmpty()) << outcome.error.value_or("no error");
}

TEST(FailingCalls, EachCallOfARunFails) {
  for (const Subject& subject : subjects()) {
    const Expected expected = expected_of(subject);
    ASSERT_GT(expected.calls, 10u) << subject.name;
    size_t runs = 0, told = 0;
    for (size_t at = 1; at <= expected.calls; ++at)
      for (const int error : {EIO, ENOSPC, EMFILE, EDQUOT})
        for (const bool forever : {false, true}) {
          // The quick form takes one of the eight in turn.
          if (!is_long() && (error != (at % 2 == 0 ? EIO : ENOSPC) || forever != (at % 3 == 0))) continue;
          SCOPED_TRACE(subject.name + ", call " + std::to_string(at) + (forever ? " and later ones" : ""));
          const TemporaryDirectory dir;
          subject.prepare(dir.path());
          const Outcome outcome = run_with(subject, dir.path(), {.at = at, .error = error, .forever = forever});
          SCOPED_TRACE(outcome.failed + ", errno " + std::to_string(error));
          EXPECT_NE(outcome.failed, "");
          check(subject, outcome, expected, dir.path());
          if (HasFailure()) return;
          ++runs;
          told += outcome.error ? 1 : 0;
        }
    std::printf("%s: %zu calls, %zu runs, %zu failed with words\n", subject.name.c_str(), expected.calls, runs, told);
  }
}

// What comes along with a dataset that is written anew gets a second name, or is copied where the file system has none.
TEST(FailingCalls, WhatCannotHaveASecondNameIsCopied) {
  const Subject subject = subjects().back();
  const Expected expected = expected_of(subject);
  std::string failed;
  for (size_t at = expected.calls; at > 0 && failed != "linkat"; --at) {
    const TemporaryDirectory dir;
    subject.prepare(dir.path());
    const Outcome outcome = run_with(subject, dir.path(), {.at = at, .error = EPERM});
    failed = outcome.failed;
    if (failed != "linkat") continue;
    EXPECT_EQ(outcome.error, std::nullopt);
    EXPECT_THAT(differences(contents_of(dir.path(), true), expected.after), IsEmpty());
  }
  EXPECT_EQ(failed, "linkat");
}

TEST(FailingCalls, PiecesAndInterruptionsChangeNothing) {
  for (const Subject& subject : subjects()) {
    SCOPED_TRACE(subject.name);
    const Expected expected = expected_of(subject);
    const TemporaryDirectory dir;
    subject.prepare(dir.path());
    const Outcome outcome = run_with(subject, dir.path(), {.in_pieces = true});
    EXPECT_EQ(outcome.error, std::nullopt);
    EXPECT_GT(outcome.calls, expected.calls);
    EXPECT_THAT(differences(contents_of(dir.path(), true), expected.after), IsEmpty());
  }
}

}  // namespace
}  // namespace sluice::failing_calls_test
