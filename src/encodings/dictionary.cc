#include "encodings/dictionary.h"

#include <bit>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace sluice {

namespace {

constexpr uint32_t kEmpty = 0xffff'ffff;
// Of the first table, made for the first value: thousands of columns may have a dictionary each.
constexpr size_t kSlotsFirst = 64;

// Fibonacci hashing: the product's upper bits depend on all bits of the value. The shift folds the upper half in, where
// doubles of round numbers keep all their information.
template <typename T>
uint64_t hash_number(T value) {
  const uint64_t bits = value;
  return (bits ^ bits >> 32) * 0x9e37'79b9'7f4a'7c15;
}

uint32_t hash_text(std::string_view text) { return static_cast<uint32_t>(XXH3_64bits(text.data(), text.size())); }

// Most entries are short: two overlapping loads compare them without a call.
bool is_same(const char* a, const char* b, size_t size) {
  if (size > 16) return std::memcmp(a, b, size) == 0;
  if (size >= 8)
    return load<uint64_t>(a) == load<uint64_t>(b) && load<uint64_t>(a + size - 8) == load<uint64_t>(b + size - 8);
  if (size >= 4)
    return load<uint32_t>(a) == load<uint32_t>(b) && load<uint32_t>(a + size - 4) == load<uint32_t>(b + size - 4);
  for (size_t i = 0; i < size; ++i)
    if (a[i] != b[i]) return false;
  return true;
}

}  // namespace

template <typename T>
size_t NumberDictionary<T>::encode(std::span<const T> values, size_t bytes_max, uint32_t* indices) {
  if (slots_.empty()) grow();
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
  const size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.index == kEmpty) continue;
    size_t at = hash_number(slot.value) >> shift_;
    while (slots_[at].index != kEmpty) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

template class NumberDictionary<uint32_t>;
template class NumberDictionary<uint64_t>;

uint32_t TextDictionary::encode(std::string_view value, size_t bytes_max) {
  const uint32_t hash = hash_text(value);
  HashSlots::Slot& slot = slots_.find(hash, [&](uint32_t index) {
    const std::string_view other = entry(index);
    return other.size() == value.size() && is_same(other.data(), value.data(), value.size());
  });
  if (!slot.is_empty()) return slot.index;
  if (entries_.size() + sizeof(uint32_t) + value.size() > bytes_max) return kFull;
  const auto index = static_cast<uint32_t>(size());
  offsets_.push_back(static_cast<uint32_t>(entries_.size()));
  entries_.append_value(static_cast<uint32_t>(value.size()));
  entries_.append(value);
  slots_.fill(slot, hash, index);
  return index;
}

}  // namespace sluice
