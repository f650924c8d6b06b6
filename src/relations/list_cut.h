// A column of lists cut by its offsets: the items back to back, and which row each belongs to. Nothing is copied but
// what nulls hide. (Arrow "Columnar Format", variable-size and fixed-size list layout.)
#pragma once

#include <cstdint>
#include <vector>

#include "relations/row_mask.h"
#include "sluice/column.h"

namespace sluice {

class ListCut {
 public:
  /// `lists`: a list, fixed_list or map; those of rows that `mask` has not are null. Throws Error{unsupported} for more
  /// than 2^31-1 items of fixed lists.
  ListCut(const Column& lists, const RowMask& mask);

  /// All items, in order.
  const Column& items() const { return items_; }
  /// int32: how many items each row has; null where there is no list.
  Column lengths() const;
  /// Rows that have a list.
  int64_t lists() const { return static_cast<int64_t>(ends_.size()) - nulls_; }

  /// Of items [begin, begin + count): the row that each belongs to, and its place there.
  struct Places {
    std::vector<int32_t> rows;
    std::vector<int32_t> indexes;
  };
  Places places(int64_t begin, int64_t count) const;

 private:
  void cut_ranges(const Column& lists);
  void cut_fixed(const Column& lists);

  Column items_;
  std::vector<int32_t> ends_;  ///< of each row, among the items
  int64_t nulls_ = 0;
  Buffer validity_;  ///< of the rows, bits from 0 on
};

}  // namespace sluice
