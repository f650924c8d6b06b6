// The checksum of Parquet pages: CRC-32 with the polynomial of GZIP (parquet-format README, "Checksumming").
#pragma once

#include <libdeflate.h>

#include "base/bytes.h"

namespace sluice {

/// Of `bytes`, or of what had the checksum `before` and `bytes` behind it.
inline uint32_t crc32(ByteSpan bytes, uint32_t before = 0) {
  return libdeflate_crc32(before, bytes.data(), bytes.size());
}

}  // namespace sluice
