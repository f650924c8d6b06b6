// The values of one column chunk on their way into a bloom filter (parquet-format, BloomFilter.md), which in the end is
// as small as the wanted rate of false positives allows.
//
// How many distinct values come is not known before. So hashes are kept, 8 bytes each, until they take as much memory
// as a filter with room for `values_max` distinct values, which then takes them instead: 2 MiB by default, and for the
// moment of the change, or of the end, twice that. The filter is folded at the end.
//
//   BloomFilterBuilder builder({.false_positive_rate = 0.01});
//   builder.add_numbers<double>(std::as_bytes(values));   // or dictionary.entries()
//   std::optional<BloomFilter> filter = builder.finish();  // the next chunk begins
//
// Values are told apart by their bits, but readers are not agreed on which floating-point numbers are equal: a zero
// goes in with both signs, a NaN with its own bits and as the two that machines and languages make.
//
// Which filter comes out depends on the values and on how often each was added, not on their order or batches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "pages/bloom_filter.h"

namespace sluice {

struct BloomFilterOptions {
  /// Of absent values, those that the filter may let through; above 0, at most 0.5.
  double false_positive_rate = 0.01;
  /// Distinct values that room is made for: with more of them the filter lets more through. As many as the rows of a
  /// full row group by default.
  uint64_t values_max = 1 << 20;
};

class BloomFilterBuilder {
 public:
  explicit BloomFilterBuilder(const BloomFilterOptions& options);

  /// Stored values back to back: int32_t, uint32_t, int64_t, uint64_t, float, double.
  template <typename Stored>
  void add_numbers(ByteSpan plain);
  /// One text or byte string, without its length.
  void add_text(std::string_view value) { add_hash(bloom_hash(as_bytes(value))); }
  /// Texts as a dictionary page has them: length and bytes, back to back. Requires them to be whole.
  void add_texts(ByteSpan plain);
  /// FIXED_LEN_BYTE_ARRAY of `width` bytes each, back to back. Requires width > 0.
  void add_fixed(ByteSpan plain, size_t width);
  void add_float16(ByteSpan plain);

  /// What is held now, in bytes. Depends on how many hashes the values made alone.
  size_t memory_bytes() const;

  /// Nothing without values, nor where a filter of the largest size still lets most absent values through. Then
  /// starts anew for the next chunk.
  std::optional<BloomFilter> finish();
  /// Like finish(), but only says what the filter takes in the file, header included.
  size_t finish_bytes();

 private:
  void add_hash(uint64_t hash) {
    hashes_.push_back(hash);
    if (hashes_.size() >= hashes_max_) flush();
  }
  template <typename Bits>
  void add_floating(Bits bits);
  void flush();

  double rate_;
  size_t filter_bytes_;           ///< of the filter that takes over
  std::vector<uint64_t> hashes_;  ///< not in the filter yet
  size_t hashes_max_;             ///< with so many they go there
  std::optional<BloomFilter> filter_;
};

}  // namespace sluice
