// Walks two schemas side by side.
#include "schema/late_fields.h"

#include <algorithm>
#include <span>
#include <utility>

#include "schema/inference.h"
#include "schema/leaves.h"
#include "schema/nested.h"
#include "sluice/error.h"

namespace sluice {
namespace {

Type grown(const Type& type, const Type& seen, const std::string& name, std::vector<std::string>& added);

/// `parent`: whose fields they are; null for the root.
std::vector<Field> grown_fields(std::span<const Field> fields, std::span<const Field> seen, const std::string* parent,
                                std::vector<std::string>& added) {
  std::vector<Field> out(fields.begin(), fields.end());
  for (const Field& other : seen) {
    const std::string name = parent == nullptr ? other.name : child_name(*parent, other.name);
    const auto known = std::ranges::find(out, other.name, &Field::name);
    if (known != out.end()) {
      known->type = grown(known->type, other.type, name, added);
    } else if (other.type.kind() != TypeKind::null) {
      out.push_back({other.name, other.type});
      added.push_back(name);
    }
  }
  return out;
}

Type grown(const Type& type, const Type& seen, const std::string& name, std::vector<std::string>& added) {
  if (type.kind() == TypeKind::null && seen.kind() != TypeKind::null) {
    added.push_back(name);
    return seen;
  }
  if (type.kind() == TypeKind::struct_ && seen.kind() == TypeKind::struct_)
    return struct_(grown_fields(type.children(), seen.children(), &name, added));
  const bool is_list = type.kind() == TypeKind::list || type.kind() == TypeKind::fixed_list;
  if (is_list && seen.kind() == TypeKind::list) {
    Field element = type.children()[0];
    element.type = grown(element.type, seen.children()[0].type, element_name(name), added);
    return with_parts(type, {element});
  }
  // Inference knows no maps: to it the keys of a map are fields.
  if (type.kind() == TypeKind::map && seen.kind() == TypeKind::struct_) {
    Field entry = type.children()[0];
    std::vector<Field> parts(entry.type.children().begin(), entry.type.children().end());
    const std::string value = child_name(element_name(name), parts[1].name);
    for (const Field& field : seen.children()) parts[1].type = grown(parts[1].type, field.type, value, added);
    entry.type = struct_(std::move(parts));
    return with_parts(type, {entry});
  }
  return type;
}

}  // namespace

LateFields with_late_fields(const Schema& schema, const Schema& seen) {
  LateFields result;
  result.schema = Schema(grown_fields(schema.fields(), seen.fields(), nullptr, result.added));
  const size_t leaves = leaves_of(result.schema).size();
  if (!result.added.empty() && leaves > kInferredLeavesMax)
    throw Error(ErrorCode::data,
                "records have gone on to bring new fields, and there are " + std::to_string(leaves) +
                    " columns by now: some object's keys seem to be data",
                {.field = result.added.back()}, "--schema with a map or json column takes such an object whole.");
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
