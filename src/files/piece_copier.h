// Copies pieces of what was written to another file, one behind the other; what are neighbours there go together.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <utility>

#include "base/bytes.h"
#include "sluice/storage.h"

namespace sluice {

/// The bytes [offset, offset + into.size()) of a file, as it was written.
using ReadWritten = std::function<void(uint64_t offset, std::span<std::byte> into)>;

class PieceCopier {
 public:
  /// The first piece goes to `end` of `to`.
  PieceCopier(ReadWritten from, Sink& to, uint64_t end) : from_(std::move(from)), to_(to), end_(end) {}

  /// Returns by how much the piece moves.
  int64_t add(uint64_t begin, uint64_t bytes);
  /// Where the next piece goes. None is pending then.
  uint64_t settle();
  /// Something else has been put behind what was settled, up to `end`.
  void skip_to(uint64_t end) { end_ = end; }

 private:
  const ReadWritten from_;
  Sink& to_;
  uint64_t begin_ = 0;  ///< of what is pending
  uint64_t bytes_ = 0;
  uint64_t end_;
  Bytes buffer_;
};

}  // namespace sluice
