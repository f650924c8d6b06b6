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

LineFrames::LineFrames(Contents& contents, FrameLimits limits) : contents_(contents), limits_(std::move(limits)) {
  if (limits_.patience) contents_.set_patience(*limits_.patience);
  // A block that cannot hold a line longer than the limit finds every such line: it has to grow for it.
  limits_.block_bytes = std::clamp<uint64_t>(limits_.block_bytes, 1, limits_.record_bytes_max + 1);
}

RecordFrames::Step LineFrames::next(RecordBlock& block) {
  if (long_line_) return pass_over_line(block);
  block.offset = offset_;
  block.begin = 0;
  size_t size = rest_.size();
  size_t cut = 0;
  // The byte order mark is not part of the first line.
  const uint64_t mark_bytes_max = offset_ == 0 ? kByteOrderMark.size() : 0;
  for (uint64_t room = std::max<uint64_t>(limits_.block_bytes, size);; room *= 2) {
    room = std::min(room, limits_.record_bytes_max + 1 + mark_bytes_max);
    block.bytes.resize(std::max<size_t>(room, size) + kBlockPadding);
    if (size == rest_.size() && size > 0) std::memcpy(block.bytes.data(), rest_.data(), size);
    const size_t from = size == rest_.size() ? rest_searched_ : size;
    size = at_end_ ? size : fill(block.bytes, size, room);
    if (offset_ == 0 && block.begin == 0 && block.bytes.view().substr(0, size).starts_with(kByteOrderMark))
      block.begin = kByteOrderMark.size();
    cut = behind_last_line(block.bytes, from, size);
    if (cut > 0 || at_end_) break;
    if (contents_.paused()) return keep_for_later(block, size);
    if (size - block.begin > limits_.record_bytes_max) return refuse_long_line(block, size);
  }
  if (size == 0) return Step::end;
  rest_.clear();
  if (cut == 0) {  // the last line, without its '\n'
    if (limits_.is_cut_off && limits_.is_cut_off()) return Step::end;
    if (size - block.begin > limits_.record_bytes_max) return refuse_long_line(block, size);
    cut = size;
    block.bytes.data()[cut++] = std::byte{'\n'};
  } else {
    rest_.append(ByteSpan(block.bytes).subspan(cut, size - cut));
    size = cut;
  }
  rest_searched_ = rest_.size();
  block.bytes.resize(cut + kBlockPadding);
  std::memset(block.bytes.data() + cut, ' ', kBlockPadding);
  block.end = cut;
  offset_ += size;
  block.bytes_read = contents_.bytes_read();
  return Step::block;
}

// `size` bytes of the block have come, and no end of a line.
RecordFrames::Step LineFrames::keep_for_later(const RecordBlock& block, size_t size) {
  rest_.clear();
  rest_.append(ByteSpan(block.bytes).first(size));
  rest_searched_ = size;
  return Step::pause;
}

// The line has `size` bytes at least, and ends there only if the text does.
RecordFrames::Step LineFrames::refuse_long_line(RecordBlock& block, size_t size) {
  fault_ = limits_.too_long("line");
  fault_.byte = block.offset + block.begin;
  if (!limits_.passes_over) return Step::fault;
  const size_t kept = std::min(size - block.begin, kLongRecordBytesKept);
  long_line_.emplace(fault_, std::string(block.bytes.view().substr(block.begin, kept)));
  rest_.clear();
  rest_searched_ = 0;
  offset_ += size;
  return pass_over_line(block);
}

// Reads on to the end of the line, and forgets it.
RecordFrames::Step LineFrames::pass_over_line(RecordBlock& block) {
  while (!at_end_) {
    block.bytes.resize(limits_.block_bytes + kBlockPadding);
    const size_t size = fill(block.bytes, 0, limits_.block_bytes);
    const std::string_view text = block.bytes.view().substr(0, size);
    const size_t line_end = std::min(text.find('\n'), size);
    offset_ += std::min(line_end + 1, size);
    if (line_end < size) {
      rest_.append(text.substr(line_end + 1));
      rest_searched_ = 0;
      break;
    }
    if (contents_.paused()) return Step::pause;
  }
  pass_over(block, std::move(*long_line_), offset_);
  long_line_.reset();
  block.bytes_read = contents_.bytes_read();
  return Step::block;
}

// Reads until there are `to` bytes, or the source ends; returns how many there are.
size_t LineFrames::fill(Bytes& bytes, size_t from, size_t to) {
  while (from < to) {
    const size_t count = contents_.read({bytes.data() + from, to - from});
    from += count;
    if (contents_.paused()) break;
    if (count == 0) {
      at_end_ = true;
      break;
    }
  }
  return from;
}

}  // namespace sluice
