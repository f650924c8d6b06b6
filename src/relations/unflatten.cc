// Joins relations back to records: rows find their places in their parents' lists by keys, then lists, structs and
// records are put together from the columns, the deepest first.
#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/bits.h"
#include "base/bytes.h"
#include "columns/builder.h"
#include "columns/gather.h"
#include "columns/widening.h"
#include "columns/widths.h"
#include "schema/nested.h"
#include "sluice/error.h"
#include "sluice/flatten.h"

namespace sluice {
namespace {

using Places = std::vector<ValuePlace>;

Column gathered(std::span<const Column* const> pieces, const Places& places) {
  uint64_t bytes_left = UINT64_MAX;
  std::optional<Column> column = gather(pieces, places, bytes_left);
  if (!column)
    throw Error(ErrorCode::unsupported, "a column of the records would have more than 2^31-1 bytes or items");
  return std::move(*column);
}

/// A relation with all of its rows.
struct Table {
  const Relation* relation = nullptr;
  int64_t rows = 0;
  std::vector<Column> columns{};  ///< as many as the relation has
};

/// Rows of batches that may have fewer columns than later ones.
Table table_of(const Relation& relation, const std::vector<RelationBatch>& batches) {
  Table table{&relation};
  std::vector<const Batch*> parts;
  for (const RelationBatch& part : batches)
    if (part.relation == relation.name && part.batch.rows() > 0) parts.push_back(&part.batch);
  Places places;
  for (size_t part = 0; part < parts.size(); ++part)
    for (int64_t row = 0; row < parts[part]->rows(); ++row)
      places.push_back({static_cast<uint32_t>(part), static_cast<int32_t>(row)});
  table.rows = static_cast<int64_t>(places.size());
  for (const RelationColumn& column : relation.columns) {
    Type type;  // of the latest batch that has the column
    for (const Batch* part : parts)
      if (const auto at = part->schema().find(column.name)) type = part->schema()[*at].type;
    std::vector<Column> pieces;
    for (const Batch* part : parts) {
      const auto at = part->schema().find(column.name);
      pieces.push_back(at ? widened(part->column(*at), type) : null_column(type, part->rows()));
    }
    std::vector<const Column*> pointers;
    for (const Column& piece : pieces) pointers.push_back(&piece);
    table.columns.push_back(pieces.empty() ? null_column(type, 0) : gathered(pointers, places));
  }
  return table;
}

std::string_view key_at(const Column& column, int64_t row) {
  const auto bytes = as_text(column.values.bytes());
  if (has_offsets(column.type.kind())) {
    const int32_t* at = column.offsets_data() + row;
    return bytes.substr(static_cast<size_t>(at[0]), static_cast<size_t>(at[1] - at[0]));
  }
  const size_t width = fixed_width(column.type);
  return bytes.substr(static_cast<size_t>(column.offset + row) * width, width);
}

class Unflattening {
 public:
  Unflattening(const std::vector<Relation>& relations, const std::vector<RelationBatch>& batches) {
    for (const Relation& relation : relations) tables_.push_back(table_of(relation, batches));
  }

  Batch records(const Schema& schema);

 private:
  Column value_of(size_t table, const Type& type, const std::vector<size_t>& steps) const;
  Column struct_of(size_t table, const Type& type, const std::vector<size_t>& steps) const;
  Column list_of(size_t table, const Type& type, const std::vector<size_t>& steps, const Column& lengths) const;
  Column with_lengths(const Column& lists, const Column& lengths) const;
  Places places_of(size_t table, size_t child, const std::vector<int64_t>& begins, const Column& lengths,
                   int64_t items) const;
  const Column* find(size_t table, ColumnRole role, const std::vector<size_t>& steps) const;
  std::optional<size_t> find_child(size_t table, const std::vector<size_t>& steps) const;

  std::vector<Table> tables_;
};

const Column* Unflattening::find(size_t table, ColumnRole role, const std::vector<size_t>& steps) const {
  const std::vector<RelationColumn>& columns = tables_[table].relation->columns;
  const auto known = std::ranges::find_if(
      columns, [&](const RelationColumn& column) { return column.role == role && column.steps == steps; });
  return known == columns.end() ? nullptr : &tables_[table].columns[static_cast<size_t>(known - columns.begin())];
}

std::optional<size_t> Unflattening::find_child(size_t table, const std::vector<size_t>& steps) const {
  for (size_t i = 0; i < tables_.size(); ++i)
    if (tables_[i].relation->parent == table && tables_[i].relation->steps == steps) return i;
  return std::nullopt;
}

Batch Unflattening::records(const Schema& schema) {
  const int64_t rows = tables_[0].rows;
  std::vector<Field> fields;
  std::vector<Column> columns;
  for (size_t i = 0; i < schema.size(); ++i) {
    columns.push_back(value_of(0, schema[i].type, {i}));
    fields.push_back({schema[i].name, columns.back().type});
  }
  return Batch(std::make_shared<const Schema>(std::move(fields)), std::move(columns), rows);
}

Column Unflattening::value_of(size_t table, const Type& type, const std::vector<size_t>& steps) const {
  if (const Column* text = find(table, ColumnRole::json_text, steps)) return *text;
  const Column* const lengths = find(table, ColumnRole::length, steps);
  const Column* const value = find(table, ColumnRole::value, steps);
  const bool has_value = value != nullptr && value->type.kind() != TypeKind::null;
  if (has_value && lengths != nullptr && value->type.has_ranges()) return with_lengths(*value, *lengths);
  if (has_value) return *value;
  if (type.kind() == TypeKind::struct_) return struct_of(table, type, steps);
  if (lengths != nullptr) return list_of(table, type, steps, *lengths);
  return null_column(null(), tables_[table].rows);
}

/// Null where all of its fields are.
Column Unflattening::struct_of(size_t table, const Type& type, const std::vector<size_t>& steps) const {
  Column column;
  column.length = tables_[table].rows;
  std::vector<Field> fields;
  Bytes bits(static_cast<size_t>(bytes_of_bits(column.length)));
  auto* const valid = reinterpret_cast<uint8_t*>(bits.data());
  fill_bits(false, column.length, valid, 0);
  for (size_t i = 0; i < type.children().size(); ++i) {
    std::vector<size_t> inner = steps;
    inner.push_back(i);
    const Column& child = column.children.emplace_back(value_of(table, type.children()[i].type, inner));
    fields.push_back({type.children()[i].name, child.type});
    for (int64_t row = 0; row < child.length; ++row)
      if (child.is_valid(row)) valid[row >> 3] |= static_cast<uint8_t>(1 << (row & 7));
  }
  column.type = struct_(std::move(fields));
  column.null_count = column.length - count_set_bits(valid, 0, column.length);
  if (column.null_count > 0) column.validity = to_buffer(std::move(bits));
  return column;
}

/// Lists that held only nulls at first have a length for those, and are null themselves.
Column Unflattening::with_lengths(const Column& lists, const Column& lengths) const {
  ColumnBuilder sizes(list(null()));
  Places places;
  std::vector<int32_t> ends{0};
  std::vector<bool> valid;
  for (int64_t row = 0; row < lists.length; ++row) {
    if (lists.is_valid(row)) {
      for (int32_t item = lists.offsets_data()[row]; item < lists.offsets_data()[row + 1]; ++item)
        places.push_back({0, item});
    } else if (lengths.is_valid(row)) {
      places.resize(places.size() + static_cast<size_t>(lengths.data<int32_t>()[row]));
    }
    ends.push_back(static_cast<int32_t>(places.size()));
  }
  Column out = lists;
  Bytes offsets;
  offsets.append(ends.data(), ends.size() * sizeof(int32_t));
  const Column* pieces[] = {&lists.children[0]};
  out.children = {gathered(pieces, places)};
  out.offset = 0;
  out.offsets = to_buffer(std::move(offsets));
  out.validity = lengths.validity;
  out.null_count = lengths.null_count;
  return out;
}

Column Unflattening::list_of(size_t table, const Type& type, const std::vector<size_t>& steps,
                             const Column& lengths) const {
  const std::optional<size_t> child = find_child(table, steps);
  const bool is_fixed = type.kind() == TypeKind::fixed_list;
  std::vector<int64_t> begins;
  Bytes offsets;
  int64_t items = 0;
  for (int64_t row = 0; row < lengths.length; ++row) {
    begins.push_back(items);
    offsets.append_value(static_cast<int32_t>(items));
    if (is_fixed)
      items += type.size();
    else if (lengths.is_valid(row))
      items += lengths.data<int32_t>()[row];
    if (items > INT32_MAX) throw Error(ErrorCode::unsupported, "lists of the records have more than 2^31-1 items");
  }
  offsets.append_value(static_cast<int32_t>(items));

  Column out = lengths;
  out.values = {};
  Column values = null_column(null(), items);
  if (child) {
    const Column found = value_of(*child, type.children()[0].type, {});
    const Column* pieces[] = {&found};
    values = gathered(pieces, places_of(table, *child, begins, lengths, items));
  }
  if (type.kind() == TypeKind::map) {
    values.validity = {};  // entries are never null
    values.null_count = 0;
  }
  Field item = type.children()[0];
  item.type = values.type;
  item.nullable = item.nullable || type.kind() != TypeKind::map;
  out.type = type.kind() == TypeKind::map ? map(values.type.children()[0], values.type.children()[1])
                                          : with_parts(type, {item});
  if (type.kind() == TypeKind::map) values.type = out.type.element().type;
  if (!is_fixed) out.offsets = to_buffer(std::move(offsets));
  out.children.push_back(std::move(values));
  return out;
}

/// Which row of `child` is which item.
Places Unflattening::places_of(size_t table, size_t child, const std::vector<int64_t>& begins, const Column& lengths,
                               int64_t items) const {
  const Table& parents = tables_[table];
  const Table& rows = tables_[child];
  const std::string& name = rows.relation->name;
  const Column& ids = parents.columns[parents.relation->id_column];
  std::unordered_map<std::string_view, int64_t> row_of;
  for (int64_t row = 0; row < parents.rows; ++row)
    if (!row_of.emplace(key_at(ids, row), row).second)
      throw Error(ErrorCode::data, "two rows of " + parents.relation->name + " have the same key", {.row = row});
  const Column& parent_ids = *find(child, ColumnRole::parent_id, {});
  const Column& indexes = *find(child, ColumnRole::index, {});
  Places places(static_cast<size_t>(items));
  for (int64_t row = 0; row < rows.rows; ++row) {
    const auto parent = row_of.find(key_at(parent_ids, row));
    if (parent == row_of.end())
      throw Error(ErrorCode::data,
                  "row " + std::to_string(row) + " of " + name + " belongs to no row of " + parents.relation->name,
                  {.row = row});
    const int32_t index = indexes.data<int32_t>()[row];
    const bool has_list = lengths.is_valid(parent->second);
    if (!has_list || index < 0 || index >= lengths.data<int32_t>()[parent->second])
      throw Error(ErrorCode::data,
                  "row " + std::to_string(row) + " of " + name + " is item " + std::to_string(index) +
                      " of a list that is not as long",
                  {.row = row});
    ValuePlace& place = places[static_cast<size_t>(begins[static_cast<size_t>(parent->second)] + index)];
    if (place.row != ValuePlace::kNowhere)
      throw Error(ErrorCode::data,
                  "rows " + std::to_string(place.row) + " and " + std::to_string(row) + " of " + name +
                      " are the same item of one list",
                  {.row = row});
    place.row = static_cast<int32_t>(row);
  }
  return places;
}

}  // namespace

inline namespace v0 {

Batch unflatten(const std::vector<Relation>& relations, const Schema& record_schema, std::vector<RelationBatch> rows) {
  if (relations.empty()) throw Error(ErrorCode::invalid, "there is no relation to make records of");
  return Unflattening(relations, rows).records(record_schema);
}

}  // namespace v0
}  // namespace sluice
