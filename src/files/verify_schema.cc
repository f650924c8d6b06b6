#include "files/verify_schema.h"

#include <span>
#include <string>
#include <utility>

#include "arrow/ipc_schema.h"
#include "format/schema_elements.h"
#include "schema/kinds.h"
#include "schema/leaves.h"
#include "sluice/error.h"

namespace sluice {
namespace {

/// What the values of a leaf are at the least: others are never kept in it, whatever a writer makes of its types.
enum class ValueClass : uint8_t { any, boolean, integer, float32, float64, bytes };

ValueClass class_of(const Type& type) {
  if (is_integer(type.kind())) return ValueClass::integer;
  switch (type.kind()) {
    case TypeKind::boolean: return ValueClass::boolean;
    case TypeKind::date:
    case TypeKind::time:
    case TypeKind::timestamp:
    case TypeKind::duration: return ValueClass::integer;
    case TypeKind::float32: return ValueClass::float32;
    case TypeKind::float64: return ValueClass::float64;
    case TypeKind::string:
    case TypeKind::binary:
    case TypeKind::json:
    case TypeKind::bson:
    case TypeKind::enum_:
    case TypeKind::fixed:
    case TypeKind::uuid:
    case TypeKind::geometry:
    case TypeKind::geography: return ValueClass::bytes;
    default: return ValueClass::any;
  }
}

bool is_same_kind(const Type& arrow, const Type& parquet) {
  if (arrow.is_nested() != parquet.is_nested()) return false;
  if (arrow.is_nested()) {
    const auto list_or = [](TypeKind kind) { return kind == TypeKind::fixed_list ? TypeKind::list : kind; };
    return list_or(arrow.kind()) == list_or(parquet.kind());
  }
  const ValueClass a = class_of(arrow);
  const ValueClass b = class_of(parquet);
  return a == b || a == ValueClass::any || b == ValueClass::any;
}

/// Whose fields are compared.
struct Place {
  std::string name{};
  TypeKind kind = TypeKind::struct_;  ///< the root is one
  bool is_in_map = false;             ///< the struct of a map's key and value: what these are called does not matter

  std::string name_of(const Field& field) const {
    if (kind != TypeKind::struct_) return element_name(name);
    return name.empty() ? field.name : child_name(name, field.name);
  }
  bool has_names() const { return kind == TypeKind::struct_ && !is_in_map; }
};

/// The first difference as a sentence; empty where there is none.
std::string difference(std::span<const Field> arrow, std::span<const Field> parquet, const Place& place) {
  if (arrow.size() != parquet.size())
    return "it has " + std::to_string(arrow.size()) + " fields " +
           (place.name.empty() ? std::string() : "in " + place.name + " ") + "where the file has " +
           std::to_string(parquet.size());
  for (size_t i = 0; i < arrow.size(); ++i) {
    const Type& type = parquet[i].type;
    const std::string name = place.name_of(parquet[i]);
    if (place.has_names() && arrow[i].name != parquet[i].name)
      return "it has a field \"" + arrow[i].name + "\" where the file has " + name;
    if (!is_same_kind(arrow[i].type, type))
      return "column " + name + " is " + to_text(arrow[i].type) + " there, and " + to_text(type) + " in the file";
    std::string below =
        difference(arrow[i].type.children(), type.children(), {name, type.kind(), place.kind == TypeKind::map});
    if (!below.empty()) return below;
  }
  return {};
}

Finding finding_of(FindingKind kind, const std::string& words) {
  Finding finding{.kind = kind, .check = "arrow_schema"};
  finding.words = words;
  return finding;
}

}  // namespace

std::optional<Finding> check_arrow_schema(const StoredFile& file) {
  const std::string* const text = file.metadata_value("ARROW:schema");
  if (text == nullptr) return std::nullopt;
  try {
    const Schema arrow = read_stored_arrow_schema(*text);
    const Schema parquet = from_schema_elements(file.metadata().schema, file.path());
    const std::string fault = difference(arrow.fields(), parquet.fields(), {});
    if (fault.empty()) return std::nullopt;
    return finding_of(FindingKind::contradiction, "the stored Arrow schema does not fit the file: " + fault);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::unsupported) return std::nullopt;
    return finding_of(FindingKind::damage, std::string("the stored Arrow schema cannot be read: ") + error.what());
  }
}

}  // namespace sluice
