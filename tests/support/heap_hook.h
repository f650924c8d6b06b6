// Bytes that the program has asked for and not given back, to the byte where the sanitizers count; else as the
// allocator counts, with what it rounds up.
#pragma once

#include <atomic>
#include <cstdint>

#include "support/live_heap.h"

#ifdef SLUICE_COUNTS_BY_SANITIZER
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void*, size_t),
                                                         void (*on_free)(const volatile void*));
extern "C" size_t __sanitizer_get_allocated_size(const volatile void* pointer);
#endif

namespace sluice::test {

/// Differences between two calls count: what was there before the first one is left out.
inline int64_t asked_heap_bytes() {
#ifdef SLUICE_COUNTS_BY_SANITIZER
  static std::atomic<int64_t> asked = 0;
  static const int installed = __sanitizer_install_malloc_and_free_hooks(
      [](const volatile void*, size_t size) { asked += static_cast<int64_t>(size); },
      [](const volatile void* pointer) {
        if (pointer != nullptr) asked -= static_cast<int64_t>(__sanitizer_get_allocated_size(pointer));
      });
  static_cast<void>(installed);
  return asked;
#else
  return static_cast<int64_t>(live_heap_bytes());
#endif
}

}  // namespace sluice::test
