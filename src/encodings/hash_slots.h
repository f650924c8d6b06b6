// Where entries of a dictionary are found by their hash: open addressing with linear probing over a power-of-two table
// that is at most half full. The entries themselves are kept, and compared, by the dictionary.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluice {

/// Whether to empty a table would take longer than to let a small one grow once more.
inline bool is_mostly_empty(size_t entries, size_t slots) { return entries * 16 < slots; }

class HashSlots {
 public:
  struct Slot {
    uint32_t hash;
    uint32_t index;
    bool is_empty() const { return index == kEmpty; }
  };

  /// The slot of the entry with this hash for which `is_same(index)`, else the empty one where it belongs. Good until
  /// the next call.
  template <typename IsSame>
  Slot& find(uint32_t hash, IsSame is_same) {
    if (slots_.empty()) grow();
    const size_t mask = slots_.size() - 1;
    size_t at = hash & mask;
    while (!slots_[at].is_empty() && !(slots_[at].hash == hash && is_same(slots_[at].index))) at = (at + 1) & mask;
    return slots_[at];
  }
  /// Forgets all `entries` of them. The table stays for the next ones, unless it was mostly empty.
  void clear(size_t entries) {
    if (is_mostly_empty(entries, slots_.size()))
      release();
    else
      std::fill(slots_.begin(), slots_.end(), Slot{0, kEmpty});
  }
  /// No entry is found any more, and no memory is held, until restore().
  void release() { std::vector<Slot>().swap(slots_); }
  bool empty() const { return slots_.empty(); }
  /// Finds `entries` entries again, whose hashes `hash_of(index)` tells. Requires empty().
  template <typename HashOf>
  void restore(uint32_t entries, HashOf hash_of) {
    slots_.assign(std::max(std::bit_ceil(size_t{entries} * 2), kSlotsFirst), Slot{0, kEmpty});
    for (uint32_t index = 0; index < entries; ++index) put({hash_of(index), index});
  }
  uint64_t memory_bytes() const { return slots_.capacity() * sizeof(Slot); }
  /// Fills an empty slot that `find` gave; `index` counts up from 0.
  void fill(Slot& slot, uint32_t hash, uint32_t index) {
    slot = {hash, index};
    if ((size_t{index} + 1) * 2 > slots_.size()) grow();
  }

 private:
  static constexpr uint32_t kEmpty = 0xffff'ffff;
  // Of the first table, made for the first value: thousands of columns may have a dictionary each.
  static constexpr size_t kSlotsFirst = 64;
  void grow() {
    std::vector<Slot> old(slots_.empty() ? kSlotsFirst : slots_.size() * 2, Slot{0, kEmpty});
    old.swap(slots_);
    for (const Slot& slot : old)
      if (!slot.is_empty()) put(slot);
  }
  void put(const Slot& slot) {
    const size_t mask = slots_.size() - 1;
    size_t at = slot.hash & mask;
    while (!slots_[at].is_empty()) at = (at + 1) & mask;
    slots_[at] = slot;
  }

  std::vector<Slot> slots_;
};

}  // namespace sluice
