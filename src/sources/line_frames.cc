// Reads blocks and cuts them behind their last '\n'; what follows it is carried over to the next block.
#include "sources/line_frames.h"

#include <algorithm>

namespace sluice {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Position behind the last '\n' of bytes [from, to), or 0.
size_t behind_last_line(const Bytes& bytes, size_t from, size_t to) {
  const void* found = ::memrchr(bytes.data() + from, '\n', to - from);
  return found == nullptr ? 0 : static_cast<size_t>(static_cast<const std::byte*>(found) - bytes.data()) + 1;
}

}  // namespace

LineFrames::LineFrames(Input& input, Limits limits) : input_(input), limits_(limits) {
  // A block that cannot hold a line longer than the limit finds every such line: it has to grow for it.
  limits_.block_bytes = std::clamp<uint64_t>(limits_.block_bytes, 1, limits_.record_bytes_max + 1);
}

LineFrames::Step LineFrames::next(LineBlock& block) {
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
    const size_t from = size;
    size = at_end_ ? size : fill(block.bytes, size, room);
    if (offset_ == 0 && block.begin == 0 && block.bytes.view().substr(0, size).starts_with(kByteOrderMark))
      block.begin = kByteOrderMark.size();
    cut = behind_last_line(block.bytes, from, size);
    if (cut > 0 || at_end_) break;
    if (size - block.begin > limits_.record_bytes_max) return Step::record_too_long;
  }
  if (size == 0) return Step::end;
  rest_.clear();
  if (cut == 0) {  // the last line, without its '\n'
    cut = size;
    block.bytes.data()[cut++] = std::byte{'\n'};
    if (size - block.begin > limits_.record_bytes_max) return Step::record_too_long;
  } else {
    rest_.append(ByteSpan(block.bytes).subspan(cut, size - cut));
    size = cut;
  }
  block.bytes.resize(cut + kBlockPadding);
  std::memset(block.bytes.data() + cut, ' ', kBlockPadding);
  block.end = cut;
  offset_ += size;
  block.bytes_read = offset_;
  return Step::block;
}

// Reads until there are `to` bytes, or the source ends; returns how many there are.
size_t LineFrames::fill(Bytes& bytes, size_t from, size_t to) {
  while (from < to) {
    const size_t count = input_.read({bytes.data() + from, to - from});
    if (count == 0) {
      at_end_ = true;
      break;
    }
    from += count;
  }
  return from;
}

}  // namespace sluice
