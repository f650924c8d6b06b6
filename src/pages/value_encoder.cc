// What all encoders share, and the two smallest: booleans, and a column without values.
#include "pages/value_encoder.h"

#include "encodings/rle_boolean.h"

namespace sluice {

ByteSpan PageBody::with_front(ByteSpan front) {
  const size_t body = size();
  Bytes& all = bytes();
  if (front.size() > gap_) {
    const size_t gap = (front.size() + front.size() / 4 + 7) / 8 * 8;  // values are read as numbers, too
    all.resize(gap + body);
    std::memmove(all.data() + gap, all.data() + gap_, body);
    gap_ = gap;
  }
  std::byte* begin = all.data() + gap_ - front.size();
  if (!front.empty()) std::memcpy(begin, front.data(), front.size());
  return {begin, front.size() + body};
}

bool BooleanEncoder::append(const Column& column, const ValueSelection& selection) {
  const auto* bits = column.values.as<uint8_t>();
  bool seen[2] = {false, false};
  for (size_t i = 0; i < selection.count; ++i) {
    const int64_t position = selection.positions ? selection.positions[i] : selection.begin + static_cast<int64_t>(i);
    const int64_t bit = column.offset + position;
    const bool value = (bits[bit >> 3] >> (bit & 7)) & 1;
    seen[value] = true;
    values_.recent().push_back(value);
  }
  for (const bool value : {false, true})
    if (seen[value]) bounds_.add({&value, 1});
  return true;
}

// Bits, the first value lowest (Encodings.md, "Plain"), or runs.
void BooleanEncoder::encode_values(Encoding encoding, std::span<const uint8_t> values) {
  if (encoding == Encoding::rle) return rle_boolean::encode(values, encoded_);
  const size_t begin = encoded_.size();
  encoded_.resize(begin + (values.size() + 7) / 8);
  std::byte* to = encoded_.data() + begin;
  for (size_t i = 0; i < values.size(); ++i) {
    if (i % 8 == 0) to[i / 8] = std::byte{0};
    to[i / 8] |= std::byte(values[i] << (i % 8));
  }
}

RawPage BooleanEncoder::finish_page(ByteSpan levels, bool) {
  bounds_.end_page();
  const std::vector<uint8_t>& values = values_.recent();
  if (choice_.wants_trial()) {
    choice_.begin_trial(values.size(), values.size() / 8);
    do {
      std::vector<uint8_t> sample;
      for (const auto& [begin, count] : choice_.sample())
        sample.insert(sample.end(), values.data() + begin, values.data() + begin + count);
      for (const Encoding encoding : {Encoding::plain, Encoding::rle}) {
        if (!choice_.wants(encoding)) continue;
        encoded_.clear();
        encode_values(encoding, sample);
        choice_.offer(encoding, encoded_);
      }
    } while (choice_.next_heat());
    choice_.end_trial();
  }
  const Encoding encoding = values.empty() ? Encoding::plain : choice_.encoding();
  encoded_.clear();
  encoded_.append(levels);
  encode_values(encoding, values);
  values_.clear();
  return {encoded_, encoding};
}

std::optional<DictionaryPage> BooleanEncoder::finish_dictionary() {
  choice_.start_chunk();
  return std::nullopt;
}

RawPage NullEncoder::finish_page(ByteSpan levels, bool) {
  ++pages_;
  const ByteSpan page = plain_.with_front(levels);
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
