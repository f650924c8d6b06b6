#include "encodings/bit_pack.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::bit_pack {

namespace {

// 32 values of W bits fill exactly W words of 32 bits. All shifts are constants: the compiler unrolls this.
template <int W, typename T>
void pack_32(const T* values, std::byte* out) {
  uint64_t pending = 0;
  int bits = 0;
#pragma GCC unroll 32
  for (int i = 0; i < 32; ++i) {
    pending |= uint64_t{values[i]} << bits;
    bits += W;
    if (bits >= 32) {
      const auto word = static_cast<uint32_t>(pending);
      std::memcpy(out, &word, sizeof word);
      out += sizeof word;
      pending >>= 32;
      bits -= 32;
    }
  }
}

template <typename T>
using Pack32 = void (*)(const T*, std::byte*);

template <typename T, int... W>
constexpr std::array<Pack32<T>, sizeof...(W)> pack_kernels(std::integer_sequence<int, W...>) {
  return {&pack_32<W, T>...};
}

template <typename T>
void encode_values(std::span<const T> values, int width, Bytes& out) {
  static constexpr auto kPack = pack_kernels<T>(std::make_integer_sequence<int, 33>());
  const size_t total = encoded_bytes(values.size(), width);
  const auto pack = kPack[static_cast<size_t>(width)];
  const size_t step = static_cast<size_t>(width) * 4;
  size_t i = 0;
  std::byte* to = out.prepare(total + step);  // the last block is packed whole, then cut
  for (; i + 32 <= values.size(); i += 32, to += step) pack(values.data() + i, to);
  if (i < values.size()) {
    std::array<T, 32> last{};
    std::copy(values.begin() + static_cast<std::ptrdiff_t>(i), values.end(), last.begin());
    pack(last.data(), to);
  }
  out.advance(total);
}

}  // namespace

void encode(std::span<const uint32_t> values, int width, Bytes& out) { encode_values(values, width, out); }
void encode(std::span<const uint8_t> values, int width, Bytes& out) { encode_values(values, width, out); }

}  // namespace sluice::bit_pack
