#include "runtime/workers.h"

#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/task_arena.h>

#include <atomic>
#include <chrono>
#include <thread>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#include <sanitizer/tsan_interface.h>
#define SLUICE_THREAD_SANITIZER
#endif
#endif

namespace sluice {
inline namespace v0 {

namespace {

// Debian's oneTBB is not instrumented: ThreadSanitizer does not see it hand a task to another thread, and would take
// the making of the queue for a race with the first lock of it. These two say what oneTBB promises; elsewhere they are
// nothing.
void before_hand_over([[maybe_unused]] void* queue) {
#ifdef SLUICE_THREAD_SANITIZER
  __tsan_release(queue);
#endif
}

void after_hand_over([[maybe_unused]] void* queue) {
#ifdef SLUICE_THREAD_SANITIZER
  __tsan_acquire(queue);
#endif
}

// A short task is over before the next one begins on another thread, and the queue's lock then orders the two: races of
// theirs are not seen (on one core never, measured). With pauses before and behind them tasks overlap.
void let_others_begin() {
#ifdef SLUICE_THREAD_SANITIZER
  static std::atomic<unsigned> drawn = 0;
  const unsigned microseconds = (drawn.fetch_add(2'654'435'761U, std::memory_order_relaxed) >> 16) % 128;
  std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
#endif
}

}  // namespace

// An arena holds a slot for the calling thread, which works through help_until; the others are oneTBB's.
struct Workers::Threads {
  explicit Threads(unsigned threads) : arena(static_cast<int>(threads), 1) {
    // Beyond the number of cores oneTBB gives no threads, and says so on stderr, unless it was told before.
    if (static_cast<int>(threads) > tbb::info::default_concurrency())
      more.emplace(tbb::global_control::max_allowed_parallelism, threads);
    arena.initialize();
  }
  std::optional<tbb::global_control> more;
  tbb::task_arena arena;
};

Workers::Workers(unsigned threads) : threads_(threads) {
  if (threads_ > 1) pool_ = std::make_unique<Threads>(threads_);
}

Workers::~Workers() {
  help_until([this] { return tasks_.empty() && running_ == 0 && calls_ == 0; });
}

void Workers::post(std::function<void()> task) {
  if (!pool_) return task();
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    ++calls_;
  }
  finished_.notify_all();
  before_hand_over(this);
  try {
    pool_->arena.enqueue([this] {
      after_hand_over(this);
      run_one();
    });
  } catch (...) {  // no memory for it: whoever waits runs the task
    const std::lock_guard lock(mutex_);
    --calls_;
  }
}

void Workers::run_one() {
  std::unique_lock lock(mutex_);
  if (!tasks_.empty()) run_front(lock);
  --calls_;
  finished_.notify_all();
}

void Workers::run_front(std::unique_lock<std::mutex>& lock) {
  std::function<void()> task = std::move(tasks_.front());
  tasks_.pop_front();
  ++running_;
  lock.unlock();
  let_others_begin();
  task();
  task = nullptr;  // what the task holds goes before others are told that it ended
  let_others_begin();
  lock.lock();
  --running_;
  finished_.notify_all();
}

}  // namespace v0
}  // namespace sluice
