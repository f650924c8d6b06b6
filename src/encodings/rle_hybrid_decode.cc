#include "encodings/rle_hybrid_decode.h"

#include "encodings/rle_hybrid_reader.h"

namespace sluice::rle_hybrid {

size_t decode(ByteSpan bytes, int width, std::span<uint32_t> values) { return Reader(bytes, width).read(values); }
size_t decode(ByteSpan bytes, int width, std::span<uint8_t> values) { return Reader(bytes, width).read(values); }

}  // namespace sluice::rle_hybrid
