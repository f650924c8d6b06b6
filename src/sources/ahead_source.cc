#include "sources/ahead_source.h"

#include <algorithm>
#include <utility>

#include "sluice/literals.h"

namespace sluice {
namespace {

// Some milliseconds of unpacking: much more than handing it to a thread costs.
constexpr size_t kPieceBytes = 1_MiB;
static_assert(2 * kPieceBytes == AheadSource::kMemoryBytes);

}  // namespace

AheadSource::AheadSource(std::unique_ptr<ByteSource> source, Workers& workers)
    : source_(std::move(source)), workers_(workers) {
  start();
}

size_t AheadSource::read(std::span<std::byte> into) {
  size_t done = 0;
  while (done < into.size() && (begin_ < piece_.bytes.size() || next_piece())) {
    const size_t count = std::min(into.size() - done, piece_.bytes.size() - begin_);
    std::memcpy(into.data() + done, piece_.bytes.data() + begin_, count);
    begin_ += count;
    done += count;
  }
  return done;
}

// False at the end.
bool AheadSource::next_piece() {
  if (piece_.is_last) return false;
  Piece next = ahead_.take();
  spare_ = std::exchange(piece_, std::move(next)).bytes;
  begin_ = 0;
  if (!piece_.is_last) start();
  return !piece_.bytes.empty();
}

void AheadSource::start() {
  ahead_ = workers_.start([this] {
    Piece piece{.bytes = std::move(spare_)};
    piece.bytes.resize(kPieceBytes);
    piece.bytes.resize(source_->read({piece.bytes.data(), kPieceBytes}));
    piece.bytes_read = source_->bytes_read();
    piece.is_last = piece.bytes.size() < kPieceBytes;
    return piece;
  });
}

}  // namespace sluice
