// Smallest and largest value of pages and of their chunk, in the order that the column's type has (parquet-format,
// parquet.thrift, "ColumnOrder", "Statistics"; PageIndex.md).
//
// Text is cut at 64 bytes: the lower bound simply, the upper bound rounded up, and both flagged as not exact. -0 is
// stored as lower and +0 as upper bound of zero. NaN has no place in the order: a chunk with one has no bounds at all.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/bytes.h"
#include "base/short_text.h"
#include "format/enums.h"

namespace sluice {

/// Bounds as the file stores them: PLAIN, without a length in front of text.
struct StoredBounds {
  std::string min;
  std::string max;
  bool min_exact = true;
  bool max_exact = true;
};

struct ChunkBounds {
  /// Of the chunk; empty where no value, a NaN or no upper bound forbids it.
  std::optional<StoredBounds> chunk;
  /// One for each page, empty for a page without values. Not to be used unless `pages_complete`.
  std::vector<std::optional<StoredBounds>> pages;
  bool pages_complete = false;
  BoundaryOrder order = BoundaryOrder::unordered;
  int64_t nan_count = 0;
};

/// Numbers as stored: int32_t, uint32_t, int64_t, uint64_t, float, double, bool.
template <typename T>
class NumberBounds {
 public:
  void add(std::span<const T> values);
  void end_page();
  /// Of the bounds of all pages that ended, as they will be stored.
  size_t stored_bytes() const { return pages_.size() * 2 * sizeof(T); }
  uint64_t memory_bytes() const { return pages_.capacity() * sizeof(Range); }
  /// Bounds of all pages; the tracker starts anew.
  ChunkBounds finish();

 private:
  struct Range {
    T min = lowest_start();
    T max = highest_start();
    bool any = false;
    // As an optional has them.
    explicit operator bool() const { return any; }
    const Range* operator->() const { return this; }
    static constexpr T lowest_start() {
      if constexpr (std::is_floating_point_v<T>) return std::numeric_limits<T>::infinity();
      return std::numeric_limits<T>::max();
    }
    static constexpr T highest_start() {
      if constexpr (std::is_floating_point_v<T>) return -std::numeric_limits<T>::infinity();
      return std::numeric_limits<T>::lowest();
    }
  };
  static StoredBounds store(const Range& range);

  Range page_;
  std::vector<Range> pages_;
  int64_t nan_count_ = 0;
};

/// Text and bytes, compared byte by byte, unsigned.
class TextBounds {
 public:
  /// `utf8`: cut between code points.
  explicit TextBounds(bool utf8) : utf8_(utf8) {}

  /// Whether the page's bounds stay as they are with this value: then it need not be added. Most lie between them, and
  /// eight bytes tell, behind those with which both bounds begin; false where these do not.
  bool has_room_for(std::string_view value) const {
    if (!any_ || value.size() < common_) return false;
    if (common_ > 0 && !is_same_text(value.substr(0, common_), std::string_view(page_.min).substr(0, common_)))
      return false;
    const uint64_t prefix = prefix_of(value.substr(common_));
    return prefix > min_prefix_ && prefix < max_prefix_;
  }
  void add(std::string_view value) {
    if (!has_room_for(value)) add_candidate(value);
  }
  void end_page();
  size_t stored_bytes() const;
  uint64_t memory_bytes() const { return pages_.capacity() * sizeof(pages_[0]) + stored_bytes(); }
  ChunkBounds finish();

 private:
  struct Range {
    std::string min;
    std::string max;
  };
  /// The first eight bytes as a number that orders as the text does; shorter text is filled with zero bytes.
  static uint64_t prefix_of(std::string_view value) { return __builtin_bswap64(first_bytes(value)); }
  void add_candidate(std::string_view value);
  std::optional<StoredBounds> store(const Range& range) const;

  bool utf8_;
  bool any_ = false;
  size_t common_ = 0;        ///< bytes with which both bounds of the page begin
  uint64_t min_prefix_ = 0;  ///< of what stands behind them
  uint64_t max_prefix_ = 0;
  Range page_;
  std::vector<std::optional<Range>> pages_;
};

/// How values of fixed length are ordered.
enum class FixedOrder : uint8_t {
  bytes,         ///< byte by byte, unsigned
  signed_bytes,  ///< big-endian two's complement
  float16,       ///< as numbers, with the rules for NaN and zeros; two bytes
};

/// Bytes of one length for all values. Beyond 64 there are no bounds: cut ones are not of that length, and readers
/// differ in what they make of them.
class FixedBounds {
 public:
  FixedBounds(size_t width, FixedOrder order) : width_(width), order_(order) {}

  /// Values back to back.
  void add(ByteSpan values);
  void end_page();
  size_t stored_bytes() const;
  uint64_t memory_bytes() const { return pages_.capacity() * sizeof(pages_[0]) + stored_bytes(); }
  ChunkBounds finish();

 private:
  /// Values whose first bit is turned where they have a sign: in this form they order byte by byte.
  struct Range {
    std::string min;
    std::string max;
  };
  std::string key_of(const std::byte* value) const;
  StoredBounds store(const Range& range) const;
  void add_floats(ByteSpan values);

  size_t width_;
  FixedOrder order_;
  bool any_ = false;
  Range page_;
  std::vector<std::optional<Range>> pages_;
  NumberBounds<float> floats_;  ///< instead of the above, for float16
};

}  // namespace sluice
