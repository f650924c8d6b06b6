// The values of a page, bit by bit and value by value, as parquet-format's Encodings.md reads: slow, and with nothing
// in common with the readers that are held against it. Values are the bytes that PLAIN would have, of booleans one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "format/enums.h"

namespace sluice::fuzz {

/// What has no value where one is wanted.
struct Ends {};

using SlowValues = std::vector<std::string>;

class SlowBytes {
 public:
  explicit SlowBytes(ByteSpan bytes) : bytes_(bytes) {}

  uint8_t byte() {
    if (at_ == bytes_.size()) throw Ends();
    return std::to_integer<uint8_t>(bytes_[at_++]);
  }
  std::string text(uint64_t size) {
    if (size > bytes_.size() - at_) throw Ends();
    at_ += size;
    return std::string(as_text(bytes_.subspan(at_ - size, size)));
  }
  uint64_t number(int size) {
    uint64_t value = 0;
    for (int i = 0; i < size; ++i) value |= uint64_t{byte()} << (8 * i);
    return value;
  }
  uint64_t varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      const uint64_t here = byte();
      if (shift == 63 && here > 1) throw Ends();
      value |= (here & 0x7f) << shift;
      if (here < 0x80) return value;
    }
    throw Ends();
  }
  uint64_t zigzag() {
    const uint64_t value = varint();
    return (value >> 1) ^ (0 - (value & 1));
  }
  /// The `index`th value of `width` bits from here on.
  uint64_t packed(uint64_t index, int width) const {
    uint64_t value = 0;
    for (int i = 0; i < width; ++i) {
      const uint64_t bit = index * static_cast<uint64_t>(width) + static_cast<uint64_t>(i);
      if (bit / 8 >= bytes_.size() - at_) throw Ends();
      value |= (std::to_integer<uint64_t>(bytes_[at_ + bit / 8]) >> (bit % 8) & 1) << i;
    }
    return value;
  }
  /// As many as there are.
  void pass(uint64_t size) { at_ += size < bytes_.size() - at_ ? size : bytes_.size() - at_; }

 private:
  ByteSpan bytes_;
  size_t at_ = 0;
};

inline std::vector<uint32_t> slow_hybrid(SlowBytes in, int width, size_t count) {
  std::vector<uint32_t> values;
  if (width == 0) return std::vector<uint32_t>(count);
  while (values.size() < count) {
    const uint64_t header = in.varint();
    if (header % 2 == 0) {
      const uint64_t value = in.number((width + 7) / 8);
      if (value >> width != 0) throw Ends();
      for (uint64_t i = 0; i < header / 2 && values.size() < count; ++i) values.push_back(static_cast<uint32_t>(value));
      continue;
    }
    for (uint64_t i = 0; i / 8 < header / 2 && values.size() < count; ++i)
      values.push_back(static_cast<uint32_t>(in.packed(i, width)));
    if (values.size() < count) in.pass(header / 2 > 100'000 ? 100'000'000 : header / 2 * static_cast<uint64_t>(width));
  }
  return values;
}

/// All that are announced, or the first `count`; `in` ends up behind the last one's miniblock.
inline std::vector<uint64_t> slow_deltas(SlowBytes& in, int bits, size_t count) {
  const uint64_t block = in.varint();
  const uint64_t miniblocks = in.varint();
  const uint64_t announced = in.varint();
  uint64_t value = in.zigzag();
  if (block == 0 || block % 128 != 0 || miniblocks == 0 || block % miniblocks != 0 || block / miniblocks % 32 != 0)
    throw Ends();
  std::vector<uint64_t> values;
  const uint64_t wanted = announced < count ? announced : count;
  if (wanted > 0) values.push_back(value);
  while (values.size() < wanted) {
    const uint64_t least = in.zigzag();
    const std::string widths = in.text(miniblocks);
    for (size_t m = 0; m < miniblocks && values.size() < wanted; ++m) {
      const int width = static_cast<uint8_t>(widths[m]);
      if (width > bits) throw Ends();
      for (uint64_t i = 0; i < block / miniblocks && values.size() < wanted; ++i)
        values.push_back(value += least + in.packed(i, width));
      in.pass(block / miniblocks / 8 * static_cast<uint64_t>(width));
    }
  }
  return values;
}

inline std::string bytes_of(uint64_t number, size_t size) { return {reinterpret_cast<const char*>(&number), size}; }

inline SlowValues slow_texts(SlowBytes in, Encoding encoding, size_t count) {
  SlowValues values;
  if (encoding == Encoding::plain) {
    while (values.size() < count) values.push_back(in.text(in.number(4)));
    return values;
  }
  const bool has_prefixes = encoding == Encoding::delta_byte_array;
  const std::vector<uint64_t> prefixes = has_prefixes ? slow_deltas(in, 32, count) : std::vector<uint64_t>(count);
  const std::vector<uint64_t> sizes = slow_deltas(in, 32, count);
  if (prefixes.size() < count || sizes.size() < count) throw Ends();
  for (size_t i = 0; i < count; ++i) {
    const auto prefix = static_cast<uint32_t>(prefixes[i]);
    if (prefix > (i == 0 ? 0 : values.back().size())) throw Ends();
    values.push_back((i == 0 ? "" : values.back().substr(0, prefix)) + in.text(static_cast<uint32_t>(sizes[i])));
  }
  return values;
}

/// `width`: of a stored value; 0 for booleans and texts. `entries`: of the dictionary. Throws Ends. Requires an
/// encoding that values of the carrier may have.
inline SlowValues slow_values(PhysicalType carrier, size_t width, Encoding encoding, ByteSpan page, size_t count,
                              const SlowValues& entries) {
  SlowBytes in(page);
  SlowValues values;
  switch (encoding) {
    case Encoding::plain_dictionary:
    case Encoding::rle_dictionary: {
      const int bits = in.byte();
      for (const uint32_t index : slow_hybrid(in, bits, count)) {
        if (index >= entries.size()) throw Ends();
        values.push_back(entries[index]);
      }
      return values;
    }
    case Encoding::rle: {
      const std::string runs = in.text(in.number(4));
      for (const uint32_t bit : slow_hybrid(SlowBytes(as_bytes(runs)), 1, count)) values.push_back(bytes_of(bit, 1));
      return values;
    }
    case Encoding::delta_binary_packed:
      for (const uint64_t number : slow_deltas(in, static_cast<int>(width) * 8, count))
        values.push_back(bytes_of(number, width));
      if (values.size() < count) throw Ends();
      return values;
    case Encoding::byte_stream_split: {
      const size_t stride = width == 0 ? 0 : page.size() / width;
      if (width > 0 && count > stride) throw Ends();
      for (size_t i = 0; i < count; ++i) {
        std::string& value = values.emplace_back();
        for (size_t byte = 0; byte < width; ++byte) value += std::to_integer<char>(page[byte * stride + i]);
      }
      return values;
    }
    default: break;
  }
  const bool is_bytes = carrier == PhysicalType::byte_array || encoding != Encoding::plain;
  if (is_bytes) return slow_texts(in, encoding, count);
  for (size_t i = 0; i < count; ++i)
    values.push_back(carrier == PhysicalType::boolean ? bytes_of(in.packed(i, 1), 1) : in.text(width));
  return values;
}

}  // namespace sluice::fuzz
