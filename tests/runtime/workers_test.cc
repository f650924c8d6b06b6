#include "runtime/workers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace sluice::workers_test {
namespace {

using namespace std::chrono_literals;

class WorkersOfAnySize : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(Threads, WorkersOfAnySize, testing::Values(1u, 2u, 3u, 8u, 32u));

TEST_P(WorkersOfAnySize, EveryTaskRunsOnce) {
  Workers workers(GetParam());
  EXPECT_EQ(workers.threads(), GetParam());
  std::vector<std::atomic<int>> runs(5'000);
  std::atomic<size_t> done = 0;
  for (std::atomic<int>& run : runs)
    workers.post([&] {
      ++run;
      ++done;
    });
  workers.help_until([&] { return done == runs.size(); });
  EXPECT_TRUE(std::all_of(runs.begin(), runs.end(), [](const auto& run) { return run == 1; }));
}

TEST_P(WorkersOfAnySize, JobsBringTheirResults) {
  Workers workers(GetParam());
  std::vector<Job<std::string>> jobs;
  for (int i = 0; i < 500; ++i) jobs.push_back(workers.start([i] { return std::to_string(i); }));
  for (int i = 0; i < 500; ++i) EXPECT_EQ(jobs[static_cast<size_t>(i)].take(), std::to_string(i));
}

TEST_P(WorkersOfAnySize, ResultsMayBeMoveOnly) {
  Workers workers(GetParam());
  Job<std::unique_ptr<int>> job = workers.start([] { return std::make_unique<int>(7); });
  EXPECT_EQ(*job.take(), 7);
}

TEST_P(WorkersOfAnySize, JobsRethrowWithTheirType) {
  struct Special : std::runtime_error {
    using std::runtime_error::runtime_error;
  };
  Workers workers(GetParam());
  std::vector<Job<int>> jobs;
  for (int i = 0; i < 50; ++i)
    jobs.push_back(workers.start([i]() -> int {
      if (i % 2 == 1) throw Special(std::to_string(i));
      return i;
    }));
  for (int i = 0; i < 50; ++i) {
    try {
      EXPECT_EQ(jobs[static_cast<size_t>(i)].take(), i);
      EXPECT_EQ(i % 2, 0);
    } catch (const Special& error) {
      EXPECT_EQ(error.what(), std::to_string(i));
      EXPECT_EQ(i % 2, 1);
    }
  }
  EXPECT_EQ(workers.start([] { return 1; }).take(), 1);  // an exception ends nothing but its job
}

TEST_P(WorkersOfAnySize, TasksMayPostTasks) {
  Workers workers(GetParam());
  std::atomic<int> done = 0;
  const std::function<void(int)> spawn = [&](int depth) {
    if (depth > 0)
      for (int i = 0; i < 2; ++i) workers.post([&, depth] { spawn(depth - 1); });
    ++done;
  };
  workers.post([&] { spawn(10); });
  workers.help_until([&] { return done == 2'047; });
}

TEST_P(WorkersOfAnySize, TasksMayWaitForJobs) {
  Workers workers(GetParam());
  const std::function<int(int)> sum_below = [&](int depth) -> int {
    if (depth == 0) return 1;
    Job<int> left = workers.start([&, depth] { return sum_below(depth - 1); });
    Job<int> right = workers.start([&, depth] { return sum_below(depth - 1); });
    return left.take() + right.take();
  };
  EXPECT_EQ(workers.start([&] { return sum_below(7); }).take(), 128);
}

TEST_P(WorkersOfAnySize, GoingWaitsForWhatWasPosted) {
  std::atomic<int> done = 0;
  {
    Workers workers(GetParam());
    for (int i = 0; i < 300; ++i)
      workers.post([&] {
        if (done % 50 == 0) std::this_thread::sleep_for(1ms);
        ++done;
      });
  }
  EXPECT_EQ(done, 300);
}

TEST_P(WorkersOfAnySize, AJobThatIsDroppedIsWaitedFor) {
  Workers workers(GetParam());
  for (int i = 0; i < 50; ++i) {
    std::vector<int> owned(100, 1);
    {
      const Job<int> job = workers.start([&] { return std::accumulate(owned.begin(), owned.end(), 0); });
    }
    owned = {};  // nothing uses it any more
  }
  Job<int> replaced = workers.start([] { return 1; });
  replaced = workers.start([] { return 2; });
  EXPECT_EQ(replaced.take(), 2);
}

// What a task holds is gone when its job is done: a source counts on it to know what memory is in use.
TEST_P(WorkersOfAnySize, TasksGiveUpWhatTheyHold) {
  Workers workers(GetParam());
  for (int i = 0; i < 100; ++i) {
    auto held = std::make_shared<int>(i);
    std::atomic<bool> ran = false;
    workers.post([held, &ran] { ran = true; });
    std::weak_ptr<int> rest = held;
    held.reset();
    workers.help_until([&] { return ran && rest.expired(); });
  }
}

TEST_P(WorkersOfAnySize, WhatATaskWroteIsSeenByWhoWaited) {
  Workers workers(GetParam());
  for (int round = 0; round < 200; ++round) {
    std::vector<int> written;
    std::atomic<bool> done = false;
    workers.post([&] {
      written.assign(100, round);
      done = true;
    });
    workers.help_until([&] { return done.load(); });
    ASSERT_EQ(written, std::vector<int>(100, round));
  }
}

TEST_P(WorkersOfAnySize, ManyThreadsMayUseThem) {
  Workers workers(GetParam());
  std::atomic<int> sum = 0;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller)
    callers.emplace_back([&] {
      for (int i = 0; i < 200; ++i) sum += workers.start([] { return 1; }).take();
    });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(sum, 800);
}

TEST(Workers, OneThreadRunsEverythingWhereItIsPosted) {
  Workers workers(1);
  const std::thread::id here = std::this_thread::get_id();
  std::vector<int> order;
  workers.post([&] {
    order.push_back(1);
    EXPECT_EQ(std::this_thread::get_id(), here);
    workers.post([&] { order.push_back(2); });
    order.push_back(3);
  });
  order.push_back(4);
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 4}));
}

TEST(Workers, AreReallySideBySide) {
  Workers workers(4);
  std::atomic<int> meeting = 0;
  std::atomic<bool> late = false;
  std::vector<Job<bool>> jobs;
  for (int i = 0; i < 3; ++i)
    jobs.push_back(workers.start([&] {
      ++meeting;
      const auto deadline = std::chrono::steady_clock::now() + 20s;
      while (meeting < 3 && !late) late = std::chrono::steady_clock::now() > deadline;
      return true;
    }));
  for (Job<bool>& job : jobs) job.take();
  EXPECT_FALSE(late) << "three tasks never ran at the same time";
}

// With the other thread busy for good, the caller works alone, and what is begun first can be seen.
TEST(Workers, CallersHelpInTheOrderOfTheQueue) {
  Workers workers(2);
  std::atomic<bool> block = true;
  std::atomic<bool> blocked = false;
  std::atomic<int> done = 0;
  workers.post([&] {
    blocked = true;
    while (block) std::this_thread::yield();
    ++done;
  });
  while (!blocked) std::this_thread::yield();
  std::vector<int> begun;
  for (int i = 0; i < 100; ++i)
    workers.post([&, i] {
      begun.push_back(i);
      ++done;
    });
  workers.help_until([&] { return done == 100; });
  std::vector<int> expected(100);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(begun, expected);
  block = false;
  workers.help_until([&] { return done == 101; });
}

TEST(Workers, ComeAndGo) {
  for (unsigned round = 0; round < 200; ++round) {
    Workers workers(round % 5 + 1);
    workers.post([] {});
    if (round % 2 == 0) workers.start([] { return 1; }).take();
  }
}

}  // namespace
}  // namespace sluice::workers_test
