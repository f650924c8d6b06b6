#include "base/call_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace sluice::call_memory_test {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

/// Of `threads` that call at the same time, how many are at it at once.
int most_at_once(int threads, uint64_t bytes) {
  std::atomic<int> at_once = 0;
  std::atomic<int> most = 0;
  std::vector<std::jthread> callers;
  for (int i = 0; i < threads; ++i)
    callers.emplace_back([&] {
      for (int round = 0; round < 10; ++round) {
        const CallMemory call(bytes);
        const int now = ++at_once;
        for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) continue;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        --at_once;
      }
    });
  callers.clear();
  return most;
}

// Eight threads at level 9 of brotli took 370 MiB beside the budget.
TEST(CallMemory, IsAtMostHalfOfTheBudgets) {
  const int budgets[2]{};
  CallMemory::add_budget(&budgets[0], 100 * kMiB);
  CallMemory::add_budget(&budgets[0], 100 * kMiB);  // of another runtime
  EXPECT_LE(most_at_once(8, 20 * kMiB), 2);
  CallMemory::add_budget(&budgets[1], 20 * kMiB);
  EXPECT_LE(most_at_once(8, 20 * kMiB), 3);
  CallMemory::remove_budget(&budgets[1], 20 * kMiB);
  CallMemory::remove_budget(&budgets[0], 100 * kMiB);
  EXPECT_LE(most_at_once(8, 20 * kMiB), 2);
  EXPECT_EQ(most_at_once(4, 60 * kMiB), 1) << "what is more than the share is made by itself";
  CallMemory::remove_budget(&budgets[0], 100 * kMiB);
  EXPECT_EQ(most_at_once(4, 1), 1) << "no budget, no share";
}

// One that needs all of the share waited for a moment in which nobody else was at it, and others kept coming.
TEST(CallMemory, LargeCallsHaveTheirTurn) {
  const int budget = 0;
  CallMemory::add_budget(&budget, 100 * kMiB);
  std::atomic<bool> is_over = false;
  std::atomic<int> small_calls = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  std::vector<std::jthread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&] {
      while (!is_over && std::chrono::steady_clock::now() < end) {
        const CallMemory call(10 * kMiB);
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
        ++small_calls;
      }
    });
  while (small_calls < 8) std::this_thread::yield();
  {
    const CallMemory large(50 * kMiB);
    EXPECT_LT(std::chrono::steady_clock::now(), end);
  }
  is_over = true;
  callers.clear();
  CallMemory::remove_budget(&budget, 100 * kMiB);
}

TEST(CallMemory, CountsWhileTheCallLasts) {
  const uint64_t before = KeptMemory::of_all_threads();
  {
    const CallMemory call(5 * kMiB);
    EXPECT_EQ(KeptMemory::of_all_threads(), before + 5 * kMiB);
  }
  EXPECT_EQ(KeptMemory::of_all_threads(), before);
}

}  // namespace
}  // namespace sluice::call_memory_test
