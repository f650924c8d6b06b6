// Columns are laid over the buffers of a body, as the schema says in which order they come; whether they hold what they
// must is for Batch to check. (Arrow "Columnar Format", buffer listing for each layout.)
#include "arrow/ipc_columns.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/bits.h"
#include "columns/builder.h"
#include "columns/column_check.h"
#include "columns/widths.h"
#include "schema/nested.h"
#include "sluice/error.h"

namespace sluice {
namespace {

// Arrow recommends that no array be longer; null columns, which have no buffers, could claim anything.
constexpr int64_t kRowsMax = INT32_MAX;

// Offsets of a column without values, for writers that give none.
alignas(8) constexpr int32_t kNoOffsets[2] = {};

enum class Role : uint8_t { validity, offsets, values };

constexpr Role kRolesOfText[] = {Role::validity, Role::offsets, Role::values};
constexpr Role kRolesOfList[] = {Role::validity, Role::offsets};
constexpr Role kRolesOfStruct[] = {Role::validity};
constexpr Role kRolesOfFixed[] = {Role::validity, Role::values};

std::span<const Role> roles_of(TypeKind kind) {
  if (kind == TypeKind::null) return {};
  if (kind == TypeKind::struct_ || kind == TypeKind::fixed_list) return kRolesOfStruct;
  if (kind == TypeKind::list || kind == TypeKind::map) return kRolesOfList;
  if (is_text(kind)) return kRolesOfText;
  return kRolesOfFixed;
}

// The message of an error below, with the name of the column before it.
[[noreturn]] void rethrow(const Error& error, const std::string& path) {
  ErrorPlace place = error.place();
  place.field = path;
  throw Error(error.code(), "column \"" + path + "\" " + error.what(), std::move(place), error.hint());
}

class ColumnReader {
 public:
  explicit ColumnReader(IpcBody& body) : body_(body) {}

  Column column(const Field& field, const std::string& path);

 private:
  Column own_part(const Type& type);
  void read_validity(Column& column, int64_t null_count);

  IpcBody& body_;
};

Column ColumnReader::column(const Field& field, const std::string& path) {
  Column column;
  try {
    column = own_part(field.type);
  } catch (const Error& error) {
    rethrow(error, path);
  }
  for (const Field& child : field.type.children())
    column.children.push_back(
        this->column(child, path + (field.type.kind() == TypeKind::struct_ ? "." + child.name : "[]")));
  return column;
}

// The column without its children.
Column ColumnReader::own_part(const Type& type) {
  const ipc::FieldNode node = body_.next_node();
  if (node.length < 0 || node.length > kColumnValuesMax)
    throw Error(ErrorCode::corrupt, "has an impossible length: " + std::to_string(node.length));
  Column column;
  column.type = type;
  column.length = node.length;
  if (type.kind() == TypeKind::null) column.null_count = node.length;
  for (const Role role : roles_of(type.kind())) switch (role) {
      case Role::validity: read_validity(column, node.null_count); break;
      case Role::offsets: column.offsets = body_.next_buffer(); break;
      case Role::values: column.values = body_.next_buffer(); break;
    }
  if (has_offsets(type.kind()) && node.length == 0 && column.offsets.empty())
    column.offsets = Buffer(std::as_bytes(std::span(kNoOffsets)), nullptr);
  return column;
}

void ColumnReader::read_validity(Column& column, int64_t null_count) {
  column.validity = body_.next_buffer();
  const auto bytes = static_cast<int64_t>(column.validity.size());
  if (bytes > 0) {
    if (bytes < bytes_of_bits(column.length))
      throw Error(ErrorCode::corrupt, "has a validity bitmap of " + std::to_string(bytes) + " bytes for " +
                                          std::to_string(column.length) + " values");
    column.null_count = column.length - count_set_bits(column.validity.as<uint8_t>(), 0, column.length);
  }
  // Some readers skip the bitmap where the count says 0: believing either could be what the writer did not mean.
  if (null_count >= 0 && null_count != column.null_count)
    throw Error(ErrorCode::corrupt, "says that it has " + std::to_string(null_count) + " nulls, but its bitmap has " +
                                        std::to_string(column.null_count));
}

Field wire_field(const Field& field, const IpcField& form) {
  Field wire = field;
  if (form.dictionary) {
    wire.type = form.dictionary->index;
  } else if (is_encoded(form)) {
    std::vector<Field> children;
    for (size_t i = 0; i < form.children.size(); ++i)
      children.push_back(wire_field(field.type.children()[i], form.children[i]));
    wire.type = with_parts(field.type, std::move(children));
  }
  return wire;
}

class LookUp {
 public:
  LookUp(const Dictionaries& dictionaries, uint64_t bytes_max) : dictionaries_(dictionaries), bytes_left_(bytes_max) {}

  std::optional<Column> column(const Column& wire, const Field& field, const IpcField& form, const std::string& path);

 private:
  std::optional<Column> values(const Column& indices, const Field& field, int64_t id, const std::string& path);
  std::optional<Column> list_of(const Column& wire, const Field& field, const IpcField& form, const std::string& path);

  const Dictionaries& dictionaries_;
  uint64_t bytes_left_;
};

std::optional<Column> LookUp::column(const Column& wire, const Field& field, const IpcField& form,
                                     const std::string& path) {
  if (form.dictionary) return values(wire, field, form.dictionary->id, path);
  if (!is_encoded(form)) return wire;
  if (field.type.has_ranges()) return list_of(wire, field, form, path);
  Column out = wire;
  out.type = field.type;
  for (size_t i = 0; i < out.children.size(); ++i) {
    const Field& child = field.type.children()[i];
    auto found = column(wire.children[i], child, form.children[i], path + "." + child.name);
    if (!found) return std::nullopt;
    out.children[i] = std::move(*found);
  }
  return out;
}

std::optional<Column> LookUp::values(const Column& indices, const Field& field, int64_t id, const std::string& path) {
  const auto found = dictionaries_.find(id);
  try {
    if (found != dictionaries_.end() && !found->second.empty()) return found->second.look_up(indices, bytes_left_);
    if (indices.null_count < indices.length)
      throw Error(ErrorCode::corrupt, "needs the dictionary " + std::to_string(id) + ", which has not come before it");
  } catch (const Error& error) {
    rethrow(error, path);
  }
  ColumnBuilder nulls(field.type);
  for (int64_t i = 0; i < indices.length; ++i) nulls.append_null();
  return nulls.finish();
}

// Only the items of the rows at hand: a slice of a list still has all items.
std::optional<Column> LookUp::list_of(const Column& wire, const Field& field, const IpcField& form,
                                      const std::string& path) {
  const int32_t* const from = wire.offsets_data();
  const Column items = wire.children.front().slice(from[0], from[wire.length] - from[0]);
  auto child = column(items, field.type.element(), form.children.front(), path + "[]");
  if (!child) return std::nullopt;
  Bytes offsets;
  offsets.reserve(static_cast<size_t>(wire.length + 1) * sizeof(int32_t));
  for (int64_t i = 0; i <= wire.length; ++i) offsets.append_value(from[i] - from[0]);
  Column out;
  out.type = field.type;
  out.length = wire.length;
  out.null_count = wire.null_count;
  out.offsets = to_buffer(std::move(offsets));
  if (wire.null_count > 0) {
    Bytes bits(static_cast<size_t>(bytes_of_bits(wire.length)));
    copy_bits(wire.validity.as<uint8_t>(), wire.offset, wire.length, reinterpret_cast<uint8_t*>(bits.data()));
    out.validity = to_buffer(std::move(bits));
  }
  out.children.push_back(std::move(*child));
  return out;
}

}  // namespace

Schema wire_schema(const IpcSchema& schema) {
  std::vector<Field> fields;
  for (size_t i = 0; i < schema.fields.size(); ++i) fields.push_back(wire_field(schema.schema[i], schema.fields[i]));
  return Schema(std::move(fields));
}

Batch read_columns(IpcBody& body, const std::shared_ptr<const Schema>& wire) {
  const int64_t rows = body.rows();
  if (rows < 0 || rows > kRowsMax)
    throw Error(ErrorCode::corrupt, "has an impossible number of rows: " + std::to_string(rows));
  std::vector<Column> columns;
  ColumnReader reader(body);
  for (const Field& field : wire->fields()) columns.push_back(reader.column(field, field.name));
  body.finish();
  return Batch(wire, std::move(columns), rows);
}

bool is_encoded(const IpcField& form) { return form.dictionary || std::ranges::any_of(form.children, is_encoded); }

std::optional<Batch> look_up(const Batch& wire, const IpcSchema& schema, std::shared_ptr<const Schema> proper,
                             const Dictionaries& dictionaries, uint64_t bytes_max) {
  LookUp look_up(dictionaries, bytes_max);
  std::vector<Column> columns;
  for (size_t i = 0; i < wire.columns().size(); ++i) {
    const Field& field = (*proper)[i];
    auto column = look_up.column(wire.column(i), field, schema.fields[i], field.name);
    if (!column) return std::nullopt;
    columns.push_back(std::move(*column));
  }
  return Batch(std::move(proper), std::move(columns), wire.rows());
}

}  // namespace sluice
