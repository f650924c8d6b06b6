// The leaf columns of a schema: what Parquet stores, one column chunk each, with the levels that say where in the tree
// a value stands (parquet-format, "Nested Encoding").
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/schema.h"

namespace sluice {

/// Lists, maps (which count twice) and structs inside each other, at the most. Walks over a schema recurse, so there
/// has to be an end; real data stay far below. Two definition levels for each keep within a byte.
inline constexpr size_t kSchemaDepthMax = 64;

/// More than any column holds.
inline constexpr int64_t kPlaceholdersMax = int64_t{1} << 32;

/// One leaf column of a schema: where it is in the tree and how deep it nests.
struct Leaf {
  std::vector<size_t> steps;      ///< child indexes from the root; the step into a list or map is 0
  std::vector<std::string> path;  ///< as Parquet spells it: a list adds "list", "element", a map "key_value"
  std::string name;               ///< for people: "user.tags[]", "prices[].key"
  Type type;                      ///< of the leaf itself, never nested
  bool nullable = true;
  uint8_t definition_level_max = 0;
  uint8_t repetition_level_max = 0;
  /// Lowest definition level of what stands in the innermost list around the leaf, 0 outside of lists. Levels below it
  /// tell of a list without items, or of none: the leaf's own column has no place for them.
  uint8_t item_definition_level = 0;
  /// Places that one null may become in the leaf's column: a fixed_list that is null has as many items as any other.
  /// At most kPlaceholdersMax.
  int64_t placeholders = 1;
};

/// In the order of the schema. Throws Error{invalid} past kSchemaDepthMax.
std::vector<Leaf> leaves_of(const Schema& schema);

/// The name of a field inside another, for people: "user" and "tags" make "user.tags". A column of the root has its own
/// name alone, which may be empty: "" and "tags" make ".tags".
std::string child_name(std::string_view parent, std::string_view field);
/// The name of a list's elements, for people: "tags[]".
std::string element_name(std::string_view list);

}  // namespace sluice
