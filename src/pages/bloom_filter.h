// A split-block bloom filter: the set of a chunk's values, never wrong about one that is there (parquet-format,
// BloomFilter.md).
//
// A value's hash picks a block of 256 bits with its upper half and one bit in each of the block's eight lanes with its
// lower half. Of n blocks it picks number (upper * n) >> 32, so with half as many blocks it picks that number halved:
// a filter becomes one of half the size, bit by bit the same as if it had been so small from the beginning, when
// neighbouring blocks are laid over each other.
//
//   BloomFilter filter(1 << 20);
//   filter.insert(hashes);           // of bloom_hash
//   filter.fold(0.01);               // as small as one false positive in a hundred allows
//   filter.write(bytes);
//   ...
//   if (!BloomFilter::parse(bytes).contains(bloom_hash(as_bytes("absent")))) skip();
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace sluice {

/// Other implementations neither write nor read larger ones; a hundred million values have room in it.
inline constexpr size_t kBloomFilterBytesMax = size_t{128} << 20;

/// XXH64 with seed 0 of a value's PLAIN form; texts go without the length in front.
uint64_t bloom_hash(ByteSpan plain);

class BloomFilter {
 public:
  static constexpr size_t kBlockBytes = 32;

  /// An empty filter. Requires a power of two from kBlockBytes to kBloomFilterBytesMax.
  explicit BloomFilter(size_t bytes);

  /// The smallest size at which `values` distinct values let at most `rate` of all absent values through, as far as
  /// kBloomFilterBytesMax allows. Requires 0 < rate <= 0.5.
  static size_t bytes_for(uint64_t values, double rate);

  size_t bytes() const { return blocks_.size() * kBlockBytes; }
  void insert(std::span<const uint64_t> hashes);
  bool contains(uint64_t hash) const;

  /// The share of absent values for which contains() is true, told from the bits themselves.
  double false_positive_rate() const;
  /// Halves the filter while false_positive_rate() is at most `rate` afterwards.
  void fold(double rate);

  /// Appends the header and the bits.
  void write(Bytes& out) const;
  /// Reads a filter of any writer at the start of `bytes`, which may go on after it; sizes other than powers of two
  /// are fine. Throws ThriftError for what contradicts the specification, goes beyond it, or ends early: the last
  /// says ran_out().
  static BloomFilter parse(ByteSpan bytes);

 private:
  // Aligned so that none lies across two cache lines.
  struct alignas(kBlockBytes) Block {
    std::array<uint32_t, 8> lanes;
  };
  BloomFilter() = default;
  size_t block_of(uint64_t hash) const { return static_cast<size_t>(((hash >> 32) * blocks_.size()) >> 32); }

  std::vector<Block> blocks_;
};

}  // namespace sluice
