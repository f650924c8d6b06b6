// Memory that was freed and that the allocator keeps. (No specification: malloc_trim(3); proc(5), "statm".)
#pragma once

#include <cstdint>

namespace sluice {

/// Where memory is short, behind what has freed much of it. The allocator keeps freed memory for those who ask for the
/// same sizes in the same thread; between thousands of buffers that grow each by itself, half as much again as they
/// hold is kept for nobody. Where the process has more than `resident_bytes_max`, whole pages of that go back to the
/// system. Does nothing where that was done a short while ago: it takes some milliseconds, and pages that are needed
/// again are zeroed again. Thread-safe.
void give_back_freed_memory(uint64_t resident_bytes_max) noexcept;

}  // namespace sluice
