// Copies, loads and comparisons of short texts: to call memcpy or memcmp for a few bytes of unknown number takes longer
// than to do it.
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

/// The first eight bytes, the first one lowest; zeros where the text is shorter.
inline uint64_t first_bytes(std::string_view text) {
  const char* const p = text.data();
  const size_t size = text.size();
  if (size >= sizeof(uint64_t)) return load<uint64_t>(p);
  // Loads overlap where they have to: what both have is the same.
  if (size >= sizeof(uint32_t))
    return load<uint32_t>(p) | uint64_t{load<uint32_t>(p + size - sizeof(uint32_t))} << 8 * (size - sizeof(uint32_t));
  if (size == 0) return 0;
  const auto byte = [p](size_t i) { return uint64_t{static_cast<unsigned char>(p[i])} << 8 * i; };
  return byte(0) | byte(size / 2) | byte(size - 1);
}

/// Most are short: overlapping loads compare them without a call.
inline bool is_same_text(std::string_view a, std::string_view b) {
  constexpr size_t kWord = sizeof(uint64_t);
  const size_t size = a.size();
  if (size != b.size()) return false;
  if (size > 2 * kTextBlock) return std::memcmp(a.data(), b.data(), size) == 0;
  if (size > 2 * kWord) {
    const auto difference = [&](size_t at) { return load<uint64_t>(a.data() + at) ^ load<uint64_t>(b.data() + at); };
    uint64_t differences = difference(size - kWord);
    for (size_t at = 0; at < size - kWord; at += kWord) differences |= difference(at);
    return differences == 0;
  }
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
