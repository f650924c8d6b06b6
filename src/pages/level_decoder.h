// The levels of one page, a few at a time (parquet-format, README.md, "Nested Encoding"; Encodings.md, "RLE" and
// "Bit-packed (Deprecated)"), checked against the highest that the leaf has.
#pragma once

#include <cstdint>
#include <span>

#include "encodings/rle_hybrid_reader.h"
#include "format/enums.h"

namespace sluice {

class LevelDecoder {
 public:
  LevelDecoder() = default;
  /// Throws PageFault for an encoding that levels never have.
  LevelDecoder(ByteSpan bytes, Encoding encoding, uint8_t level_max);

  /// Reads as many as `levels` holds. Throws PageFault for fewer, and for one above the highest.
  void read(std::span<uint8_t> levels);
  /// Requires 1 to be the highest: as validity bits from bit `begin` on; returns how many are set.
  int64_t read_validity(size_t count, uint8_t* bits, int64_t begin);
  /// Skips `count`; returns how many of them were the highest.
  size_t skip(size_t count);
  /// All of the next `count` are the highest, told without reading them where a run says so; then they are read.
  bool take_full_run(size_t count);
  /// Bytes behind the last level; files of ours have none.
  size_t bytes_left() const;
  /// No level is left, but zeros that fill up the last group.
  bool is_spent() const { return is_packed_ ? bytes_left() == 0 : hybrid_.is_spent(); }

 private:
  rle_hybrid::Reader hybrid_;
  ByteSpan packed_;  ///< of Encoding::bit_packed
  uint64_t packed_at_ = 0;
  bool is_packed_ = false;
  uint8_t level_max_ = 0;
  uint8_t width_ = 0;
};

}  // namespace sluice
