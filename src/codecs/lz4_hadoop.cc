#include "codecs/lz4_hadoop.h"

#include <lz4.h>

#include <algorithm>
#include <climits>

#include "codecs/c_library.h"
#include "codecs/decompress.h"
#include "codecs/decompress_frame.h"

namespace sluice {
namespace {

/// Takes four bytes, big-endian, off the front.
bool take_number(ByteSpan& bytes, size_t& number) {
  if (bytes.size() < sizeof(uint32_t)) return false;
  number = __builtin_bswap32(load<uint32_t>(bytes.data()));
  bytes = bytes.subspan(sizeof(uint32_t));
  return true;
}

/// Unpacks the block in front of `stored` into the front of `room`.
bool take_block(ByteSpan& stored, std::span<std::byte>& room) {
  size_t packed = 0;
  if (!take_number(stored, packed) || packed > stored.size() || packed > INT_MAX) return false;
  const auto room_max = static_cast<int>(std::min<size_t>(room.size(), INT_MAX));
  const int size = LZ4_decompress_safe(chars(stored), chars(room), static_cast<int>(packed), room_max);
  if (size < 0) return false;
  stored = stored.subspan(packed);
  room = room.subspan(static_cast<size_t>(size));
  return true;
}

// Each block takes bytes, so this ends.
bool decompress_hadoop(ByteSpan stored, std::span<std::byte> into) {
  while (!stored.empty()) {
    size_t frame = 0;
    if (!take_number(stored, frame) || frame > into.size()) return false;
    std::span<std::byte> room = into.first(frame);
    while (!room.empty())
      if (!take_block(stored, room)) return false;
    into = into.subspan(frame);
  }
  return into.empty();
}

}  // namespace

bool decompress_hadoop_lz4(ByteSpan stored, std::span<std::byte> into) {
  return decompress_hadoop(stored, into) || decompress(Codec::lz4, stored, into) ||
         decompress_frames(FrameCodec::lz4, stored, into);
}

}  // namespace sluice
