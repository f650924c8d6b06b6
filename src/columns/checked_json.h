// Columns whose texts are known to be JSON. A source that has walked through a document has checked the grammar of
// every value in it, and a writer, which has to for columns from anywhere, need not do so again.
//
// The mark is the owner of the column's buffers, of a type that nobody else can make, and knows which three buffers it
// is for. It goes along with copies and slices. It does not speak for a column that was put together otherwise: one
// with other offsets into the same text, without the validity that hides what is under nulls, or with buffers from
// outside.
#pragma once

#include "sluice/column.h"

namespace sluice {

/// The same column, marked. Requires that every text of it that is there is UTF-8 and one JSON value.
Column mark_checked_json(Column column);

/// Every text of the column that is there is UTF-8 and one JSON value. False where that is not known.
bool is_checked_json(const Column& column);

}  // namespace sluice
