// Reads blocks and cuts them behind their last '\n'; what follows it is carried over to the next block.
#include "sources/line_frames.h"

#include <algorithm>

#include "base/utf8.h"

namespace sluice {

namespace {

// Position behind the last '\n' of bytes [from, to), or 0.
size_t behind_last_line(const Bytes& bytes, size_t from, size_t to) {
  const void* found = ::memrchr(bytes.data() + from, '\n', to - from);
  return found == nullptr ? 0 : static_cast<size_t>(static_cast<const std::byte*>(found) - bytes.data()) + 1;
}

}  // namespace

LineFrames::LineFrames(Contents& contents, FrameLimits limits) : text_(contents), limits_(std::move(limits)) {
  if (limits_.patience) contents.set_patience(*limits_.patience);
  // A block that cannot hold a line longer than the limit finds every such line: it has to grow for it.
  limits_.block_bytes = std::clamp<uint64_t>(limits_.block_bytes, 1, limits_.record_bytes_max + 1);
}

RecordFrames::Step LineFrames::next(RecordBlock& block) {
  if (long_line_) return pass_over_line(block);
  // The byte order mark is not part of the first line.
  const bool is_first = text_.offset() == 0;
  const uint64_t room_max = limits_.record_bytes_max + 1 + (is_first ? kByteOrderMark.size() : 0);
  size_t size = text_.begin(block);
  size_t searched = text_.searched();
  size_t cut = 0;
  for (uint64_t room = std::max<uint64_t>(limits_.block_bytes, size);; room *= 2) {
    room = std::min(room, room_max);
    size = text_.fill(block, size, room);
    if (is_first && block.bytes.view().substr(0, size).starts_with(kByteOrderMark)) block.begin = kByteOrderMark.size();
    cut = behind_last_line(block.bytes, searched, size);
    searched = size;
    if (cut > 0 || text_.at_end()) break;
    if (text_.paused()) {
      text_.keep_for_later(block, size);
      return Step::pause;
    }
    if (size - block.begin > limits_.record_bytes_max) return refuse_long_line(block, size);
  }
  if (size == 0) return Step::end;
  if (cut > 0) {
    text_.end_block(block, cut, size);
    return Step::block;
  }
  // The last line, without its '\n'.
  if (limits_.is_cut_off && limits_.is_cut_off()) return Step::end;
  if (size - block.begin > limits_.record_bytes_max) return refuse_long_line(block, size);
  text_.end_last_block(block, size);
  return Step::block;
}

// The line has `size` bytes at least, and ends there only if the text does.
RecordFrames::Step LineFrames::refuse_long_line(RecordBlock& block, size_t size) {
  fault_ = limits_.too_long("line");
  fault_.byte = block.offset + block.begin;
  if (!limits_.passes_over) return Step::fault;
  const size_t kept = std::min(size - block.begin, kLongRecordBytesKept);
  long_line_.emplace(fault_, std::string(block.bytes.view().substr(block.begin, kept)));
  text_.leave_out(block, size, size);
  return pass_over_line(block);
}

RecordFrames::Step LineFrames::pass_over_line(RecordBlock& block) {
  if (!text_.leave_out_line(block, limits_.block_bytes)) return Step::pause;
  pass_over(block, std::move(*long_line_), text_.offset(), text_.bytes_read());
  long_line_.reset();
  return Step::block;
}

}  // namespace sluice
