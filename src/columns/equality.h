// Which values of two columns are the same ones, byte for byte.
#pragma once

#include <cstdint>
#include <vector>

#include "sluice/column.h"

namespace sluice {

/// Whether values [a_begin, a_begin + count) of `a` equal those of `b` from `b_begin` on. Requires columns of one type,
/// in plain or dictionary form, and ranges inside of them. Values are equal when their bytes are; a NaN equals each
/// NaN, -0 is not 0, null equals null. What stands under nulls does not count.
bool are_equal(const Column& a, int64_t a_begin, const Column& b, int64_t b_begin, int64_t count);

/// Rows in which the two differ, ascending. Requires columns of one type and length.
std::vector<int64_t> differing_rows(const Column& a, const Column& b);

}  // namespace sluice
