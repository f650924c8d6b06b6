// The checksum of Parquet pages: CRC-32 with the polynomial of GZIP (parquet-format README, "Checksumming").
#pragma once

#include <libdeflate.h>

#include "base/bytes.h"

namespace sluice {

inline uint32_t crc32(ByteSpan bytes) { return libdeflate_crc32(0, bytes.data(), bytes.size()); }

}  // namespace sluice
