// UTF-16 into UTF-8 (RFC 2781; The Unicode Standard, section 3.9).
#pragma once

#include <bit>
#include <cstddef>
#include <span>

#include "base/bytes.h"

namespace sluice {

/// One unit of UTF-16 becomes at most three bytes of UTF-8.
inline constexpr size_t kUtf8BytesPerUnitMax = 3;

struct Utf16Step {
  size_t taken = 0;        ///< bytes of the units
  size_t made = 0;         ///< bytes of UTF-8
  bool is_broken = false;  ///< half a surrogate pair stands at `taken`
};

/// Writes as many whole characters as are there. Stops before the first one of which the end is missing, which leaves
/// at most three bytes. Requires room for kUtf8BytesPerUnitMax bytes for each two in `units`.
Utf16Step utf16_to_utf8(ByteSpan units, std::endian order, std::span<std::byte> into);

}  // namespace sluice
