// What all encoders share, and the two that have no choice to make.
#include "pages/value_encoder.h"

namespace sluice {

ByteSpan PageBody::with_levels(ByteSpan levels) {
  const size_t body = size();
  Bytes& all = bytes();
  if (levels.size() > gap_) {
    const size_t gap = levels.size() + levels.size() / 4;
    all.resize(gap + body);
    std::memmove(all.data() + gap, all.data() + gap_, body);
    gap_ = gap;
  }
  std::byte* begin = all.data() + gap_ - levels.size();
  if (!levels.empty()) std::memcpy(begin, levels.data(), levels.size());
  return {begin, levels.size() + body};
}

bool BooleanEncoder::append(const Column& column, const Selection& selection) {
  const auto* bits = column.values.as<uint8_t>();
  bool seen[2] = {false, false};
  for (size_t i = 0; i < selection.count; ++i) {
    const int64_t position = selection.positions ? selection.positions[i] : selection.begin + static_cast<int64_t>(i);
    const int64_t bit = column.offset + position;
    const bool value = (bits[bit >> 3] >> (bit & 7)) & 1;
    seen[value] = true;
    if ((count_ & 7) == 0) plain_.bytes().push_back(0);
    if (value) plain_.bytes().data()[plain_.bytes().size() - 1] |= std::byte(1 << (count_ & 7));
    ++count_;
  }
  for (const bool value : {false, true})
    if (seen[value]) bounds_.add({&value, 1});
  return true;
}

RawPage BooleanEncoder::finish_page(ByteSpan levels, bool) {
  bounds_.end_page();
  count_ = 0;
  const ByteSpan page = plain_.with_levels(levels);
  plain_.clear();
  return {page, Encoding::plain};
}

RawPage NullEncoder::finish_page(ByteSpan levels, bool) {
  ++pages_;
  const ByteSpan page = plain_.with_levels(levels);
  plain_.clear();
  return {page, Encoding::plain};
}

ChunkBounds NullEncoder::finish_bounds() {
  ChunkBounds bounds;
  bounds.pages.resize(std::exchange(pages_, 0));
  bounds.pages_complete = true;
  bounds.order = BoundaryOrder::ascending;
  return bounds;
}

}  // namespace sluice
