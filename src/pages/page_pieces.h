// Finished pages one behind the other in memory, in pieces: a chunk of many megabytes is not moved while it grows.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace sluice {

class PagePieces {
 public:
  /// What a page of `bytes` at the most is to be appended to.
  Bytes& room_for(size_t bytes) {
    if (!pieces_.empty()) {
      Bytes& last = pieces_.back();
      if (last.size() < kPieceBytesMin || last.capacity() - last.size() >= bytes) return last;
      last.shrink_to_fit();
    }
    return pieces_.emplace_back();
  }
  void append(ByteSpan bytes) { room_for(bytes.size()).append(bytes); }
  void append(std::string_view text) { append(as_bytes(text)); }

  uint64_t size() const {
    uint64_t size = 0;
    for (const Bytes& piece : pieces_) size += piece.size();
    return size;
  }
  bool empty() const { return size() == 0; }
  const std::vector<Bytes>& pieces() const { return pieces_; }
  /// The piece is left empty.
  Bytes take(size_t piece) { return std::exchange(pieces_[piece], {}); }
  Bytes joined() const {
    Bytes all;
    all.reserve(static_cast<size_t>(size()));
    for (const Bytes& piece : pieces_) all.append(piece);
    return all;
  }
  void shrink_to_fit() {
    if (!pieces_.empty()) pieces_.back().shrink_to_fit();
  }
  /// Calls `visit` with each piece. Who empties them fills them again before anything else.
  template <typename Visit>
  void each_buffer(Visit&& visit) {
    for (Bytes& piece : pieces_) visit(piece);
  }
  uint64_t memory_bytes() const {
    uint64_t bytes = pieces_.capacity() * sizeof(Bytes);
    for (const Bytes& piece : pieces_) bytes += piece.capacity();
    return bytes;
  }

 private:
  /// Smaller ones grow: to write many of them would take longer than to move them.
  static constexpr size_t kPieceBytesMin = size_t{64} << 10;

  std::vector<Bytes> pieces_;
};

}  // namespace sluice
