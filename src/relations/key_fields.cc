#include "relations/key_fields.h"

#include <span>

#include "sluice/error.h"

namespace sluice {
namespace {

bool find_below(std::span<const Field> fields, std::string_view path, KeyField& found) {
  for (size_t i = 0; i < fields.size(); ++i) {
    const Field& field = fields[i];
    if (!path.starts_with(field.name)) continue;
    const std::string_view rest = path.substr(field.name.size());
    found.steps.push_back(i);
    found.names.push_back(field.name);
    found.field = &field;
    if (rest.empty()) return true;
    if (rest[0] == '.' && field.type.kind() == TypeKind::struct_ &&
        find_below(field.type.children(), rest.substr(1), found))
      return true;
    found.steps.pop_back();
    found.names.pop_back();
  }
  return false;
}

}  // namespace

std::optional<KeyField> find_key_field(const Schema& records, std::string_view path) {
  KeyField found;
  if (!find_below(records.fields(), path, found)) return std::nullopt;
  if (found.field->type.is_nested() || found.field->type.kind() == TypeKind::null) return std::nullopt;
  return found;
}

void refuse_key_field(const Schema& records, const std::string& path) {
  KeyField found;
  const bool is_there = find_below(records.fields(), path, found);
  std::string what = ", but the records have no such field";
  if (is_there && found.field->type.is_nested())
    what = ", whose values are nested: no keys";
  else if (is_there)
    what = found.field->type.kind() == TypeKind::boolean ? ", whose values are true or false: no keys"
                                                         : ", which never has a value";
  throw Error(ErrorCode::data, "keys are to be those of field " + path + what, {.field = path},
              "Name a field that every record has (--id-field NAME), or have keys made (--ids ordinal).");
}

}  // namespace sluice
