#include "sources/carried_text.h"

#include <algorithm>

namespace sluice {

void CarriedText::skip(size_t size) {
  Bytes passed(size);
  offset_ += contents_.read({passed.data(), size});
}

size_t CarriedText::begin(RecordBlock& block) const {
  block.offset = offset_;
  block.begin = 0;
  block.bytes.clear();
  block.bytes.append(ByteSpan(carried_));
  return carried_.size();
}

size_t CarriedText::fill(RecordBlock& block, size_t size, size_t room) {
  block.bytes.resize(std::max(room, size) + kBlockPadding);
  if (at_end_ || size >= room) return size;
  const size_t count = contents_.read({block.bytes.data() + size, room - size});
  at_end_ = size + count < room && !contents_.paused();
  return size + count;
}

void CarriedText::end_block(RecordBlock& block, size_t cut, size_t size) {
  leave_out(block, cut, size);
  searched_ = size - cut;
  end_records(block, cut);
  block.bytes_read = contents_.bytes_read();
}

void CarriedText::end_last_block(RecordBlock& block, size_t size) {
  leave_out(block, size, size);
  end_records_with_line(block, size);
  block.bytes_read = contents_.bytes_read();
}

void CarriedText::keep_for_later(const RecordBlock& block, size_t size) {
  leave_out(block, 0, size);
  searched_ = size;
}

void CarriedText::leave_out(const RecordBlock& block, size_t count, size_t size) {
  carried_.clear();
  carried_.append(ByteSpan(block.bytes).subspan(count, size - count));
  searched_ = 0;
  offset_ += count;
}

bool CarriedText::leave_out_line(RecordBlock& block, size_t room) {
  while (!at_end_) {
    const size_t size = fill(block, 0, room);
    const size_t line_end = std::min(block.bytes.view().substr(0, size).find('\n'), size);
    leave_out(block, std::min(line_end + 1, size), size);
    if (line_end < size) return true;
    if (paused()) return false;
  }
  return true;
}

}  // namespace sluice
