// The text form of types and schemas, written: "id int64 not null, tags list<string>". Grammar: docs/schema_text.md;
// reading: schema_parser.cc.
#include <algorithm>
#include <string>

#include "schema/name_text.h"
#include "schema/schema_letters.h"
#include "sluice/schema.h"

namespace sluice {
inline namespace v0 {
namespace {

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

void append_element(const Field& element, std::string& out) {
  if (element.name != kElementName) {
    append_quoted(element.name, out);
    out += ' ';
  }
  append_meaning(element, out);
}

/// The id of a key or value; a key is never null, which goes without saying.
void append_map(const Type& type, std::string& out) {
  append_type(type.key().type, out);
  if (type.key().id) out += " id " + std::to_string(*type.key().id);
  out += ", ";
  append_meaning(type.value(), out);
}

/// "(crs, algorithm)" as far as they differ from what is meant without them.
void append_shape(const Type& type, std::string& out) {
  const bool names_algorithm = type.kind() == TypeKind::geography && type.algorithm() != kDefaultAlgorithm;
  if (type.crs().empty() && !names_algorithm) return;
  out += '(';
  append_quoted(type.crs().empty() ? kDefaultCrs : std::string_view(type.crs()), out);
  if (names_algorithm) out.append(", ").append(type.algorithm());
  out += ')';
}

void append_type(const Type& type, std::string& out) {
  out += to_string(type.kind());
  switch (type.kind()) {
    case TypeKind::decimal:
      out.append("(").append(std::to_string(type.precision())).append(", ");
      out.append(std::to_string(type.scale())).append(")");
      break;
    case TypeKind::fixed: out.append("(").append(std::to_string(type.size())).append(")"); break;
    case TypeKind::time:
    case TypeKind::duration: out.append("(").append(to_string(type.unit())).append(")"); break;
    case TypeKind::geometry:
    case TypeKind::geography: append_shape(type, out); break;
    case TypeKind::fixed_list:
      out += '<';
      append_element(type.element(), out);
      out.append(", ").append(std::to_string(type.size())).append(">");
      break;
    case TypeKind::map:
      out += '<';
      append_map(type, out);
      out += '>';
      break;
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
      append_element(type.element(), out);
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
