// The body of a page whose values are in a dictionary: the width of an index, then the indices as RLE hybrid
// (parquet-format, Encodings.md, "Dictionary Encoding").
#pragma once

#include <bit>
#include <cstdint>
#include <span>

#include "encodings/rle_hybrid.h"

namespace sluice {

/// Bits of an index. Width 0 is legal for a dictionary of one entry, but readers have stumbled over it; the run that it
/// would save is a byte.
inline int index_width(size_t entries) { return entries < 2 ? 1 : std::bit_width(entries - 1); }

/// About what the indices take, runs not considered.
inline size_t index_bytes(size_t count, size_t entries) {
  return count * static_cast<size_t>(index_width(entries)) / 8;
}

/// Appends the body to `out`.
inline void append_index_page(std::span<const uint32_t> indices, size_t entries, Bytes& out) {
  const int width = index_width(entries);
  out.push_back(static_cast<uint8_t>(width));
  rle_hybrid::encode(indices, width, out);
}

/// How many of the entries that `indices` add to a dictionary of `entries_before` only their second half needed, as a
/// share. Entries are numbered as they appear, so the largest index of the first half tells.
inline double late_share(std::span<const uint32_t> indices, size_t entries_before, size_t entries) {
  if (entries <= entries_before) return 0;
  size_t known = entries_before;
  for (const uint32_t index : indices.first(indices.size() / 2)) known = index >= known ? size_t{index} + 1 : known;
  return static_cast<double>(entries - known) / static_cast<double>(entries - entries_before);
}

}  // namespace sluice
