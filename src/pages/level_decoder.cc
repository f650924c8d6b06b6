// Levels; see level_decoder.h.
#include "pages/level_decoder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>

#include "base/bits.h"
#include "encodings/bit_packed_levels.h"
#include "pages/page_fault.h"

namespace sluice {

namespace {

/// Levels that are skipped unfold in pieces of so many.
constexpr size_t kPieceLevels = 1'024;

[[noreturn]] void refuse_end(size_t found, size_t wanted) {
  throw PageFault("its levels end " + std::to_string(wanted - found) + " before its values do");
}

}  // namespace

LevelDecoder::LevelDecoder(ByteSpan bytes, Encoding encoding, uint8_t level_max)
    : level_max_(level_max), width_(static_cast<uint8_t>(std::bit_width(level_max))) {
  if (encoding == Encoding::bit_packed) {
    is_packed_ = true;
    packed_ = bytes;
  } else if (encoding == Encoding::rle) {
    hybrid_ = rle_hybrid::Reader(bytes, width_);
  } else {
    throw PageFault("its levels are in encoding " + std::to_string(static_cast<int32_t>(encoding)) +
                    ", which levels never have");
  }
}

void LevelDecoder::read(std::span<uint8_t> levels) {
  const size_t found =
      is_packed_ ? bit_packed_levels::decode(packed_, width_, packed_at_, levels) : hybrid_.read(levels);
  if (found < levels.size()) refuse_end(found, levels.size());
  packed_at_ += levels.size();
  uint8_t highest = 0;
  for (const uint8_t level : levels) highest = std::max(highest, level);  // no branch: vectorised
  if (highest > level_max_)
    throw PageFault("a level is " + std::to_string(highest) + ", the highest that its column has is " +
                    std::to_string(level_max_));
}

int64_t LevelDecoder::read_validity(size_t count, uint8_t* bits, int64_t begin) {
  int64_t set = 0;
  if (!is_packed_) {
    const size_t found = hybrid_.read_bits(count, bits, begin, set);
    if (found < count) refuse_end(found, count);
    return set;
  }
  std::array<uint8_t, kPieceLevels> piece;
  while (count > 0) {
    const std::span<uint8_t> levels(piece.data(), std::min(count, piece.size()));
    read(levels);
    for (const uint8_t level : levels) {
      const auto mask = static_cast<uint8_t>(1u << (begin & 7));
      uint8_t& byte = bits[begin++ >> 3];
      byte = static_cast<uint8_t>(level != 0 ? byte | mask : byte & ~mask);
      set += level;
    }
    count -= levels.size();
  }
  return set;
}

size_t LevelDecoder::skip(size_t count) {
  size_t highest = 0;
  std::array<uint8_t, kPieceLevels> piece;
  while (count > 0) {
    const rle_hybrid::Reader::Stretch next = is_packed_ ? rle_hybrid::Reader::Stretch() : hybrid_.peek(count);
    if (next.is_run && next.value <= level_max_) {
      hybrid_.skip(next.count);
      count -= next.count;
      highest += next.value == level_max_ ? next.count : 0;
      continue;
    }
    const std::span<uint8_t> levels(piece.data(), std::min(count, piece.size()));
    read(levels);
    highest += static_cast<size_t>(std::ranges::count(levels, level_max_));
    count -= levels.size();
  }
  return highest;
}

bool LevelDecoder::take_full_run(size_t count) {
  if (is_packed_) return false;
  rle_hybrid::Reader ahead = hybrid_;
  while (count > 0) {
    const rle_hybrid::Reader::Stretch next = ahead.peek(count);
    if (!next.is_run || next.value != level_max_) return false;
    ahead.skip(next.count);
    count -= next.count;
  }
  hybrid_ = ahead;
  return true;
}

size_t LevelDecoder::bytes_left() const {
  if (!is_packed_) return hybrid_.bytes_left();
  const uint64_t taken = bit_packed_levels::encoded_bytes(packed_at_, width_);
  return packed_.size() - static_cast<size_t>(std::min<uint64_t>(taken, packed_.size()));
}

}  // namespace sluice
