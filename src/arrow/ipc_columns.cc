// Buffers are handed out to columns in the order of the schema. (Arrow "Columnar Format", buffer listing for each
// layout.)
#include "arrow/ipc_columns.h"

#include <algorithm>
#include <string>
#include <utility>

#include "arrow/ipc_fault.h"
#include "base/bits.h"
#include "columns/column_check.h"
#include "columns/widths.h"

namespace sluice {
namespace {

// Arrow recommends that no array be longer; null columns, which have no buffers, could claim anything.
constexpr int64_t kRowsMax = INT32_MAX;

class ColumnReader {
 public:
  explicit ColumnReader(IpcBody& body) : body_(body) {}

  /// `length`: as many values as it must have; -1 where that is open.
  IpcColumn column(const Field& field, const IpcField& form, int64_t length, const std::string& path);
  uint64_t bytes() const { return bytes_; }

 private:
  IpcColumn own_part(const Type& type, ArrayForm form, int64_t length);
  void read_validity(IpcColumn& column, int64_t null_count);
  Buffer next_buffer();

  IpcBody& body_;
  uint64_t bytes_ = 0;
};

IpcColumn ColumnReader::column(const Field& field, const IpcField& form, int64_t length, const std::string& path) {
  IpcColumn column;
  int64_t part_length = -1;
  try {
    column = form.dictionary ? own_part(form.dictionary->index, ArrayForm::plain, length)
                             : own_part(field.type, form.form, length);
    if (!field.type.has_ranges() && __builtin_mul_overflow(column.length, child_values(field.type), &part_length))
      fail_ipc("has an impossible length: " + std::to_string(column.length));
  } catch (const Error& error) {
    rethrow_for_column(error, path);
  }
  if (form.dictionary) return column;
  const std::span<const Field> parts = field.type.children();
  for (size_t i = 0; i < parts.size(); ++i)
    column.children.push_back(this->column(parts[i], form.children[i], part_length, part_path(path, field, parts[i])));
  return column;
}

// The column without its children.
IpcColumn ColumnReader::own_part(const Type& type, ArrayForm form, int64_t length) {
  const ipc::FieldNode node = body_.next_node();
  if (node.length < 0 || node.length > kColumnValuesMax)
    fail_ipc("has an impossible length: " + std::to_string(node.length));
  IpcColumn column;
  column.length = node.length;
  const TypeKind kind = type.kind();
  if (kind != TypeKind::null) read_validity(column, node.null_count);
  if (length >= 0 && node.length != length)
    fail_ipc("has " + std::to_string(node.length) + " values where " + std::to_string(length) + " are expected");
  const bool is_view = is_text(kind) && form == ArrayForm::view;
  if (has_offsets(kind) && !is_view) column.offsets = next_buffer();
  if (kind == TypeKind::boolean || fixed_width(type) > 0 || is_text(kind)) column.values = next_buffer();
  if (is_view)
    for (size_t left = body_.next_view_buffers(); left > 0; --left) column.view_buffers.push_back(next_buffer());
  return column;
}

void ColumnReader::read_validity(IpcColumn& column, int64_t null_count) {
  column.validity = next_buffer();
  const auto bytes = static_cast<int64_t>(column.validity.size());
  int64_t nulls = 0;
  if (bytes > 0) {
    if (bytes < bytes_of_bits(column.length))
      fail_ipc("has a validity bitmap of " + std::to_string(bytes) + " bytes for " + std::to_string(column.length) +
               " values");
    nulls = column.length - count_set_bits(column.validity.as<uint8_t>(), 0, column.length);
  }
  // Some readers skip the bitmap where the count says 0: believing either could be what the writer did not mean.
  if (null_count >= 0 && null_count != nulls)
    fail_ipc("says that it has " + std::to_string(null_count) + " nulls, but its bitmap has " + std::to_string(nulls));
}

Buffer ColumnReader::next_buffer() {
  Buffer buffer = body_.next_buffer();
  bytes_ += buffer.size();
  return buffer;
}

}  // namespace

IpcRows read_rows(IpcBody& body, const IpcSchema& schema) {
  IpcRows rows{.count = body.rows()};
  if (rows.count < 0 || rows.count > kRowsMax)
    fail_ipc("has an impossible number of rows: " + std::to_string(rows.count));
  ColumnReader reader(body);
  for (size_t i = 0; i < schema.fields.size(); ++i)
    rows.columns.push_back(reader.column(schema.schema[i], schema.fields[i], rows.count, schema.schema[i].name));
  body.finish();
  rows.bytes = reader.bytes();
  rows.made_bytes = body.made_bytes();
  return rows;
}

bool is_reformed(const IpcField& form) {
  return form.dictionary || form.form != ArrayForm::plain || std::ranges::any_of(form.children, is_reformed);
}

std::string part_path(const std::string& path, const Field& field, const Field& part) {
  return path + (field.type.kind() == TypeKind::struct_ ? "." + part.name : "[]");
}

void rethrow_for_column(const Error& error, const std::string& path) {
  ErrorPlace place = error.place();
  place.field = path;
  throw Error(error.code(), "column \"" + path + "\" " + error.what(), std::move(place), error.hint());
}

}  // namespace sluice
