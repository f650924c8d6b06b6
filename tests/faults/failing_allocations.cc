#include "faults/failing_allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace sluice::test {
namespace {

/// Asked by all threads of a run.
struct Armed {
  std::atomic<bool> on = false;
  std::atomic<size_t> at = 0;
  std::atomic<bool> forever = false;
  std::atomic<size_t> count = 0;
  std::atomic<bool> failed = false;
};

Armed armed;

void* allocate(size_t size, size_t alignment) {
  if (armed.on) {
    const size_t count = ++armed.count;
    const bool fails = armed.at != 0 && (armed.forever ? count >= armed.at : count == armed.at);
    if (fails) {
      armed.failed = true;
      return nullptr;
    }
  }
  if (alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) return std::malloc(size == 0 ? 1 : size);
  return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

void* allocate_or_throw(size_t size, size_t alignment) {
  void* const memory = allocate(size, alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

constexpr size_t kPlain = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

}  // namespace

FailingAllocations::FailingAllocations(size_t at, bool forever) {
  armed.at = at;
  armed.forever = forever;
  armed.count = 0;
  armed.failed = false;
  armed.on = true;
}
FailingAllocations::~FailingAllocations() { armed.on = false; }
size_t FailingAllocations::allocations() const { return armed.count; }
bool FailingAllocations::has_failed() const { return armed.failed; }

}  // namespace sluice::test

using sluice::test::allocate;
using sluice::test::allocate_or_throw;
using sluice::test::kPlain;

void* operator new(size_t size) { return allocate_or_throw(size, kPlain); }
void* operator new[](size_t size) { return allocate_or_throw(size, kPlain); }
void* operator new(size_t size, const std::nothrow_t&) noexcept { return allocate(size, kPlain); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept { return allocate(size, kPlain); }
void* operator new(size_t size, std::align_val_t alignment) {
  return allocate_or_throw(size, static_cast<size_t>(alignment));
}
void* operator new[](size_t size, std::align_val_t alignment) {
  return allocate_or_throw(size, static_cast<size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }
