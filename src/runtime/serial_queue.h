// Tasks that run one at a time, in the order they were posted, on whatever thread of a Workers is free. What one task
// wrote the next one sees.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <new>

#include "runtime/workers.h"

namespace sluice {

class SerialQueue {
 public:
  /// `workers` must outlive the queue.
  explicit SerialQueue(Workers& workers) : workers_(workers) {}
  /// Waits for every task that was posted.
  ~SerialQueue() {
    workers_.help_until([this] { return idle_.load(); });
    const std::lock_guard lock(mutex_);  // who ran the last task may not have given it up yet
  }
  SerialQueue(const SerialQueue&) = delete;
  SerialQueue& operator=(const SerialQueue&) = delete;

  /// The task must not throw. With one thread it runs at once. Not for tasks of the queue itself. Throws
  /// std::bad_alloc; then the task is not in the queue.
  void post(std::function<void()> task) {
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
      if (!idle_) return;
      idle_ = false;
    }
    try {
      workers_.post([this] { run_front(); });
    } catch (...) {
      const std::lock_guard lock(mutex_);
      tasks_.pop_back();  // who posts is one at a time, and nothing runs: it is still the last one
      idle_ = true;
      throw;
    }
  }

 private:
  // One task a turn: other queues get theirs in between, and who waits for a result is told after each. Where there is
  // no memory for another turn, this one goes on.
  void run_front() {
    while (run_one()) {
      try {
        return workers_.post([this] { run_front(); });
      } catch (const std::bad_alloc&) {
        continue;
      }
    }
  }

  /// Whether there are more. If not, nothing may be touched any more: the destructor waits no longer.
  bool run_one() {
    std::function<void()> task;
    {
      const std::lock_guard lock(mutex_);
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
    task = nullptr;
    const std::lock_guard lock(mutex_);
    if (!tasks_.empty()) return true;
    idle_ = true;
    return false;
  }

  Workers& workers_;
  std::mutex mutex_;
  std::deque<std::function<void()>> tasks_;
  std::atomic<bool> idle_ = true;
};

}  // namespace sluice
