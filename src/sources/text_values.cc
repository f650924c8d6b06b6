#include "sources/text_values.h"

#include "base/calendar.h"
#include "base/decimal.h"
#include "base/number_text.h"
#include "base/uuid_text.h"

namespace sluice {
namespace {

using Fault = std::optional<std::string>;

std::string finer_than(const Type& type) { return "is finer than " + to_text(type); }

template <typename T>
Fault append_integer(ColumnBuilder& out, std::string_view text) {
  const NumberText number = parse_number(text);
  std::optional<T> value;
  switch (number.kind) {
    case NumberKind::invalid:
    case NumberKind::real: return not_a(out.type());
    case NumberKind::int64: value = narrow<T>(number.int64); break;
    case NumberKind::uint64: value = narrow<T>(number.uint64); break;
    case NumberKind::big_integer: break;
  }
  if (!value) return out_of_range(out.type());
  out.append(*value);
  return {};
}

Fault append_boolean(ColumnBuilder& out, std::string_view text) {
  if (text != "true" && text != "false") return not_a(out.type());
  out.append_bool(text == "true");
  return {};
}

Fault append_decimal(ColumnBuilder& out, std::string_view text) {
  const DecimalText decimal = parse_decimal(text, out.type().precision(), out.type().scale());
  switch (decimal.fault) {
    case DecimalFault::none: break;
    case DecimalFault::no_number: return not_a(out.type());
    case DecimalFault::too_fine:
      return "has digits beyond the " + std::to_string(out.type().scale()) + " behind the point of " +
             to_text(out.type());
    case DecimalFault::too_large: return out_of_range(out.type());
  }
  out.append_fixed(decimal.value.words.data());
  return {};
}

Fault append_uuid_value(ColumnBuilder& out, std::string_view text) {
  const auto bytes = parse_uuid(text);
  if (!bytes) return not_a(out.type());
  out.append_fixed(bytes->data());
  return {};
}

Fault append_date_value(ColumnBuilder& out, std::string_view text) {
  const std::optional<int32_t> days = parse_date(text);
  if (!days) return not_a(out.type());
  out.append(*days);
  return {};
}

Fault append_time_value(ColumnBuilder& out, std::string_view text) {
  const TimeUnit unit = out.type().unit();
  const std::optional<TimestampText> moment = parse_time(text);
  if (!moment) return not_a(out.type());
  const std::optional<int64_t> ticks = to_ticks(*moment, unit);
  if (!ticks) return finer_than(out.type());
  if (unit <= TimeUnit::millisecond)
    out.append(static_cast<int32_t>(*ticks));
  else
    out.append(*ticks);
  return {};
}

Fault append_timestamp_value(ColumnBuilder& out, std::string_view text) {
  const std::optional<TimestampText> moment = parse_timestamp(text);
  if (!moment) return not_a(out.type());
  const bool zoned = !out.type().zone().empty();
  if ((moment->zone == ZoneMark::utc) != zoned)
    return zoned ? "has no \"Z\" at its end, which " + to_text(out.type()) + " needs"
                 : "has a \"Z\" at its end, which " + to_text(out.type()) + " does not keep";
  const std::optional<int64_t> ticks = to_ticks(*moment, out.type().unit());
  if (!ticks) return is_finer_than(*moment, out.type().unit()) ? finer_than(out.type()) : out_of_range(out.type());
  out.append(*ticks);
  return {};
}

}  // namespace

std::optional<std::string> append_text_value(ColumnBuilder& out, std::string_view text) {
  switch (out.type().kind()) {
    case TypeKind::string:
    case TypeKind::enum_:
      if (!out.append_text(text)) return "does not fit into one batch";
      return {};
    case TypeKind::boolean: return append_boolean(out, text);
    case TypeKind::int8: return append_integer<int8_t>(out, text);
    case TypeKind::int16: return append_integer<int16_t>(out, text);
    case TypeKind::int32: return append_integer<int32_t>(out, text);
    case TypeKind::int64:
    case TypeKind::duration: return append_integer<int64_t>(out, text);
    case TypeKind::uint8: return append_integer<uint8_t>(out, text);
    case TypeKind::uint16: return append_integer<uint16_t>(out, text);
    case TypeKind::uint32: return append_integer<uint32_t>(out, text);
    case TypeKind::uint64: return append_integer<uint64_t>(out, text);
    case TypeKind::decimal: return append_decimal(out, text);
    case TypeKind::uuid: return append_uuid_value(out, text);
    case TypeKind::date: return append_date_value(out, text);
    case TypeKind::time: return append_time_value(out, text);
    case TypeKind::timestamp: return append_timestamp_value(out, text);
    default: return "is text, from which no " + to_text(out.type()) + " can be read";
  }
}

std::string not_a(const Type& type) {
  const std::string name = type.is_nested() ? std::string(to_string(type.kind())) : to_text(type);
  return (name[0] == 'i' || name[0] == 'e' ? "is not an " : "is not a ") + name;
}

std::string out_of_range(const Type& type) { return "is out of the range of " + to_text(type); }

std::optional<TimestampText> parse_moment(std::string_view text, bool zoned) {
  if (zoned) return parse_timestamp(text);
  const std::optional<int32_t> day = parse_date(text);
  return day ? TimestampText{.seconds = *day * kSecondsPerDay} : parse_timestamp(text);
}

}  // namespace sluice
