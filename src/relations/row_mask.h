// Which rows are there, once the structs around a column are counted in: a field of a struct that is null is null, too,
// whatever stands in its own memory. (Arrow "Columnar Format", struct validity.)
#pragma once

#include "sluice/column.h"

namespace sluice {

/// Bit i set = row i is there; none = all are.
struct RowMask {
  Buffer bits{};

  bool is_there(int64_t row) const { return bits.empty() || ((bits.as<uint8_t>()[row >> 3] >> (row & 7)) & 1) != 0; }
};

/// The rows that are there in `outer` and in the column, a struct of as many rows.
RowMask mask_within(const RowMask& outer, const Column& column);

/// The column with nulls where the mask has no row. Shares all else.
Column masked(const Column& column, const RowMask& mask);

/// Value i of `values` becomes null where bit i of `is_null` is set; bits from 0 on. Shares all else.
Column with_nulls(const Column& column, const uint8_t* is_null);

}  // namespace sluice
