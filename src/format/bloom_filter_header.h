// The header before the bits of a bloom filter (parquet-format, parquet.thrift, BloomFilterHeader; BloomFilter.md,
// "File Format"). Its three unions have one member each so far.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "format/thrift_reader.h"
#include "format/thrift_writer.h"

namespace sluice {

enum class BloomFilterAlgorithm : uint8_t { unrecognised = 0, split_block = 1 };
enum class BloomFilterHash : uint8_t { unrecognised = 0, xxhash = 1 };
enum class BloomFilterCompression : uint8_t { unrecognised = 0, uncompressed = 1 };

struct BloomFilterHeader {
  int32_t num_bytes = 0;  ///< of the bits, which follow
  BloomFilterAlgorithm algorithm = BloomFilterAlgorithm::split_block;
  BloomFilterHash hash = BloomFilterHash::xxhash;
  BloomFilterCompression compression = BloomFilterCompression::uncompressed;

  /// `unrecognised` is written as an empty union.
  void write(ThriftWriter& out) const;
  /// Fails on a negative size. What a later specification adds is read as `unrecognised`.
  static BloomFilterHeader read(ThriftReader& in);

  friend bool operator==(const BloomFilterHeader& a, const BloomFilterHeader& b) = default;
};

struct PlacedBloomFilterHeader {
  BloomFilterHeader header{};
  size_t header_bytes = 0;  ///< after them the bits begin
};

/// Reads the header at the start of `bytes`, which may go on after it. Throws ThriftError; where that says ran_out(),
/// more bytes may help.
PlacedBloomFilterHeader read_bloom_filter_header(ByteSpan bytes);

}  // namespace sluice
