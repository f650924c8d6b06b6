// Schema to schema elements (parquet-format, LogicalTypes.md): the way out.
#include "format/schema_elements.h"

#include <algorithm>
#include <string_view>

#include "base/decimal.h"
#include "sluice/error.h"

namespace sluice {
namespace {

/// Digits that an integer of 32 or 64 bits holds whatever they are (LogicalTypes.md, "DECIMAL").
constexpr int kInt32DigitsMax = 9;
constexpr int kInt64DigitsMax = 18;

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

/// A time of day is no instant: with isAdjustedToUTC readers give it a zone.
void annotate_time(SchemaElement& element, const Type& type) {
  const TimeUnit unit = type.unit() == TimeUnit::second ? TimeUnit::millisecond : type.unit();
  element.logical_type = LogicalType{.kind = LogicalKind::time, .unit = unit};
  if (unit == TimeUnit::millisecond) element.converted_type = ConvertedType::time_millis;
  if (unit == TimeUnit::microsecond) element.converted_type = ConvertedType::time_micros;
}

void annotate_decimal(SchemaElement& element, const Type& type) {
  element.converted_type = ConvertedType::decimal;
  element.precision = type.precision();
  element.scale = type.scale();
  element.logical_type =
      LogicalType{.kind = LogicalKind::decimal, .scale = type.scale(), .precision = type.precision()};
}

void annotate_shape(SchemaElement& element, const Type& type) {
  constexpr std::string_view kAlgorithms[] = {"spherical", "vincenty", "thomas", "andoyer", "karney"};
  const bool round = type.kind() == TypeKind::geography;
  LogicalType shape{.kind = round ? LogicalKind::geography : LogicalKind::geometry};
  if (!type.crs().empty()) shape.crs = type.crs();
  if (round) {
    const auto* const found = std::ranges::find(kAlgorithms, type.algorithm());
    shape.algorithm = static_cast<EdgeAlgorithm>(found - std::begin(kAlgorithms));
  }
  element.logical_type = std::move(shape);
}

void describe_leaf(SchemaElement& element, const Type& type) {
  element.type = physical_type_of(type);
  if (element.type == PhysicalType::fixed_len_byte_array)
    element.type_length = static_cast<int32_t>(stored_width_of(type));
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
    // Without the older annotation, at which DuckDB and hyparquet refuse the whole file.
    case TypeKind::bson: element.logical_type = kind_only(LogicalKind::bson); return;
    case TypeKind::enum_: return annotate(element, LogicalKind::enum_, ConvertedType::enum_);
    case TypeKind::uuid: element.logical_type = kind_only(LogicalKind::uuid); return;
    case TypeKind::float16: element.logical_type = kind_only(LogicalKind::float16); return;
    case TypeKind::decimal: return annotate_decimal(element, type);
    case TypeKind::time: return annotate_time(element, type);
    case TypeKind::geometry:
    case TypeKind::geography: return annotate_shape(element, type);
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
  if (field.type.kind() == TypeKind::map) {
    annotate(element, LogicalKind::map, ConvertedType::map);
    element.num_children = 1;
    out.push_back(std::move(element));
    out.push_back({.repetition_type = FieldRepetitionType::repeated, .name = "key_value", .num_children = 2});
    append_field(field.type.key(), "key", depth + 1, out);
    append_field(field.type.value(), "value", depth + 1, out);
  } else if (field.type.kind() == TypeKind::list || field.type.kind() == TypeKind::fixed_list) {
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
    case TypeKind::timestamp:
    case TypeKind::duration: return PhysicalType::int64;
    case TypeKind::time: return leaf.unit() <= TimeUnit::millisecond ? PhysicalType::int32 : PhysicalType::int64;
    case TypeKind::decimal:
      if (leaf.precision() <= kInt32DigitsMax) return PhysicalType::int32;
      if (leaf.precision() <= kInt64DigitsMax) return PhysicalType::int64;
      return PhysicalType::fixed_len_byte_array;
    case TypeKind::float16:
    case TypeKind::fixed:
    case TypeKind::uuid: return PhysicalType::fixed_len_byte_array;
    case TypeKind::float32: return PhysicalType::float_;
    case TypeKind::float64: return PhysicalType::double_;
    case TypeKind::string:
    case TypeKind::binary:
    case TypeKind::json:
    case TypeKind::bson:
    case TypeKind::enum_:
    case TypeKind::geometry:
    case TypeKind::geography: return PhysicalType::byte_array;
    case TypeKind::list:
    case TypeKind::fixed_list:
    case TypeKind::map:
    case TypeKind::struct_: break;
  }
  throw Error(ErrorCode::bug, "a " + std::string(to_string(leaf.kind())) + " was asked for its physical type");
}

size_t stored_width_of(const Type& leaf) {
  if (physical_type_of(leaf) != PhysicalType::fixed_len_byte_array) return 0;
  if (leaf.kind() == TypeKind::decimal) return decimal_bytes(leaf.precision());
  return leaf.kind() == TypeKind::float16 ? sizeof(uint16_t) : static_cast<size_t>(leaf.size());
}

std::vector<SchemaElement> to_schema_elements(const Schema& schema) {
  std::vector<SchemaElement> out;
  out.reserve(schema.size() + 1);
  out.push_back({.name = "schema", .num_children = static_cast<int32_t>(schema.size())});
  for (const Field& field : schema.fields()) append_field(field, field.name, 1, out);
  return out;
}

}  // namespace sluice
