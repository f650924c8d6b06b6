#include "encodings/delta_byte_array.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <vector>

#include "encodings/delta_binary_packed.h"
#include "encodings/delta_length_byte_array.h"

namespace sluice::delta_byte_array {

namespace {

// How many bytes at `left` and `right` are the same, at most `count`. Eight at a time as long as `end` is that far
// away; `left` stands before `right` in the same bytes, so reading past its end reads nothing foreign.
size_t common_prefix(const std::byte* left, const std::byte* right, size_t count, const std::byte* end) {
  size_t same = 0;
  while (same < count && end - (right + same) >= 8) {
    const uint64_t difference = load<uint64_t>(left + same) ^ load<uint64_t>(right + same);
    if (difference != 0) return std::min(same + static_cast<size_t>(std::countr_zero(difference)) / 8, count);
    same += 8;
  }
  while (same < count && left[same] == right[same]) ++same;
  return std::min(same, count);
}

// A block this long is copied in one go where there is room, whatever the length: most pieces of text are shorter.
constexpr size_t kCopyBlock = 16;

// Copies `count` bytes, perhaps also the ones behind them up to a block: `to` must have room for one more block.
void copy_short(const std::byte* from, size_t count, const std::byte* from_end, std::byte* to) {
  if (count <= kCopyBlock && static_cast<size_t>(from_end - from) >= kCopyBlock)
    std::memcpy(to, from, kCopyBlock);
  else if (count > 0)
    std::memcpy(to, from, count);
}

void append_suffixes(std::span<const int32_t> prefixes, std::span<const int32_t> suffixes, ByteSpan bytes, Bytes& out) {
  const std::byte* from = bytes.data();
  const std::byte* end = from + bytes.size();
  std::byte* const begin = out.prepare(bytes.size() + kCopyBlock);
  std::byte* to = begin;
  for (size_t i = 0; i < prefixes.size(); ++i) {
    from += prefixes[i];
    const auto count = static_cast<size_t>(suffixes[i]);
    copy_short(from, count, end, to);
    from += count;
    to += count;
  }
  out.advance(static_cast<size_t>(to - begin));
}

// Turns the suffixes' lengths into the values'; returns how many are good, and the bytes they take in `total`.
size_t add_prefixes(std::span<const int32_t> prefixes, std::span<int32_t> lengths, size_t bytes_max, size_t& total) {
  int32_t previous = 0;
  for (size_t i = 0; i < lengths.size(); ++i) {
    const int32_t prefix = prefixes[i];
    if (prefix < 0 || prefix > previous || lengths[i] > std::numeric_limits<int32_t>::max() - prefix) return i;
    const int32_t length = lengths[i] + prefix;
    if (static_cast<size_t>(length) > bytes_max - total) return i;
    total += static_cast<size_t>(length);
    lengths[i] = previous = length;
  }
  return lengths.size();
}

}  // namespace

void encode(std::span<const int32_t> lengths, ByteSpan bytes, Bytes& out) {
  std::vector<int32_t> prefixes(lengths.size());
  std::vector<int32_t> suffixes(lengths.size());
  const std::byte* const end = bytes.data() + bytes.size();
  const std::byte* value = bytes.data();
  const std::byte* previous = value;
  int32_t previous_length = 0;
  for (size_t i = 0; i < lengths.size(); ++i) {
    const auto comparable = static_cast<size_t>(std::min(previous_length, lengths[i]));
    prefixes[i] = static_cast<int32_t>(common_prefix(previous, value, comparable, end));
    suffixes[i] = lengths[i] - prefixes[i];
    previous = value;
    previous_length = lengths[i];
    value += lengths[i];
  }
  delta_binary_packed::encode(prefixes, out);
  delta_binary_packed::encode(suffixes, out);
  append_suffixes(prefixes, suffixes, bytes, out);
}

size_t decode(ByteSpan bytes, std::span<int32_t> lengths, size_t bytes_max, Bytes& out) {
  std::vector<int32_t> prefixes(lengths.size());
  const delta_binary_packed::Decoded header = delta_binary_packed::decode(bytes, prefixes);
  if (header.declared != lengths.size() || header.values != lengths.size()) return 0;
  const auto suffixes = delta_length_byte_array::decode(bytes.subspan(header.bytes), lengths);
  size_t total = 0;
  const size_t whole = add_prefixes(prefixes, lengths.first(suffixes.values), bytes_max, total);

  std::byte* to = out.prepare(total + kCopyBlock);
  const std::byte* suffix = suffixes.bytes.data();
  const std::byte* const suffix_end = suffix + suffixes.bytes.size();
  const std::byte* previous = to;
  for (size_t i = 0; i < whole; ++i) {
    const auto prefix = static_cast<size_t>(prefixes[i]);
    const size_t count = static_cast<size_t>(lengths[i]) - prefix;
    std::memcpy(to, previous, prefix);
    copy_short(suffix, count, suffix_end, to + prefix);
    previous = to;
    suffix += count;
    to += prefix + count;
  }
  out.advance(total);
  return whole;
}

}  // namespace sluice::delta_byte_array
