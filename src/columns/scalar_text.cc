// Text of single values; see scalar_text.h.
#include "columns/scalar_text.h"

#include <charconv>
#include <cmath>

#include "base/calendar.h"
#include "base/decimal.h"
#include "base/float16.h"
#include "base/uuid_text.h"
#include "columns/widths.h"

namespace sluice {
namespace {

template <typename T>
void append_number_text(T value, std::string& out) {
  char text[32];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

/// The shortest text that reads back as the same value of the same width.
template <typename T>
void append_float(T value, std::string& out) {
  if (std::isfinite(value))
    append_number_text(value, out);
  else
    out += std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

void append_time_text(const Column& column, int64_t row, std::string& out) {
  const TimeUnit unit = column.type.unit();
  const int64_t ticks = unit <= TimeUnit::millisecond ? column.data<int32_t>()[row] : column.data<int64_t>()[row];
  if (ticks < 0 || ticks > kSecondsPerDay * ticks_per_second(unit))
    append_number_text(ticks, out);  // of a writer that did not know of days: the number says so
  else
    append_time(ticks, unit, out);
}

std::string_view fixed_at(const Column& column, int64_t row) {
  const size_t width = fixed_width(column.type);
  return {column.values.as<char>() + static_cast<size_t>(column.offset + row) * width, width};
}

void append_bytes_text(const Column& column, int64_t row, std::string& out) {
  switch (column.type.kind()) {
    case TypeKind::string:
    case TypeKind::json:
    case TypeKind::enum_: out += text_at(column, row); return;
    case TypeKind::uuid: append_uuid(fixed_at(column, row), out); return;
    case TypeKind::fixed: append_hex(fixed_at(column, row), out); return;
    case TypeKind::decimal: {
      const std::string_view bytes = fixed_at(column, row);
      append_decimal(from_little_endian(bytes.data(), bytes.size()), column.type.scale(), out);
      return;
    }
    default: append_hex(text_at(column, row), out); return;
  }
}

}  // namespace

std::string_view text_at(const Column& column, int64_t row) {
  const int32_t* const offsets = column.offsets_data() + row;
  return {column.values.as<char>() + offsets[0], static_cast<size_t>(offsets[1] - offsets[0])};
}

void append_scalar_text(const Column& column, int64_t row, std::string& out) {
  switch (column.type.kind()) {
    case TypeKind::boolean: {
      const int64_t bit = column.offset + row;
      out += (column.values.as<uint8_t>()[bit >> 3] >> (bit & 7)) & 1 ? "true" : "false";
      return;
    }
    case TypeKind::int8: append_number_text(column.data<int8_t>()[row], out); return;
    case TypeKind::int16: append_number_text(column.data<int16_t>()[row], out); return;
    case TypeKind::int32: append_number_text(column.data<int32_t>()[row], out); return;
    case TypeKind::int64:
    case TypeKind::duration: append_number_text(column.data<int64_t>()[row], out); return;
    case TypeKind::uint8: append_number_text(column.data<uint8_t>()[row], out); return;
    case TypeKind::uint16: append_number_text(column.data<uint16_t>()[row], out); return;
    case TypeKind::uint32: append_number_text(column.data<uint32_t>()[row], out); return;
    case TypeKind::uint64: append_number_text(column.data<uint64_t>()[row], out); return;
    case TypeKind::float16: append_float(from_float16(column.data<uint16_t>()[row]), out); return;
    case TypeKind::float32: append_float(column.data<float>()[row], out); return;
    case TypeKind::float64: append_float(column.data<double>()[row], out); return;
    case TypeKind::date: append_date(column.data<int32_t>()[row], out); return;
    case TypeKind::time: append_time_text(column, row, out); return;
    case TypeKind::timestamp:
      append_timestamp(column.data<int64_t>()[row], column.type.unit(),
                       column.type.zone().empty() ? ZoneMark::none : ZoneMark::utc, out);
      return;
    default: append_bytes_text(column, row, out); return;
  }
}

}  // namespace sluice
