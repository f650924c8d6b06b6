// The order of values in memory, row against row of two columns (parquet-format, parquet.thrift, ColumnOrder, "the sort
// orders for logical types"). Where the specification leaves floating point open: NaN is above all others and equal to
// itself, -0 equals 0.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "sluice/column.h"

namespace sluice {

/// False for what has no order: shapes, and what is nested.
bool has_sort_order(const Type& type);

/// orders[i] becomes -1, 0 or 1 as value `a_row + i` of `a` comes before value `b_row + i` of `b`, is equal, or comes
/// after it. Both are of one type that has an order. Where `decided[i]` is not 0 nobody asks, and orders[i] may be
/// anything; nulls are not asked for. The spans are equally long.
void compare_values(const Column& a, int64_t a_row, const Column& b, int64_t b_row, std::span<const int8_t> decided,
                    std::span<int8_t> orders);

/// A column of one row that owns its memory: value `row` of `column`, or a null. Requires a type that is not nested.
Column copy_value(const Column& column, int64_t row, bool valid);

/// A value for people: numbers and dates as bounds are shown, text in quotes, cut at 40 bytes. Requires a value that is
/// not null.
std::string value_text(const Column& column, int64_t row);

}  // namespace sluice
