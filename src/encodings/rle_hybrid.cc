#include "encodings/rle_hybrid.h"

#include "encodings/bit_pack.h"

namespace sluice::rle_hybrid {

namespace {

constexpr size_t kGroup = 8;

void append_varint(uint64_t value, Bytes& out) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<uint8_t>(value | 0x80));
  out.push_back(static_cast<uint8_t>(value));
}

bool is_uniform_group(const uint32_t* group) {
  uint32_t difference = 0;
  for (size_t i = 1; i < kGroup; ++i) difference |= group[i] ^ group[0];
  return difference == 0;
}

bool is_uniform_group(const uint8_t* group) {
  return load<uint64_t>(group) == uint64_t{0x0101'0101'0101'0101} * group[0];
}

template <typename T>
size_t run_end(std::span<const T> values, size_t begin) {
  size_t end = begin + kGroup;
  while (end + kGroup <= values.size() && values[end] == values[begin] && is_uniform_group(&values[end])) end += kGroup;
  while (end < values.size() && values[end] == values[begin]) ++end;
  return end;
}

template <typename T>
void append_groups(std::span<const T> values, int width, Bytes& out) {
  if (values.empty()) return;
  append_varint((values.size() + kGroup - 1) / kGroup << 1 | 1, out);
  bit_pack::encode(values, width, out);
}

// Runs are looked for group by group, counted from the end of the last run: a run of eight that straddles two groups
// stays packed, which costs no more than a byte or two and saves a comparison per value.
template <typename T>
void encode_values(std::span<const T> values, int width, Bytes& out) {
  size_t packed_begin = 0;
  size_t at = 0;
  while (at + kGroup <= values.size()) {
    if (!is_uniform_group(&values[at])) {
      at += kGroup;
      continue;
    }
    append_groups(values.subspan(packed_begin, at - packed_begin), width, out);
    const size_t end = run_end(values, at);
    encode_run(values[at], end - at, width, out);
    packed_begin = at = end;
  }
  append_groups(values.subspan(packed_begin), width, out);
}

}  // namespace

void encode_run(uint32_t value, uint64_t count, int width, Bytes& out) {
  append_varint(count << 1, out);
  for (int bit = 0; bit < width; bit += 8) out.push_back(static_cast<uint8_t>(value >> bit));
}

void encode(std::span<const uint32_t> values, int width, Bytes& out) { encode_values(values, width, out); }
void encode(std::span<const uint8_t> values, int width, Bytes& out) { encode_values(values, width, out); }

}  // namespace sluice::rle_hybrid
