// rle_hybrid read a few values at a time (parquet-format, Encodings.md, "RLE"): five bytes may stand for two billion
// values, so who reads says how many it wants, and memory follows that. The bytes are drawn in rle_hybrid.h.
//
//   rle_hybrid::Reader reader(bytes, 3);
//   if (reader.read(values) < values.size()) refuse();
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace sluice::rle_hybrid {

/// A cursor; keeps a view of `bytes`. Whatever is malformed ends the values: widths outside of 0 to 32, a run's value
/// of more bits than the width, bytes that end inside a run. After fewer values than wanted it gives no more.
class Reader {
 public:
  Reader() = default;
  /// Width 0 needs no bytes and has zeros without end.
  Reader(ByteSpan bytes, int width);

  /// Some values in front: `count` times `value` where `is_run`, else `count` values to be read one by one.
  struct Stretch {
    size_t count = 0;  ///< 0: there are no more
    bool is_run = false;
    uint32_t value = 0;
  };
  /// What comes next, at most `count_max` values; it stays to be read or skipped.
  Stretch peek(size_t count_max);

  /// Reads until `values` is full; returns how many were whole. What `values` holds beyond them has no meaning.
  size_t read(std::span<uint32_t> values);
  /// The same for widths of up to 8.
  size_t read(std::span<uint8_t> values);
  /// Requires width 1. Writes `count` bits from bit `begin` of `bits` on, counts those that are set in `set`, and
  /// returns how many were whole. Packed values are bits already, and runs are filled: this costs no step a value. Bits
  /// before `begin` stay; those behind the last one, in its byte, become 0.
  size_t read_bits(size_t count, uint8_t* bits, int64_t begin, int64_t& set);
  /// Returns how many there were to skip.
  size_t skip(size_t count);
  /// Passes over values, of which the next one has the number `begin` and the last one is in front of `end`, but reads
  /// those with the numbers `places`, which ascend and are within: each where it stands, so this is for few of many.
  /// Requires as much room in `values`. Returns how many values there were to pass over or read.
  size_t pick(std::span<const uint32_t> places, size_t begin, size_t end, uint32_t* values);

  /// Bytes that hold no value that was read: padding, more runs. Exact at the end of a run or a group: what is left of
  /// a group that was begun counts as read.
  size_t bytes_left() const;
  /// Nothing is left but the zeros that fill up the last group: no bytes, and no value of a run either.
  bool is_spent() const;

 private:
  template <typename T>
  size_t read_values(std::span<T> values);
  template <typename T>
  size_t read_packed(std::span<T> values);
  bool next_run();
  void pass_packed(size_t count);
  uint32_t packed_value(size_t index) const;

  ByteSpan bytes_;
  int width_ = 0;
  uint64_t run_left_ = 0;  ///< values of the run at hand
  uint32_t run_value_ = 0;
  uint64_t packed_left_ = 0;  ///< values of the groups at hand
  size_t packed_at_ = 0;      ///< values that were read of the group at the front of `bytes_`
};

}  // namespace sluice::rle_hybrid
