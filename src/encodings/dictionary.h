// Distinct values and their numbers (parquet-format, Encodings.md, "Dictionary Encoding"): values go in, indices come
// out; the entries stand in order of first appearance, laid out as the PLAIN dictionary page wants them.
//
// Open addressing with linear probing over a power-of-two table that is at most half full; of texts, two thirds.
// Numbers are told apart by their bits, so NaN and -0 keep theirs.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace sluice {

/// Entries of 4 or 8 bytes, as unsigned bits.
template <typename T>
class NumberDictionary {
 public:
  /// Writes the index of each value; entries are added as needed. Stops before an entry that would not fit into
  /// `bytes_max` bytes of entries. Returns how many values were done.
  size_t encode(std::span<const T> values, size_t bytes_max, uint32_t* indices);

  size_t size() const { return entries_.size() / sizeof(T); }
  /// The entries back to back.
  const Bytes& entries() const { return entries_; }
  /// The same, to keep. The dictionary begins anew, with a table that is as large as these entries needed it: those of
  /// the next chunk are about as many.
  Bytes take_entries();
  /// The table of hashes goes until it is needed again: it is several times as large as the entries.
  void release_slots() { std::vector<uint32_t>().swap(slots_); }
  /// Calls `visit` with each buffer that cannot be made again. Who empties them fills them again before anything else.
  template <typename Visit>
  void each_buffer(Visit&& visit) {
    visit(entries_);
  }
  uint64_t memory_bytes() const { return entries_.capacity() + slots_.capacity() * sizeof(uint32_t); }
  T entry(uint32_t index) const { return load<T>(entries_.data() + size_t{index} * sizeof(T)); }

 private:
  size_t first_place(T value) const;
  void look_ahead(std::span<const T> values, size_t at) const;
  void grow(size_t slots);

  Bytes entries_;
  std::vector<uint32_t> slots_;  ///< indexes of entries
  int shift_ = 64;               ///< 64 - log2(slots): the hash's upper bits are the better ones
};

extern template class NumberDictionary<uint32_t>;
extern template class NumberDictionary<uint64_t>;

/// Entries of any length. A slot tells by itself whether it has a value of up to seven bytes, which lie in it with
/// their number; of a longer one it has the hash, and the entry has to be looked at.
class TextDictionary {
 public:
  static constexpr uint32_t kFull = 0xffff'ffff;
  /// Values that are looked for at once: while one waits for memory, the others do, too.
  static constexpr size_t kBlockValues = 32;
  /// A value and what stands for it in a slot.
  struct Wanted {
    std::string_view value;
    uint64_t key = 0;
  };

  /// Fills in the keys of at most kBlockValues values that will be encoded next, and asks for the memory they need.
  void look_ahead(std::span<Wanted> values) const;
  /// Index of a value, which is added if it is new; kFull when it would not fit into `bytes_max` bytes of entries.
  uint32_t encode(const Wanted& wanted, size_t bytes_max);
  uint32_t encode(std::string_view value, size_t bytes_max);

  size_t size() const { return offsets_.size(); }
  /// The entries as length and bytes, back to back.
  const Bytes& entries() const { return entries_; }
  /// The same, to keep; the dictionary begins anew, as NumberDictionary does.
  Bytes take_entries();
  void release_slots() { std::vector<Slot>().swap(slots_); }
  /// As of NumberDictionary.
  template <typename Visit>
  void each_buffer(Visit&& visit) {
    visit(entries_);
    visit(offsets_);
  }
  uint64_t memory_bytes() const {
    return entries_.capacity() + offsets_.capacity() * sizeof(uint32_t) + slots_.capacity() * sizeof(Slot);
  }
  std::string_view entry(uint32_t index) const { return entry_at(offsets_[index]); }

 private:
  struct Slot {
    uint64_t key;
    uint32_t index;
    uint32_t offset;
  };
  std::string_view entry_at(uint32_t offset) const {
    const std::byte* at = entries_.data() + offset;
    return {reinterpret_cast<const char*>(at + sizeof(uint32_t)), load<uint32_t>(at)};
  }
  size_t first_place(uint64_t key) const;
  bool is_at(const Slot& slot, const Wanted& wanted) const;
  void add(const Slot& slot);
  void grow(size_t slots);
  void restore();

  Bytes entries_;
  std::vector<uint32_t> offsets_;
  std::vector<Slot> slots_;
  int shift_ = 64;
};

}  // namespace sluice
