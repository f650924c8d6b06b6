#include "runtime/freed_memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include "support/live_heap.h"

namespace sluice::freed_memory_test {
namespace {

uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  uint64_t size = 0;
  uint64_t resident = 0;
  statm >> size >> resident;
  return resident * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// Buffers of many columns, and between them what stays: the allocator can give back nothing from the end of its heap.
std::vector<std::unique_ptr<char[]>> what_stays_of(size_t buffers, size_t bytes) {
  std::vector<std::unique_ptr<char[]>> stay;
  std::vector<std::unique_ptr<char[]>> go;
  for (size_t i = 0; i < buffers; ++i) {
    go.push_back(std::make_unique<char[]>(bytes));
    std::memset(go.back().get(), 1, bytes);
    stay.push_back(std::make_unique<char[]>(100));
  }
  return stay;
}

// Ten thousand columns of twenty thousand rows took 292 MiB on a budget of 192: a third of that nobody held.
TEST(FreedMemory, GoesBackToTheSystem) {
  give_back_freed_memory(0);  // the next time is a while later
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const auto stays = what_stays_of(2'000, 16'000);
  const uint64_t before = resident_bytes();
  give_back_freed_memory(before * 2);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_GT(resident_bytes() + (1 << 20), before) << "the process was within its bounds";
  give_back_freed_memory(0);
#if defined(__GLIBC__) && !defined(SLUICE_COUNTS_BY_SANITIZER)
  EXPECT_LT(resident_bytes() + 2'000 * 8'000, before);
#endif
}

TEST(FreedMemory, IsGivenBackByAnyThread) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([] {
      for (int round = 0; round < 1'000; ++round) give_back_freed_memory(0);
    });
}

}  // namespace
}  // namespace sluice::freed_memory_test
