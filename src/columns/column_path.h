// Columns named by their path: "user.name" or, where a name is more than a word, "user.\"born in\"". Both conditions
// and lists of columns name them so. Grammar: docs/where.md.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sluice/predicate.h"
#include "sluice/schema.h"

namespace sluice {

/// The path as a condition has it: names that are more than words, or words of conditions, in quotes.
void append_path(const ColumnPath& path, std::string& out);

/// The path for messages: "user.name".
std::string path_name(const ColumnPath& path);

/// A field that a path leads to, through structs only.
struct FoundColumn {
  std::vector<size_t> steps;     ///< child indexes from the root
  const Field* field = nullptr;  ///< of the schema
};

/// Throws Error{invalid} where a name does not exist, with the one that was probably meant, and where the way leads
/// through what is no struct. Requires a path that is not empty.
FoundColumn find_column(const Schema& schema, const ColumnPath& path);

}  // namespace sluice
