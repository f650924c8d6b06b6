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

/// One leaf column of a schema: where it is in the tree and how deep it nests.
struct Leaf {
  std::vector<size_t> steps;      ///< child indexes from the root; the step into a list or map is 0
  std::vector<std::string> path;  ///< as Parquet spells it: a list adds "list", "element", a map "key_value"
  std::string name;               ///< for people: "user.tags[]", "prices[].key"
  Type type;                      ///< of the leaf itself, never nested
  bool nullable = true;
  uint8_t definition_level_max = 0;
  uint8_t repetition_level_max = 0;
};

/// In the order of the schema. Throws Error{invalid} past kSchemaDepthMax.
std::vector<Leaf> leaves_of(const Schema& schema);

/// The name of a field inside another, for people: "user" and "tags" make "user.tags"; a column of the root is itself.
std::string child_name(std::string_view parent, std::string_view field);
/// The name of a list's elements, for people: "tags[]".
std::string element_name(std::string_view list);

}  // namespace sluice
