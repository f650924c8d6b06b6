// How much more memory the program came to hold at any moment than it did at first, for tests of what must not balloon.
#pragma once

#include <malloc.h>

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

/// Pages of the process since it was made: the system is asked to forget the peak that earlier tests have reached, and
/// the allocator to let go of what they freed, which would hide as much.
class PeakMemory {
 public:
  PeakMemory() {
    malloc_trim(0);
    std::ofstream("/proc/self/clear_refs") << "5";
    at_first_ = bytes_of("VmHWM:");
  }
  uint64_t grown_bytes() const {
    const uint64_t now = bytes_of("VmHWM:");
    return now > at_first_ ? now - at_first_ : 0;
  }

 private:
  static uint64_t bytes_of(const std::string& name) {
    std::ifstream status("/proc/self/status");
    uint64_t kib = 0;
    for (std::string word; status >> word;)
      if (word == name) status >> kib;
    return kib << 10;
  }

  uint64_t at_first_ = 0;
};

#endif

}  // namespace sluice::test
