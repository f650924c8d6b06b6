// Columns in a type that holds every value of their own: what files of one dataset with different schemas become.
// Which types widen to which: schema/merge.h.
#pragma once

#include "sluice/column.h"

namespace sluice {

/// `column` in the type `wider`; itself, sharing all buffers, where that is its type. Dictionary form stays: the
/// entries are widened. Structs gain nulls for fields that they lack, fields stand as in `wider`. Requires
/// widens(column.type, wider). Throws Error{data} with the row where finer units of time overflow.
Column widened(const Column& column, const Type& wider);

/// `rows` nulls of the type, in memory that does not grow with them where the type allows.
Column null_column(const Type& type, int64_t rows);
/// `rows` times the one value of `value`: in dictionary form where the type has one.
Column repeated_value(const Column& value, int64_t rows);

}  // namespace sluice
