#include "encodings/bit_pack64.h"

#include <algorithm>
#include <array>
#include <utility>

#include "encodings/bit_pack.h"

namespace sluice::bit_pack {

namespace {

// 32 values of W bits fill W / 2 words of 64 bits, and half a word more when W is odd. All shifts are constants: the
// compiler unrolls this.
template <int W>
void pack64_32(const uint64_t* values, std::byte* out) {
  uint64_t pending = 0;
  int bits = 0;
#pragma GCC unroll 32
  for (int i = 0; i < 32; ++i) {
    pending |= values[i] << bits;
    bits += W;
    if (bits >= 64) {
      std::memcpy(out, &pending, sizeof pending);
      out += sizeof pending;
      bits -= 64;
      pending = bits == 0 ? 0 : values[i] >> (W - bits);
    }
  }
  if (bits > 0) std::memcpy(out, &pending, sizeof pending / 2);
}

template <int... W>
constexpr auto pack64_kernels(std::integer_sequence<int, W...>) {
  return std::array{&pack64_32<W>...};
}

}  // namespace

void encode(std::span<const uint64_t> values, int width, Bytes& out) {
  static constexpr auto kPack = pack64_kernels(std::make_integer_sequence<int, 65>());
  const size_t total = encoded_bytes(values.size(), width);
  const auto pack = kPack[static_cast<size_t>(width)];
  const size_t step = static_cast<size_t>(width) * 4;
  size_t i = 0;
  std::byte* to = out.prepare(total + step);  // the last block is packed whole, then cut
  for (; i + 32 <= values.size(); i += 32, to += step) pack(values.data() + i, to);
  if (i < values.size()) {
    std::array<uint64_t, 32> last{};
    std::copy(values.begin() + static_cast<std::ptrdiff_t>(i), values.end(), last.begin());
    pack(last.data(), to);
  }
  out.advance(total);
}

}  // namespace sluice::bit_pack
