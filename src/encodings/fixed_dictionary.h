// Distinct values of one length and their numbers (parquet-format, Encodings.md, "Dictionary Encoding"): what
// encodings/dictionary.h has for numbers and text, for FIXED_LEN_BYTE_ARRAY, whose entries have no length in front.
#pragma once

#include <cstdint>
#include <utility>

#include "base/bytes.h"
#include "encodings/hash_slots.h"

namespace sluice {

class FixedDictionary {
 public:
  static constexpr uint32_t kFull = 0xffff'ffff;

  /// Entries of `width` bytes each, at least one.
  explicit FixedDictionary(size_t width) : width_(width) {}

  /// Index of the value that begins at `value`, which is added if it is new; kFull when it would not fit into
  /// `bytes_max` bytes of entries.
  uint32_t encode(const std::byte* value, size_t bytes_max);

  size_t size() const { return entries_.size() / width_; }
  /// The entries back to back.
  const Bytes& entries() const { return entries_; }
  /// The same, to keep; the dictionary begins anew, as NumberDictionary does.
  Bytes take_entries() {
    slots_.clear(size());
    return std::exchange(entries_, {});
  }
  void release_slots() { slots_.release(); }
  /// As of NumberDictionary.
  template <typename Visit>
  void each_buffer(Visit&& visit) {
    visit(entries_);
  }
  uint64_t memory_bytes() const { return entries_.capacity() + slots_.memory_bytes(); }
  const std::byte* entry(uint32_t index) const { return entries_.data() + size_t{index} * width_; }

 private:
  size_t width_;
  Bytes entries_;
  HashSlots slots_;
};

}  // namespace sluice
