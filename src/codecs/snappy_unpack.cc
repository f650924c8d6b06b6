// A block is the number of bytes it unpacks to, then elements: a tag, and what its two lowest bits tell.
//
//   0   a literal: its length less one in the other six bits; from 60 on in the one to four bytes that follow
//   1   a copy: length 4 to 11, three bits; how far back, eleven bits, eight of them in the next byte
//   2   a copy: length 1 to 64, six bits; how far back in the next two bytes
//   3   the same in the next four
#include "codecs/snappy_block.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace sluice {
namespace {

/// What one short element writes at the most, and what is copied for each, whatever its length.
constexpr size_t kPieceBytes = 64;
constexpr uint32_t kShortLiteralMax = 60;

/// The number that a block begins with, seven bits a byte, the lowest first. False where there is none of 32 bits.
bool take_size(ByteSpan& stored, uint32_t& size) {
  uint64_t value = 0;
  for (size_t i = 0; i < 5 && i < stored.size(); ++i) {
    const auto byte = static_cast<uint64_t>(stored[i]);
    value |= (byte & 0x7F) << (7 * i);
    if (byte < 0x80) {
      stored = stored.subspan(i + 1);
      size = static_cast<uint32_t>(value);
      return value <= UINT32_MAX;
    }
  }
  return false;
}

/// What a tag tells of an element, as fields of one number: so that the next tag is soon found.
struct Element {
  static constexpr int kAdvance = 8;   ///< bytes up to the next tag, from bit 8 on; the length is below
  static constexpr int kMask = 16;     ///< which bits of the two bytes behind the tag say how far back
  static constexpr int kBack = 32;     ///< which the tag says itself
  static constexpr int kLiteral = 62;  ///< a bit
  static constexpr int kSpecial = 63;  ///< a bit: of the rare kinds

  static constexpr uint64_t of(uint32_t tag) {
    const uint32_t kind = tag & 3;
    const uint64_t six = tag >> 2;
    switch (kind) {
      case 0:
        if (six >= kShortLiteralMax) break;
        return (six + 1) | (six + 2) << kAdvance | uint64_t{1} << kLiteral;
      case 1: return ((six & 7) + 4) | uint64_t{2} << kAdvance | uint64_t{0xFF} << kMask | (six >> 3) << 8 << kBack;
      case 2: return (six + 1) | uint64_t{3} << kAdvance | uint64_t{0xFFFF} << kMask;
      default: break;
    }
    return uint64_t{1} << kSpecial;
  }
};

constexpr std::array<uint64_t, 256> kElements = [] {
  std::array<uint64_t, 256> elements{};
  for (uint32_t tag = 0; tag < elements.size(); ++tag) elements[tag] = Element::of(tag);
  return elements;
}();

/// Whatever stands at `from` is read before anything is written.
inline void copy_piece(const std::byte* from, std::byte* to) {
  std::byte piece[kPieceBytes];
  std::memcpy(piece, from, sizeof piece);
  std::memcpy(to, piece, sizeof piece);
}

inline uintptr_t address(const std::byte* at) { return reinterpret_cast<uintptr_t>(at); }

class Block {
 public:
  Block(ByteSpan stored, std::span<std::byte> into)
      : from_(stored.data()),
        from_end_(from_ + stored.size()),
        begin_(into.data()),
        to_(begin_),
        to_end_(begin_ + into.size()) {}

  bool unpack() {
    for (;;) {
      take_short_elements();
      if (from_ == from_end_) return to_ == to_end_;
      if (!take_element()) return false;
    }
  }

 private:
  size_t stored_left() const { return static_cast<size_t>(from_end_ - from_); }
  size_t room() const { return static_cast<size_t>(to_end_ - to_); }

  /// As many elements as there are of the kinds that nearly all are, far from both ends: without a branch that depends
  /// on what they are, for nobody could foretell it.
  void take_short_elements() {
    const std::byte* from = from_;
    std::byte* to = to_;
    while (static_cast<size_t>(from_end_ - from) > kPieceBytes && static_cast<size_t>(to_end_ - to) >= kPieceBytes) {
      const uint64_t element = kElements[static_cast<uint8_t>(*from)];
      const uint64_t literal = ~(element >> Element::kLiteral & 1) + 1;  // all bits, or none
      const uint64_t length = element & 0xFF;
      const uint64_t back =
          (element >> Element::kBack & 0xFFFF) + (load<uint16_t>(from + 1) & element >> Element::kMask);
      const auto made = static_cast<uint64_t>(to - begin_);
      // The highest bit, where a copy reaches itself, or goes back too far.
      const uint64_t lack = ((back - length) | (made - back)) & ~literal;
      if ((lack | element) >> 63 != 0) break;
      const uint64_t source = address(to) - back + ((address(from) + 1 - address(to)) & literal);
      copy_piece(reinterpret_cast<const std::byte*>(source), to);
      to += length;
      from += element >> Element::kAdvance & 0xFF;
    }
    from_ = from;
    to_ = to;
  }

  bool take_element() {
    const auto tag = static_cast<uint32_t>(*from_++);
    const uint32_t kind = tag & 3;
    return kind == 0 ? take_literal(tag >> 2) : take_copy(tag, kind);
  }

  bool take_literal(uint32_t six) {
    size_t length = size_t{six} + 1;
    if (six >= kShortLiteralMax) {
      size_t more = 0;
      const size_t width = six - kShortLiteralMax + 1;
      if (stored_left() < width) return false;
      std::memcpy(&more, from_, width);
      from_ += width;
      length = more + 1;
    }
    if (stored_left() < length || room() < length) return false;
    std::memcpy(to_, from_, length);
    from_ += length;
    to_ += length;
    return true;
  }

  bool take_copy(uint32_t tag, uint32_t kind) {
    const size_t width = kind == 3 ? 4 : kind;
    if (stored_left() < width) return false;
    size_t distance = 0;
    std::memcpy(&distance, from_, width);
    from_ += width;
    if (kind == 1) distance |= size_t{tag >> 5} << 8;
    const size_t length = kind == 1 ? (tag >> 2 & 7) + 4 : (tag >> 2) + 1;
    if (distance == 0 || distance > static_cast<size_t>(to_ - begin_) || room() < length) return false;
    copy_back(distance, length);
    to_ += length;
    return true;
  }

  /// What is copied may be what this copy has just written: then it repeats itself.
  void copy_back(size_t distance, size_t length) {
    constexpr size_t kWord = sizeof(uint64_t);
    const std::byte* const source = to_ - distance;
    if (room() < length + kWord) {
      for (size_t i = 0; i < length; ++i) to_[i] = source[i];
    } else if (distance >= kWord) {
      for (size_t i = 0; i < length; i += kWord) std::memcpy(to_ + i, source + i, kWord);
    } else {
      uint64_t word = load<uint64_t>(source) & ((uint64_t{1} << 8 * distance) - 1);
      for (size_t bits = 8 * distance; bits < 64; bits *= 2) word |= word << bits;
      const size_t step = kWord - kWord % distance;
      for (size_t i = 0; i < length; i += step) std::memcpy(to_ + i, &word, kWord);
    }
  }

  const std::byte* from_;
  const std::byte* const from_end_;
  std::byte* const begin_;
  std::byte* to_;
  std::byte* const to_end_;
};

}  // namespace

bool decompress_snappy_block(ByteSpan stored, std::span<std::byte> into) {
  uint32_t size = 0;
  return take_size(stored, size) && size == into.size() && Block(stored, into).unpack();
}

}  // namespace sluice
