#include "files/file_shape.h"

#include <algorithm>
#include <utility>

#include "columns/widening.h"

namespace sluice {
namespace {

/// Where a field of that name stands. Schemas that go together mostly have it at the same place.
std::optional<size_t> find_field(std::span<const Field> fields, const std::string& name, size_t hint) {
  if (hint < fields.size() && fields[hint].name == name) return hint;
  const auto found = std::ranges::find(fields, name, &Field::name);
  if (found == fields.end()) return std::nullopt;
  return static_cast<size_t>(found - fields.begin());
}

/// The first leaf below a field: what has to be read to know whether a struct is there.
KeptColumn first_part(const Field& field, size_t index) {
  KeptColumn kept{index};
  if (field.type.kind() == TypeKind::struct_) kept.parts.push_back(first_part(field.type.children()[0], 0));
  return kept;
}

bool is_whole(const KeptColumn& kept, size_t fields) {
  if (kept.parts.size() != fields) return false;
  for (size_t i = 0; i < fields; ++i)
    if (kept.parts[i].index != i || !kept.parts[i].parts.empty()) return false;
  return true;
}

/// What of field `index` of a file is kept for `wanted`: of structs the fields of the same names.
KeptColumn kept_for(const Field& stored, size_t index, const Field& wanted) {
  KeptColumn kept{index};
  if (stored.type == wanted.type) return kept;
  if (stored.type.kind() != TypeKind::struct_ || wanted.type.kind() != TypeKind::struct_) return kept;
  const std::span<const Field> fields = stored.type.children();
  size_t hint = 0;
  for (const Field& part : wanted.type.children()) {
    const std::optional<size_t> found = find_field(fields, part.name, hint);
    if (!found) continue;
    kept.parts.push_back(kept_for(fields[*found], *found, part));
    hint = *found + 1;
  }
  if (kept.parts.empty()) kept.parts.push_back(first_part(fields[0], 0));
  if (is_whole(kept, fields.size())) kept.parts.clear();
  return kept;
}

bool begins_with(std::span<const size_t> steps, std::span<const size_t> first) {
  return steps.size() >= first.size() && std::ranges::equal(steps.first(first.size()), first);
}

/// Gathers leaves below what is kept. Leaves stand in the order of their steps.
void add_leaves(const std::vector<FileLeaf>& leaves, const KeptColumn& kept, std::vector<size_t>& steps,
                std::vector<size_t>& found) {
  steps.push_back(kept.index);
  if (kept.parts.empty()) {
    const auto steps_of = [](const FileLeaf& leaf) -> const std::vector<size_t>& { return leaf.leaf.steps; };
    auto leaf = std::ranges::lower_bound(leaves, steps, std::ranges::lexicographical_compare, steps_of);
    for (; leaf != leaves.end() && begins_with(leaf->leaf.steps, steps); ++leaf)
      found.push_back(static_cast<size_t>(leaf - leaves.begin()));
  }
  for (const KeptColumn& part : kept.parts) add_leaves(leaves, part, steps, found);
  steps.pop_back();
}

/// What was read of a file in the type that is wanted: fields of structs by name, nulls for those that are missing.
Column fitted(Column column, const Type& wanted) {
  if (column.type == wanted) return column;
  if (column.type.kind() != TypeKind::struct_ || wanted.kind() != TypeKind::struct_) return widened(column, wanted);
  const std::span<const Field> fields = column.type.children();
  std::vector<Column> children;
  size_t hint = 0;
  for (const Field& field : wanted.children()) {
    const std::optional<size_t> found = find_field(fields, field.name, hint);
    children.push_back(found ? fitted(std::move(column.children[*found]), field.type)
                             : null_column(field.type, column.length));
    if (found) hint = *found + 1;
  }
  column.children = std::move(children);
  column.type = wanted;
  return column;
}

}  // namespace

FileShape::FileShape(const StoredFile& file, std::shared_ptr<const Schema> wanted,
                     std::vector<std::optional<Column>> constants)
    : schema_(std::move(wanted)), leaves_(&file.leaves()) {
  const std::vector<Field>& fields = file.schema()->fields();
  columns_.reserve(schema_->size());
  size_t hint = 0;
  for (size_t i = 0; i < schema_->size(); ++i) {
    ShapedColumn& column = columns_.emplace_back();
    const std::optional<size_t> found = find_field(fields, (*schema_)[i].name, hint);
    if (!found) {
      if (i < constants.size()) column.constant = std::move(constants[i]);
      continue;
    }
    hint = *found + 1;
    column.stored = kept_for(fields[*found], *found, (*schema_)[i]);
    column.stored_field = kept_fields(fields, {&*column.stored, 1})[0];
    std::vector<size_t> steps;
    add_leaves(file.leaves(), *column.stored, steps, column.leaves);
  }
}

std::optional<size_t> FileShape::leaf_at(std::span<const size_t> steps) const {
  const ShapedColumn& column = columns_[steps[0]];
  if (!column.stored) return std::nullopt;
  // Down both trees by name: `stored_field` stands as the wanted one, but may lack fields.
  const Field* wanted = &(*schema_)[steps[0]];
  const KeptColumn* kept = &*column.stored;
  const Field* stored = &column.stored_field;
  std::vector<size_t> stored_steps{kept->index};
  for (const size_t step : steps.subspan(1)) {
    if (stored->type.kind() != TypeKind::struct_) return std::nullopt;
    wanted = &wanted->type.children()[step];
    const std::span<const Field> fields = stored->type.children();
    const std::optional<size_t> found = find_field(fields, wanted->name, step);
    if (!found) return std::nullopt;
    stored = &fields[*found];
    const bool is_cut = kept != nullptr && !kept->parts.empty();
    kept = is_cut ? &kept->parts[*found] : nullptr;
    stored_steps.push_back(is_cut ? kept->index : *found);
  }
  for (const size_t leaf : column.leaves)
    if ((*leaves_)[leaf].leaf.steps == stored_steps) return leaf;
  return std::nullopt;
}

Column FileShape::shaped(size_t index, std::optional<Column> stored, int64_t rows) const {
  const Type& wanted = (*schema_)[index].type;
  if (stored) return fitted(std::move(*stored), wanted);
  const std::optional<Column>& constant = columns_[index].constant;
  return constant ? repeated_value(*constant, rows) : null_column(wanted, rows);
}

}  // namespace sluice
