// Values that stand back to back are moved apart, so that each stands in its place among nulls: what a reader does with
// the values of a nullable column (Arrow "Columnar Format": nulls have places in the values too). All work in place,
// from the back, and end where nothing is left to move.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice {

/// In all of them, bits [begin, begin + count) of `validity` say which places have a value; as many as `present` must
/// be set. There must be room for `count` values.

/// Values of `width` bytes; null places become zeros.
void spread_fixed(std::byte* values, size_t width, size_t present, const uint8_t* validity, int64_t begin,
                  size_t count);
/// Ends of texts: null places get the end of the text before, `ends[-1]` for the first.
void spread_ends(int32_t* ends, size_t present, const uint8_t* validity, int64_t begin, size_t count);
/// Bits from bit `at` on; null places become 0, as do bits behind the last one in its byte.
void spread_bits(uint8_t* bits, int64_t at, size_t present, const uint8_t* validity, int64_t begin, size_t count);

}  // namespace sluice
