// Which relations the records of a schema become, and which columns these have: told by the schema and the options
// alone. Where schemas grow, what has a name and a place keeps both, and what is new comes behind.
// (docs/flattening.md.)
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sluice/flatten.h"
#include "sluice/schema.h"

namespace sluice {

/// A field of a record, or the item of a list, and what becomes of it: any of these, or nothing, where it has no value
/// yet or is left out.
struct FieldPlan {
  size_t child = 0;                       ///< of the struct that it is in
  std::vector<FieldPlan> fields{};        ///< of a struct whose fields become columns
  std::optional<size_t> column{};         ///< of the relation: a value or a JSON text
  std::optional<size_t> length_column{};  ///< of a list that has moved out
  std::optional<size_t> relation{};       ///< where the items of that list are rows
  std::optional<size_t> counted_by{};     ///< the note that counts its values
};

struct RelationPlan {
  Relation relation;
  FieldPlan item;
  std::shared_ptr<const Schema> schema;  ///< of its batches

  // For growing.
  std::vector<Field> fields{};                            ///< of `schema`
  std::map<std::string, size_t> places{};                 ///< of columns, by role and steps
  std::map<std::string, size_t> relations{};              ///< of its lists, by steps
  std::set<std::string> names{};                          ///< that are taken
  std::set<std::string> key_names{};                      ///< of these
  std::multimap<std::string, std::string> names_there{};  ///< of columns that only earlier runs have so far, by origin
};

class FlattenPlan {
 public:
  /// Throws Error{invalid} for options that contradict each other.
  explicit FlattenPlan(FlattenOptions options);

  /// Takes the records' schema, which has grown since the last call, if there was one, as late_fields.h says. Throws
  /// Error{data} for a field that has the name of a key column, and where a key field is missing.
  void grow(const Schema& records);

  const FlattenOptions& options() const { return options_; }
  const std::deque<RelationPlan>& relations() const { return relations_; }
  /// Of a relation's key columns.
  std::optional<size_t> find(size_t relation, ColumnRole role) const;
  const std::vector<FlattenNote>& notes() const { return notes_; }
  /// Options::array_modes that no list has, and fields of composite keys that these records do not have.
  std::vector<FlattenNote> unused_options(const Schema& records) const;
  /// Adds to what a note counts.
  void count(size_t note, int64_t values) { notes_[note].values += values; }
  /// Natural keys: the field that was found.
  const std::string& natural_field() const { return natural_field_; }

 private:
  struct Place;

  size_t begin_relation(const std::string& wanted, const Place& items, std::optional<size_t> parent,
                        std::vector<size_t> steps);
  void begin_keys(size_t relation, const std::string& origin);
  void take_names_there(RelationPlan& plan) const;
  FieldPlan plan_field(size_t relation, const Place& place, const Field& field);
  FieldPlan plan_struct(size_t relation, const Place& place, const Type& type);
  FieldPlan plan_list(size_t relation, const Place& place, const Field& field);
  FieldPlan plan_moved_list(size_t relation, const Place& place, const Field& field);
  FieldPlan plan_json_text(size_t relation, const Place& place, const Field& field, const std::string& why);
  size_t column_of(size_t relation, const Place& place, ColumnRole role, Field field);
  std::string column_name(RelationPlan& plan, const Place& place);
  std::string relation_name(const std::string& wanted, const std::string& path, const std::string& key);
  ArrayMode mode_of(const std::string& path);
  size_t note(const std::string& path, std::string remark);
  void begin_natural_key(const Schema& records);
  void check_natural_key();

  const FlattenOptions options_;
  std::deque<RelationPlan> relations_;
  std::set<std::string> relation_names_;
  std::vector<FlattenNote> notes_;
  std::set<std::string> used_modes_;
  std::string natural_field_;
  std::optional<Type> natural_type_;
};

/// The type of a column of values once the options have seen to them (value_policies.h).
Type type_by_policies(const Type& type, const FlattenOptions& options);

}  // namespace sluice
