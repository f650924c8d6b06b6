// (No specification: recycling of memory.)
#include "columns/buffer_pool.h"

#include <utility>

namespace sluice {
namespace {

// What is smaller the allocator itself keeps and hands out faster.
constexpr size_t kKeptBytesMin = 4'096;
// A buffer more than so many times as large as asked for is left to those who need it.
constexpr size_t kExcessMax = 2;

}  // namespace

// Bytes that a column has, and the way home.
struct BufferPool::Shared {
  Shared(Bytes owned, std::weak_ptr<BufferPool> home) : bytes(std::move(owned)), pool(std::move(home)) {}
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  ~Shared() {
    if (const std::shared_ptr<BufferPool> alive = pool.lock()) alive->returned(std::move(bytes));
  }

  Bytes bytes;
  std::weak_ptr<BufferPool> pool;
};

Bytes BufferPool::take(size_t capacity) {
  if (capacity >= kKeptBytesMin) {
    const std::lock_guard lock(mutex_);
    const auto found = idle_.lower_bound(capacity);
    if (found != idle_.end() && found->first / kExcessMax <= capacity) {
      Bytes bytes = std::move(found->second);
      idle_bytes_ -= found->first;
      idle_.erase(found);
      return bytes;
    }
  }
  Bytes bytes;
  bytes.reserve(capacity);
  return bytes;
}

void BufferPool::give_back(Bytes bytes) {
  const std::lock_guard lock(mutex_);
  keep(std::move(bytes));
}

void BufferPool::returned(Bytes bytes) {
  const std::lock_guard lock(mutex_);
  shared_bytes_ -= bytes.capacity();
  keep(std::move(bytes));
}

// Where there are too many, sizes are freed in turn, so that none stays that nobody asks for any more.
void BufferPool::keep(Bytes bytes) {
  const size_t capacity = bytes.capacity();
  if (capacity < kKeptBytesMin || capacity > idle_bytes_max_) return;
  while (idle_bytes_ > idle_bytes_max_ - capacity) {
    auto freed = idle_.lower_bound(next_to_free_);
    if (freed == idle_.end()) freed = idle_.begin();
    next_to_free_ = freed->first + 1;
    idle_bytes_ -= freed->first;
    idle_.erase(freed);
  }
  bytes.clear();
  try {
    idle_.emplace(capacity, std::move(bytes));
    idle_bytes_ += capacity;
  } catch (const std::bad_alloc&) {
    // Buffers come back when columns are destroyed: nobody could be told. Then these bytes are freed.
  }
}

Buffer BufferPool::share(Bytes bytes) {
  auto shared = std::make_shared<Shared>(std::move(bytes), weak_from_this());
  const ByteSpan view = shared->bytes;
  {
    const std::lock_guard lock(mutex_);
    shared_bytes_ += shared->bytes.capacity();
  }
  return {view, std::move(shared)};
}

uint64_t BufferPool::shared_bytes() const {
  const std::lock_guard lock(mutex_);
  return shared_bytes_;
}

uint64_t BufferPool::idle_bytes() const {
  const std::lock_guard lock(mutex_);
  return idle_bytes_;
}

}  // namespace sluice
