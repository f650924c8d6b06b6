#include "files/bound_text.h"

#include <charconv>
#include <cstdint>

#include "base/bytes.h"
#include "base/calendar.h"
#include "base/utf8.h"

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

std::string hex_text(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const char c : bytes) {
    text += kDigits[static_cast<unsigned char>(c) >> 4];
    text += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

bool is_carried(ConvertedType type) {
  switch (type) {
    case ConvertedType::decimal:
    case ConvertedType::time_millis:
    case ConvertedType::time_micros:
    case ConvertedType::interval: return true;
    default: return false;
  }
}

bool is_carried(LogicalKind kind) {
  switch (kind) {
    case LogicalKind::string:
    case LogicalKind::enum_:
    case LogicalKind::date:
    case LogicalKind::timestamp:
    case LogicalKind::integer:
    case LogicalKind::json:
    case LogicalKind::bson:
    case LogicalKind::uuid: return false;
    default: return true;
  }
}

}  // namespace

bool has_readable_bounds(const SchemaElement& leaf, const Type& type) {
  if (type.kind() == TypeKind::null || leaf.type == PhysicalType::int96) return false;
  if (leaf.logical_type) return !is_carried(leaf.logical_type->kind);
  return !leaf.converted_type || !is_carried(*leaf.converted_type);
}

std::optional<std::string> bound_text(const Type& type, std::string_view plain) {
  switch (type.kind()) {
    case TypeKind::boolean: return boolean_text(plain);
    case TypeKind::int8:
    case TypeKind::int16:
    case TypeKind::int32: return number_text<int32_t>(plain);
    case TypeKind::uint8:
    case TypeKind::uint16:
    case TypeKind::uint32: return number_text<uint32_t>(plain);
    case TypeKind::int64: return number_text<int64_t>(plain);
    case TypeKind::uint64: return number_text<uint64_t>(plain);
    case TypeKind::float32: return number_text<float>(plain);
    case TypeKind::float64: return number_text<double>(plain);
    case TypeKind::date: return date_text(plain);
    case TypeKind::timestamp: return timestamp_text(type, plain);
    case TypeKind::string:
    case TypeKind::json: return is_utf8(plain) ? std::string(plain) : hex_text(plain);
    case TypeKind::binary: return hex_text(plain);
    case TypeKind::null:
    case TypeKind::list:
    case TypeKind::struct_: break;
  }
  return std::nullopt;
}

}  // namespace sluice
