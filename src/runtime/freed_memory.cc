#include "runtime/freed_memory.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <limits>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace sluice {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Clock::duration kPauseMin = std::chrono::milliseconds(50);
/// So many times as long as it took the last time: then it takes a twentieth of a thread's time at the most.
constexpr int kPauseFactor = 20;

/// Of the process, by the kernel's account; where that cannot be read, no number is too large.
uint64_t resident_bytes() {
  constexpr uint64_t kUnknown = std::numeric_limits<uint64_t>::max();
  const int file = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0) return kUnknown;
  std::array<char, 128> text{};
  const ssize_t size = ::read(file, text.data(), text.size() - 1);
  ::close(file);
  if (size <= 0) return kUnknown;
  char* second = nullptr;  // the first number is the size of the address space
  std::strtoull(text.data(), &second, 10);
  return uint64_t{std::strtoull(second, nullptr, 10)} * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

void trim() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace

void give_back_freed_memory(uint64_t resident_bytes_max) noexcept {
  static std::atomic<Clock::rep> next = 0;
  Clock::rep due = next.load(std::memory_order_relaxed);
  const Clock::time_point begin = Clock::now();
  if (begin.time_since_epoch().count() < due) return;
  // One thread at a time: the others would wait for the same locks.
  if (!next.compare_exchange_strong(due, std::numeric_limits<Clock::rep>::max())) return;
  if (resident_bytes() > resident_bytes_max) trim();
  const Clock::time_point end = Clock::now();
  next = (end + std::max(kPauseMin, kPauseFactor * (end - begin))).time_since_epoch().count();
}

}  // namespace sluice
