// RLE / bit-packed hybrid (parquet-format, Encodings.md, "RLE"): runs of one value, and between them groups of eight
// packed values.
//
//   run:     varint(count << 1)        value in ceil(width / 8) bytes
//   groups:  varint(groups << 1 | 1)   groups * width bytes
//
// Used for levels (bytes) and for dictionary indices (32 bits). The caller writes what stands in front of the runs: a
// length for levels, a width for indices.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace sluice::rle_hybrid {

/// Appends `values`, each less than 2^width; width 0 to 32.
void encode(std::span<const uint32_t> values, int width, Bytes& out);
void encode(std::span<const uint8_t> values, int width, Bytes& out);
/// Appends one run.
void encode_run(uint32_t value, uint64_t count, int width, Bytes& out);

/// No encoding of `count` values is longer than this.
constexpr size_t encoded_bytes_max(size_t count, int width) {
  return (count + 7) / 8 * static_cast<size_t>(width) + count / 8 + 16;
}

}  // namespace sluice::rle_hybrid
