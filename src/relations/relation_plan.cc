// Walks the schema of the records, depth first, and gives each part its column or relation; see relation_plan.h.
#include "relations/relation_plan.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "relations/flatten_check.h"
#include "relations/key_fields.h"
#include "schema/leaves.h"
#include "schema/nested.h"
#include "schema/origins.h"
#include "sluice/error.h"

namespace sluice {
namespace {

constexpr std::string_view kItemName = "value";
constexpr std::string_view kLengthEnding = "length";

// Origins that are of no field: those have no blanks outside of quotes.
constexpr std::string_view kLengthMark = "#";
constexpr const char* kIdOrigin = "id of ";

/// Names that fields with keys have elsewhere, the likeliest first.
constexpr std::array<std::string_view, 16> kUsualKeyNames = {
    "id", "ID", "Id",          "_id", "uuid",       "UUID", "guid",   "GUID",
    "pk", "PK", "primary_key", "key", "identifier", "code", "number", "no"};

std::string text_of_steps(ColumnRole role, const std::vector<size_t>& steps) {
  std::string text = std::to_string(static_cast<int>(role));
  for (const size_t step : steps) text.append(".").append(std::to_string(step));
  return text;
}

enum class Contents : uint8_t { unknown, scalar, nested };

/// What the lists hold, however deep they stand inside each other.
Contents contents_of(const Type& type) {
  switch (type.kind()) {
    case TypeKind::null: return Contents::unknown;
    case TypeKind::struct_: return Contents::nested;
    case TypeKind::list:
    case TypeKind::fixed_list: return contents_of(type.element().type);
    case TypeKind::map: return type.key().type.is_nested() ? Contents::nested : contents_of(type.value().type);
    default: return Contents::scalar;
  }
}

std::string joined(const std::string& before, std::string_view name, const std::string& separator) {
  return before.empty() ? std::string(name) : before + separator + std::string(name);
}

std::string without_brackets(std::string path) {
  for (size_t at = path.find("[]"); at != std::string::npos; at = path.find("[]", at)) path.erase(at, 2);
  return path;
}

}  // namespace

/// Where a field stands.
struct FlattenPlan::Place {
  std::vector<size_t> steps{};  ///< from the record or item
  std::string name{};           ///< joined from those around it
  std::string path{};           ///< from the record, for people
  std::string origin{};         ///< likewise, of this field alone (schema/origins.h)
  int level = 1;                ///< of the columns that it would be among
  bool nullable = false;        ///< it, or something around it
};

FlattenPlan::FlattenPlan(FlattenOptions options) : options_(std::move(options)) {
  check_flatten_options(options_);
  relation_names_.insert(options_.name);
  for (const FlattenOptions::RelationThere& there : options_.relations_there)
    if (has_origins(there.schema)) relation_names_.insert(there.name);
}

void FlattenPlan::grow(const Schema& records) {
  if (relations_.empty()) begin_relation(options_.name, {}, std::nullopt, {});
  if (records.size() > 0) {
    if (options_.id_generation == KeyStrategy::natural && natural_field_.empty()) begin_natural_key(records);
    const Type record = struct_({records.fields().begin(), records.fields().end()});
    FieldPlan item = plan_struct(0, {}, record);
    relations_[0].item = std::move(item);
    check_natural_key();
  }
  for (RelationPlan& plan : relations_)
    if (!plan.schema || plan.schema->fields() != plan.fields) plan.schema = std::make_shared<const Schema>(plan.fields);
}

/// Rows of other relations have keys of its type already.
void FlattenPlan::check_natural_key() {
  if (options_.id_generation != KeyStrategy::natural) return;
  const Type& type = relations_[0].fields[relations_[0].relation.id_column].type;
  if (!natural_type_) natural_type_ = type;
  if (*natural_type_ == type) return;
  throw Error(ErrorCode::data,
              "the key field " + natural_field_ + " has become " + to_text(type) + ", and was " +
                  to_text(*natural_type_) + ": rows of lists refer to it",
              {.field = natural_field_}, "Declare its type from the beginning (--schema), or have keys made (--ids).");
}

// --- relations and their keys

size_t FlattenPlan::begin_relation(const std::string& wanted, const Place& items, std::optional<size_t> parent,
                                   std::vector<size_t> steps) {
  const size_t index = relations_.size();
  std::string origin = element_name(field_origin("", options_.name));
  if (parent) origin = child_name(origin, items.origin);
  RelationPlan& plan = relations_.emplace_back();
  plan.relation.name = parent ? relation_name(wanted, items.path, kIdOrigin + origin) : wanted;
  plan.relation.path = items.path;
  plan.relation.parent = parent;
  plan.relation.steps = std::move(steps);
  begin_keys(index, origin);
  take_names_there(plan);
  return index;
}

void FlattenPlan::begin_keys(size_t relation, const std::string& origin) {
  RelationPlan& plan = relations_[relation];
  const auto add = [&](ColumnRole role, const char* what, const std::string& name, Type type) {
    if (name.empty()) return;
    plan.names.insert(name);
    plan.key_names.insert(name);
    plan.places.emplace(text_of_steps(role, {}), plan.fields.size());
    plan.fields.push_back({name, std::move(type), /*nullable=*/false, std::nullopt, what + origin});
    plan.relation.columns.push_back({name, role, {}});
  };
  const bool is_ordinal = options_.id_generation == KeyStrategy::ordinal;
  const bool is_root = !plan.relation.parent.has_value();
  if (!is_root || options_.id_generation != KeyStrategy::natural)
    add(ColumnRole::id, kIdOrigin, options_.id_column, is_ordinal ? int64() : uuid());
  if (!is_root) {
    const auto id_type = [this](size_t of) {
      const RelationPlan& other = relations_[of];
      return other.fields.at(other.relation.id_column).type;
    };
    add(ColumnRole::parent_id, "parent id of ", options_.parent_column, id_type(*plan.relation.parent));
    add(ColumnRole::root_id, "root id of ", options_.root_column, id_type(0));
    add(ColumnRole::index, "index of ", options_.index_column, int32());
  }
  add(ColumnRole::time, "time of ", options_.time_column, timestamp(TimeUnit::microsecond, "UTC"));
}

void FlattenPlan::take_names_there(RelationPlan& plan) const {
  const auto there =
      std::ranges::find(options_.relations_there, plan.relation.name, &FlattenOptions::RelationThere::name);
  if (there == options_.relations_there.end()) return;
  for (const Field& field : there->schema.fields())
    if (field.origin && plan.names.insert(field.name).second) plan.names_there.emplace(*field.origin, field.name);
}

std::optional<size_t> FlattenPlan::find(size_t relation, ColumnRole role) const {
  const auto& places = relations_[relation].places;
  const auto known = places.find(text_of_steps(role, {}));
  return known == places.end() ? std::nullopt : std::optional(known->second);
}

/// The column that is the root's key comes first, as keys do: rows of lists refer to it from the beginning.
void FlattenPlan::begin_natural_key(const Schema& records) {
  std::vector<std::string> wanted = options_.id_fields;
  if (wanted.empty()) wanted.assign(kUsualKeyNames.begin(), kUsualKeyNames.end());
  for (const std::string& path : wanted) {
    const std::optional<KeyField> found = find_key_field(records, path);
    if (!found || found->field->type.kind() == TypeKind::boolean) continue;
    natural_field_ = path;
    Place place{.steps = found->steps, .name = "", .path = path, .nullable = true};
    for (const std::string& name : found->names) {
      place.name = joined(place.name, name, options_.separator);
      place.origin = field_origin(place.origin, name);
    }
    relations_[0].relation.id_column = column_of(0, place, ColumnRole::value, *found->field);
    return;
  }
  if (options_.id_fields.empty())
    throw Error(ErrorCode::data, "the records have no field with one of the usual names of keys, such as id or uuid",
                {}, "Name the field (--id-field NAME), or have keys made (--ids ordinal).");
  refuse_key_field(records, wanted.front());
}

// --- fields

FieldPlan FlattenPlan::plan_struct(size_t relation, const Place& place, const Type& type) {
  FieldPlan plan;
  const auto fields = type.children();
  for (size_t i = 0; i < fields.size(); ++i) {
    Place inner = place;
    inner.steps.push_back(i);
    inner.name = place.steps.empty() ? fields[i].name : joined(place.name, fields[i].name, options_.separator);
    inner.path = place.path.empty() && place.steps.empty() ? fields[i].name : child_name(place.path, fields[i].name);
    inner.origin = field_origin(place.origin, fields[i].name);
    inner.nullable = place.nullable || fields[i].nullable;
    FieldPlan field = plan_field(relation, inner, fields[i]);
    field.child = i;
    plan.fields.push_back(std::move(field));
  }
  return plan;
}

FieldPlan FlattenPlan::plan_field(size_t relation, const Place& place, const Field& field) {
  FieldPlan plan;
  switch (field.type.kind()) {
    case TypeKind::null:
      if (options_.include_nulls) plan.column = column_of(relation, place, ColumnRole::value, field);
      return plan;
    case TypeKind::struct_: {
      if (place.level >= options_.max_depth)
        return plan_json_text(relation, place, field,
                              "deeper than max_depth " + std::to_string(options_.max_depth) + ": stays JSON text");
      Place inner = place;
      ++inner.level;
      return plan_struct(relation, inner, field.type);
    }
    case TypeKind::list:
    case TypeKind::fixed_list:
    case TypeKind::map: return plan_list(relation, place, field);
    default: plan.column = column_of(relation, place, ColumnRole::value, field); return plan;
  }
}

FieldPlan FlattenPlan::plan_json_text(size_t relation, const Place& place, const Field& field, const std::string& why) {
  FieldPlan plan;
  plan.column = column_of(relation, place, ColumnRole::json_text, {field.name, json(), field.nullable});
  if (!why.empty()) plan.counted_by = note(place.path, why);
  return plan;
}

// --- lists

FieldPlan FlattenPlan::plan_list(size_t relation, const Place& place, const Field& field) {
  const ArrayMode mode = mode_of(place.path);
  if (mode == ArrayMode::skip) {
    FieldPlan plan;
    plan.counted_by = note(place.path, "left out, as was asked for");
    return plan;
  }
  if (mode == ArrayMode::inline_) return plan_json_text(relation, place, field, "");
  const Contents contents = contents_of(field.type);
  const bool has_moved = relations_[relation].relations.contains(text_of_steps(ColumnRole::length, place.steps));
  if (mode == ArrayMode::smart && contents == Contents::scalar && !has_moved) {
    FieldPlan plan;
    plan.column = column_of(relation, place, ColumnRole::value, field);
    const auto length = relations_[relation].places.find(text_of_steps(ColumnRole::length, place.steps));
    if (length != relations_[relation].places.end()) plan.length_column = length->second;  // all were null at first
    return plan;
  }
  if (place.level >= options_.max_depth && contents == Contents::nested)
    return plan_json_text(relation, place, field,
                          "deeper than max_depth " + std::to_string(options_.max_depth) + ": stays JSON text");
  return plan_moved_list(relation, place, field);
}

FieldPlan FlattenPlan::plan_moved_list(size_t relation, const Place& place, const Field& field) {
  FieldPlan plan;
  Place length = place;
  length.name = joined(place.name, kLengthEnding, options_.separator);
  length.origin.insert(0, kLengthMark);
  plan.length_column = column_of(relation, length, ColumnRole::length, {field.name, int32(), field.nullable});
  const Field& item = field.type.children()[0];
  if (item.type.kind() == TypeKind::null && !options_.include_nulls) return plan;

  Place inner{.steps = {},
              .name = "",
              .path = element_name(place.path),
              .origin = element_name(place.origin),
              .level = place.level};
  const std::string key = text_of_steps(ColumnRole::length, place.steps);
  const auto known = relations_[relation].relations.find(key);
  plan.relation = known != relations_[relation].relations.end() ? known->second : relations_.size();
  if (known == relations_[relation].relations.end()) {
    const std::string& parent = relations_[relation].relation.name;
    begin_relation(joined(parent, place.name, options_.separator), inner, relation, place.steps);
    relations_[relation].relations.emplace(key, *plan.relation);
  }
  inner.nullable = item.nullable;
  FieldPlan items;
  if (item.type.kind() == TypeKind::struct_) {
    ++inner.level;
    items = plan_struct(*plan.relation, inner, item.type);
  } else {
    inner.name = kItemName;
    items = plan_field(*plan.relation, inner, item);
  }
  relations_[*plan.relation].item = std::move(items);
  return plan;
}

ArrayMode FlattenPlan::mode_of(const std::string& path) {
  const std::string plain = without_brackets(path);
  const auto asked = std::ranges::find(options_.array_modes, plain, &FlattenOptions::ModeOfPath::path);
  if (asked == options_.array_modes.end()) return options_.array_mode;
  used_modes_.insert(plain);
  return asked->mode;
}

std::vector<FlattenNote> FlattenPlan::unused_options(const Schema& records) const {
  std::vector<FlattenNote> unused;
  for (const FlattenOptions::ModeOfPath& asked : options_.array_modes)
    if (!used_modes_.contains(asked.path))
      unused.push_back({asked.path, "an array mode was given, but no list is there"});
  if (options_.id_generation == KeyStrategy::composite)
    for (const std::string& field : options_.id_fields)
      if (!find_key_field(records, field))
        unused.push_back({field, "is null in every key: it is no field with values"});
  return unused;
}

// --- columns and names

size_t FlattenPlan::column_of(size_t relation, const Place& place, ColumnRole role, Field field) {
  RelationPlan& plan = relations_[relation];
  if (role == ColumnRole::value) field.type = type_by_policies(field.type, options_);
  const bool policies_make_nulls = options_.empty_as_null || options_.nan_as_null;
  field.nullable = place.nullable || policies_make_nulls;
  const auto [known, is_new] = plan.places.emplace(text_of_steps(role, place.steps), plan.fields.size());
  if (is_new) {
    field.name = column_name(plan, place);
    field.origin = place.origin;
    plan.relation.columns.push_back({field.name, role, place.steps});
    plan.fields.push_back(std::move(field));
  } else {
    Field& there = plan.fields[known->second];
    there.type = std::move(field.type);
    there.nullable = field.nullable;
  }
  return known->second;
}

std::string FlattenPlan::column_name(RelationPlan& plan, const Place& place) {
  const std::string& wanted = place.name;
  if (plan.key_names.contains(wanted) && options_.key_clash == KeyClash::error)
    throw Error(
        ErrorCode::data,
        "field " + place.path + " has the name of a key column of relation " + plan.relation.name + ": " + wanted,
        {.field = place.path},
        "Give the key column another name (--id-column, --parent-column, --index-column), or let the field have "
        "one (--key-clash rename).");
  const auto there = plan.names_there.lower_bound(place.origin);
  if (there != plan.names_there.end() && there->first == place.origin) {
    std::string name = std::move(plan.names_there.extract(there).mapped());
    if (name != wanted) note(place.path, "is column " + name + ", as in the files that are there");
    return name;
  }
  std::string name = wanted;
  for (size_t number = 2; !plan.names.insert(name).second; ++number)
    name = joined(wanted, std::to_string(number), options_.separator);
  if (name != wanted) note(place.path, "is column " + name + ", as " + wanted + " is taken");
  return name;
}

std::string FlattenPlan::relation_name(const std::string& wanted, const std::string& path, const std::string& key) {
  for (const FlattenOptions::RelationThere& there : options_.relations_there) {
    if (std::ranges::find(there.schema.fields(), key, &Field::origin) == there.schema.fields().end()) continue;
    if (there.name != wanted) note(path, "is relation " + there.name + ", as in the files that are there");
    return there.name;
  }
  std::string name = wanted;
  for (size_t number = 2; !relation_names_.insert(name).second; ++number)
    name = joined(wanted, std::to_string(number), options_.separator);
  if (name != wanted) note(path, "is relation " + name + ", as " + wanted + " is taken");
  return name;
}

size_t FlattenPlan::note(const std::string& path, std::string remark) {
  const auto known = std::ranges::find_if(
      notes_, [&](const FlattenNote& other) { return other.path == path && other.remark == remark; });
  if (known != notes_.end()) return static_cast<size_t>(known - notes_.begin());
  notes_.push_back({path, std::move(remark), 0});
  return notes_.size() - 1;
}

Type type_by_policies(const Type& type, const FlattenOptions& options) {
  if (type.kind() == TypeKind::null) return type;
  if (!type.is_nested()) return options.stringify_values ? string() : type;
  const bool makes_nulls = options.empty_as_null || options.nan_as_null;
  if (!options.stringify_values && !makes_nulls) return type;
  std::vector<Field> parts(type.children().begin(), type.children().end());
  for (Field& part : parts) {
    part.type = type_by_policies(part.type, options);
    part.nullable = part.nullable || makes_nulls;
  }
  return type.kind() == TypeKind::map ? map(parts[0].type.children()[0], parts[0].type.children()[1])
                                      : with_parts(type, std::move(parts));
}

}  // namespace sluice
