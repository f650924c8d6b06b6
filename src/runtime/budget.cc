// (No specification: the account of a memory budget.)
#include "sluice/budget.h"

#include <string>

#include "base/kept_memory.h"
#include "sluice/error.h"

namespace sluice {
inline namespace v0 {

namespace {

// Pages of one row group, the batches on their way and a dictionary per column must fit at all.
constexpr uint64_t kMemoryBytesMin = 16_MiB;

}  // namespace

Budget::Budget(uint64_t bytes) : bytes_(bytes) {
  if (bytes < kMemoryBytesMin)
    throw Error(ErrorCode::invalid,
                "the memory budget is " + std::to_string(bytes) + " bytes; at least 16 MiB are needed");
}

// Threads outlive those they work for: what they keep is nobody's, so it counts for everybody.
uint64_t Budget::used() const { return held_.load(std::memory_order_relaxed) + KeptMemory::of_all_threads(); }

}  // namespace v0
}  // namespace sluice
