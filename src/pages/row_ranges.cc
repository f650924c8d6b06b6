// Row ranges; see row_ranges.h.
#include "pages/row_ranges.h"

#include <algorithm>
#include <bit>

namespace sluice {

RowRanges::RowRanges(int64_t rows) { add(0, rows); }

void RowRanges::add(int64_t begin, int64_t end) {
  if (begin >= end) return;
  if (!ranges_.empty() && ranges_.back().end == begin)
    ranges_.back().end = end;
  else
    ranges_.push_back({begin, end});
}

int64_t RowRanges::rows() const {
  int64_t rows = 0;
  for (const RowRange& range : ranges_) rows += range.rows();
  return rows;
}

bool RowRanges::overlaps(int64_t begin, int64_t end) const {
  const auto first = std::ranges::upper_bound(ranges_, begin, {}, &RowRange::end);
  return first != ranges_.end() && begin < end && first->begin < end;
}

RowRanges RowRanges::intersected(const RowRanges& other) const {
  RowRanges both;
  auto a = ranges_.begin();
  auto b = other.ranges_.begin();
  while (a != ranges_.end() && b != other.ranges_.end()) {
    both.add(std::max(a->begin, b->begin), std::min(a->end, b->end));
    if (a->end < b->end)
      ++a;
    else
      ++b;
  }
  return both;
}

RowRanges RowRanges::united(const RowRanges& other) const {
  RowRanges either;
  auto a = ranges_.begin();
  auto b = other.ranges_.begin();
  while (a != ranges_.end() || b != other.ranges_.end()) {
    const bool is_a = b == other.ranges_.end() || (a != ranges_.end() && a->begin <= b->begin);
    const RowRange& next = is_a ? *a++ : *b++;
    // What the ranges so far cover already is not added again.
    const int64_t covered = either.ranges_.empty() ? next.begin : either.ranges_.back().end;
    either.add(std::max(next.begin, covered), next.end);
  }
  return either;
}

RowRanges RowRanges::within(int64_t begin, int64_t end) const {
  RowRanges inside;
  auto range = std::ranges::upper_bound(ranges_, begin, {}, &RowRange::end);
  for (; range != ranges_.end() && range->begin < end; ++range)
    inside.add(std::max(range->begin, begin), std::min(range->end, end));
  return inside;
}

RowRanges RowRanges::without_gaps_below(int64_t rows) const {
  RowRanges filled;
  for (const RowRange& range : ranges_) {
    const bool is_near = !filled.ranges_.empty() && range.begin - filled.ranges_.back().end < rows;
    filled.add(is_near ? filled.ranges_.back().end : range.begin, range.end);
  }
  return filled;
}

RowRanges ranges_of_bits(std::span<const uint64_t> words, int64_t begin) {
  RowRanges ranges;
  for (const uint64_t word : words) {
    int at = 0;
    while (at < 64) {
      at += std::countr_zero(word >> at);
      if (at >= 64) break;
      const int length = std::countr_one(word >> at);
      ranges.add(begin + at, begin + at + length);
      at += length;
    }
    begin += 64;
  }
  return ranges;
}

}  // namespace sluice
