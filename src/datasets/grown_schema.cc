#include "datasets/grown_schema.h"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "columns/evolved_batch.h"
#include "datasets/append_check.h"
#include "datasets/file_listing.h"
#include "schema/field_ids.h"
#include "schema/kinds.h"
#include "schema/leaves.h"
#include "schema/merge.h"
#include "schema/nested.h"
#include "sluice/dataset_reader.h"
#include "sluice/error.h"
#include "storage/directory_tree.h"

namespace sluice {
namespace {

const Field* field_of(std::span<const Field> fields, const std::string& name, bool is_struct, size_t place) {
  if (!is_struct) return place < fields.size() ? &fields[place] : nullptr;  // their names mean nothing
  const auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

std::span<const Field> parts_of(const Field* field) {
  return field == nullptr ? std::span<const Field>() : field->type.children();
}

/// `fields` with the ids that they have in `known`, or else in `more`, at any depth.
std::vector<Field> with_ids_of(std::span<const Field> fields, std::span<const Field> known, std::span<const Field> more,
                               bool is_struct = true) {
  std::vector<Field> out(fields.begin(), fields.end());
  for (size_t i = 0; i < out.size(); ++i) {
    const Field* const first = field_of(known, out[i].name, is_struct, i);
    const Field* const second = field_of(more, out[i].name, is_struct, i);
    out[i].id = first != nullptr ? first->id : second != nullptr ? second->id : std::nullopt;
    if (!out[i].type.is_nested()) continue;
    const bool has_fields = out[i].type.kind() == TypeKind::struct_;
    out[i].type =
        with_parts(out[i].type, with_ids_of(out[i].type.children(), parts_of(first), parts_of(second), has_fields));
  }
  return out;
}

/// What has come up, or has another type.
void add_changes(const Field& before, const Field& now, const std::string& name, std::vector<SchemaChange>& changes) {
  if (before.type == now.type && before.nullable == now.nullable) return;
  const Type& from = before.type;
  const bool has_parts = from.kind() == now.type.kind() && from.is_nested();
  if (!has_parts || before.nullable != now.nullable) changes.push_back({.field = name, .from = from, .to = now.type});
  if (!has_parts) return;
  if (from.kind() != TypeKind::struct_)
    return add_changes(from.children()[0], now.type.children()[0], element_name(name), changes);
  for (const Field& part : now.type.children()) {
    const Field* const known = field_of(from.children(), part.name, true, 0);
    if (known != nullptr)
      add_changes(*known, part, child_name(name, part.name), changes);
    else
      changes.push_back({.field = child_name(name, part.name), .to = part.type});
  }
}

/// Files of the run that are written say "not null" of it: none of them has a row that lacks it where there is a
/// parent, but they cannot be made to say otherwise (files/amend_origins.h).
void refuse_loosened(const std::string& path, const Field& before, const Field& now, const std::string& name) {
  if (!before.nullable && now.nullable)
    throw Error(ErrorCode::data,
                "cannot append to " + path + ": field \"" + name +
                    "\" is not null there, and comes up late in the new rows, where it may be null",
                {.source = path, .field = name}, "--schema names the columns of the new rows from the beginning");
  if (before.type.kind() != now.type.kind() || before.type == now.type) return;
  const bool is_struct = before.type.kind() == TypeKind::struct_;
  for (size_t i = 0; i < before.type.children().size(); ++i) {
    const Field& part = before.type.children()[i];
    refuse_loosened(path, part, now.type.children()[i], is_struct ? child_name(name, part.name) : element_name(name));
  }
}

/// Values that may have no equal in the wider type: integers beyond 2^53, days beyond the years of nanoseconds.
std::optional<Predicate> suspects_of(const std::string& column, const Type& from, const Type& to) {
  const auto outside = [&](Literal::Kind kind, const std::string& min, const std::string& max) {
    Predicate below{.comparison = Comparison::less, .column = {column}, .literals = {{kind, min}}};
    Predicate above{.comparison = Comparison::greater, .column = {column}, .literals = {{kind, max}}};
    return Predicate{.kind = Predicate::Kind::any, .operands = {std::move(below), std::move(above)}};
  };
  if (widens(from, to)) return std::nullopt;
  if (is_integer(from.kind()) && to.kind() == TypeKind::float64)
    return outside(Literal::Kind::number, "-9007199254740992", "9007199254740992");
  const bool is_nanoseconds = to.kind() == TypeKind::timestamp && to.unit() == TimeUnit::nanosecond;
  if (from.kind() == TypeKind::date && is_nanoseconds) return outside(Literal::Kind::text, "1677-09-22", "2262-04-11");
  return std::nullopt;
}

}  // namespace

GrownSchema::GrownSchema(const std::string& path, const PartitionOptions& partitions,
                         const std::shared_ptr<Runtime>& runtime, bool of_relation)
    : path_(path), runtime_(runtime), of_relation_(of_relation) {
  std::vector<std::string> keys;
  for (const PartitionKey& key : partitions.keys) keys.push_back(key.name());
  keys_.insert(keys.begin(), keys.end());
  std::map<std::string, FileStamp> stamps;
  for (const std::string& file : files_below(path))
    if (const auto status = status_at(file)) stamps.emplace(file, stamp_of(*status));
  if (stamps.empty()) return;
  DatasetReadOptions reading;
  reading.read.runtime = runtime;
  const DatasetReader there(path, reading);
  check_relation_of_append(path, there.files().front().path, of_relation);
  check_keys_of_append(path, there.partitions(), keys);
  there_ = there.schema();
  for (const DatasetFile& file : there.files()) files_.push_back({file.path, stamps[file.path]});
}

std::vector<Field> GrownSchema::without_keys(const Schema& schema) const {
  std::vector<Field> fields(schema.fields().begin(), schema.fields().end());
  std::erase_if(fields, [&](const Field& field) { return keys_.contains(field.name); });
  return fields;
}

void GrownSchema::take(const Schema& rows) {
  rows_ = std::make_shared<const Schema>(rows);
  if (files_.empty()) {
    schema_ = rows_;
    return;
  }
  if (of_relation_) check_origins_of_append(path_, there_, rows);
  // What the rows came to before holds what the files have. Keys are those of the rows: directories have no type.
  std::vector<Field> known;
  for (const Field& field : (schema_ ? *schema_ : there_).fields()) {
    const std::optional<size_t> place = rows.find(field.name);
    if (!keys_.contains(field.name))
      known.push_back(field);
    else if (place && !is_same_in_append(field.type, rows[*place].type, /*is_key=*/true))
      refuse_append(path_, field, rows[*place], of_relation_);
    else if (place)
      known.push_back(rows[*place]);
  }
  MergeConflict conflict;
  std::optional<Schema> both = merged_schema(Schema(without_field_ids(known)), Schema(without_field_ids(rows.fields())),
                                             conflict, MergeRule::values);
  if (!both)
    refuse_append(path_, {conflict.column, std::move(conflict.a)}, {conflict.column, std::move(conflict.b)},
                  of_relation_);
  std::vector<Field> fields = with_ids_of(both->fields(), known, rows.fields());
  if (repeated_field_id(fields)) fields = with_ids_of(both->fields(), known, {});
  if (schema_)
    for (size_t i = 0; i < known.size(); ++i) refuse_loosened(path_, known[i], fields[i], known[i].name);
  schema_ = std::make_shared<const Schema>(Schema(std::move(fields)));
  check_values();
}

// Before the rows are read, which may take hours. Bounds tell of most files that no value is to be looked at.
void GrownSchema::check_values() {
  for (const Field& field : without_keys(*schema_)) {
    const std::optional<size_t> place = there_.find(field.name);
    if (!place || checked_.contains(field.name)) continue;
    const std::optional<Predicate> suspects = suspects_of(field.name, there_[*place].type, field.type);
    if (!suspects) continue;
    check_values(field, *suspects);
    checked_.insert(field.name);
  }
}

void GrownSchema::check_values(const Field& wider, const Predicate& suspects) const {
  DatasetReadOptions reading;
  reading.read.runtime = runtime_;
  const auto schema = std::make_shared<const Schema>(Schema({{wider.name, wider.type}}));
  const auto rows = DatasetReader(path_, reading).read({.columns = {{wider.name}}, .where = suspects});
  try {
    while (const std::optional<RelationBatch> next = rows->next()) evolved_batch(next->batch, schema);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::data) throw;
    throw Error(error.code(), "cannot append to " + path_ + ": " + error.what(), {.source = path_, .field = wider.name},
                error.hint());
  }
}

Batch GrownSchema::grown(const Batch& rows) const {
  if (!(rows.schema() == *rows_)) return rows;  // is refused by who writes it
  try {
    return evolved_batch(rows, schema_);
  } catch (const Error& error) {
    throw Error(error.code(), "cannot append to " + path_ + ": in the new rows, " + error.what(),
                {.source = path_, .field = error.place().field}, error.hint());
  }
}

bool GrownSchema::wants_rewriting() const { return !files_.empty() && without_keys(there_) != without_keys(*schema_); }

std::vector<SchemaChange> GrownSchema::changes() const {
  std::vector<SchemaChange> changes;
  if (files_.empty()) return changes;
  for (const Field& field : without_keys(*schema_)) {
    const std::optional<size_t> place = there_.find(field.name);
    if (place)
      add_changes(there_[*place], field, field.name, changes);
    else
      changes.push_back({.field = field.name, .to = field.type});
  }
  return changes;
}

Schema GrownSchema::schema_of_file(const Schema& stored) const {
  std::vector<Field> fields;
  for (const Field& field : schema_->fields()) {
    const std::optional<size_t> place = stored.find(field.name);
    if (!keys_.contains(field.name))
      fields.push_back(field);
    else if (place)
      fields.push_back(stored[*place]);
  }
  for (const Field& field : stored.fields())
    if (keys_.contains(field.name) && !schema_->find(field.name)) fields.push_back(field);
  return Schema(std::move(fields));
}

}  // namespace sluice
