#include "pages/value_encoder.h"

#include <bit>

#include "encodings/rle_hybrid.h"

namespace sluice {

namespace {

// Width 0 is legal for a dictionary of one entry, but readers have stumbled over it; the run costs a byte more.
int index_width(size_t entries) { return entries < 2 ? 1 : std::bit_width(entries - 1); }

size_t index_bytes(size_t count, size_t entries) { return count * static_cast<size_t>(index_width(entries)) / 8; }

RawPage indexed_page(ByteSpan levels, std::span<const uint32_t> indices, size_t entries, Bytes& body) {
  const int width = index_width(entries);
  body.clear();
  body.append(levels);
  body.push_back(static_cast<uint8_t>(width));
  rle_hybrid::encode(indices, width, body);
  return {body, Encoding::rle_dictionary};
}

}  // namespace

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

// --- numbers

template <typename Memory, typename Stored>
NumberEncoder<Memory, Stored>::NumberEncoder(const ValueEncoderOptions& options) : options_(options) {
  using_dictionary_ = options_.dictionary_bytes_max > 0;
  if (using_dictionary_) dictionary_.emplace();
}

// Values back to back as they are stored: in place where the column has them so, else in the scratch.
template <typename Memory, typename Stored>
bool NumberEncoder<Memory, Stored>::gather(const Column& column, const Selection& selection,
                                           std::span<const Stored>& values) {
  const Memory* from = column.data<Memory>();
  if constexpr (std::is_same_v<Memory, Stored>) {
    if (selection.positions == nullptr && options_.unit_factor == 1) {
      values = {from + selection.begin, selection.count};
      return true;
    }
  }
  scratch_.resize(selection.count);
  if (selection.positions == nullptr)
    for (size_t i = 0; i < selection.count; ++i) scratch_[i] = from[selection.begin + static_cast<int64_t>(i)];
  else
    for (size_t i = 0; i < selection.count; ++i) scratch_[i] = from[selection.positions[i]];
  values = scratch_;
  bool fits = true;
  if constexpr (std::is_same_v<Stored, int64_t>) {
    if (options_.unit_factor != 1)
      for (Stored& value : scratch_) fits &= !__builtin_mul_overflow(value, options_.unit_factor, &value);
  }
  return fits;
}

template <typename Memory, typename Stored>
bool NumberEncoder<Memory, Stored>::append(const Column& column, const Selection& selection) {
  std::span<const Stored> values;
  if (!gather(column, selection, values)) return false;
  bounds_.add(values);
  append_values(values);
  return true;
}

template <typename Memory, typename Stored>
void NumberEncoder<Memory, Stored>::append_values(std::span<const Stored> values) {
  if (using_dictionary_) {
    const size_t before = indices_.size();
    indices_.resize(before + values.size());
    const std::span<const Bits> bits(reinterpret_cast<const Bits*>(values.data()), values.size());
    const size_t done = dictionary_->encode(bits, options_.dictionary_bytes_max, indices_.data() + before);
    indices_.resize(before + done);
    values = values.subspan(done);
    if (values.empty()) return;
    spill_to_plain();
  }
  plain_.bytes().append(std::as_bytes(values));
}

// The dictionary is at its end: the page under way goes on in PLAIN.
template <typename Memory, typename Stored>
void NumberEncoder<Memory, Stored>::spill_to_plain() {
  Bytes& plain = plain_.bytes();
  plain.reserve(plain.size() + indices_.size() * sizeof(Stored));
  for (const uint32_t index : indices_) plain.append_value(dictionary_->entry(index));
  indices_.clear();
  using_dictionary_ = false;
  if (!dictionary_used_) dictionary_.reset();
}

template <typename Memory, typename Stored>
RawPage NumberEncoder<Memory, Stored>::finish_page(ByteSpan levels) {
  bounds_.end_page();
  if (using_dictionary_ &&
      page_begin_.costs_too_much(dictionary_->entries().size(), index_bytes(indices_.size(), dictionary_->size()),
                                 indices_.size() * sizeof(Stored)))
    spill_to_plain();
  if (!using_dictionary_) {
    const ByteSpan page = plain_.with_levels(levels);
    plain_.clear();
    return {page, Encoding::plain};
  }
  dictionary_used_ = true;
  page_begin_ = {dictionary_->size(), dictionary_->entries().size()};
  const RawPage page = indexed_page(levels, indices_, dictionary_->size(), indexed_);
  indices_.clear();
  return page;
}

template <typename Memory, typename Stored>
std::optional<Bytes> NumberEncoder<Memory, Stored>::finish_dictionary(size_t& entries) {
  std::optional<Bytes> page;
  if (dictionary_used_) {
    entries = page_begin_.entries;
    page = dictionary_->take_entries();
    page->resize(page_begin_.bytes);
  }
  page_begin_ = {};
  dictionary_used_ = false;
  using_dictionary_ = options_.dictionary_bytes_max > 0;
  if (using_dictionary_) dictionary_.emplace();
  return page;
}

template <typename Memory, typename Stored>
size_t NumberEncoder<Memory, Stored>::pending_bytes() const {
  return using_dictionary_ ? index_bytes(indices_.size(), dictionary_->size()) : plain_.size();
}

template <typename Memory, typename Stored>
size_t NumberEncoder<Memory, Stored>::memory_bytes() const {
  return dictionary_ ? dictionary_->memory_bytes() : 0;
}

template class NumberEncoder<int8_t, int32_t>;
template class NumberEncoder<int16_t, int32_t>;
template class NumberEncoder<int32_t, int32_t>;
template class NumberEncoder<uint8_t, uint32_t>;
template class NumberEncoder<uint16_t, uint32_t>;
template class NumberEncoder<uint32_t, uint32_t>;
template class NumberEncoder<int64_t, int64_t>;
template class NumberEncoder<uint64_t, uint64_t>;
template class NumberEncoder<float, float>;
template class NumberEncoder<double, double>;

// --- booleans

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

RawPage BooleanEncoder::finish_page(ByteSpan levels) {
  bounds_.end_page();
  count_ = 0;
  const ByteSpan page = plain_.with_levels(levels);
  plain_.clear();
  return {page, Encoding::plain};
}

// --- text

TextEncoder::TextEncoder(const ValueEncoderOptions& options) : options_(options), bounds_(options.utf8) {
  using_dictionary_ = options_.dictionary_bytes_max > 0;
  if (using_dictionary_) dictionary_.emplace();
}

void TextEncoder::append_plain(std::string_view value) {
  Bytes& plain = plain_.bytes();
  std::byte* to = plain.prepare(sizeof(uint32_t) + value.size());
  const auto length = static_cast<uint32_t>(value.size());
  std::memcpy(to, &length, sizeof length);
  if (length > 0) std::memcpy(to + sizeof length, value.data(), length);
  plain.advance(sizeof length + length);
}

template <typename PositionOf>
void TextEncoder::append_at(const Column& column, size_t count, PositionOf position_of) {
  const int32_t* offsets = column.offsets_data();
  const auto* bytes = column.values.as<char>();
  for (size_t i = 0; i < count; ++i) {
    const int64_t at = position_of(i);
    const std::string_view value(bytes + offsets[at], static_cast<size_t>(offsets[at + 1] - offsets[at]));
    text_bytes_ += static_cast<int64_t>(value.size());
    if (using_dictionary_) {
      const uint32_t index = dictionary_->encode(value, options_.dictionary_bytes_max);
      if (index != TextDictionary::kFull) {
        indices_.push_back(index);
        if (index >= page_of_entry_.size()) page_of_entry_.resize(index + 1);
        if (page_of_entry_[index] == page_) continue;
        page_of_entry_[index] = page_;
        bounds_.add(value);
        continue;
      }
      spill_to_plain();
    }
    bounds_.add(value);
    append_plain(value);
  }
}

bool TextEncoder::append(const Column& column, const Selection& selection) {
  if (selection.positions == nullptr)
    append_at(column, selection.count, [&](size_t i) { return selection.begin + static_cast<int64_t>(i); });
  else
    append_at(column, selection.count, [&](size_t i) { return int64_t{selection.positions[i]}; });
  return true;
}

void TextEncoder::spill_to_plain() {
  for (const uint32_t index : indices_) append_plain(dictionary_->entry(index));
  indices_.clear();
  using_dictionary_ = false;
  if (!dictionary_used_) dictionary_.reset();
}

RawPage TextEncoder::finish_page(ByteSpan levels) {
  bounds_.end_page();
  ++page_;
  if (using_dictionary_ &&
      page_begin_.costs_too_much(dictionary_->entries().size(), index_bytes(indices_.size(), dictionary_->size()),
                                 static_cast<size_t>(text_bytes_) + indices_.size() * sizeof(uint32_t)))
    spill_to_plain();
  if (!using_dictionary_) {
    const ByteSpan page = plain_.with_levels(levels);
    plain_.clear();
    return {page, Encoding::plain};
  }
  dictionary_used_ = true;
  page_begin_ = {dictionary_->size(), dictionary_->entries().size()};
  const RawPage page = indexed_page(levels, indices_, dictionary_->size(), indexed_);
  indices_.clear();
  return page;
}

std::optional<Bytes> TextEncoder::finish_dictionary(size_t& entries) {
  std::optional<Bytes> page;
  if (dictionary_used_) {
    entries = page_begin_.entries;
    page = dictionary_->take_entries();
    page->resize(page_begin_.bytes);
  }
  page_begin_ = {};
  page_of_entry_.clear();
  dictionary_used_ = false;
  using_dictionary_ = options_.dictionary_bytes_max > 0;
  if (using_dictionary_) dictionary_.emplace();
  return page;
}

size_t TextEncoder::pending_bytes() const {
  return using_dictionary_ ? index_bytes(indices_.size(), dictionary_->size()) : plain_.size();
}

size_t TextEncoder::memory_bytes() const { return dictionary_ ? dictionary_->memory_bytes() : 0; }

// --- nothing

RawPage NullEncoder::finish_page(ByteSpan levels) {
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
