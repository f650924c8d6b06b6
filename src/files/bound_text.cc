#include "files/bound_text.h"

#include <charconv>
#include <cstdint>

#include "base/bytes.h"
#include "base/calendar.h"
#include "base/decimal.h"
#include "base/float16.h"
#include "base/utf8.h"
#include "base/uuid_text.h"
#include "format/schema_elements.h"

namespace sluice {
namespace {

template <typename T>
std::optional<T> value_of(std::string_view plain) {
  if (plain.size() != sizeof(T)) return std::nullopt;
  return load<T>(plain.data());
}

/// Integers in decimal, floats as the shortest text that reads back as the same value.
template <typename T>
std::optional<std::string> number_text(std::string_view plain) {
  const std::optional<T> value = value_of<T>(plain);
  if (!value) return std::nullopt;
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, *value).ptr);
}

std::optional<std::string> boolean_text(std::string_view plain) {
  if (plain.size() != 1) return std::nullopt;
  return plain[0] != 0 ? "true" : "false";
}

std::optional<std::string> date_text(std::string_view plain) {
  const std::optional<int32_t> days = value_of<int32_t>(plain);
  if (!days) return std::nullopt;
  std::string text;
  append_date(*days, text);
  return text;
}

std::optional<std::string> timestamp_text(const Type& type, std::string_view plain) {
  const std::optional<int64_t> ticks = value_of<int64_t>(plain);
  if (!ticks) return std::nullopt;
  std::string text;
  append_timestamp(*ticks, type.unit(), type.zone().empty() ? ZoneMark::none : ZoneMark::utc, text);
  return text;
}

std::optional<std::string> time_text(const Type& type, std::string_view plain) {
  const bool wide = type.unit() > TimeUnit::millisecond;
  const std::optional<int64_t> ticks =
      wide ? value_of<int64_t>(plain) : std::optional<int64_t>(value_of<int32_t>(plain));
  // Beyond a day it is no time: the number says so.
  if (!ticks || *ticks < 0 || *ticks > kSecondsPerDay * ticks_per_second(type.unit()))
    return ticks ? std::optional(std::to_string(*ticks)) : std::nullopt;
  std::string text;
  append_time(*ticks, type.unit(), text);
  return text;
}

std::optional<std::string> decimal_text(const Type& type, std::string_view plain, PhysicalType carrier) {
  const bool number = carrier == PhysicalType::int32 || carrier == PhysicalType::int64;
  if (plain.empty() || plain.size() > sizeof(Int256)) return std::nullopt;
  if (number && plain.size() != (carrier == PhysicalType::int32 ? sizeof(int32_t) : sizeof(int64_t)))
    return std::nullopt;
  std::string text;
  append_decimal(number ? from_little_endian(plain.data(), plain.size()) : from_big_endian(plain.data(), plain.size()),
                 type.scale(), text);
  return text;
}

std::optional<std::string> float16_text(std::string_view plain) {
  const std::optional<uint16_t> bits = value_of<uint16_t>(plain);
  if (!bits) return std::nullopt;
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, from_float16(*bits)).ptr);
}

std::string hex_text(std::string_view bytes) {
  std::string text;
  append_hex(bytes, text);
  return text;
}

std::optional<std::string> fixed_text(const Type& type, std::string_view plain) {
  if (plain.size() != static_cast<size_t>(type.size())) return std::nullopt;
  if (type.kind() == TypeKind::fixed) return hex_text(plain);
  std::string text;
  append_uuid(plain, text);
  return text;
}

/// Whether bounds of a leaf with this annotation are those of `type`.
bool is_understood(LogicalKind kind, TypeKind type) {
  switch (kind) {
    case LogicalKind::string:
    case LogicalKind::enum_:
    case LogicalKind::date:
    case LogicalKind::timestamp:
    case LogicalKind::integer:
    case LogicalKind::json:
    case LogicalKind::bson:
    case LogicalKind::uuid: return true;
    case LogicalKind::decimal: return type == TypeKind::decimal;
    case LogicalKind::time: return type == TypeKind::time;
    case LogicalKind::float16: return type == TypeKind::float16;
    default: return false;
  }
}

bool is_understood(ConvertedType converted, TypeKind type) {
  switch (converted) {
    case ConvertedType::decimal: return type == TypeKind::decimal;
    case ConvertedType::time_millis:
    case ConvertedType::time_micros: return type == TypeKind::time;
    case ConvertedType::interval: return false;
    default: return true;
  }
}

}  // namespace

Type stored_type(const Type& type) {
  if (type.kind() == TypeKind::time && type.unit() == TimeUnit::second) return time(TimeUnit::millisecond);
  if (type.kind() == TypeKind::timestamp && type.unit() == TimeUnit::second)
    return timestamp(TimeUnit::millisecond, type.zone());
  return type;
}

bool has_readable_bounds(const SchemaElement& leaf, const Type& type) {
  if (type.kind() == TypeKind::null || leaf.type == PhysicalType::int96) return false;
  if (leaf.logical_type) return is_understood(leaf.logical_type->kind, type.kind());
  return !leaf.converted_type || is_understood(*leaf.converted_type, type.kind());
}

bool has_readable_signed_bounds(const SchemaElement& leaf, const Type& type) {
  switch (type.kind()) {
    case TypeKind::uint8:
    case TypeKind::uint16:
    case TypeKind::uint32:
    case TypeKind::uint64: return false;
    default: break;
  }
  switch (leaf.type.value_or(PhysicalType::byte_array)) {
    case PhysicalType::boolean:
    case PhysicalType::int32:
    case PhysicalType::int64:
    case PhysicalType::float_:
    case PhysicalType::double_: return has_readable_bounds(leaf, type);
    default: return false;
  }
}

std::optional<std::string> bound_text(const Type& type, std::string_view plain) {
  return bound_text(type, plain, type.is_nested() ? PhysicalType::byte_array : physical_type_of(type));
}

std::optional<std::string> bound_text(const Type& type, std::string_view plain, PhysicalType carrier) {
  switch (type.kind()) {
    case TypeKind::boolean: return boolean_text(plain);
    case TypeKind::int8:
    case TypeKind::int16:
    case TypeKind::int32: return number_text<int32_t>(plain);
    case TypeKind::uint8:
    case TypeKind::uint16:
    case TypeKind::uint32: return number_text<uint32_t>(plain);
    case TypeKind::int64:
    case TypeKind::duration: return number_text<int64_t>(plain);
    case TypeKind::uint64: return number_text<uint64_t>(plain);
    case TypeKind::float16: return float16_text(plain);
    case TypeKind::float32: return number_text<float>(plain);
    case TypeKind::float64: return number_text<double>(plain);
    case TypeKind::date: return date_text(plain);
    case TypeKind::time: return time_text(type, plain);
    case TypeKind::timestamp: return timestamp_text(type, plain);
    case TypeKind::decimal: return decimal_text(type, plain, carrier);
    case TypeKind::fixed:
    case TypeKind::uuid: return fixed_text(type, plain);
    case TypeKind::string:
    case TypeKind::json:
    case TypeKind::enum_: return is_utf8(plain) ? std::string(plain) : hex_text(plain);
    case TypeKind::binary:
    case TypeKind::bson: return hex_text(plain);
    case TypeKind::null:
    case TypeKind::geometry:
    case TypeKind::geography:
    case TypeKind::list:
    case TypeKind::fixed_list:
    case TypeKind::map:
    case TypeKind::struct_: break;
  }
  return std::nullopt;
}

}  // namespace sluice
