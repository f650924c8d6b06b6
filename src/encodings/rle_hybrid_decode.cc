#include "encodings/rle_hybrid_decode.h"

#include <algorithm>
#include <limits>

#include "encodings/bit_unpack.h"
#include "encodings/varint.h"

namespace sluice::rle_hybrid {

namespace {

// Takes the value of a run off the front of `bytes`. False when they end inside of it or it does not fit the width.
bool take_run_value(ByteSpan& bytes, int width, uint64_t& value) {
  const auto size = static_cast<size_t>(width + 7) / 8;
  if (bytes.size() < size) return false;
  value = 0;
  std::memcpy(&value, bytes.data(), size);
  bytes = bytes.subspan(size);
  return value >> width == 0;
}

template <typename T>
size_t decode_values(ByteSpan bytes, int width, std::span<T> values) {
  if (width < 0 || width > std::numeric_limits<T>::digits) return 0;
  if (width == 0) {
    std::fill(values.begin(), values.end(), T{0});
    return values.size();
  }
  size_t done = 0;
  uint64_t header = 0;
  while (done < values.size() && varint::decode(bytes, header)) {
    const size_t left = values.size() - done;
    if ((header & 1) == 0) {
      uint64_t value = 0;
      if (!take_run_value(bytes, width, value)) return done;
      const size_t count = std::min<uint64_t>(header >> 1, left);
      std::fill_n(values.data() + done, count, static_cast<T>(value));
      done += count;
      continue;
    }
    // As many groups as are announced and wanted. If the bytes do not hold them, none are left for another run.
    const uint64_t groups = std::min<uint64_t>(header >> 1, left / 8 + 1);
    const size_t size = std::min<size_t>(groups * static_cast<size_t>(width), bytes.size());
    const size_t wanted = std::min<size_t>(groups * 8, left);
    done += bit_pack::decode(bytes.first(size), width, values.subspan(done, wanted));
    bytes = bytes.subspan(size);
  }
  return done;
}

}  // namespace

size_t decode(ByteSpan bytes, int width, std::span<uint32_t> values) { return decode_values(bytes, width, values); }
size_t decode(ByteSpan bytes, int width, std::span<uint8_t> values) { return decode_values(bytes, width, values); }

}  // namespace sluice::rle_hybrid
