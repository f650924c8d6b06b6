// The order of bounds as files store them (parquet-format, parquet.thrift, "ColumnOrder"; LogicalTypes.md).
#pragma once

#include <compare>
#include <string_view>

#include "sluice/types.h"

namespace sluice {

/// How the bound `a` stands to `b`, both of a leaf of this type in PLAIN encoding, as our own files have them.
/// Unordered for types without an order and for what is no value of the type.
std::partial_ordering compare_bounds(const Type& type, std::string_view a, std::string_view b);

}  // namespace sluice
