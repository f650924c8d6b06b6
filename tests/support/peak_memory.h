// How much more memory the program came to hold at any moment than it did at first, for tests of what must not balloon.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>

#include "support/live_heap.h"

#ifdef SLUICE_COUNTS_BY_SANITIZER
// Of the sanitizers' run time; the compiler may come without their header.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void*, size_t),
                                                         void (*on_free)(const volatile void*));
extern "C" size_t __sanitizer_get_allocated_size(const volatile void*);
#endif

namespace sluice::test {

#ifdef SLUICE_COUNTS_BY_SANITIZER

inline constexpr bool kIsSanitized = true;

/// A sanitizer keeps what was freed for a while: so allocations are counted, not pages.
class PeakMemory {
 public:
  PeakMemory() {
    static const int kInstalled = __sanitizer_install_malloc_and_free_hooks(&on_malloc, &on_free);
    (void)kInstalled;
    live() = 0;
    peak() = 0;
  }
  uint64_t grown_bytes() const { return static_cast<uint64_t>(peak().load()); }

 private:
  static std::atomic<int64_t>& live() {
    static std::atomic<int64_t> bytes = 0;
    return bytes;
  }
  static std::atomic<int64_t>& peak() {
    static std::atomic<int64_t> bytes = 0;
    return bytes;
  }
  static void on_malloc(const volatile void*, size_t size) {
    const int64_t now = live() += static_cast<int64_t>(size);
    if (now > peak()) peak() = now;
  }
  static void on_free(const volatile void* memory) {
    if (memory != nullptr) live() -= static_cast<int64_t>(__sanitizer_get_allocated_size(memory));
  }
};

#else

inline constexpr bool kIsSanitized = false;

/// Pages of the process: what earlier tests needed at their worst hides as much.
class PeakMemory {
 public:
  uint64_t grown_bytes() const {
    const uint64_t now = peak_bytes();
    return now > peak_at_first_ ? now - resident_at_first_ : 0;
  }

 private:
  static uint64_t peak_bytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<uint64_t>(usage.ru_maxrss) << 10;
  }
  static uint64_t resident_bytes() {
    uint64_t pages = 0;
    std::ifstream statm("/proc/self/statm");
    statm >> pages >> pages;
    return pages << 12;
  }

  uint64_t peak_at_first_ = peak_bytes();
  uint64_t resident_at_first_ = std::min(resident_bytes(), peak_at_first_);
};

#endif

}  // namespace sluice::test
