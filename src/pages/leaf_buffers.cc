// (Arrow "Columnar Format", physical memory layout; dictionary form: sluice/column.h.)
#include "pages/leaf_buffers.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "base/bits.h"
#include "base/short_text.h"
#include "base/utf8.h"
#include "columns/widths.h"
#include "pages/spread.h"

namespace sluice {
namespace {

constexpr size_t kPositionBytes = sizeof(int32_t);
// What is no wider is looked up at once: a position would take as much.
constexpr size_t kPlainWidthMax = 8;
// With more entries for a value, whoever tests or hashes the entries does most of that in vain.
constexpr int64_t kEntriesPerValueMax = 16;
static_assert(LeafBuffers::kTextSlack >= kTextBlock);

uint8_t* bits_of(Bytes& bytes) { return reinterpret_cast<uint8_t*>(bytes.data()); }

template <typename T, typename IndexAt>
void gather_values(const std::byte* entries, size_t count, IndexAt index_at, std::byte* to) {
  const auto* const from = reinterpret_cast<const T*>(entries);
  auto* const out = reinterpret_cast<T*>(to);
  for (size_t i = 0; i < count; ++i) out[i] = from[index_at(i)];
}

template <typename IndexAt>
void gather_fixed(const std::byte* entries, size_t width, size_t count, IndexAt index_at, std::byte* to) {
  switch (width) {
    case 1: return gather_values<uint8_t>(entries, count, index_at, to);
    case 2: return gather_values<uint16_t>(entries, count, index_at, to);
    case 4: return gather_values<uint32_t>(entries, count, index_at, to);
    case 8: return gather_values<uint64_t>(entries, count, index_at, to);
    case 16: return gather_values<std::array<uint64_t, 2>>(entries, count, index_at, to);
    default:
      for (size_t i = 0; i < count; ++i) std::memcpy(to + i * width, entries + index_at(i) * width, width);
  }
}

}  // namespace

uint64_t LeafBuffers::value_bytes() const {
  if (!dictionary_) return values_.size();
  if (form_.layout == ValueLayout::text) return static_cast<uint64_t>(text_end());
  return static_cast<uint64_t>(length_) * form_.width;
}

uint64_t LeafBuffers::bytes() const { return value_bytes() + offsets_.size() + (dictionary_ ? values_.size() : 0); }

int32_t LeafBuffers::text_end() const {
  return offsets_.empty() ? 0 : load<int32_t>(offsets_.data() + offsets_.size() - sizeof(int32_t));
}

void LeafBuffers::start(Bytes& bytes, size_t size) {
  if (bytes.capacity() == 0) bytes = pool_->take(size);
}

// Where the ends of `count` more values go. They count once offsets_ is advanced.
int32_t* LeafBuffers::grow_ends(size_t count) {
  start(offsets_, static_cast<size_t>(length_used_ + 1) * sizeof(int32_t));
  if (offsets_.empty()) offsets_.append_value<int32_t>(0);
  return reinterpret_cast<int32_t*>(offsets_.prepare(count * sizeof(int32_t)));
}

std::byte* LeafBuffers::add_fixed(size_t count) {
  if (dictionary_) look_up_positions();
  start_values();
  std::byte* const to = values_.prepare(count * form_.width);
  values_.advance(count * form_.width);
  length_ += static_cast<int64_t>(count);
  return to;
}

uint8_t* LeafBuffers::add_bits(size_t count, int64_t& begin) {
  start_values();
  begin = length_;
  length_ += static_cast<int64_t>(count);
  values_.resize(static_cast<size_t>(bytes_of_bits(length_)));
  return bits_of(values_);
}

LeafBuffers::TextRoom LeafBuffers::text_room(size_t count, size_t bytes) {
  if (dictionary_) look_up_positions();
  start_values();
  const int32_t begin = text_end();
  int32_t* const ends = grow_ends(count);
  return {values_.prepare(bytes + kTextSlack), ends, begin};
}

void LeafBuffers::add_written_texts(size_t count) {
  const int32_t begin = text_end();
  offsets_.advance(count * sizeof(int32_t));
  values_.advance(static_cast<size_t>(text_end() - begin));
  length_ += static_cast<int64_t>(count);
}

bool LeafBuffers::add_texts(std::span<const int32_t> lengths, ByteSpan bytes) {
  if (bytes.size() > text_bytes_left()) return false;
  const TextRoom room = text_room(lengths.size(), bytes.size());
  int32_t end = room.begin;
  for (size_t i = 0; i < lengths.size(); ++i) room.ends[i] = end += lengths[i];
  if (!bytes.empty()) std::memcpy(room.bytes, bytes.data(), bytes.size());
  add_written_texts(lengths.size());
  return true;
}

// Whether entries of this dictionary are kept as positions; goes over to that form, or leaves it.
bool LeafBuffers::takes_positions(const DictionaryEntries& entries) {
  if (dictionary_ == entries) return true;
  if (dictionary_) look_up_positions();
  const bool is_worth_it = form_.layout == ValueLayout::text || form_.width > kPlainWidthMax;
  if (!dictionaries_ || !is_worth_it || null_count_ < length_) return false;
  // All so far are null: their places mean nothing.
  dictionary_ = entries;
  start_values();
  values_.resize(static_cast<size_t>(length_) * kPositionBytes);
  std::fill_n(values_.data(), values_.size(), std::byte{0});
  return true;
}

// Ends of texts, as many as may be appended; they count already.
template <typename IndexAt>
size_t LeafBuffers::add_ends(size_t count, IndexAt index_at, const Column& entries, uint64_t bytes_max) {
  const int32_t* const starts = entries.offsets_data();
  const auto length_of = [&](size_t i) {
    const size_t index = index_at(i);
    return int64_t{starts[index + 1]} - starts[index];
  };
  const int64_t begin = text_end();
  const auto limit = static_cast<int64_t>(std::min<uint64_t>(bytes_max, text_bytes_left()));
  int32_t* const ends = grow_ends(count);
  int64_t total = 0;
  for (size_t i = 0; i < count; ++i) {
    total += length_of(i);
    ends[i] = static_cast<int32_t>(begin + total);
  }
  size_t added = count;
  if (total > limit) {
    added = 0;
    for (total = 0; total + length_of(added) <= limit; ++added) total += length_of(added);
  }
  offsets_.advance(added * sizeof(int32_t));
  return added;
}

template <typename IndexAt>
void LeafBuffers::add_positions(size_t count, IndexAt index_at) {
  auto* const to = reinterpret_cast<int32_t*>(values_.prepare(count * kPositionBytes));
  for (size_t i = 0; i < count; ++i) to[i] = static_cast<int32_t>(index_at(i));
  values_.advance(count * kPositionBytes);
}

// Copies the values of entries whose ends, if they are texts, stand already.
template <typename IndexAt>
void LeafBuffers::gather(size_t count, IndexAt index_at, const Column& entries) {
  const std::byte* const from = entries.values.bytes().data();
  start_values();
  if (form_.layout != ValueLayout::text) {
    gather_fixed(from, form_.width, count, index_at, values_.prepare(count * form_.width));
    values_.advance(count * form_.width);
    return;
  }
  const auto bytes = static_cast<size_t>(text_end()) - values_.size();
  const int32_t* const starts = entries.offsets_data();
  const std::byte* const from_end = from + entries.values.size();
  std::byte* to = values_.prepare(bytes + kTextSlack);
  for (size_t i = 0; i < count; ++i) {
    const size_t index = index_at(i);
    const auto size = static_cast<size_t>(starts[index + 1] - starts[index]);
    copy_text(from + starts[index], size, from_end, to);
    to += size;
  }
  values_.advance(bytes);
}

template <typename IndexAt>
size_t LeafBuffers::add_entries(size_t count, IndexAt index_at, const DictionaryEntries& entries, uint64_t bytes_max) {
  const bool as_positions = takes_positions(entries);
  if (form_.layout == ValueLayout::text)
    count = add_ends(count, index_at, *entries, bytes_max);
  else
    count = static_cast<size_t>(std::min<uint64_t>(count, bytes_max / form_.width));
  if (as_positions)
    add_positions(count, index_at);
  else
    gather(count, index_at, *entries);
  length_ += static_cast<int64_t>(count);
  return count;
}

size_t LeafBuffers::add_indices(std::span<const uint32_t> indices, const DictionaryEntries& entries,
                                uint64_t bytes_max) {
  const uint32_t* const from = indices.data();
  return add_entries(
      indices.size(), [from](size_t i) -> size_t { return from[i]; }, entries, bytes_max);
}

size_t LeafBuffers::add_run(uint32_t index, size_t count, const DictionaryEntries& entries, uint64_t bytes_max) {
  return add_entries(
      count, [index](size_t) -> size_t { return index; }, entries, bytes_max);
}

// Into plain form. Positions of nulls mean nothing, and their texts have no bytes.
void LeafBuffers::look_up_positions() {
  const DictionaryEntries entries = std::exchange(dictionary_, nullptr);
  Bytes positions = std::exchange(values_, Bytes());
  const auto count = static_cast<size_t>(length_);
  const auto* const from = reinterpret_cast<const int32_t*>(positions.data());
  if (form_.layout != ValueLayout::text) {
    gather(
        count, [from](size_t i) { return static_cast<size_t>(from[i]); }, *entries);
  } else {
    const auto* const ends = reinterpret_cast<const int32_t*>(offsets_.data());
    const int32_t* const starts = entries->offsets_data();
    const std::byte* const bytes = entries->values.bytes().data();
    start_values();
    std::byte* to = values_.prepare(static_cast<size_t>(text_end()) + kTextSlack);
    for (size_t i = 0; i < count; ++i) {
      const auto size = static_cast<size_t>(ends[i + 1] - ends[i]);
      copy_text(bytes + starts[from[i]], size, bytes + entries->values.size(), to);
      to += size;
    }
    values_.advance(static_cast<size_t>(text_end()));
  }
  pool_->give_back(std::move(positions));
}

// Values behind those that are known are there.
void LeafBuffers::extend_validity(int64_t length) {
  start(validity_, static_cast<size_t>(bytes_of_bits(std::max(length_, length_used_))));
  validity_.resize(static_cast<size_t>(bytes_of_bits(length)));
  fill_bits(true, length - validity_length_, bits_of(validity_), validity_length_);
  validity_length_ = length;
}

void LeafBuffers::spread(size_t present, const uint8_t* validity, int64_t begin, size_t count) {
  assert(present <= count);
  if (present == count) return;
  if (present == 0) return add_nulls(count);
  const int64_t first = length_ - static_cast<int64_t>(present);
  length_ = first + static_cast<int64_t>(count);
  null_count_ += static_cast<int64_t>(count - present);
  if (form_.layout == ValueLayout::none) return;
  extend_validity(first);
  validity_.resize(static_cast<size_t>(bytes_of_bits(length_)));
  write_bits(validity, begin, static_cast<int64_t>(count), bits_of(validity_), first);
  validity_length_ = length_;
  const size_t width = dictionary_ ? kPositionBytes : form_.width;
  if (form_.layout == ValueLayout::bits) {
    values_.resize(static_cast<size_t>(bytes_of_bits(length_)));
    spread_bits(bits_of(values_), first, present, validity, begin, count);
  } else if (form_.layout == ValueLayout::fixed || dictionary_) {
    values_.resize(static_cast<size_t>(length_) * width);
    spread_fixed(values_.data() + static_cast<size_t>(first) * width, width, present, validity, begin, count);
  }
  if (form_.layout == ValueLayout::text) {
    offsets_.resize(static_cast<size_t>(length_ + 1) * sizeof(int32_t));
    spread_ends(reinterpret_cast<int32_t*>(offsets_.data()) + first + 1, present, validity, begin, count);
  }
}

void LeafBuffers::add_nulls(size_t count) {
  const auto places = static_cast<int64_t>(count);
  length_ += places;
  null_count_ += places;
  if (form_.layout == ValueLayout::none) return;
  extend_validity(length_ - places);
  validity_.resize(static_cast<size_t>(bytes_of_bits(length_)));
  fill_bits(false, places, bits_of(validity_), validity_length_);
  validity_length_ = length_;
  start_values();
  if (form_.layout == ValueLayout::bits) {
    values_.resize(static_cast<size_t>(bytes_of_bits(length_)));
    fill_bits(false, places, bits_of(values_), length_ - places);
  } else if (form_.layout == ValueLayout::fixed || dictionary_) {
    const size_t bytes = count * (dictionary_ ? kPositionBytes : form_.width);
    std::memset(values_.prepare(bytes), 0, bytes);
    values_.advance(bytes);
  }
  if (form_.layout == ValueLayout::text) {
    const int32_t end = text_end();
    std::fill_n(grow_ends(count), count, end);
    offsets_.advance(count * sizeof(int32_t));
  }
}

// Values one behind the other are UTF-8 if all of them together are and none begins inside of a code point.
void LeafBuffers::check_texts() const {
  const std::string_view text = values_.view();
  if (is_ascii(text)) return;
  const auto* const starts = reinterpret_cast<const int32_t*>(offsets_.data());
  const size_t valid = utf8_valid_bytes(text);
  for (int64_t i = 0; i < length_; ++i) {
    const auto start = static_cast<size_t>(starts[i]);
    const auto end = static_cast<size_t>(starts[i + 1]);
    if (end > valid) throw TextFault(i);
    if (start < end && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) throw TextFault(i);
  }
}

Column LeafBuffers::finish() {
  if (dictionary_ && dictionary_->length / kEntriesPerValueMax > length_) look_up_positions();
  if (form_.checks_utf8 && !dictionary_) check_texts();
  if (form_.layout == ValueLayout::text) grow_ends(0);
  if (null_count_ > 0 && form_.layout != ValueLayout::none) extend_validity(length_);
  values_used_ = values_.size() + kTextSlack;
  length_used_ = length_;
  Column column;
  column.type = form_.type;
  column.length = std::exchange(length_, 0);
  column.null_count = std::exchange(null_count_, 0);
  column.dictionary = std::exchange(dictionary_, nullptr);
  validity_length_ = 0;
  const auto take = [&](Bytes& bytes, Buffer& buffer) {
    if (bytes.capacity() > 0) buffer = pool_->share(std::exchange(bytes, Bytes()));
  };
  take(validity_, column.validity);
  take(offsets_, column.offsets);
  take(values_, column.values);
  return column;
}

}  // namespace sluice
