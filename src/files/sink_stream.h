// Bytes that go to a sink one behind the other: small ones are gathered and written together, as a call of the system
// costs more than to copy some kilobytes.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/digest.h"
#include "sluice/storage.h"

namespace sluice {

class SinkStream {
 public:
  /// What is gathered at the most, as far as the caller lets it: put() and flush_if_long() see to it.
  static constexpr size_t kPieceBytes = size_t{256} << 10;

  /// `sink` must outlive the stream. What was not flushed is lost with it.
  SinkStream(Sink& sink, uint64_t offset) : sink_(sink), written_(offset) {}

  /// Where the next byte goes.
  uint64_t offset() const { return written_ + waiting_.size(); }
  void put(ByteSpan bytes) {
    const bool is_long = bytes.size() > kPieceBytes / 4;
    if (is_long || waiting_.size() + bytes.size() > kPieceBytes) flush();
    if (is_long)
      write(bytes);
    else
      waiting_.append(bytes);
  }
  /// What is gathered, to be added to directly.
  Bytes& waiting() { return waiting_; }
  void flush_if_long() {
    if (waiting_.size() >= kPieceBytes) flush();
  }
  void flush() {
    if (waiting_.empty()) return;
    write(waiting_);
    waiting_.clear();
  }
  /// From here on all that comes is added to `digest`, in the end by a flush; nullptr ends it.
  void digest_into(RunningDigest* digest) {
    flush();
    digest_ = digest;
  }

 private:
  void write(ByteSpan bytes) {
    if (digest_ != nullptr) digest_->add(bytes);
    sink_.write_at(written_, bytes);
    written_ += bytes.size();
  }

  Sink& sink_;
  uint64_t written_;
  Bytes waiting_;
  RunningDigest* digest_ = nullptr;
};

}  // namespace sluice
