// Schema to schema elements (parquet-format, LogicalTypes.md): the way out.
#include "format/schema_elements.h"

#include "sluice/error.h"

namespace sluice {
namespace {

LogicalType kind_only(LogicalKind kind) { return {.kind = kind}; }

void annotate_integer(SchemaElement& element, int8_t bit_width, bool is_signed, ConvertedType converted) {
  element.converted_type = converted;
  element.logical_type = LogicalType{.kind = LogicalKind::integer, .is_signed = is_signed, .bit_width = bit_width};
}

/// The specification wants the converted type for local timestamps too, so that old readers see a timestamp at all.
void annotate_timestamp(SchemaElement& element, const Type& type) {
  const TimeUnit unit = type.unit() == TimeUnit::second ? TimeUnit::millisecond : type.unit();
  element.logical_type =
      LogicalType{.kind = LogicalKind::timestamp, .is_adjusted_to_utc = !type.zone().empty(), .unit = unit};
  if (unit == TimeUnit::millisecond) element.converted_type = ConvertedType::timestamp_millis;
  if (unit == TimeUnit::microsecond) element.converted_type = ConvertedType::timestamp_micros;
}

void annotate(SchemaElement& element, LogicalKind kind, ConvertedType converted) {
  element.converted_type = converted;
  element.logical_type = kind_only(kind);
}

void describe_leaf(SchemaElement& element, const Type& type) {
  element.type = physical_type_of(type);
  switch (type.kind()) {
    case TypeKind::null: element.logical_type = kind_only(LogicalKind::unknown); return;
    case TypeKind::int8: return annotate_integer(element, 8, true, ConvertedType::int_8);
    case TypeKind::int16: return annotate_integer(element, 16, true, ConvertedType::int_16);
    case TypeKind::uint8: return annotate_integer(element, 8, false, ConvertedType::uint_8);
    case TypeKind::uint16: return annotate_integer(element, 16, false, ConvertedType::uint_16);
    case TypeKind::uint32: return annotate_integer(element, 32, false, ConvertedType::uint_32);
    case TypeKind::uint64: return annotate_integer(element, 64, false, ConvertedType::uint_64);
    case TypeKind::string: return annotate(element, LogicalKind::string, ConvertedType::utf8);
    case TypeKind::json: return annotate(element, LogicalKind::json, ConvertedType::json);
    case TypeKind::date: return annotate(element, LogicalKind::date, ConvertedType::date);
    case TypeKind::timestamp: return annotate_timestamp(element, type);
    default: return;  // the physical type says it all
  }
}

void append_field(const Field& field, const std::string& name, int depth, std::vector<SchemaElement>& out) {
  if (depth > kTypeDepthMax)
    throw Error(ErrorCode::unsupported,
                "the type of \"" + field.name + "\" nests deeper than " + std::to_string(kTypeDepthMax) + " levels");
  SchemaElement element{.name = name, .field_id = field.id};
  element.repetition_type = field.nullable ? FieldRepetitionType::optional : FieldRepetitionType::required;
  if (field.type.kind() == TypeKind::list) {
    annotate(element, LogicalKind::list, ConvertedType::list);
    element.num_children = 1;
    out.push_back(std::move(element));
    out.push_back({.repetition_type = FieldRepetitionType::repeated, .name = "list", .num_children = 1});
    append_field(field.type.element(), "element", depth + 1, out);
  } else if (field.type.kind() == TypeKind::struct_) {
    element.num_children = static_cast<int32_t>(field.type.children().size());
    out.push_back(std::move(element));
    for (const Field& child : field.type.children()) append_field(child, child.name, depth + 1, out);
  } else {
    describe_leaf(element, field.type);
    out.push_back(std::move(element));
  }
}

}  // namespace

PhysicalType physical_type_of(const Type& leaf) {
  switch (leaf.kind()) {
    case TypeKind::boolean: return PhysicalType::boolean;
    case TypeKind::null:
    case TypeKind::int8:
    case TypeKind::int16:
    case TypeKind::int32:
    case TypeKind::uint8:
    case TypeKind::uint16:
    case TypeKind::uint32:
    case TypeKind::date: return PhysicalType::int32;
    case TypeKind::int64:
    case TypeKind::uint64:
    case TypeKind::timestamp: return PhysicalType::int64;
    case TypeKind::float32: return PhysicalType::float_;
    case TypeKind::float64: return PhysicalType::double_;
    case TypeKind::string:
    case TypeKind::binary:
    case TypeKind::json: return PhysicalType::byte_array;
    case TypeKind::list:
    case TypeKind::struct_: break;
  }
  throw Error(ErrorCode::bug, "a " + std::string(to_string(leaf.kind())) + " was asked for its physical type");
}

std::vector<SchemaElement> to_schema_elements(const Schema& schema) {
  std::vector<SchemaElement> out;
  out.push_back({.name = "schema", .num_children = static_cast<int32_t>(schema.size())});
  for (const Field& field : schema.fields()) append_field(field, field.name, 1, out);
  return out;
}

}  // namespace sluice
