#include "encodings/bit_packed_levels.h"

#include <algorithm>

namespace sluice::bit_packed_levels {

size_t decode(ByteSpan bytes, int width, uint64_t first, std::span<uint8_t> levels) {
  if (width < 0 || width > 8) return 0;
  if (width == 0) {
    std::fill(levels.begin(), levels.end(), uint8_t{0});
    return levels.size();
  }
  const auto bits_each = static_cast<uint64_t>(width);
  const uint64_t whole = uint64_t{bytes.size()} * 8 / bits_each;
  if (first >= whole) return 0;
  const auto count = static_cast<size_t>(std::min<uint64_t>(levels.size(), whole - first));
  const auto mask = static_cast<unsigned>((1u << width) - 1);
  for (size_t i = 0; i < count; ++i) {
    const uint64_t bit = (first + i) * bits_each;
    const auto byte = static_cast<size_t>(bit / 8);
    const auto next = byte + 1 < bytes.size() ? std::to_integer<unsigned>(bytes[byte + 1]) : 0;
    const unsigned both = std::to_integer<unsigned>(bytes[byte]) << 8 | next;
    levels[i] = static_cast<uint8_t>(both >> (16 - bits_each - bit % 8) & mask);
  }
  return count;
}

}  // namespace sluice::bit_packed_levels
