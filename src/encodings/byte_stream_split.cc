#include "encodings/byte_stream_split.h"

#include <algorithm>
#include <type_traits>

namespace sluice::byte_stream_split {

namespace {

// So many values at a time: they stay in the first cache while each stream takes its bytes from them.
constexpr size_t kBlockValues = 128;

// `Width` is a number, or for widths that are common a constant: then the compiler turns the loops into shuffles.
template <typename Width>
void split(const std::byte* __restrict from, size_t count, Width width, std::byte* __restrict to) {
  for (size_t begin = 0; begin < count; begin += kBlockValues) {
    const size_t end = std::min(begin + kBlockValues, count);
    for (size_t stream = 0; stream < width; ++stream)
      for (size_t i = begin; i < end; ++i) to[stream * count + i] = from[i * width + stream];
  }
}

// `stride`: from a stream to the next.
template <typename Width>
void join(const std::byte* __restrict from, size_t stride, size_t count, Width width, std::byte* __restrict to) {
  for (size_t i = 0; i < count; ++i)
    for (size_t stream = 0; stream < width; ++stream) to[i * width + stream] = from[stream * stride + i];
}

template <typename Work>
void with_width(size_t width, Work work) {
  switch (width) {
    case 2: return work(std::integral_constant<size_t, 2>());
    case 4: return work(std::integral_constant<size_t, 4>());
    case 8: return work(std::integral_constant<size_t, 8>());
    case 16: return work(std::integral_constant<size_t, 16>());
    default: return work(width);
  }
}

}  // namespace

void encode(ByteSpan values, size_t width, Bytes& out) {
  std::byte* const to = out.prepare(values.size());
  with_width(width, [&](auto known) { split(values.data(), values.size() / width, known, to); });
  out.advance(values.size());
}

bool decode(ByteSpan bytes, size_t width, std::span<std::byte> values) {
  if (width == 0 || bytes.size() != values.size() || values.size() % width != 0) return false;
  decode_range(bytes, width, 0, values);
  return true;
}

void decode_range(ByteSpan bytes, size_t width, size_t first, std::span<std::byte> values) {
  const size_t stride = bytes.size() / width;
  with_width(width,
             [&](auto known) { join(bytes.data() + first, stride, values.size() / width, known, values.data()); });
}

}  // namespace sluice::byte_stream_split
