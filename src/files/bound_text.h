// Bounds as people read them, from the PLAIN bytes of statistics (parquet-format, parquet.thrift, Statistics).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "format/file_metadata.h"
#include "sluice/types.h"

namespace sluice {

/// What the bounds of a leaf of type `type` are of: Parquet has no seconds, they are stored as milliseconds.
Type stored_type(const Type& type);

/// Whether bounds of this leaf mean something under `type`, what from_schema_elements made of it. Intervals, INT96 and
/// whatever else is read as its carrier have an order of their own, or none, under which the carrier's text misleads.
bool has_readable_bounds(const SchemaElement& leaf, const Type& type);

/// Likewise for the deprecated bounds of a chunk, whatever the column order: those of numbers that are compared as
/// signed ones, and of booleans. Of all others, writers have compared bytes in various ways.
bool has_readable_signed_bounds(const SchemaElement& leaf, const Type& type);

/// The text form: "-7", "0.1", "12.50", "true", "2024-02-29", "12:30:00.500", "2024-02-29T12:30:00.500Z", strings and
/// JSON as they are, UUIDs with hyphens, other bytes (and text that is not UTF-8) in hex. Nothing where `plain` has not
/// as many bytes as the type. `carrier`: what the file keeps the values in; decimals may be in any.
std::optional<std::string> bound_text(const Type& type, std::string_view plain, PhysicalType carrier);
/// Of a type in the carrier that our own files have it in.
std::optional<std::string> bound_text(const Type& type, std::string_view plain);

}  // namespace sluice
