// Columns in the type that their field has got since (schema/evolution.h): values stay what they are, or become the
// text that stands for them.
//
//   evolved(int64 column 1, 2, null, float64())     1.0, 2.0, null
//   evolved(struct column {x:1,y:null}, json())      {"x":1}
#pragma once

#include "sluice/column.h"

namespace sluice {

/// `column` in the type `to`; itself where that is its type. Numbers and dates become equal values; what becomes JSON
/// gets the shortest text, without blanks, and structs there only the fields that are not null; what becomes a string
/// gets its text in the form of scalar_text.h. Fields are matched by name; those that are new are null. Requires
/// evolves(column.type, to). Throws Error{data} with the row for a value that would not stay what it is, and
/// Error{unsupported} where the texts of a column pass 2^31-1 bytes.
Column evolved(const Column& column, const Type& to);

}  // namespace sluice
