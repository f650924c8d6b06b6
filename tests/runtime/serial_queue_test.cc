#include "runtime/serial_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <thread>
#include <vector>

namespace sluice::serial_queue_test {
namespace {

class QueueOnAnyWorkers : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(Threads, QueueOnAnyWorkers, testing::Values(1u, 2u, 4u, 16u));

TEST_P(QueueOnAnyWorkers, RunsInOrderOneAtATime) {
  Workers workers(GetParam());
  std::vector<int> order;  // no lock: one task at a time, and each sees what the last one wrote
  std::atomic<int> running = 0;
  {
    SerialQueue queue(workers);
    for (int i = 0; i < 2'000; ++i)
      queue.post([&, i] {
        EXPECT_EQ(++running, 1);
        order.push_back(i);
        --running;
      });
  }
  std::vector<int> expected(2'000);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(order, expected);
}

TEST_P(QueueOnAnyWorkers, ManyQueuesSideBySide) {
  Workers workers(GetParam());
  struct Line {
    explicit Line(Workers& of) : queue(of) {}
    std::vector<int> order;
    SerialQueue queue;
  };
  std::vector<std::unique_ptr<Line>> lines;
  for (int i = 0; i < 20; ++i) lines.push_back(std::make_unique<Line>(workers));
  for (int i = 0; i < 200; ++i)
    for (const auto& line : lines) line->queue.post([&order = line->order, i] { order.push_back(i); });
  std::atomic<size_t> done = 0;
  for (const auto& line : lines) line->queue.post([&done] { ++done; });
  workers.help_until([&] { return done == lines.size(); });
  for (const auto& line : lines) {
    ASSERT_EQ(line->order.size(), 200u);
    EXPECT_TRUE(std::is_sorted(line->order.begin(), line->order.end()));
  }
}

// What a row group does when its last column is done: posts to the workers from inside.
TEST_P(QueueOnAnyWorkers, TasksMayPostToOthers) {
  Workers workers(GetParam());
  std::atomic<int> done = 0;
  std::vector<int> order;
  {
    SerialQueue second(workers);
    SerialQueue first(workers);
    for (int i = 0; i < 300; ++i)
      first.post([&, i] {
        second.post([&order, i] { order.push_back(i); });
        workers.post([&done] { ++done; });
      });
  }
  workers.help_until([&] { return done == 300; });
  ASSERT_EQ(order.size(), 300u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_P(QueueOnAnyWorkers, GoingWaitsForWhatWasPosted) {
  Workers workers(GetParam());
  for (int round = 0; round < 300; ++round) {
    int count = 0;
    {
      SerialQueue queue(workers);
      for (int i = 0; i < round % 7; ++i) queue.post([&count] { ++count; });
    }
    ASSERT_EQ(count, round % 7);
  }
}

// The queue's memory goes the moment its last task is done: the thread that ran it must not touch it afterwards.
TEST_P(QueueOnAnyWorkers, NothingIsTouchedAfterTheEnd) {
  Workers workers(GetParam());
  for (int round = 0; round < 3'000; ++round) {
    auto queue = std::make_unique<SerialQueue>(workers);
    queue->post([] {});
    if (round % 3 == 0) std::this_thread::yield();
    queue.reset();
  }
}

TEST_P(QueueOnAnyWorkers, StartsAgainAfterItWasIdle) {
  Workers workers(GetParam());
  SerialQueue queue(workers);
  int count = 0;
  for (int round = 0; round < 500; ++round) {
    std::atomic<bool> done = false;
    queue.post([&] {
      ++count;
      done = true;
    });
    workers.help_until([&] { return done.load(); });
    ASSERT_EQ(count, round + 1);
  }
}

TEST_P(QueueOnAnyWorkers, TasksGiveUpWhatTheyHold) {
  Workers workers(GetParam());
  std::weak_ptr<int> rest;
  {
    SerialQueue queue(workers);
    auto held = std::make_shared<int>(1);
    rest = held;
    queue.post([held = std::move(held)] {});
    workers.help_until([&] { return rest.expired(); });
  }
  EXPECT_TRUE(rest.expired());
}

}  // namespace
}  // namespace sluice::serial_queue_test
