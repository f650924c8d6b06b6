// Takes over a struct of the Arrow C interfaces, so that it is released exactly once whatever happens.
// (Arrow "The Arrow C data interface": moving an array, released structures.)
#pragma once

#include "sluice/arrow.h"

namespace sluice {

/// T: ArrowSchema, ArrowArray or ArrowArrayStream. May be empty: from null, or from a struct already released.
template <typename T>
class Taken {
 public:
  Taken() = default;
  /// Moves `*from` in here; `from->release` is null afterwards.
  explicit Taken(T* from) noexcept {
    if (from == nullptr) return;
    struct_ = *from;
    from->release = nullptr;
  }
  Taken(Taken&& other) noexcept : Taken(&other.struct_) {}
  Taken& operator=(Taken&&) = delete;
  ~Taken() {
    if (struct_.release != nullptr) struct_.release(&struct_);
  }

  bool empty() const { return struct_.release == nullptr; }
  T* get() { return &struct_; }
  const T& operator*() const { return struct_; }
  const T* operator->() const { return &struct_; }

 private:
  T struct_{};
};

}  // namespace sluice
