// Values of columns as JSON (RFC 8259), nested ones included.
#pragma once

#include <cstdint>
#include <string>

#include "sluice/column.h"

namespace sluice {

/// Appends one value without line ends in it: null, booleans and numbers bare (decimals with all their digits), NaN and
/// infinities, dates, times, UUIDs and bytes (in hex) as strings, structs with all their fields, maps as objects where
/// keys have a text, else as lists of {"key", "value"}. JSON columns go in as they are; what is no JSON there becomes a
/// string. Requires a row of the column.
void append_json_value(const Column& column, int64_t row, std::string& out);

/// The same, but structs have only those fields that are there, at any depth: how a record would have been written that
/// knew of no others.
void append_sparse_json_value(const Column& column, int64_t row, std::string& out);

}  // namespace sluice
