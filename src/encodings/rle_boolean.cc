#include "encodings/rle_boolean.h"

#include <algorithm>

#include "encodings/rle_hybrid.h"
#include "encodings/rle_hybrid_decode.h"

namespace sluice::rle_boolean {

void encode(std::span<const uint8_t> values, Bytes& out) {
  const size_t begin = out.size();
  out.append_value(uint32_t{0});
  rle_hybrid::encode(values, 1, out);
  const auto length = static_cast<uint32_t>(out.size() - begin - sizeof(uint32_t));
  std::memcpy(out.data() + begin, &length, sizeof length);
}

size_t decode(ByteSpan bytes, std::span<uint8_t> values) {
  if (bytes.size() < sizeof(uint32_t)) return 0;
  const ByteSpan runs = bytes.subspan(sizeof(uint32_t));
  return rle_hybrid::decode(runs.first(std::min<size_t>(load<uint32_t>(bytes.data()), runs.size())), 1, values);
}

}  // namespace sluice::rle_boolean
