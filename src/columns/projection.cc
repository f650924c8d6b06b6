#include "columns/projection.h"

#include <algorithm>
#include <string>
#include <utility>

#include "columns/column_path.h"
#include "sluice/error.h"

namespace sluice {
bool keep_column(std::vector<KeptColumn>& kept, std::span<const size_t> steps) {
  const auto known = std::ranges::find(kept, steps[0], &KeptColumn::index);
  const bool is_end = steps.size() == 1;
  if (known == kept.end()) {
    KeptColumn& added = kept.emplace_back(KeptColumn{steps[0]});
    return is_end || keep_column(added.parts, steps.subspan(1));
  }
  if (is_end || known->parts.empty()) return false;
  return keep_column(known->parts, steps.subspan(1));
}

std::vector<Field> kept_fields(std::span<const Field> fields, std::span<const KeptColumn> kept) {
  std::vector<Field> projected;
  for (const KeptColumn& one : kept) {
    Field field = fields[one.index];
    if (!one.parts.empty()) field.type = struct_(kept_fields(field.type.children(), one.parts));
    projected.push_back(std::move(field));
  }
  return projected;
}

namespace {

std::vector<Column> project_columns(std::span<const Column> columns, std::span<const Field> fields,
                                    std::span<const KeptColumn> kept) {
  std::vector<Column> projected;
  for (size_t i = 0; i < kept.size(); ++i) {
    Column column = columns[kept[i].index];
    if (!kept[i].parts.empty()) {
      column.type = fields[i].type;
      column.children = project_columns(column.children, column.type.children(), kept[i].parts);
    }
    projected.push_back(std::move(column));
  }
  return projected;
}

}  // namespace

Projection::Projection(const Schema& schema, std::span<const ColumnPath> columns) {
  for (const ColumnPath& path : columns) {
    if (path.empty()) throw Error(ErrorCode::invalid, "a column to keep has no name");
    if (keep_column(kept_, find_column(schema, path).steps)) continue;
    const std::string name = path_name(path);
    throw Error(ErrorCode::invalid, "column \"" + name + "\", or one inside of or around it, is named before",
                {.field = name}, "Name every column to keep once.");
  }
  schema_ = std::make_shared<const Schema>(kept_fields(schema.fields(), kept_));
}

Projection::Projection(const Schema& schema, std::vector<KeptColumn> kept)
    : kept_(std::move(kept)), schema_(std::make_shared<const Schema>(kept_fields(schema.fields(), kept_))) {}

Batch Projection::project(const Batch& batch) const { return Batch(schema_, project(batch.columns()), batch.rows()); }

std::vector<Column> Projection::project(std::span<const Column> columns) const {
  return project_columns(columns, schema_->fields(), kept_);
}

}  // namespace sluice
