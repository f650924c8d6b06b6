#include "encodings/bit_unpack.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace sluice::bit_pack {

namespace {

// Of the W * 4 bytes that hold 32 values, eight from word `index` on; the last word may have only four.
template <int W>
uint64_t word_at(const std::byte* from, int index) {
  return (index + 1) * 2 <= W ? load<uint64_t>(from + index * 8) : load<uint32_t>(from + index * 8);
}

// Reads exactly W * 4 bytes. All positions are constants: the compiler unrolls this and loads each word once.
template <int W, typename T>
void unpack_32(const std::byte* from, T* to) {
  constexpr uint64_t kMask = W == 64 ? ~uint64_t{0} : (uint64_t{1} << (W % 64)) - 1;
#pragma GCC unroll 32
  for (int i = 0; i < 32; ++i) {
    const int word = i * W / 64;
    const int bit = i * W % 64;
    uint64_t value = word_at<W>(from, word) >> bit;
    if (bit + W > 64) value |= word_at<W>(from, word + 1) << ((64 - bit) % 64);
    to[i] = static_cast<T>(value & kMask);
  }
}

// Entry W - 1 unpacks W bits.
template <typename T, int... W>
constexpr auto unpack_kernels(std::integer_sequence<int, W...>) {
  return std::array{&unpack_32<W + 1, T>...};
}

template <typename T>
size_t decode_values(ByteSpan bytes, int width, std::span<T> values) {
  constexpr int kWidthMax = std::numeric_limits<T>::digits;
  static constexpr auto kUnpack = unpack_kernels<T>(std::make_integer_sequence<int, kWidthMax>());
  if (width < 0 || width > kWidthMax) return 0;
  if (width == 0) {
    std::fill(values.begin(), values.end(), T{0});
    return values.size();
  }
  const auto bits_each = static_cast<size_t>(width);
  const size_t whole = bytes.size() / bits_each * 8 + bytes.size() % bits_each * 8 / bits_each;
  const size_t count = std::min(values.size(), whole);
  const auto unpack = kUnpack[bits_each - 1];
  const size_t step = bits_each * 4;
  const std::byte* from = bytes.data();
  size_t i = 0;
  for (; i + 32 <= count; i += 32, from += step) unpack(from, values.data() + i);
  if (i < count) {
    std::array<std::byte, size_t{kWidthMax} * 4> padded{};
    std::array<T, 32> last;
    const auto left = static_cast<size_t>(bytes.data() + bytes.size() - from);
    std::memcpy(padded.data(), from, std::min(left, step));
    unpack(padded.data(), last.data());
    std::copy_n(last.begin(), count - i, values.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return count;
}

}  // namespace

size_t decode(ByteSpan bytes, int width, std::span<uint8_t> values) { return decode_values(bytes, width, values); }
size_t decode(ByteSpan bytes, int width, std::span<uint32_t> values) { return decode_values(bytes, width, values); }
size_t decode(ByteSpan bytes, int width, std::span<uint64_t> values) { return decode_values(bytes, width, values); }

}  // namespace sluice::bit_pack
