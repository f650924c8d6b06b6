#include "encodings/delta_length_byte_array.h"

#include "encodings/delta_binary_packed.h"

namespace sluice::delta_length_byte_array {

void encode(std::span<const int32_t> lengths, ByteSpan bytes, Bytes& out) {
  delta_binary_packed::encode(lengths, out);
  out.append(bytes);
}

size_t encoded_bytes(std::span<const int32_t> lengths, size_t value_bytes) {
  return delta_binary_packed::encoded_bytes(lengths) + value_bytes;
}

Decoded decode(ByteSpan bytes, std::span<int32_t> lengths) {
  const delta_binary_packed::Decoded header = delta_binary_packed::decode(bytes, lengths);
  if (header.declared != lengths.size() || header.values != lengths.size()) return {};
  const ByteSpan all = bytes.subspan(header.bytes);
  size_t end = 0;
  size_t whole = 0;
  for (; whole < lengths.size(); ++whole) {
    const int32_t length = lengths[whole];
    if (length < 0 || static_cast<size_t>(length) > all.size() - end) break;
    end += static_cast<size_t>(length);
  }
  return {whole, all.first(end)};
}

}  // namespace sluice::delta_length_byte_array
