// Rows of a row group that may be wanted, as ranges: what page indexes leave, and what a condition has left.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sluice {

struct RowRange {
  int64_t begin = 0;
  int64_t end = 0;

  int64_t rows() const { return end - begin; }
  friend bool operator==(const RowRange& a, const RowRange& b) = default;
};

/// Ranges that ascend, none of them empty, none beginning where another ends.
class RowRanges {
 public:
  RowRanges() = default;
  /// Rows [0, rows).
  explicit RowRanges(int64_t rows);

  /// Requires begin not to be before the end of the last range.
  void add(int64_t begin, int64_t end);

  std::span<const RowRange> ranges() const { return ranges_; }
  bool empty() const { return ranges_.empty(); }
  int64_t rows() const;
  /// Whether any row of [begin, end) is in.
  bool overlaps(int64_t begin, int64_t end) const;

  RowRanges intersected(const RowRanges& other) const;
  RowRanges united(const RowRanges& other) const;
  /// The ranges within [begin, end).
  RowRanges within(int64_t begin, int64_t end) const;
  /// With gaps of fewer than `rows` rows filled: to skip those costs more than to decode them.
  RowRanges without_gaps_below(int64_t rows) const;

  friend bool operator==(const RowRanges& a, const RowRanges& b) = default;

 private:
  std::vector<RowRange> ranges_;
};

/// Those rows of [begin, begin + 64 * words.size()) whose bit is set.
RowRanges ranges_of_bits(std::span<const uint64_t> words, int64_t begin);

}  // namespace sluice
