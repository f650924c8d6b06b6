#include "schema/origins.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "schema/name_text.h"
#include "schema/text_cursor.h"
#include "sluice/error.h"

namespace sluice {
namespace {

/// Takes no more memory than the fields do, and what is said of them: texts of foreign files may say anything.
void parse_origins(std::string_view text, std::vector<Field>& fields) {
  std::unordered_map<std::string_view, Field*> columns;
  for (Field& field : fields) columns.emplace(field.name, &field);
  TextCursor cursor(text, "the text of origins");
  bool is_first = true;
  for (cursor.skip_blanks(); !cursor.at_end(); cursor.skip_blanks()) {
    if (!std::exchange(is_first, false) && !cursor.take(',')) cursor.fail_expected("a comma");
    const auto column = columns.find(cursor.take_name());
    std::string origin = cursor.take_name();
    if (column != columns.end()) column->second->origin = std::move(origin);
  }
}

}  // namespace

std::string field_origin(std::string_view parent, std::string_view field) {
  std::string origin(parent);
  if (!origin.empty()) origin += '.';
  append_name(field, origin);
  return origin;
}

bool has_origins(const Schema& schema) {
  return std::ranges::any_of(schema.fields(), [](const Field& field) { return field.origin.has_value(); });
}

const Field* first_of_other_origin(const Schema& a, const Schema& b) {
  for (const Field& field : a.fields()) {
    const std::optional<size_t> place = field.origin ? b.find(field.name) : std::nullopt;
    if (place && b[*place].origin && b[*place].origin != field.origin) return &field;
  }
  return nullptr;
}

std::string origins_text(const Schema& schema) {
  std::string text;
  for (const Field& field : schema.fields()) {
    if (!field.origin || *field.origin == field_origin("", field.name)) continue;
    if (!text.empty()) text += ", ";
    append_name(field.name, text);
    text += ' ';
    append_name(*field.origin, text);
  }
  return text;
}

Schema with_origins(const Schema& schema, std::string_view text) {
  std::vector<Field> fields = schema.fields();
  for (Field& field : fields) field.origin = field_origin("", field.name);
  try {
    parse_origins(text, fields);
  } catch (const Error&) {
    return schema;
  }
  return Schema(std::move(fields));
}

Schema without_origins(const Schema& schema) {
  std::vector<Field> fields = schema.fields();
  for (Field& field : fields) field.origin.reset();
  return Schema(std::move(fields));
}

}  // namespace sluice
