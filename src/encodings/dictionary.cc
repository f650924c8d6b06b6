#include "encodings/dictionary.h"

#include <algorithm>
#include <bit>
#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/random_number.h"
#include "base/short_text.h"
#include "encodings/hash_slots.h"

namespace sluice {

namespace {

constexpr uint32_t kEmpty = 0xffff'ffff;
// Of the first table, made for the first value: thousands of columns may have a dictionary each.
constexpr size_t kSlotsFirst = 64;
constexpr size_t kTextSlotsFirst = 32;
// Slots of numbers that lie in the nearest caches; beyond them a value's slot and entry are asked for before its turn.
constexpr size_t kSlotsNear = 1'024;
constexpr size_t kSlotsAhead = 16;
constexpr size_t kEntriesAhead = 8;
// Texts whose table and entries lie in the nearest caches; to look ahead for these takes more than it gives.
constexpr size_t kEntriesNear = 200;

// Nothing that is written depends on these: entries are numbered in order of appearance.
const uint64_t kMultiplier = random_number() | 1;
const uint64_t kTextSeed = random_number();

// Multiplicative hashing: the product's upper bits depend on all bits of the value. The shift folds the upper half in,
// where doubles of round numbers keep all their information.
template <typename T>
uint64_t hash_number(T value) {
  const uint64_t bits = value;
  return (bits ^ bits >> 32) * kMultiplier;
}

// Texts of so many bytes are their own keys, with their length in the highest byte.
constexpr size_t kInSlotBytesMax = 7;
constexpr int kLengthShift = 56;
constexpr uint64_t kIsHash = uint64_t{1} << 63;

uint64_t key_of(std::string_view text) {
  if (text.size() <= kInSlotBytesMax) return first_bytes(text) | uint64_t{text.size()} << kLengthShift;
  return XXH3_64bits_withSeed(text.data(), text.size(), kTextSeed) | kIsHash;
}

}  // namespace

// Slot and entry are two lines of memory, the second known by the first: each is asked for ahead of its turn.
template <typename T>
void NumberDictionary<T>::look_ahead(std::span<const T> values, size_t at) const {
  if (at + kSlotsAhead < values.size()) __builtin_prefetch(&slots_[first_place(values[at + kSlotsAhead])]);
  if (at + kEntriesAhead >= values.size()) return;
  const uint32_t index = slots_[first_place(values[at + kEntriesAhead])];
  if (index != kEmpty) __builtin_prefetch(entries_.data() + size_t{index} * sizeof(T));
}

template <typename T>
size_t NumberDictionary<T>::encode(std::span<const T> values, size_t bytes_max, uint32_t* indices) {
  if (slots_.empty()) grow(std::max(std::bit_ceil(size() * 2), kSlotsFirst));
  for (size_t i = 0; i < values.size(); ++i) {
    const T value = values[i];
    const size_t mask = slots_.size() - 1;
    if (mask >= kSlotsNear) look_ahead(values, i);
    size_t at = first_place(value);
    while (slots_[at] != kEmpty && entry(slots_[at]) != value) at = (at + 1) & mask;
    if (slots_[at] == kEmpty) {
      if (entries_.size() + sizeof(T) > bytes_max) return i;
      slots_[at] = indices[i] = static_cast<uint32_t>(size());
      entries_.append_value(value);
      if (size() * 2 > slots_.size()) grow(slots_.size() * 2);
      continue;
    }
    indices[i] = slots_[at];
  }
  return values.size();
}

template <typename T>
size_t NumberDictionary<T>::first_place(T value) const {
  return hash_number(value) >> shift_;
}

template <typename T>
void NumberDictionary<T>::grow(size_t slots) {
  release_slots();
  slots_.assign(slots, kEmpty);
  shift_ = 64 - std::countr_zero(slots);
  for (uint32_t index = 0; index < size(); ++index) {
    size_t at = first_place(entry(index));
    while (slots_[at] != kEmpty) at = (at + 1) & (slots - 1);
    slots_[at] = index;
  }
}

template <typename T>
Bytes NumberDictionary<T>::take_entries() {
  if (is_mostly_empty(size(), slots_.size()))
    release_slots();
  else
    std::ranges::fill(slots_, kEmpty);
  return std::exchange(entries_, {});
}

template class NumberDictionary<uint32_t>;
template class NumberDictionary<uint64_t>;

size_t TextDictionary::first_place(uint64_t key) const { return hash_number(key) >> shift_; }

bool TextDictionary::is_at(const Slot& slot, const Wanted& wanted) const {
  return slot.key == wanted.key && (wanted.key < kIsHash || is_same_text(entry_at(slot.offset), wanted.value));
}

// Slot and entry are two lines of memory, the second known by the first: two rounds over the block.
void TextDictionary::look_ahead(std::span<Wanted> values) const {
  for (Wanted& wanted : values) wanted.key = key_of(wanted.value);
  if (size() < kEntriesNear || slots_.empty()) return;
  for (const Wanted& wanted : values) __builtin_prefetch(&slots_[first_place(wanted.key)]);
  for (const Wanted& wanted : values)
    if (const Slot& slot = slots_[first_place(wanted.key)]; wanted.key >= kIsHash && slot.key == wanted.key) {
      __builtin_prefetch(entries_.data() + slot.offset);
      __builtin_prefetch(entries_.data() + slot.offset + wanted.value.size());
    }
}

uint32_t TextDictionary::encode(std::string_view value, size_t bytes_max) {
  return encode(Wanted{value, key_of(value)}, bytes_max);
}

uint32_t TextDictionary::encode(const Wanted& wanted, size_t bytes_max) {
  if (slots_.empty()) restore();
  const size_t mask = slots_.size() - 1;
  size_t at = first_place(wanted.key);
  for (; slots_[at].index != kEmpty; at = (at + 1) & mask)
    if (is_at(slots_[at], wanted)) return slots_[at].index;
  const std::string_view value = wanted.value;
  if (entries_.size() + sizeof(uint32_t) + value.size() > bytes_max) return kFull;
  const Slot slot{wanted.key, static_cast<uint32_t>(size()), static_cast<uint32_t>(entries_.size())};
  slots_[at] = slot;
  offsets_.push_back(slot.offset);
  entries_.append_value(static_cast<uint32_t>(value.size()));
  entries_.append(value);
  if (size() * 3 > slots_.size() * 2) grow(slots_.size() * 2);
  return slot.index;
}

// Into a table that has room.
void TextDictionary::add(const Slot& slot) {
  const size_t mask = slots_.size() - 1;
  size_t at = first_place(slot.key);
  while (slots_[at].index != kEmpty) at = (at + 1) & mask;
  slots_[at] = slot;
}

void TextDictionary::grow(size_t slots) {
  std::vector<Slot> old(slots, Slot{0, kEmpty, 0});
  old.swap(slots_);
  shift_ = 64 - std::countr_zero(slots);
  for (const Slot& slot : old)
    if (slot.index != kEmpty) add(slot);
}

void TextDictionary::restore() {
  grow(std::max(std::bit_ceil(size() * 3 / 2 + 1), kTextSlotsFirst));
  for (uint32_t index = 0; index < size(); ++index) add({key_of(entry(index)), index, offsets_[index]});
}

Bytes TextDictionary::take_entries() {
  if (is_mostly_empty(size(), slots_.size()))
    release_slots();
  else
    std::ranges::fill(slots_, Slot{0, kEmpty, 0});
  offsets_.clear();
  return std::exchange(entries_, {});
}

}  // namespace sluice
