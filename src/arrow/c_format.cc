// Format strings of the Arrow C data interface for our types. (Arrow "The Arrow C data interface", format strings.)
#include "arrow/c_format.h"

namespace sluice {
namespace {

struct SimpleFormat {
  std::string_view format;
  TypeKind kind;
  Type (*make)();
};

constexpr SimpleFormat kSimpleFormats[] = {
    {"n", TypeKind::null, null},     {"b", TypeKind::boolean, boolean}, {"c", TypeKind::int8, int8},
    {"C", TypeKind::uint8, uint8},   {"s", TypeKind::int16, int16},     {"S", TypeKind::uint16, uint16},
    {"i", TypeKind::int32, int32},   {"I", TypeKind::uint32, uint32},   {"l", TypeKind::int64, int64},
    {"L", TypeKind::uint64, uint64}, {"f", TypeKind::float32, float32}, {"g", TypeKind::float64, float64},
    {"u", TypeKind::string, string}, {"z", TypeKind::binary, binary},   {"tdD", TypeKind::date, date},
};

constexpr std::string_view kUnits = "smun";  // in the order of TimeUnit

}  // namespace

std::string c_format(const Type& type) {
  switch (type.kind()) {
    case TypeKind::json: return "u";
    case TypeKind::list: return "+l";
    case TypeKind::struct_: return "+s";
    case TypeKind::timestamp: return std::string("ts") + kUnits[static_cast<size_t>(type.unit())] + ":" + type.zone();
    default: break;
  }
  for (const SimpleFormat& simple : kSimpleFormats)
    if (simple.kind == type.kind()) return std::string(simple.format);
  return {};
}

std::optional<Type> parse_c_format(std::string_view format) {
  for (const SimpleFormat& simple : kSimpleFormats)
    if (simple.format == format) return simple.make();
  if (format.size() < 4 || !format.starts_with("ts") || format[3] != ':') return std::nullopt;
  const size_t unit = kUnits.find(format[2]);
  if (unit == std::string_view::npos) return std::nullopt;
  return timestamp(static_cast<TimeUnit>(unit), std::string(format.substr(4)));
}

}  // namespace sluice
