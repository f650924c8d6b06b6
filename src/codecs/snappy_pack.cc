// Packs snappy's raw blocks; what they consist of stands in snappy_unpack.cc.
//
// Copies reach back 65,535 bytes, as far as three bytes can say, over all of the input: the library begins anew every
// 64 KiB. In long blocks, where it takes time, what was seen is looked up by six bytes where the library takes four: a
// copy of four or five saves a byte or none, and in digests and numbers, where nothing is to be gained, they are found
// all the time. In short ones, of a column that is mostly null, they are a twentieth of the size.
#include <array>
#include <bit>
#include <cassert>
#include <cstdint>
#include <cstring>

#include "base/byte_vector.h"
#include "codecs/snappy_block.h"

namespace sluice {
namespace {

constexpr size_t kShortBlock = size_t{16} << 10;
constexpr int kMatchBytesOfShort = 4;
constexpr int kMatchBytesOfLong = 6;

/// What is looked at from a position on, and copied from it, whatever is needed of it: so much has to be there.
constexpr size_t kReach = 32;

/// 2^14 positions of two bytes are 32 KiB: they fit into the first cache.
constexpr int kTableBitsMax = 14;
constexpr int kTableBitsMin = 8;

/// The steps of the search grow by one with each 16 positions where nothing was found.
constexpr uint32_t kStepBits = 4;

constexpr size_t kSizeBytesMax = 5;
constexpr size_t kLiteralHeadMax = 5;

void store(std::byte* to, uint32_t word) { std::memcpy(to, &word, sizeof word); }

void copy_reach(const std::byte* from, std::byte* to) { std::memcpy(to, from, kReach); }

int table_bits(size_t raw_bytes) {
  int bits = kTableBitsMin;
  while (bits < kTableBitsMax && size_t{1} << bits < raw_bytes) ++bits;
  return bits;
}

/// Bytes that are equal from the first on, of the eight whose difference is given.
size_t equal_bytes(uint64_t difference) { return static_cast<size_t>(std::countr_zero(difference)) / 8; }

/// Bit i: byte i of sixteen is equal.
uint32_t equal_bits(const std::byte* a, const std::byte* b) { return bits_of(load_vector(a) == load_vector(b)); }

/// `kMatchBytes` are looked up.
template <int kMatchBytes>
class Packing {
 public:
  Packing(ByteSpan raw, std::byte* into)
      : begin_(raw.data()), end_(begin_ + raw.size()), done_(begin_), bits_(table_bits(raw.size())), to_(into) {
    std::memset(seen_.data(), 0, sizeof(uint16_t) << bits_);
  }

  std::byte* pack() {
    put_size();
    if (static_cast<size_t>(end_ - begin_) > kReach + 1) take_matches();
    if (done_ != end_) put_literal(static_cast<size_t>(end_ - done_));
    return to_;
  }

 private:
  static constexpr uint64_t kMatchMask = (uint64_t{1} << 8 * kMatchBytes) - 1;

  /// Of those bytes of `word` that come first.
  static uint32_t hash(uint64_t word, int bits) {
    constexpr uint64_t kMultiplier = 0x9E37'79B1'85EB'CA87;
    return static_cast<uint32_t>((word << (64 - 8 * kMatchBytes)) * kMultiplier >> (64 - bits));
  }

  /// A place that has the same bytes as the one that was looked up.
  struct Match {
    const std::byte* at = nullptr;
    bool is_found = false;
  };

  /// Looks up the eight bytes `word` that stand at `here`, and notes that they do. The table keeps the lowest sixteen
  /// bits of positions: what is older than they tell is taken for something nearer, which its bytes then show. What was
  /// never noted is the beginning, or a multiple of 64 KiB behind it: no further back than `here` is.
  Match look_up(const std::byte* here, uint64_t word) {
    uint16_t& seen = seen_[hash(word, bits_)];
    const auto position = static_cast<uint16_t>(here - begin_);
    const auto back = static_cast<uint16_t>(position - seen);
    seen = position;
    const std::byte* const at = here - back;
    const uint64_t difference = load<uint64_t>(at) ^ word;
    return {at, (difference & kMatchMask) == 0 && back != 0};
  }

  void take_matches() {
    const std::byte* const last = end_ - kReach;
    const std::byte* here = begin_ + 1;
    for (;;) {
      const Match match = find(here, last);
      if (!match.is_found) return;
      here = take_match(here, match, last);
      if (here > last) return;
    }
  }

  /// The next match from `here` on, which becomes where it is; none up to `last`.
  Match find(const std::byte*& here, const std::byte* last) {
    uint32_t step = 1u << kStepBits;
    uint64_t word = load<uint64_t>(here);
    for (;;) {
      const Match match = look_up(here, word);
      if (match.is_found) return match;
      here += step++ >> kStepBits;
      if (here > last) return {};
      word = load<uint64_t>(here);
    }
  }

  /// Puts what stands before `here`, the match, and matches that follow each other without anything between; returns
  /// where to go on.
  const std::byte* take_match(const std::byte* here, Match match, const std::byte* last) {
    const std::byte* from = here - bytes_before(here, match.at);
    if (from != done_) put_short_literal(static_cast<size_t>(from - done_));
    do {
      const auto back = static_cast<uint32_t>(here - match.at);
      here += match_bytes(here, match.at);
      put_copy(back, static_cast<size_t>(here - from));
      done_ = from = here;
      if (here > last) return here;
      seen_[hash(load<uint64_t>(here - 1), bits_)] = static_cast<uint16_t>(here - 1 - begin_);
      match = look_up(here, load<uint64_t>(here));
    } while (match.is_found);
    return here + 1;
  }

  /// How many bytes before the two places are equal too, of those that are not put yet; at most eight.
  size_t bytes_before(const std::byte* here, const std::byte* at) const {
    if (at - begin_ < 8) return 0;
    const uint64_t difference = load<uint64_t>(here - 8) ^ load<uint64_t>(at - 8);
    const auto equal = static_cast<size_t>(std::countl_zero(difference)) / 8;
    const auto open = static_cast<size_t>(here - done_);
    return equal < open ? equal : open;
  }

  /// How many bytes are equal from the two places on. Most are few: no branch depends on how many.
  size_t match_bytes(const std::byte* here, const std::byte* at) const {
    const uint32_t equal = equal_bits(here, at) | equal_bits(here + kVectorBytes, at + kVectorBytes) << kVectorBytes;
    return ~equal != 0 ? static_cast<size_t>(std::countr_one(equal)) : long_match_bytes(here, at);
  }

  size_t long_match_bytes(const std::byte* here, const std::byte* at) const {
    const std::byte* next = here + 2 * kVectorBytes;
    for (at += 2 * kVectorBytes; end_ - next >= 8; next += 8, at += 8) {
      const uint64_t difference = load<uint64_t>(next) ^ load<uint64_t>(at);
      if (difference != 0) return static_cast<size_t>(next - here) + equal_bytes(difference);
    }
    while (next != end_ && *next == *at) ++next, ++at;
    return static_cast<size_t>(next - here);
  }

  void put_size() {
    auto size = static_cast<uint32_t>(end_ - begin_);
    for (; size >= 0x80; size >>= 7) *to_++ = static_cast<std::byte>(size | 0x80);
    *to_++ = static_cast<std::byte>(size);
  }

  /// The next `bytes` as a literal, where kReach bytes may be read.
  void put_short_literal(size_t bytes) {
    if (bytes > kReach) return put_literal(bytes);
    *to_++ = static_cast<std::byte>((bytes - 1) << 2);
    copy_reach(done_, to_);
    to_ += bytes;
  }

  void put_literal(size_t bytes) {
    constexpr size_t kShortMax = 60;
    const auto less_one = static_cast<uint32_t>(bytes - 1);
    if (bytes <= kShortMax) {
      *to_++ = static_cast<std::byte>(less_one << 2);
    } else {
      const int width = (std::bit_width(less_one) + 7) / 8;
      *to_++ = static_cast<std::byte>((kShortMax - 1 + static_cast<size_t>(width)) << 2);
      store(to_, less_one);
      to_ += width;
    }
    std::memcpy(to_, done_, bytes);
    to_ += bytes;
  }

  /// A copy of any length from four on. Pieces of 64 bytes, but no last one that is shorter than four.
  void put_copy(uint32_t back, size_t bytes) {
    for (; bytes >= 68; bytes -= 64) put_long_copy(back, 64);
    if (bytes > 64) {
      put_long_copy(back, 60);
      bytes -= 60;
    }
    const bool is_short = (bytes < 12) & (back < 2048);
    const auto length = static_cast<uint32_t>(bytes);
    const uint32_t two = 1 | (length - 4) << 2 | back >> 8 << 5 | (back & 0xFF) << 8;
    const uint32_t three = 2 | (length - 1) << 2 | back << 8;
    store(to_, is_short ? two : three);
    to_ += is_short ? 2 : 3;
  }

  void put_long_copy(uint32_t back, uint32_t bytes) {
    store(to_, 2 | (bytes - 1) << 2 | back << 8);
    to_ += 3;
  }

  const std::byte* const begin_;
  const std::byte* const end_;
  const std::byte* done_;  ///< what stands before it is in the block
  const int bits_;
  std::byte* to_;
  std::array<uint16_t, size_t{1} << kTableBitsMax> seen_;
};

}  // namespace

// A literal of up to 60 bytes has a head of one, one of up to 256 a head of two, one of up to 65,536 of three; a copy
// of four bytes takes three, one of more saves more. So a literal and the copy behind it grow by one byte in 65 at the
// most (61 and four bytes), where matches have six bytes by one in 65,543. Nothing stands behind the last literal. What
// is written beyond an element is overwritten by the next.
size_t snappy_block_bytes_max(size_t raw_bytes) {
  return kSizeBytesMax + kLiteralHeadMax + raw_bytes + raw_bytes / 64 + kReach;
}

size_t compress_snappy_block(ByteSpan raw, std::byte* into) {
  assert(raw.size() <= UINT32_MAX);
  const bool is_short = raw.size() <= kShortBlock;
  std::byte* const end =
      is_short ? Packing<kMatchBytesOfShort>(raw, into).pack() : Packing<kMatchBytesOfLong>(raw, into).pack();
  return static_cast<size_t>(end - into);
}

}  // namespace sluice
