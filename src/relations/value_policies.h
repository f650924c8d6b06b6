// What options ask of values before they are written: empty texts and NaN as null, everything as text.
#pragma once

#include "sluice/column.h"
#include "sluice/flatten.h"

namespace sluice {

/// The column as options want it, of the type that type_by_policies() gives. Shares what stays as it is. Throws
/// Error{data} where texts would take more than 2^31-1 bytes.
Column by_policies(const Column& column, const FlattenOptions& options);

/// Each value as JSON text, in a column of the json type; null for null. Throws Error{data} as above.
Column json_texts(const Column& column);

}  // namespace sluice
