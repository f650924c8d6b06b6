// Copies and comparisons of short texts: to call memcpy or memcmp for a few bytes of unknown number takes longer than
// to do it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/bytes.h"

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

/// Most are short: two overlapping loads compare them without a call.
inline bool is_same_text(std::string_view a, std::string_view b) {
  const size_t size = a.size();
  if (size != b.size()) return false;
  if (size > 16) return std::memcmp(a.data(), b.data(), size) == 0;
  const auto is_same_in = [&]<typename Word>(Word) {
    return load<Word>(a.data()) == load<Word>(b.data()) &&
           load<Word>(a.data() + size - sizeof(Word)) == load<Word>(b.data() + size - sizeof(Word));
  };
  if (size >= sizeof(uint64_t)) return is_same_in(uint64_t{});
  if (size >= sizeof(uint32_t)) return is_same_in(uint32_t{});
  for (size_t i = 0; i < size; ++i)
    if (a[i] != b[i]) return false;
  return true;
}

}  // namespace sluice
