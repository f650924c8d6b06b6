// What writers and readers share: threads and a memory budget. Every writer makes its own unless it is given one.
//
//   auto runtime = std::make_shared<sluice::Runtime>(sluice::RuntimeOptions{.threads = 4});
//   sluice::FileWriter a("a.parquet", schema, {.runtime = runtime});
//   sluice::FileWriter b("b.parquet", schema, {.runtime = runtime});
#pragma once

#include <cstdint>
#include <memory>

#include "sluice/budget.h"
#include "sluice/literals.h"

namespace sluice {
inline namespace v0 {

class Workers;

struct RuntimeOptions {
  /// Threads that work at once, the calling one included. 0 = one for each core that the process may use; 1 = the
  /// calling thread alone, no other is started.
  unsigned threads = 0;
  /// Budget in bytes for batches, pages, dictionaries and buffers together. The process needs at most 64 MiB beside it.
  uint64_t memory_bytes = 192_MiB;
  /// Instead of a budget of `memory_bytes` for this runtime alone: one that others share.
  std::shared_ptr<Budget> budget{};
};

/// Thread-safe; outlives every writer that it is given to (they hold it by shared_ptr).
class Runtime {
 public:
  /// Throws Error{invalid} for a budget below 16 MiB or more than 1,024 threads.
  explicit Runtime(RuntimeOptions options = {});
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  unsigned threads() const;
  /// The budget, and what is held of it at the moment (Budget::used).
  uint64_t memory_bytes() const { return budget_->bytes(); }
  uint64_t memory_used() const { return budget_->used(); }
  const std::shared_ptr<Budget>& budget() const { return budget_; }
  Workers& workers() { return *workers_; }

 private:
  std::shared_ptr<Budget> budget_;
  std::unique_ptr<Workers> workers_;
};

}  // namespace v0
}  // namespace sluice
