// Threads that share one queue of tasks. Whoever waits for a result helps to work: no thread sleeps while there is a
// task, and with one thread everything runs where it is posted, in order.
//
// oneTBB brings the threads; the queue and its lock are ours, so that what one task wrote is seen by the next one under
// every tool that knows std::mutex (oneTBB's own queues look like races to ThreadSanitizer).
//
//   Job<Batch> job = workers.start([&] { return parse(block); });
//   Batch batch = job.take();       // helps until the job is done; rethrows what it threw
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace sluice {
inline namespace v0 {

template <typename T>
class Job;

class Workers {
 public:
  /// `threads` work at once, the caller included; 1 starts none.
  explicit Workers(unsigned threads);
  /// Waits for every task that was posted.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  unsigned threads() const { return threads_; }

  /// Queues a task, which must not throw; tasks begin in the order they were posted. It may post others. A task should
  /// be worth ten microseconds or more.
  void post(std::function<void()> task);

  /// Queues `work` and gives the handle of its result.
  template <typename Work>
  auto start(Work work) -> Job<decltype(work())>;

  /// Runs queued tasks on the calling thread until `done()`, which is asked after each task of any thread and must be
  /// cheap and thread-safe.
  template <typename Done>
  void help_until(Done done) {
    std::unique_lock lock(mutex_);
    while (!done()) {
      if (tasks_.empty())
        finished_.wait(lock);
      else
        run_front(lock);
    }
  }

 private:
  struct Threads;
  void run_one();
  void run_front(std::unique_lock<std::mutex>& lock);

  const unsigned threads_;
  std::mutex mutex_;
  std::condition_variable finished_;  ///< a task was posted or has ended
  std::deque<std::function<void()>> tasks_;
  size_t running_ = 0;
  size_t calls_ = 0;  ///< that oneTBB still owes us: each runs at most one task
  std::unique_ptr<Threads> pool_;
};

/// The result of a task to come. The Workers must outlive it. Destroying it waits, for the task may use what its maker
/// owns.
template <typename T>
class Job {
 public:
  Job() = default;
  Job(Job&&) noexcept = default;
  Job& operator=(Job&& other) noexcept {
    wait();
    state_ = std::move(other.state_);
    workers_ = other.workers_;
    return *this;
  }
  ~Job() { wait(); }

  /// Helps until the task is done, then gives its result or throws what it threw. Once.
  T take() {
    wait();
    const std::shared_ptr<State> state = std::move(state_);
    if (state->error) std::rethrow_exception(state->error);
    return std::move(*state->value);
  }

 private:
  friend class Workers;
  struct State {
    std::optional<T> value;
    std::exception_ptr error;
    std::atomic<bool> done = false;
  };
  Job(Workers& workers, std::shared_ptr<State> state) : workers_(&workers), state_(std::move(state)) {}
  void wait() {
    if (state_) workers_->help_until([this] { return state_->done.load(); });
  }

  Workers* workers_ = nullptr;
  std::shared_ptr<State> state_;
};

template <typename Work>
auto Workers::start(Work work) -> Job<decltype(work())> {
  using Result = decltype(work());
  auto state = std::make_shared<typename Job<Result>::State>();
  post([state, work = std::move(work)]() mutable {
    try {
      state->value.emplace(work());
    } catch (...) {
      state->error = std::current_exception();
    }
    state->done = true;
  });
  return Job<Result>(*this, std::move(state));
}

}  // namespace v0
}  // namespace sluice
