// Origins of columns: the fields of nested records that the columns of a relation are of, in words that name one field
// alone (docs/flattening.md, "Names"), and as a text for all of them that the metadata of a file keeps.
//
//   user.id   payload.commits[].sha   "a.b".c   #payload.commits (its length)   id of events[].payload.commits[] (a
//   key)
#pragma once

#include <string>
#include <string_view>

#include "sluice/schema.h"

namespace sluice {

/// In a file's metadata: origins_text().
inline constexpr const char* kOriginsKey = "sluice.origins";

/// Of a field in the struct of that origin, or in the record, whose own is empty. Names that are not plain to see are
/// in quotes.
std::string field_origin(std::string_view parent, std::string_view field);

bool has_origins(const Schema& schema);
/// The first column of `a` that `b` has too, but of another field; null where there is none.
const Field* first_of_other_origin(const Schema& a, const Schema& b);
/// `NAME ORIGIN, NAME ORIGIN`, both as schema texts have names. Columns are left out that are of the record's field of
/// their name.
std::string origins_text(const Schema& schema);
/// The schema with the origins that `text` says; as it is where that is no such text.
Schema with_origins(const Schema& schema, std::string_view text);
Schema without_origins(const Schema& schema);

}  // namespace sluice
