// Fewer columns and fewer rows of a stream.
//
//   auto few = select(std::move(stream), {.columns = parse_columns("id, user.name"),
//                                         .where = parse_predicate("country = 'DE'")});
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "sluice/batch.h"
#include "sluice/predicate.h"

namespace sluice {
inline namespace v0 {

struct SelectOptions {
  /// Columns to keep, in the order given; a field of a struct keeps the struct around it, which stands where its first
  /// field is named. Empty: all.
  std::vector<ColumnPath> columns{};
  /// Rows to keep: those for which it holds. It may ask for columns that are not kept. Empty: all.
  std::optional<Predicate> where{};
};

/// Reads "a, b.c, \"x y\"" (names as in docs/schema_text.md). Throws Error{invalid} that names the position and what
/// was expected there.
std::vector<ColumnPath> parse_columns(std::string_view text);

/// The columns and rows of `stream` that `options` keep, in order, in batches that share what they can with those of
/// the stream; some may be empty. Columns that a stream gains on its way belong to the result where their struct does,
/// or where all columns are kept. Throws Error{invalid}, here and when the schema of the batches changes, for columns
/// that do not exist, that cannot be compared with the literals, or that are named twice.
std::unique_ptr<BatchStream> select(std::unique_ptr<BatchStream> stream, SelectOptions options);

}  // namespace v0
}  // namespace sluice
