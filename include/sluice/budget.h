// One memory budget for any number of writers and readers, and the account of what they hold.
//
//   auto budget = std::make_shared<sluice::Budget>(512_MiB);
//   auto two_threads = std::make_shared<sluice::Runtime>(sluice::RuntimeOptions{.threads = 2, .budget = budget});
//   sluice::FileWriter a("a.parquet", schema, {.runtime = two_threads});
//   sluice::FileWriter b("b.parquet", schema, {.runtime = two_threads});
//   ...
//   budget->used();      // of both
//
// Where files, row groups and pages end depends on bytes() alone, never on used(). A budget that is spent makes writers
// and readers slower instead: they finish what they have begun before they take more, pages of row groups under way
// wait in a scratch file, and nothing is read or decoded ahead. Nobody waits for memory that somebody else keeps.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "sluice/literals.h"

namespace sluice {
inline namespace v0 {

/// Thread-safe.
class Budget {
 public:
  /// Throws Error{invalid} below 16 MiB.
  explicit Budget(uint64_t bytes = 192_MiB);
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  uint64_t bytes() const { return bytes_; }
  /// What everybody who was given this budget holds at the moment, within a tenth and 4 MiB of what the allocator would
  /// say: rows on their way, pages, dictionaries, levels, buffers, footers, and what codecs keep for the threads of the
  /// process. Batches that the caller made count from write() on until they are encoded.
  uint64_t used() const;
  bool is_spent() const { return used() > bytes_; }

 private:
  friend class Account;

  const uint64_t bytes_;
  std::atomic<uint64_t> held_ = 0;
};

/// What one holder has of a budget: told anew when that has changed much, and gone with the holder. For sources of the
/// caller's own, too. Different accounts of a budget may be used by different threads.
class Account {
 public:
  /// Of no budget: counts nowhere.
  Account() = default;
  explicit Account(std::shared_ptr<Budget> budget, uint64_t bytes = 0) : budget_(std::move(budget)) { set(bytes); }
  Account(Account&& other) noexcept
      : budget_(std::move(other.budget_)), bytes_(std::exchange(other.bytes_, uint64_t{0})) {}
  Account& operator=(Account&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Account() { set(0); }

  uint64_t bytes() const { return bytes_; }
  /// From here on the holder has so many bytes.
  void set(uint64_t bytes) {
    if (budget_ && bytes != bytes_) budget_->held_.fetch_add(bytes - bytes_, std::memory_order_relaxed);
    bytes_ = bytes;
  }
  const std::shared_ptr<Budget>& budget() const { return budget_; }

 private:
  std::shared_ptr<Budget> budget_;
  uint64_t bytes_ = 0;
};

}  // namespace v0
}  // namespace sluice
