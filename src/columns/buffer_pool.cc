// (No specification: recycling of memory.)
#include "columns/buffer_pool.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace sluice {
namespace {

// What is smaller the allocator itself keeps and hands out faster.
constexpr size_t kKeptBytesMin = 4'096;
// A buffer more than so many times as large as asked for is left to those who need it.
constexpr size_t kExcessMax = 2;

}  // namespace

// Bytes that a column has, and the way home. As the deleter of their owner it goes with the last column that has them,
// and tells them from others.
class BufferPool::SharedBytes {
 public:
  SharedBytes(Bytes owned, std::weak_ptr<BufferPool> home) : bytes_(std::move(owned)), pool_(std::move(home)) {}
  SharedBytes(SharedBytes&&) noexcept = default;
  SharedBytes(const SharedBytes&) = delete;
  SharedBytes& operator=(const SharedBytes&) = delete;
  SharedBytes& operator=(SharedBytes&&) = delete;
  ~SharedBytes() = default;

  void operator()(const void*) {
    if (const std::shared_ptr<BufferPool> alive = pool_.lock()) alive->returned(std::move(bytes_));
  }

 private:
  Bytes bytes_;
  std::weak_ptr<BufferPool> pool_;
};

Bytes BufferPool::take(size_t capacity) {
  if (capacity >= kKeptBytesMin) {
    const std::lock_guard lock(mutex_);
    const auto found = idle_.lower_bound(capacity);
    if (found != idle_.end() && found->first / kExcessMax <= capacity) {
      Bytes bytes = std::move(found->second);
      idle_bytes_ -= found->first;
      idle_.erase(found);
      count();
      return bytes;
    }
  }
  Bytes bytes;
  bytes.reserve(capacity);
  return bytes;
}

Bytes BufferPool::take_about(size_t size) {
  const size_t step = std::max<size_t>(std::bit_floor(size) / 8, 1);
  Bytes bytes = take((size + step - 1) / step * step);
  bytes.resize(size);
  return bytes;
}

void BufferPool::give_back(Bytes bytes) {
  const std::lock_guard lock(mutex_);
  keep(std::move(bytes));
  count();
}

void BufferPool::free_idle() {
  const std::lock_guard lock(mutex_);
  idle_.clear();
  idle_bytes_ = 0;
  count();
}

void BufferPool::returned(Bytes bytes) {
  const std::lock_guard lock(mutex_);
  shared_bytes_ -= bytes.capacity();
  keep(std::move(bytes));
  count();
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

// Counted first: where there is no memory for the owner, the bytes come back at once.
Buffer BufferPool::share(Bytes bytes) {
  const ByteSpan view = bytes;
  {
    const std::lock_guard lock(mutex_);
    shared_bytes_ += bytes.capacity();
    count();
  }
  const void* const begin = view.data();
  return {view, std::shared_ptr<const void>(begin, SharedBytes(std::move(bytes), weak_from_this()))};
}

bool BufferPool::is_of_pool(const Buffer& buffer) { return std::get_deleter<SharedBytes>(buffer.owner()) != nullptr; }

uint64_t BufferPool::shared_bytes() const {
  const std::lock_guard lock(mutex_);
  return shared_bytes_;
}

uint64_t BufferPool::idle_bytes() const {
  const std::lock_guard lock(mutex_);
  return idle_bytes_;
}

}  // namespace sluice
