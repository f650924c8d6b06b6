#include "engine/progress_reporter.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace sluice::progress_reporter_test {
namespace {

using namespace std::chrono_literals;

TEST(ProgressReporter, CallsOncePerPhaseAndTenTimesASecondAtTheMost) {
  std::vector<ProgressPhase> phases;
  ProgressReporter reporter([&](const Progress& progress) {
    phases.push_back(progress.phase);
    return true;
  });
  for (int i = 0; i < 100; ++i) reporter.report({.phase = ProgressPhase::inferring});
  EXPECT_EQ(phases.size(), 1u);
  for (int i = 0; i < 100; ++i) reporter.report({.phase = ProgressPhase::writing});
  EXPECT_EQ(phases.size(), 2u);
  reporter.report({.phase = ProgressPhase::finishing});
  EXPECT_EQ(phases.size(), 3u);
  std::this_thread::sleep_for(110ms);
  reporter.report({.phase = ProgressPhase::finishing});
  EXPECT_EQ(phases.size(), 4u);
}

// The first call of a run counts as new, whatever its phase.
TEST(ProgressReporter, FirstCallIsReported) {
  for (const ProgressPhase phase : {ProgressPhase::inferring, ProgressPhase::writing, ProgressPhase::finishing}) {
    int calls = 0;
    ProgressReporter reporter([&](const Progress& progress) {
      EXPECT_GE(progress.seconds, 0);
      ++calls;
      return true;
    });
    reporter.report({.phase = phase});
    EXPECT_EQ(calls, 1);
  }
}

TEST(ProgressReporter, NoIsAnError) {
  ProgressReporter reporter([](const Progress&) { return false; });
  try {
    reporter.report({});
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::cancelled);
  }
}

TEST(ProgressReporter, NobodyNeedListen) { ProgressReporter(ProgressCallback()).report({}); }

}  // namespace
}  // namespace sluice::progress_reporter_test
