// Memory of batches that were let go, for the batches to come. Batches are megabytes, which the allocator would give
// back to the system and fetch again: touching fresh pages costs a reader more than decoding into them.
//
//   Bytes values = pool->take(rows * 8);
//   ...
//   column.values = pool->share(std::move(values));   // comes back when the last column that has it goes
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "base/bytes.h"
#include "sluice/budget.h"
#include "sluice/column.h"

namespace sluice {

/// Thread-safe. Buffers may outlive their pool: they are freed then. Must be owned by a shared_ptr.
class BufferPool : public std::enable_shared_from_this<BufferPool> {
 public:
  /// Keeps at most so many bytes that nobody uses. What is shared and what is kept counts in `budget`, where there is
  /// one.
  explicit BufferPool(uint64_t idle_bytes_max, std::shared_ptr<Budget> budget = nullptr)
      : idle_bytes_max_(idle_bytes_max), account_(std::move(budget)) {}

  /// Empty, with room for `capacity` bytes. Throws std::bad_alloc.
  Bytes take(size_t capacity);
  /// The same, with `size` bytes that the caller writes. Sizes that differ by less than an eighth have the same room,
  /// so that those of one batch do for the next.
  Bytes take_about(size_t size);
  void give_back(Bytes bytes);
  /// Frees what nobody uses at the moment.
  void free_idle();
  /// A buffer that gives its bytes back.
  Buffer share(Bytes bytes);
  /// The buffer came from share(), of any pool.
  static bool is_of_pool(const Buffer& buffer);
  /// Memory of buffers that are shared and not yet back.
  uint64_t shared_bytes() const;
  uint64_t idle_bytes() const;

 private:
  class SharedBytes;
  void returned(Bytes bytes);
  void keep(Bytes bytes);
  void count() { account_.set(shared_bytes_ + idle_bytes_); }

  const uint64_t idle_bytes_max_;
  mutable std::mutex mutex_;
  std::multimap<size_t, Bytes> idle_;  ///< by capacity
  size_t next_to_free_ = 0;            ///< a capacity
  uint64_t idle_bytes_ = 0;
  uint64_t shared_bytes_ = 0;
  Account account_;
};

}  // namespace sluice
