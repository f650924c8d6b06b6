// Walks two schemas side by side.
#include "schema/late_fields.h"

#include <algorithm>
#include <span>
#include <utility>

#include "schema/evolution.h"
#include "schema/inference.h"
#include "schema/kinds.h"
#include "schema/leaves.h"
#include "schema/nested.h"
#include "sluice/error.h"

namespace sluice {
namespace {

class Growth {
 public:
  explicit Growth(const Widening* widening) : widening_(widening) {}

  /// `parent`: whose fields they are; null for the root.
  std::vector<Field> fields(std::span<const Field> known, std::span<const Field> seen, const std::string* parent);
  std::vector<SchemaChange> take_changes() { return std::move(changes_); }

 private:
  Type type(const Type& known, const Type& seen, const std::string& name);
  bool is_to_widen(const Type& known, const Type& seen, const std::string& name) const;

  const Widening* widening_;  ///< null once done
  std::vector<SchemaChange> changes_;
};

std::vector<Field> Growth::fields(std::span<const Field> known, std::span<const Field> seen,
                                  const std::string* parent) {
  std::vector<Field> out(known.begin(), known.end());
  for (const Field& other : seen) {
    const std::string name = parent == nullptr ? other.name : child_name(*parent, other.name);
    const auto there = std::ranges::find(out, other.name, &Field::name);
    if (there != out.end()) {
      there->type = type(there->type, other.type, name);
    } else if (other.type.kind() != TypeKind::null) {
      out.push_back({other.name, other.type});
      changes_.push_back({name, std::nullopt, other.type});
    }
  }
  return out;
}

Type Growth::type(const Type& known, const Type& seen, const std::string& name) {
  if (known.kind() == TypeKind::null && seen.kind() != TypeKind::null) {
    changes_.push_back({name, known, seen});
    return seen;
  }
  if (known.kind() == TypeKind::struct_ && seen.kind() == TypeKind::struct_)
    return struct_(fields(known.children(), seen.children(), &name));
  if (is_list(known.kind()) && seen.kind() == TypeKind::list) {
    Field element = known.children()[0];
    element.type = type(element.type, seen.children()[0].type, element_name(name));
    return with_parts(known, {element});
  }
  // Inference knows no maps: to it the keys of a map are fields.
  if (known.kind() == TypeKind::map && seen.kind() == TypeKind::struct_) {
    Field entry = known.children()[0];
    std::vector<Field> parts(entry.type.children().begin(), entry.type.children().end());
    const std::string value = child_name(element_name(name), parts[1].name);
    for (const Field& field : seen.children()) parts[1].type = type(parts[1].type, field.type, value);
    entry.type = struct_(std::move(parts));
    return with_parts(known, {entry});
  }
  if (!is_to_widen(known, seen, name)) return known;
  const Widening& widening = *std::exchange(widening_, nullptr);
  const Type wider = wider_type(known, seen, widening.mixed, [&](const Type& to) { return widening.keeps(name, to); });
  changes_.push_back({name, known, wider});
  return wider;
}

// What holds the field, and has become another kind of thing meanwhile, widens as a whole: nobody sees into it any
// more.
bool Growth::is_to_widen(const Type& known, const Type& seen, const std::string& name) const {
  if (widening_ == nullptr || seen.kind() == TypeKind::null) return false;
  const std::string& field = widening_->field;
  const bool is_around =
      known.is_nested() && field.starts_with(name) && field.find_first_of(".[", name.size()) == name.size();
  if (field != name && !is_around) return false;
  return known != seen && can_widen(known, widening_->mixed);
}

}  // namespace

LateFields with_late_fields(const Schema& schema, const Schema& seen, const Widening* widening) {
  Growth growth(widening);
  LateFields result;
  result.schema = Schema(growth.fields(schema.fields(), seen.fields(), nullptr));
  result.changes = growth.take_changes();
  const size_t leaves = leaves_of(result.schema).size();
  if (!result.changes.empty() && leaves > kInferredLeavesMax && leaves > leaves_of(schema).size())
    throw Error(ErrorCode::data,
                "records have gone on to bring new fields, and there are " + std::to_string(leaves) +
                    " columns by now: some object's keys seem to be data",
                {.field = result.changes.back().field},
                "--schema with a map or json column takes such an object whole.");
  return result;
}

void note_late_field(std::vector<InferenceNote>& notes, const std::string& field, std::string_view remark) {
  const auto known = std::ranges::find(notes, field, &InferenceNote::field);
  if (known == notes.end())
    notes.push_back({field, std::string(remark)});
  else
    known->remark = remark;
}

}  // namespace sluice
