// Where finished pages of a column chunk wait when memory is short: out of memory, until the chunk is finished and
// written. And where all that a column holds waits for its next rows.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.h"

namespace sluice {

/// Thread-safe.
class PageShelf {
 public:
  virtual ~PageShelf() = default;
  /// Keeps the bytes for as long as the shelf lives; returns where they are. Throws Error{io}.
  virtual uint64_t put(ByteSpan bytes) = 0;
  /// Puts others where some were put, no more than those were. Throws Error{io}.
  virtual void replace(uint64_t place, ByteSpan bytes) = 0;
  /// Fills `into` with what was put there, or a part of it. Throws Error{io}.
  virtual void get(uint64_t place, std::span<std::byte> into) const = 0;
};

/// Pages one behind the other, on a shelf.
struct ShelvedPages {
  std::shared_ptr<const PageShelf> shelf;
  uint64_t place = 0;
  uint64_t bytes = 0;

  /// Throws Error{io}.
  Bytes get() const {
    Bytes pages(static_cast<size_t>(bytes));
    shelf->get(place, {pages.data(), pages.size()});
    return pages;
  }
};

}  // namespace sluice
