// Schemas that grow while records are read: what later records have, and the schema has not, is put behind what is
// there (DESIGN, "Inference and JSON": one run, one schema; docs/evolution.md). A field that held only nulls gets the
// type of its first values; any other keeps its type, but for one that is asked to widen.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/schema.h"

namespace sluice {

struct LateFields {
  Schema schema;
  /// The outermost fields that are new, those that got a type, and the one that got a wider one. The places are for the
  /// caller to fill in.
  std::vector<SchemaChange> changes;
};

/// What is to be widened.
struct Widening {
  std::string field;  ///< that met a value which it cannot hold: "user.tags[]"
  Type mixed;         ///< see wider_type (schema/evolution.h)
  /// Whether the values of a field that came before stay what they are in a type.
  std::function<bool(const std::string& field, const Type& to)> keeps;
};

/// `schema` with the fields that only `seen` has, at any depth, nullable, each behind the fields of its struct. Where
/// the two disagree about a type, `schema` is right, but at the field of `widening`. Throws Error{data} for more leaf
/// columns than inference would make.
LateFields with_late_fields(const Schema& schema, const Schema& seen, const Widening* widening = nullptr);

/// Says of a field how it changed, instead of what was said of it before.
void note_late_field(std::vector<InferenceNote>& notes, const std::string& field, std::string_view remark);

}  // namespace sluice
