#include "encodings/delta_binary_packed.h"

#include <algorithm>
#include <array>
#include <bit>
#include <type_traits>

#include "encodings/bit_pack.h"
#include "encodings/bit_pack64.h"
#include "encodings/varint.h"

namespace sluice::delta_binary_packed {

namespace {

constexpr size_t kMiniblocks = 4;
// Small blocks follow a sequence that changes; large ones spare a byte for every 32 values where it does not.
constexpr size_t kSmallBlock = 128;
constexpr size_t kLargeBlock = 1'024;

// `U` is the type's unsigned twin throughout: differences and sums wrap around.
template <typename U, size_t kValues>
struct Block {
  static constexpr size_t kMiniblockValues = kValues / kMiniblocks;
  std::array<U, kValues> relative;  // deltas above the least one; 0 where the block has no values
  U least;
  std::array<uint8_t, kMiniblocks> widths;
};

// The least of the deltas as signed numbers, in four sequences that do not wait for each other. Plain variables and ?:
// let the compiler use vectors where the machine compares them; with an array or std::min it does not.
template <typename U, size_t kValues>
U least_of(const std::array<U, kValues>& deltas) {
  using Signed = std::make_signed_t<U>;
  constexpr size_t kQuarter = kValues / 4;
  const auto at = [&](size_t i) { return static_cast<Signed>(deltas[i]); };
  Signed first = at(0), second = at(kQuarter), third = at(kQuarter * 2), fourth = at(kQuarter * 3);
  for (size_t i = 1; i < kQuarter; ++i) {
    first = at(i) < first ? at(i) : first;
    second = at(i + kQuarter) < second ? at(i + kQuarter) : second;
    third = at(i + kQuarter * 2) < third ? at(i + kQuarter * 2) : third;
    fourth = at(i + kQuarter * 3) < fourth ? at(i + kQuarter * 3) : fourth;
  }
  return static_cast<U>(std::min({first, second, third, fourth}));
}

// What the block of `count` (1 to kValues) values behind `previous` will hold.
template <typename U, size_t kValues>
void measure(const U* previous, size_t count, Block<U, kValues>& block) {
  for (size_t i = 0; i < count; ++i) block.relative[i] = previous[i + 1] - previous[i];
  std::fill(block.relative.begin() + count, block.relative.end(), block.relative[0]);
  block.least = least_of(block.relative);
  for (U& delta : block.relative) delta -= block.least;
  std::fill(block.relative.begin() + count, block.relative.end(), U{0});
  for (size_t m = 0; m < kMiniblocks; ++m) {
    U bits = 0;
    for (size_t i = 0; i < block.kMiniblockValues; ++i) bits |= block.relative[m * block.kMiniblockValues + i];
    block.widths[m] = static_cast<uint8_t>(std::bit_width(bits));
  }
}

template <typename U>
uint64_t zigzag(U value) {
  return varint::zigzag(static_cast<std::make_signed_t<U>>(value));
}

template <typename U, typename T>
const U* unsigned_data(std::span<const T> values) {
  return reinterpret_cast<const U*>(values.data());
}

template <size_t kValues, typename T>
void encode_in(std::span<const T> values, Bytes& out) {
  using U = std::make_unsigned_t<T>;
  varint::encode(kValues, out);
  varint::encode(kMiniblocks, out);
  varint::encode(values.size(), out);
  varint::encode(values.empty() ? 0 : varint::zigzag(values[0]), out);
  const U* from = unsigned_data<U>(values);
  Block<U, kValues> block;
  for (size_t i = 1; i < values.size(); i += kValues) {
    measure(from + i - 1, std::min(kValues, values.size() - i), block);
    varint::encode(zigzag(block.least), out);
    out.append(block.widths.data(), block.widths.size());
    for (size_t m = 0; m < kMiniblocks; ++m) {
      if (block.widths[m] == 0) continue;
      const std::span<const U> miniblock(block.relative.data() + m * block.kMiniblockValues, block.kMiniblockValues);
      bit_pack::encode(miniblock, block.widths[m], out);
    }
  }
}

template <size_t kValues, typename T>
size_t count_bytes_in(std::span<const T> values) {
  using U = std::make_unsigned_t<T>;
  size_t bytes = varint::encoded_bytes(kValues) + varint::encoded_bytes(kMiniblocks) +
                 varint::encoded_bytes(values.size()) +
                 varint::encoded_bytes(values.empty() ? 0 : varint::zigzag(values[0]));
  const U* from = unsigned_data<U>(values);
  Block<U, kValues> block;
  for (size_t i = 1; i < values.size(); i += kValues) {
    measure(from + i - 1, std::min(kValues, values.size() - i), block);
    bytes += varint::encoded_bytes(zigzag(block.least)) + kMiniblocks;
    for (const uint8_t width : block.widths) bytes += bit_pack::encoded_bytes(block.kMiniblockValues, width);
  }
  return bytes;
}

// Told from the values in front: to look at all of them would take half as long as to encode them. With a single large
// block its padding costs more than it can spare.
template <typename T>
bool suits_large_blocks(std::span<const T> values) {
  constexpr size_t kSample = 8 * kLargeBlock;
  if (values.size() <= kLargeBlock) return false;
  const std::span<const T> sample = values.first(std::min(values.size(), kSample));
  return count_bytes_in<kLargeBlock>(sample) < count_bytes_in<kSmallBlock>(sample);
}

template <typename T>
void encode_values(std::span<const T> values, Bytes& out) {
  suits_large_blocks(values) ? encode_in<kLargeBlock>(values, out) : encode_in<kSmallBlock>(values, out);
}

template <typename T>
size_t count_bytes(std::span<const T> values) {
  return suits_large_blocks(values) ? count_bytes_in<kLargeBlock>(values) : count_bytes_in<kSmallBlock>(values);
}

}  // namespace

void encode(std::span<const int32_t> values, Bytes& out) { encode_values(values, out); }
void encode(std::span<const int64_t> values, Bytes& out) { encode_values(values, out); }

size_t encoded_bytes(std::span<const int32_t> values) { return count_bytes(values); }
size_t encoded_bytes(std::span<const int64_t> values) { return count_bytes(values); }

}  // namespace sluice::delta_binary_packed
