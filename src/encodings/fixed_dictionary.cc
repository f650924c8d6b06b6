#include "encodings/fixed_dictionary.h"

#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace sluice {

namespace {

constexpr uint32_t kEmpty = 0xffff'ffff;
// Of the first table, made for the first value: thousands of columns may have a dictionary each.
constexpr size_t kSlotsFirst = 64;

}  // namespace

uint32_t FixedDictionary::encode(const std::byte* value, size_t bytes_max) {
  if (slots_.empty()) grow();
  const auto hash = static_cast<uint32_t>(XXH3_64bits(value, width_));
  const size_t mask = slots_.size() - 1;
  size_t at = hash & mask;
  for (; slots_[at].index != kEmpty; at = (at + 1) & mask)
    if (slots_[at].hash == hash && std::memcmp(entry(slots_[at].index), value, width_) == 0) return slots_[at].index;
  if (entries_.size() + width_ > bytes_max) return kFull;
  const auto index = static_cast<uint32_t>(size());
  slots_[at] = {hash, index};
  entries_.append(value, width_);
  if (size() * 2 > slots_.size()) grow();
  return index;
}

void FixedDictionary::grow() {
  std::vector<Slot> old(slots_.empty() ? kSlotsFirst : slots_.size() * 2, Slot{0, kEmpty});
  old.swap(slots_);
  const size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.index == kEmpty) continue;
    size_t at = slot.hash & mask;
    while (slots_[at].index != kEmpty) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

}  // namespace sluice
