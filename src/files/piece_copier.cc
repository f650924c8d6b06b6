#include "files/piece_copier.h"

#include <algorithm>

namespace sluice {
namespace {

/// What is read and written at once. The system's own copying goes page by page.
constexpr uint64_t kCopiedBytesMax = 1 << 20;

}  // namespace

int64_t PieceCopier::add(uint64_t begin, uint64_t bytes) {
  if (begin != begin_ + bytes_) settle();
  if (bytes_ == 0) begin_ = begin;
  const uint64_t place = end_ + bytes_;
  bytes_ += bytes;
  return static_cast<int64_t>(place) - static_cast<int64_t>(begin);
}

uint64_t PieceCopier::settle() {
  while (bytes_ > 0) {
    buffer_.resize(static_cast<size_t>(std::min(bytes_, kCopiedBytesMax)));
    const std::span piece(buffer_.data(), buffer_.size());
    from_(begin_, piece);
    to_.write_at(end_, piece);
    begin_ += piece.size();
    end_ += piece.size();
    bytes_ -= piece.size();
  }
  return end_;
}

}  // namespace sluice
