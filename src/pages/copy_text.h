// Copies of short texts: a call of memcpy for a few bytes of unknown number takes longer than to copy them.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>

namespace sluice {

/// Most texts are no longer: then there is no branch that depends on their length.
inline constexpr size_t kTextBlock = 32;

/// Copies `count` bytes, in whole blocks where `from` has so many before `from_end`: up to a block behind them is
/// written too, so `to` must have room for it. The bytes may overlap only if `to` stands where they end.
inline void copy_text(const std::byte* from, size_t count, const std::byte* from_end, std::byte* to) {
  constexpr size_t kShort = 2 * kTextBlock;
  if (count > kShort || static_cast<size_t>(from_end - from) < kShort) {
    if (count > 0) std::memcpy(to, from, count);
    return;
  }
  std::array<std::byte, kTextBlock> block;
  std::memcpy(block.data(), from, kTextBlock);
  std::memcpy(to, block.data(), kTextBlock);
  if (count <= kTextBlock) return;
  std::memcpy(block.data(), from + kTextBlock, kTextBlock);
  std::memcpy(to + kTextBlock, block.data(), kTextBlock);
}

}  // namespace sluice
