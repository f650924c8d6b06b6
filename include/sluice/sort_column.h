// By what the rows of a file are sorted: declared when writing, and told by a file's layout.
//
//   sluice::FileOptions options{.sorted_by = sluice::parse_sorted_by("day desc, user.name nulls first")};
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice {
inline namespace v0 {

/// A column by which rows ascend, or descend. In Parquet's order of its type: numbers by value (NaN above all others,
/// -0 equal to 0), false before true, text and bytes byte by byte, unsigned.
struct SortColumn {
  std::string column;        ///< "user.name": a leaf with one value a row, not below a list or map
  bool descending = false;   ///< the largest first; does not turn around where nulls stand
  bool nulls_first = false;  ///< else last

  friend bool operator==(const SortColumn& a, const SortColumn& b) = default;
};

/// Reads "a, user.name desc, \"born in\" asc nulls first" (grammar: docs/schema_text.md). Throws Error{invalid} that
/// names the position and what was expected there.
std::vector<SortColumn> parse_sorted_by(std::string_view text);

/// "a, user.name desc nulls first", for people: names stand as they are.
std::string to_text(const std::vector<SortColumn>& columns);

}  // namespace v0
}  // namespace sluice
