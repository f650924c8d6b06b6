#include "sluice/runtime.h"

#include <sched.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/call_memory.h"
#include "runtime/workers.h"
#include "sluice/error.h"

namespace sluice {
inline namespace v0 {

namespace {

// More threads than this are a mistake in a script, not a machine.
constexpr unsigned kThreadsMax = 1'024;

unsigned cores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 1;
  return static_cast<unsigned>(std::max(1, CPU_COUNT(&allowed)));
}

}  // namespace

Runtime::Runtime(RuntimeOptions options)
    : budget_(options.budget ? std::move(options.budget) : std::make_shared<Budget>(options.memory_bytes)) {
  if (options.threads > kThreadsMax)
    throw Error(ErrorCode::invalid,
                std::to_string(options.threads) + " threads were asked for; at most 1,024 are allowed");
  workers_ = std::make_unique<Workers>(options.threads == 0 ? cores() : options.threads);
  CallMemory::add_budget(budget_.get(), budget_->bytes());
}

Runtime::~Runtime() { CallMemory::remove_budget(budget_.get(), budget_->bytes()); }

unsigned Runtime::threads() const { return workers_->threads(); }

}  // namespace v0
}  // namespace sluice
