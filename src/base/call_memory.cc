#include "base/call_memory.h"

#include <condition_variable>
#include <map>
#include <mutex>

namespace sluice {
namespace {

struct Calls {
  std::mutex mutex;
  std::condition_variable ended;
  uint64_t taken = 0;
  uint64_t turns_given = 0;
  uint64_t turn = 0;     ///< whose it is to begin
  uint64_t budgets = 0;  ///< bytes of all of them
  std::map<const void*, int> users_of_budget;
};

/// Never destroyed: budgets may be needed for longer than this file.
Calls& calls() {
  static Calls& all = *new Calls;
  return all;
}

}  // namespace

CallMemory::CallMemory(uint64_t bytes) : bytes_(bytes) {
  Calls& all = calls();
  std::unique_lock lock(all.mutex);
  const uint64_t mine = all.turns_given++;
  all.ended.wait(lock, [&all, mine, bytes] {
    return all.turn == mine && (all.taken == 0 || all.taken + bytes <= all.budgets / 2);
  });
  ++all.turn;
  all.taken += bytes;
  lock.unlock();
  all.ended.notify_all();  // the next one may begin, too
  kept_.set(bytes);
}

CallMemory::~CallMemory() {
  Calls& all = calls();
  {
    const std::lock_guard lock(all.mutex);
    all.taken -= bytes_;
  }
  all.ended.notify_all();
}

void CallMemory::add_budget(const void* budget, uint64_t bytes) {
  Calls& all = calls();
  const std::lock_guard lock(all.mutex);
  if (++all.users_of_budget[budget] == 1) all.budgets += bytes;
}

void CallMemory::remove_budget(const void* budget, uint64_t bytes) noexcept {
  Calls& all = calls();
  const std::lock_guard lock(all.mutex);
  const auto users = all.users_of_budget.find(budget);
  if (--users->second > 0) return;
  all.users_of_budget.erase(users);
  all.budgets -= bytes;
}

}  // namespace sluice
