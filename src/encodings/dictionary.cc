#include "encodings/dictionary.h"

#include <algorithm>
#include <bit>
#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/short_text.h"

namespace sluice {

namespace {

constexpr uint32_t kEmpty = 0xffff'ffff;
// Of the first table, made for the first value: thousands of columns may have a dictionary each.
constexpr size_t kSlotsFirst = 64;
// Texts whose table and entries lie in the nearest caches; to look ahead for these takes more than it gives.
constexpr size_t kEntriesNear = 2'000;

// Fibonacci hashing: the product's upper bits depend on all bits of the value. The shift folds the upper half in, where
// doubles of round numbers keep all their information.
template <typename T>
uint64_t hash_number(T value) {
  const uint64_t bits = value;
  return (bits ^ bits >> 32) * 0x9e37'79b9'7f4a'7c15;
}

uint32_t hash_text(std::string_view text) { return static_cast<uint32_t>(XXH3_64bits(text.data(), text.size())); }

}  // namespace

template <typename T>
size_t NumberDictionary<T>::encode(std::span<const T> values, size_t bytes_max, uint32_t* indices) {
  if (slots_.empty()) size() == 0 ? grow() : restore();
  size_t mask = slots_.size() - 1;
  for (size_t i = 0; i < values.size(); ++i) {
    const T value = values[i];
    size_t at = hash_number(value) >> shift_;
    while (slots_[at].index != kEmpty && slots_[at].value != value) at = (at + 1) & mask;
    if (slots_[at].index == kEmpty) {
      if (entries_.size() + sizeof(T) > bytes_max) return i;
      slots_[at] = {value, static_cast<uint32_t>(size())};
      indices[i] = slots_[at].index;
      entries_.append_value(value);
      if (size() * 2 > slots_.size()) grow(), mask = slots_.size() - 1;
      continue;
    }
    indices[i] = slots_[at].index;
  }
  return values.size();
}

template <typename T>
void NumberDictionary<T>::grow() {
  std::vector<Slot> old(slots_.empty() ? kSlotsFirst : slots_.size() * 2, Slot{0, kEmpty});
  old.swap(slots_);
  shift_ = 64 - std::countr_zero(slots_.size());
  for (const Slot& slot : old)
    if (slot.index != kEmpty) put(slot);
}

template <typename T>
void NumberDictionary<T>::put(const Slot& slot) {
  const size_t mask = slots_.size() - 1;
  size_t at = hash_number(slot.value) >> shift_;
  while (slots_[at].index != kEmpty) at = (at + 1) & mask;
  slots_[at] = slot;
}

template <typename T>
void NumberDictionary<T>::restore() {
  slots_.assign(std::max(std::bit_ceil(size() * 2), kSlotsFirst), Slot{0, kEmpty});
  shift_ = 64 - std::countr_zero(slots_.size());
  for (uint32_t index = 0; index < size(); ++index) put({entry(index), index});
}

template <typename T>
Bytes NumberDictionary<T>::take_entries() {
  if (is_mostly_empty(size(), slots_.size()))
    release_slots();
  else
    std::ranges::fill(slots_, Slot{0, kEmpty});
  return std::exchange(entries_, {});
}

template class NumberDictionary<uint32_t>;
template class NumberDictionary<uint64_t>;

// Slot, offset and entry are three lines of memory, each known by the one before: three rounds over the block.
void TextDictionary::look_ahead(std::span<Wanted> values) const {
  for (Wanted& wanted : values) wanted.hash = hash_text(wanted.value);
  if (size() < kEntriesNear || slots_.empty()) return;
  for (const Wanted& wanted : values) __builtin_prefetch(&slots_.first_of(wanted.hash));
  for (const Wanted& wanted : values)
    if (const HashSlots::Slot& slot = slots_.first_of(wanted.hash); slot.hash == wanted.hash && !slot.is_empty())
      __builtin_prefetch(&offsets_[slot.index]);
  for (const Wanted& wanted : values)
    if (const HashSlots::Slot& slot = slots_.first_of(wanted.hash); slot.hash == wanted.hash && !slot.is_empty())
      __builtin_prefetch(entries_.data() + offsets_[slot.index]);
}

uint32_t TextDictionary::encode(std::string_view value, size_t bytes_max) {
  return encode(Wanted{value, hash_text(value)}, bytes_max);
}

uint32_t TextDictionary::encode(const Wanted& wanted, size_t bytes_max) {
  const auto [value, hash] = wanted;
  if (slots_.empty() && size() > 0)
    slots_.restore(static_cast<uint32_t>(size()), [&](uint32_t index) { return hash_text(entry(index)); });
  HashSlots::Slot& slot =
      slots_.find(hash, [&, text = value](uint32_t index) { return is_same_text(entry(index), text); });
  if (!slot.is_empty()) return slot.index;
  if (entries_.size() + sizeof(uint32_t) + value.size() > bytes_max) return kFull;
  const auto index = static_cast<uint32_t>(size());
  offsets_.push_back(static_cast<uint32_t>(entries_.size()));
  entries_.append_value(static_cast<uint32_t>(value.size()));
  entries_.append(value);
  slots_.fill(slot, hash, index);
  return index;
}

Bytes TextDictionary::take_entries() {
  slots_.clear(size());
  offsets_.clear();
  return std::exchange(entries_, {});
}

}  // namespace sluice
