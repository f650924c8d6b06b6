// The Arrow schema that a file carries beside its own (key "ARROW:schema") held against Parquet's: readers of the Arrow
// world take it for the truth, and fail, or read other columns, where it is not.
#pragma once

#include <optional>

#include "files/stored_file.h"
#include "sluice/verify.h"

namespace sluice {

/// Nothing where the file has none, where it fits, and where it has a type that Sluice does not build: of such a one
/// nothing is known.
std::optional<Finding> check_arrow_schema(const StoredFile& file);

}  // namespace sluice
