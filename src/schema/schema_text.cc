// The text form of types and schemas, written: "id int64 not null, tags list<string>". Grammar: docs/schema_text.md;
// reading: schema_parser.cc.
#include <algorithm>
#include <string>

#include "schema/schema_letters.h"
#include "sluice/schema.h"

namespace sluice {
inline namespace v0 {
namespace {

void append_quoted(std::string_view name, std::string& out) {
  out += '"';
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

/// Bare where that is plain to see; letters beyond ASCII are quoted, because some of them look like blanks.
void append_name(std::string_view name, std::string& out) {
  const bool bare = !name.empty() && !is_schema_digit(name[0]) &&
                    std::ranges::all_of(name, [](char c) { return is_schema_letter(c) || is_schema_digit(c); });
  if (bare)
    out += name;
  else
    append_quoted(name, out);
}

void append_zone(std::string_view zone, std::string& out) {
  const bool bare = std::ranges::all_of(zone, is_zone_letter) && zone.find("--") == std::string_view::npos;
  if (bare)
    out += zone;
  else
    append_quoted(zone, out);
}

void append_type(const Type& type, std::string& out);

/// What follows a name: type, "not null", id.
void append_meaning(const Field& field, std::string& out) {
  append_type(field.type, out);
  if (!field.nullable) out += " not null";
  if (field.id) out += " id " + std::to_string(*field.id);
}

void append_fields(std::span<const Field> fields, std::string& out) {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i != 0) out += ", ";
    append_name(fields[i].name, out);
    out += ' ';
    append_meaning(fields[i], out);
  }
}

void append_type(const Type& type, std::string& out) {
  out += to_string(type.kind());
  switch (type.kind()) {
    case TypeKind::timestamp:
      out.append("(").append(to_string(type.unit()));
      if (!type.zone().empty()) {
        out += ", ";
        append_zone(type.zone(), out);
      }
      out += ')';
      break;
    case TypeKind::list:
      out += '<';
      if (type.element().name != kElementName) {
        append_quoted(type.element().name, out);
        out += ' ';
      }
      append_meaning(type.element(), out);
      out += '>';
      break;
    case TypeKind::struct_:
      out += '<';
      append_fields(type.children(), out);
      out += '>';
      break;
    default: break;
  }
}

}  // namespace

std::string to_text(const Type& type) {
  std::string text;
  append_type(type, text);
  return text;
}

std::string to_text(const Schema& schema) {
  std::string text;
  append_fields(schema.fields(), text);
  return text;
}

}  // namespace v0
}  // namespace sluice
