// Sluice's Schema as Parquet's flat list of schema elements, and back (parquet-format, LogicalTypes.md, and
// SchemaElement in parquet.thrift).
//
// Out: lists take the three levels that the specification asks for, `name` (LIST) > repeated `list` > `element`; where
// an annotation has an older converted type, both are written; times and timestamps in seconds become milliseconds;
// a fixed_list is a list, a duration an integer: the stored Arrow schema keeps them.
// In: also two-level lists, bare repeated fields, and maps without values or with keys that may be null (as lists of
// structs). A type that Sluice does not have yet, or an annotation that its carrier cannot bear, reads as what carries
// it: an integer as that integer, the rest as bytes.
#pragma once

#include <string>
#include <vector>

#include "format/enums.h"
#include "format/file_metadata.h"
#include "sluice/schema.h"

namespace sluice {

/// Types nest at the most so deep, either way: more than JSON may (64), few enough for any stack.
inline constexpr int kTypeDepthMax = 100;

/// What carries the values of a leaf in a file. Requires a type that is not nested.
PhysicalType physical_type_of(const Type& leaf);
/// Bytes of a value where that is FIXED_LEN_BYTE_ARRAY; 0 for other leaves.
size_t stored_width_of(const Type& leaf);

/// The root, named "schema", and all below it, depth first: leaves and their levels are those of leaves_of(schema), so
/// a field is OPTIONAL exactly where it is nullable. Throws Error{unsupported} for types that nest deeper than
/// kTypeDepthMax.
std::vector<SchemaElement> to_schema_elements(const Schema& schema);

/// The elements of list fields are named "element" whatever the file calls them. `file` names the file in errors.
/// Throws Error{corrupt} for elements that make no tree, Error{unsupported} for a tree that a Schema cannot hold: too
/// deep, a group without fields, two fields of one name, fixed-size vectors. Field ids are dropped, all of them, where
/// two are the same.
Schema from_schema_elements(const std::vector<SchemaElement>& elements, const std::string& file);

}  // namespace sluice
