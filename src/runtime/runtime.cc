#include "sluice/runtime.h"

#include <sched.h>

#include <algorithm>
#include <string>

#include "runtime/workers.h"
#include "sluice/error.h"

namespace sluice {
inline namespace v0 {

namespace {

// Pages of one row group, the batches on their way and a dictionary per column must fit at all.
constexpr uint64_t kMemoryBytesMin = 16_MiB;
// More threads than this are a mistake in a script, not a machine.
constexpr unsigned kThreadsMax = 1'024;

unsigned cores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 1;
  return static_cast<unsigned>(std::max(1, CPU_COUNT(&allowed)));
}

}  // namespace

Runtime::Runtime(RuntimeOptions options) : memory_bytes_(options.memory_bytes) {
  if (options.memory_bytes < kMemoryBytesMin)
    throw Error(ErrorCode::invalid,
                "the memory budget is " + std::to_string(options.memory_bytes) + " bytes; at least 16 MiB are needed");
  if (options.threads > kThreadsMax)
    throw Error(ErrorCode::invalid,
                std::to_string(options.threads) + " threads were asked for; at most 1,024 are allowed");
  workers_ = std::make_unique<Workers>(options.threads == 0 ? cores() : options.threads);
}

Runtime::~Runtime() = default;

unsigned Runtime::threads() const { return workers_->threads(); }

}  // namespace v0
}  // namespace sluice
