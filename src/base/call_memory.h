// Tens of megabytes that a codec takes for a single call: how many such calls there are at once.
#pragma once

#include <cstdint>

#include "base/kept_memory.h"

namespace sluice {

/// Stands around the call. All such calls of the process together take at most half of its budgets: who comes when that
/// is spent waits for others to end; these wait for nobody. A call that needs more than that alone is made by itself.
/// Calls begin in the order in which they came: small ones do not pass by a large one for ever.
class CallMemory {
 public:
  explicit CallMemory(uint64_t bytes);
  CallMemory(const CallMemory&) = delete;
  CallMemory& operator=(const CallMemory&) = delete;
  ~CallMemory();

  /// One more, or one less, has this budget. It counts once, however many have it.
  static void add_budget(const void* budget, uint64_t bytes);
  static void remove_budget(const void* budget, uint64_t bytes) noexcept;

 private:
  const uint64_t bytes_;
  KeptMemory kept_;
};

}  // namespace sluice
