// delta_binary_packed read a few values at a time (parquet-format, Encodings.md, "Delta Encoding"): miniblocks of width
// 0 let a few bytes stand for billions of values. The bytes are drawn in delta_binary_packed.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "base/bytes.h"

namespace sluice::delta_binary_packed {

/// A cursor; keeps a view of `bytes`. `T` is int32_t or int64_t. A header or a width that breaks a rule of the format
/// ends the values.
template <typename T>
class Reader {
 public:
  Reader() = default;
  explicit Reader(ByteSpan bytes);

  /// How many values the header announces; 0 where it is malformed.
  uint64_t declared() const { return declared_; }
  /// Reads until `values` is full; returns how many were whole.
  size_t read(std::span<T> values);
  /// Decodes and drops, for values depend on those before them; miniblocks of width 0 take no time. Returns how many
  /// there were to skip.
  size_t skip(size_t count);
  /// Values that were announced and not read.
  uint64_t values_left() const { return left_; }
  /// Bytes behind what was read; where the encoding ends, once no values are left.
  size_t bytes_left() const { return rest_.size(); }

 private:
  using Unsigned = std::make_unsigned_t<T>;
  static constexpr size_t kAheadValues = 32;

  void end() { left_ = 0, rest_ = {}; }
  bool next_miniblock();
  size_t unpack(std::span<T> values);
  size_t read_miniblock(std::span<T> values);

  ByteSpan rest_;  ///< behind the miniblock at hand
  uint64_t declared_ = 0;
  uint64_t left_ = 0;
  uint64_t miniblocks_ = 0;  ///< of a block
  uint64_t miniblock_values_ = 0;
  bool at_first_ = true;
  ByteSpan widths_;        ///< of the miniblocks of the block that were not begun
  Unsigned least_ = 0;     ///< delta
  Unsigned previous_ = 0;  ///< value; the first one as long as `at_first_`
  ByteSpan packed_;        ///< of the miniblock at hand, what was not unpacked
  int width_ = 0;
  uint64_t miniblock_left_ = 0;  ///< values, those that were unpacked ahead included
  // Values are unpacked 32 at a time, so that each time begins at a whole byte.
  std::array<Unsigned, kAheadValues> ahead_;
  size_t ahead_at_ = 0;
  size_t ahead_end_ = 0;
};

extern template class Reader<int32_t>;
extern template class Reader<int64_t>;

/// Where the encoding ends, told from its headers without decoding a value; false where they are malformed or the
/// bytes end early. Takes time by the bytes, not by the values.
struct Extent {
  uint64_t values = 0;
  size_t bytes = 0;
};
[[nodiscard]] bool find_extent(ByteSpan bytes, Extent& extent);

}  // namespace sluice::delta_binary_packed
