#include "support/growing_table.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "schema/nested.h"

namespace sluice::test {

namespace {

/// From which part on a field is there, and from which one it has its type.
struct Birth {
  int field = 0;
  int type = 0;
  std::vector<Birth> children;
};

/// Draws births; no field comes before the one in front of it.
class BirthDraw {
 public:
  BirthDraw(Draw& draw, int last) : draw_(draw), last_(last) {}

  std::vector<Birth> draw_fields(std::span<const Field> fields, int parent) {
    std::vector<Birth> births;
    for (size_t i = 0; i < fields.size(); ++i) {
      int field = births.empty() ? parent : births.back().field;
      // All that follow must be nullable too, or they cannot come behind it.
      const bool may_wait = i > 0 && std::all_of(fields.begin() + static_cast<ptrdiff_t>(i), fields.end(),
                                                 [](const Field& later) { return later.nullable; });
      if (may_wait && draw_.chance(35)) field = static_cast<int>(draw_.between(field, last_));
      births.push_back(draw_field(fields[i], field));
    }
    return births;
  }

 private:
  Birth draw_field(const Field& field, int born) {
    Birth birth{born, born, {}};
    if (field.nullable && field.type.kind() != TypeKind::null && draw_.chance(20))
      birth.type = static_cast<int>(draw_.between(born, last_));
    switch (field.type.kind()) {
      case TypeKind::struct_: birth.children = draw_fields(field.type.children(), birth.type); break;
      case TypeKind::list:
      case TypeKind::fixed_list: birth.children = {draw_field(field.type.element(), birth.type)}; break;
      case TypeKind::map: {
        Birth entry{birth.type, birth.type, {unchanging(field.type.key(), birth.type)}};
        entry.children.push_back(draw_field(field.type.value(), birth.type));
        birth.children = {std::move(entry)};
        break;
      }
      default: break;
    }
    return birth;
  }

  static Birth unchanging(const Field& field, int born) {
    Birth birth{born, born, {}};
    for (const Field& child : field.type.children()) birth.children.push_back(unchanging(child, born));
    return birth;
  }

  Draw& draw_;
  const int last_;
};

std::vector<Field> fields_at(int part, std::span<const Field> fields, const std::vector<Birth>& births) {
  std::vector<Field> some;
  for (size_t i = 0; i < fields.size() && births[i].field <= part; ++i) {
    Field field = fields[i];
    if (births[i].type > part) field.type = null();
    if (field.type.is_nested())
      field.type = with_parts(field.type, fields_at(part, field.type.children(), births[i].children));
    some.push_back(std::move(field));
  }
  return some;
}

Value null_value() {
  Value value;
  value.is_null = true;
  return value;
}

/// What is left of a value in part `part`; with `narrow` without fields that are not there.
Value value_at(int part, const Field& field, const Birth& birth, const Value& value, bool narrow) {
  if (value.is_null || std::max(birth.field, birth.type) > part) return null_value();
  if (!field.type.is_nested()) return value;
  Value left = value;
  left.parts.clear();
  const bool is_struct = field.type.kind() == TypeKind::struct_;
  for (size_t i = 0; i < value.parts.size(); ++i) {
    const size_t child = is_struct ? i : 0;
    if (narrow && birth.children[child].field > part) break;
    left.parts.push_back(value_at(part, field.type.children()[child], birth.children[child], value.parts[i], narrow));
  }
  return left;
}

}  // namespace

GrowingTable draw_growth(Draw& draw, const RandomTable& table, int64_t rows_step) {
  const int changes = static_cast<int>(draw.between(1, 4));
  const std::vector<Birth> births = BirthDraw(draw, changes).draw_fields(table.schema.fields(), 0);
  std::vector<int64_t> ends;
  for (int i = 0; i < changes; ++i)
    ends.push_back(draw.chance(15) ? table.rows : draw.between(0, table.rows) / rows_step * rows_step);
  std::ranges::sort(ends);
  ends.push_back(table.rows);

  GrowingTable grown;
  grown.whole = {table.schema, table.rows, std::vector<std::vector<Value>>(table.schema.size())};
  int64_t begin = 0;
  for (int part = 0; part <= changes; ++part) {
    const int64_t end = ends[static_cast<size_t>(part)];
    RandomTable& rows = grown.parts.emplace_back();
    rows.schema = Schema(fields_at(part, table.schema.fields(), births));
    rows.rows = end - begin;
    rows.columns.resize(rows.schema.size());
    for (size_t i = 0; i < table.schema.size(); ++i) {
      for (int64_t row = begin; row < end; ++row) {
        const Value& value = table.columns[i][static_cast<size_t>(row)];
        grown.whole.columns[i].push_back(value_at(part, table.schema[i], births[i], value, false));
        if (i < rows.schema.size()) rows.columns[i].push_back(value_at(part, table.schema[i], births[i], value, true));
      }
    }
    begin = end;
  }
  return grown;
}

}  // namespace sluice::test
