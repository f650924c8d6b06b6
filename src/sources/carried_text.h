// The text of one source on its way into blocks that are cut at line ends: what stands behind the cut is carried over
// to the next block, and what has been searched once is not searched again.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "sources/contents.h"
#include "sources/record_block.h"

namespace sluice {

/// Not thread-safe. What reads throws what Contents::read throws.
class CarriedText {
 public:
  /// The contents must outlive this.
  explicit CarriedText(Contents& contents) : contents_(contents) {}

  /// Where the next block begins in the text of the source.
  uint64_t offset() const { return offset_; }
  /// Whether there is no more to read, and whether there may be more later.
  bool at_end() const { return at_end_; }
  bool paused() const { return contents_.paused(); }
  /// Of the source as it is stored.
  uint64_t bytes_read() const { return contents_.bytes_read(); }

  /// Passes over the next `size` bytes, before the first block.
  void skip(size_t size);
  /// Begins a block with what was carried over; returns its size.
  size_t begin(RecordBlock& block) const;
  /// So much of that has been searched.
  size_t searched() const { return searched_; }
  /// Reads behind the `size` bytes of the block until there are `room`, or no more comes; returns how many there are.
  /// Behind them are kBlockPadding more.
  size_t fill(RecordBlock& block, size_t size, size_t room);

  /// Ends the block behind `cut` of its `size` bytes, the others are carried over; all of them have been searched.
  void end_block(RecordBlock& block, size_t cut, size_t size);
  /// Ends the block, the last one, with a '\n' behind its `size` bytes.
  void end_last_block(RecordBlock& block, size_t size);
  /// Carries over all `size` bytes of the block, which have been searched: more of them must come.
  void keep_for_later(const RecordBlock& block, size_t size);
  /// Leaves out the first `count` of the block's `size` bytes; the others are carried over, to be searched again.
  void leave_out(const RecordBlock& block, size_t count, size_t size);
  /// Requires that nothing is carried over. Reads on to the end of the line, and forgets it; the block lends its
  /// memory, `room` bytes. False when no more comes for now.
  bool leave_out_line(RecordBlock& block, size_t room);

 private:
  Contents& contents_;
  Bytes carried_;
  size_t searched_ = 0;  ///< of carried_
  uint64_t offset_ = 0;  ///< of carried_ in the text
  bool at_end_ = false;
};

}  // namespace sluice
