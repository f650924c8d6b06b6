// Format strings of the Arrow C data interface for our types. (Arrow "The Arrow C data interface", format strings.)
#include "arrow/c_format.h"

#include <charconv>

#include "base/decimal.h"
#include "sluice/error.h"

namespace sluice {
namespace {

struct SimpleFormat {
  std::string_view format;
  TypeKind kind;
  Type (*make)();
  ArrayForm form = ArrayForm::plain;
};

/// Of formats for one kind the first is the one that we write.
constexpr SimpleFormat kSimpleFormats[] = {
    {"n", TypeKind::null, null},
    {"b", TypeKind::boolean, boolean},
    {"c", TypeKind::int8, int8},
    {"C", TypeKind::uint8, uint8},
    {"s", TypeKind::int16, int16},
    {"S", TypeKind::uint16, uint16},
    {"i", TypeKind::int32, int32},
    {"I", TypeKind::uint32, uint32},
    {"l", TypeKind::int64, int64},
    {"L", TypeKind::uint64, uint64},
    {"e", TypeKind::float16, float16},
    {"f", TypeKind::float32, float32},
    {"g", TypeKind::float64, float64},
    {"u", TypeKind::string, string},
    {"z", TypeKind::binary, binary},
    {"tdD", TypeKind::date, date},
    {"tdm", TypeKind::date, date, ArrayForm::milliseconds},
    {"U", TypeKind::string, string, ArrayForm::large},
    {"Z", TypeKind::binary, binary, ArrayForm::large},
    {"vu", TypeKind::string, string, ArrayForm::view},
    {"vz", TypeKind::binary, binary, ArrayForm::view},
};

constexpr std::string_view kUnits = "smun";  // in the order of TimeUnit

std::string with_unit(std::string_view prefix, const Type& type) {
  return std::string(prefix) + kUnits[static_cast<size_t>(type.unit())];
}

std::string decimal_format(const Type& type) {
  const std::string format = "d:" + std::to_string(type.precision()) + "," + std::to_string(type.scale());
  return type.precision() <= kDecimal128DigitsMax ? format : format + ",256";
}

/// Takes an integer from the front.
std::optional<int32_t> take_number(std::string_view& text) {
  int32_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// "p,s" and the width in bits, unless it is 128.
std::optional<ParsedFormat> parse_decimal_format(std::string_view rest) {
  const auto precision = take_number(rest);
  if (!precision || !take(rest, ",")) return std::nullopt;
  const auto scale = take_number(rest);
  if (!scale) return std::nullopt;
  int32_t bits = 128;
  if (take(rest, ",")) bits = take_number(rest).value_or(0);
  if (!rest.empty() || *precision < 1 || *precision > kDecimalDigitsMax || *scale < 0 || *scale > *precision)
    return std::nullopt;
  const Type type = decimal(*precision, *scale);
  const int digits_max = bits == 32 ? 9 : bits == 64 ? 18 : bits == 128 ? kDecimal128DigitsMax : kDecimalDigitsMax;
  if (*precision > digits_max) return std::nullopt;
  switch (bits) {
    case 32: return ParsedFormat{type, ArrayForm::bits32};
    case 64: return ParsedFormat{type, ArrayForm::bits64};
    case 128: return ParsedFormat{type};
    case 256: return ParsedFormat{type, *precision <= kDecimal128DigitsMax ? ArrayForm::bits256 : ArrayForm::plain};
    default: return std::nullopt;
  }
}

/// What stands behind the "t" of times, timestamps and durations.
std::optional<Type> parse_timed_format(std::string_view rest) {
  if (rest.size() < 2) return std::nullopt;
  const size_t index = kUnits.find(rest[1]);
  if (index == std::string_view::npos) return std::nullopt;
  const auto unit = static_cast<TimeUnit>(index);
  if (rest[0] == 's' && rest.size() > 2 && rest[2] == ':') return timestamp(unit, std::string(rest.substr(3)));
  if (rest.size() != 2) return std::nullopt;
  if (rest[0] == 't') return time(unit);
  if (rest[0] == 'D') return duration(unit);
  return std::nullopt;
}

}  // namespace

std::string c_format(const Type& type) {
  switch (type.kind()) {
    case TypeKind::json:
    case TypeKind::enum_: return "u";
    case TypeKind::bson:
    case TypeKind::geometry:
    case TypeKind::geography: return "z";
    case TypeKind::list: return "+l";
    case TypeKind::fixed_list: return "+w:" + std::to_string(type.size());
    case TypeKind::map: return "+m";
    case TypeKind::struct_: return "+s";
    case TypeKind::decimal: return decimal_format(type);
    case TypeKind::fixed:
    case TypeKind::uuid: return "w:" + std::to_string(type.size());
    case TypeKind::time: return with_unit("tt", type);
    case TypeKind::duration: return with_unit("tD", type);
    case TypeKind::timestamp: return with_unit("ts", type) + ":" + type.zone();
    default: break;
  }
  for (const SimpleFormat& simple : kSimpleFormats)
    if (simple.kind == type.kind()) return std::string(simple.format);
  return {};
}

std::optional<ParsedFormat> parse_c_format(std::string_view format) {
  for (const SimpleFormat& simple : kSimpleFormats)
    if (simple.format == format) return ParsedFormat{simple.make(), simple.form};
  if (take(format, "d:")) return parse_decimal_format(format);
  if (take(format, "w:")) {
    const auto bytes = take_number(format);
    if (!bytes || *bytes < 1 || !format.empty()) return std::nullopt;
    return ParsedFormat{fixed(*bytes)};
  }
  if (!take(format, "t")) return std::nullopt;
  const std::optional<Type> type = parse_timed_format(format);
  if (!type) return std::nullopt;
  return ParsedFormat{*type};
}

std::optional<ArrayForm> parse_list_format(std::string_view format) {
  if (format == "+l") return ArrayForm::plain;
  if (format == "+L") return ArrayForm::large;
  if (format == "+vl") return ArrayForm::view;
  if (format == "+vL") return ArrayForm::large_view;
  return std::nullopt;
}

std::optional<int32_t> parse_fixed_list_format(std::string_view format) {
  if (!take(format, "+w:")) return std::nullopt;
  const auto size = take_number(format);
  return size && *size >= 1 && format.empty() ? size : std::nullopt;
}

}  // namespace sluice
