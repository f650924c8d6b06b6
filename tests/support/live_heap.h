// How much memory the program holds at the moment, for tests that promise what does not grow.
#pragma once

#include <malloc.h>

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLUICE_COUNTS_BY_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SLUICE_COUNTS_BY_SANITIZER 1
#endif
#endif

#ifdef SLUICE_COUNTS_BY_SANITIZER
// Of the sanitizers' run time; the compiler may come without their header.
extern "C" size_t __sanitizer_get_current_allocated_bytes();
#endif

namespace sluice::test {

/// Bytes that were allocated and not freed.
inline size_t live_heap_bytes() {
#ifdef SLUICE_COUNTS_BY_SANITIZER
  return __sanitizer_get_current_allocated_bytes();
#else
  const struct mallinfo2 heap = ::mallinfo2();
  return heap.uordblks + heap.hblkhd;
#endif
}

}  // namespace sluice::test
