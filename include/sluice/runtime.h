// What writers and readers share: threads and a memory budget. Every writer makes its own unless it is given one.
//
//   auto runtime = std::make_shared<sluice::Runtime>(sluice::RuntimeOptions{.threads = 4});
//   sluice::FileWriter a("a.parquet", schema, {.runtime = runtime});
//   sluice::FileWriter b("b.parquet", schema, {.runtime = runtime});
#pragma once

#include <cstdint>
#include <memory>

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
  uint64_t memory_bytes() const { return memory_bytes_; }
  Workers& workers() { return *workers_; }

 private:
  uint64_t memory_bytes_;
  std::unique_ptr<Workers> workers_;
};

}  // namespace v0
}  // namespace sluice
