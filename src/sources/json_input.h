// The text of a JSON source, taken byte by byte around its records and in blocks within them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "sources/contents.h"

namespace sluice {

/// Where one byte is taken after the other, a pipe is waited for. Not thread-safe. All functions throw what
/// Contents::read throws.
class JsonInput {
 public:
  /// The contents must outlive this. A byte order mark at their beginning is passed over.
  explicit JsonInput(Contents& contents);

  static constexpr int kEnd = -1;
  /// The next byte, or kEnd.
  int peek() {
    if (at_ == ahead_.size() && !read_ahead()) return kEnd;
    return static_cast<int>(ahead_.data()[at_]);
  }
  /// Passes over the byte that `peek` has shown.
  void take() { ++at_; }
  void take_blanks();
  /// The same of what comes in time (Contents::set_patience). False when only blanks have come.
  bool take_blanks_in_time();
  /// Offset of the next byte in the text of the source.
  uint64_t offset() const { return offset_ + at_; }
  uint64_t bytes_read() const { return contents_.bytes_read(); }

  /// Takes text into bytes[from, to); returns where it ends, which is before `to` only at the end of the source, or
  /// where more may come: then paused() is true.
  size_t take_block(Bytes& bytes, size_t from, size_t to);
  bool paused() const { return contents_.paused(); }
  /// Gives back the last bytes that take_block has taken.
  void give_back(ByteSpan bytes);

 private:
  bool read_ahead();
  bool read_once();

  Contents& contents_;
  Bytes ahead_;          ///< read from the contents
  size_t at_ = 0;        ///< in ahead_, what is before it has been taken
  uint64_t offset_ = 0;  ///< of ahead_[0] in the text
};

}  // namespace sluice
