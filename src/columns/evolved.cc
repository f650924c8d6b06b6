#include "columns/evolved.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "base/calendar.h"
#include "base/number_text.h"
#include "columns/builder.h"
#include "columns/dictionary_form.h"
#include "columns/json_value.h"
#include "columns/scalar_text.h"
#include "columns/widening.h"
#include "schema/merge.h"
#include "sluice/error.h"

namespace sluice {
namespace {

[[noreturn]] void refuse_row(const Column& column, int64_t row, const Type& to) {
  std::string text;
  append_json_value(column, row, text);
  throw Error(ErrorCode::data, to_text(to) + " cannot hold " + text + ", which stands there as " + to_text(column.type),
              {.row = row});
}

[[noreturn]] void refuse_texts(const Type& to) {
  throw Error(ErrorCode::unsupported, "the texts of a column that became " + to_text(to) + " pass 2^31-1 bytes");
}

/// Appends each value that is there by `append(out, row)`, and nulls.
template <typename Append>
Column each_appended(const Column& column, const Type& to, Append append) {
  ColumnBuilder out(to);
  for (int64_t row = 0; row < column.length; ++row) {
    if (column.is_valid(row))
      append(out, row);
    else
      out.append_null();
  }
  return out.finish();
}

Column as_json(const Column& column, const Type& to) {
  std::string text;
  return each_appended(column, to, [&](ColumnBuilder& out, int64_t row) {
    text.clear();
    append_sparse_json_value(column, row, text);
    if (!out.append_checked_json(text)) refuse_texts(to);
  });
}

Column as_text(const Column& column, const Type& to) {
  std::string text;
  return each_appended(column, to, [&](ColumnBuilder& out, int64_t row) {
    text.clear();
    const PlainPlace place = plain_place(column, row);
    append_scalar_text(*place.column, place.row, text);
    if (!out.append_text(text)) refuse_texts(to);
  });
}

/// Each value through `convert`, which gives nothing for what would not stay the same.
template <typename From, typename To, typename Convert>
Column each_converted(const Column& column, const Type& to, Convert convert) {
  return each_appended(column, to, [&](ColumnBuilder& out, int64_t row) {
    const std::optional<To> value = convert(column.data<From>()[row]);
    if (!value) refuse_row(column, row, to);
    out.append(*value);
  });
}

template <typename From>
Column converted_integers(const Column& column, const Type& to) {
  if (to.kind() == TypeKind::float64)
    return each_converted<From, double>(column, to, [](From value) { return narrow<double>(value); });
  return each_converted<From, uint64_t>(column, to, [](From value) { return narrow<uint64_t>(value); });
}

Column evolved_integers(const Column& column, const Type& to) {
  switch (column.type.kind()) {
    case TypeKind::int8: return converted_integers<int8_t>(column, to);
    case TypeKind::int16: return converted_integers<int16_t>(column, to);
    case TypeKind::int32: return converted_integers<int32_t>(column, to);
    case TypeKind::uint8: return converted_integers<uint8_t>(column, to);
    case TypeKind::uint16: return converted_integers<uint16_t>(column, to);
    case TypeKind::uint32: return converted_integers<uint32_t>(column, to);
    case TypeKind::uint64: return converted_integers<uint64_t>(column, to);
    default: return converted_integers<int64_t>(column, to);
  }
}

/// Days as their midnights.
Column evolved_dates(const Column& column, const Type& to) {
  const int64_t factor = kSecondsPerDay * ticks_per_second(to.unit());
  return each_converted<int32_t, int64_t>(column, to, [factor](int32_t days) -> std::optional<int64_t> {
    int64_t ticks = 0;
    if (__builtin_mul_overflow(int64_t{days}, factor, &ticks)) return std::nullopt;
    return ticks;
  });
}

Column evolved_parts(const Column& column, const Type& to) {
  Column out = column;
  out.type = to;
  out.children.clear();
  const std::span<const Field> before = column.type.children();
  const std::span<const Field> fields = to.children();
  // The one part of a list or map has a name that means nothing.
  const bool is_struct = to.kind() == TypeKind::struct_;
  for (size_t i = 0; i < fields.size(); ++i) {
    const size_t found =
        is_struct ? static_cast<size_t>(std::ranges::find(before, fields[i].name, &Field::name) - before.begin()) : i;
    out.children.push_back(found < before.size() ? evolved(column.children[found], fields[i].type)
                                                 : null_column(fields[i].type, column.length));
  }
  return out;
}

}  // namespace

Column evolved(const Column& column, const Type& to) {
  if (column.type == to) return column;
  if (column.type.kind() == TypeKind::null) return null_column(to, column.length);
  if (to.kind() == TypeKind::json) return as_json(column, to);
  if (column.type.is_nested()) return evolved_parts(column, to);
  if (widens(column.type, to)) return widened(column, to);
  if (to.kind() == TypeKind::string) return as_text(column, to);
  const Column plain = unfold(column);
  return plain.type.kind() == TypeKind::date ? evolved_dates(plain, to) : evolved_integers(plain, to);
}

}  // namespace sluice
