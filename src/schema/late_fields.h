// Schemas that grow while records are read: what later records have, and the schema has not, is put behind what is
// there (DESIGN, "Inference and JSON": one run, one schema). Nothing that is there changes its type; but a field that
// held only nulls gets the type of its first values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/schema.h"

namespace sluice {

struct LateFields {
  Schema schema;
  std::vector<std::string> added;  ///< "user.tags[]": the outermost new ones, and those that got a type
};

/// `schema` with the fields that only `seen` has, at any depth, nullable, each behind the fields of its struct. Where
/// the two disagree about a type, `schema` is right. Throws Error{data} for more leaf columns than inference would
/// make.
LateFields with_late_fields(const Schema& schema, const Schema& seen);

/// Says of a field that it came late, instead of what was said of it before.
void note_late_field(std::vector<InferenceNote>& notes, const std::string& field, std::string_view remark);

}  // namespace sluice
