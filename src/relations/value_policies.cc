#include "relations/value_policies.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "base/bits.h"
#include "base/bytes.h"
#include "base/float16.h"
#include "base/json_text.h"
#include "columns/builder.h"
#include "columns/dictionary_form.h"
#include "columns/json_value.h"
#include "columns/scalar_text.h"
#include "columns/widths.h"
#include "relations/relation_plan.h"
#include "relations/row_mask.h"
#include "schema/kinds.h"
#include "sluice/error.h"

namespace sluice {
namespace {

[[noreturn]] void refuse_long_texts() {
  throw Error(ErrorCode::data, "the values of a column take more than 2^31-1 bytes as text, in one batch", {},
              "Take fewer records at a time (batch_size).");
}

/// Nulls where `is_absent(row)` holds.
template <typename IsAbsent>
Column without(const Column& column, IsAbsent is_absent) {
  Bytes bits(static_cast<size_t>(bytes_of_bits(column.length)));
  auto* const out = reinterpret_cast<uint8_t*>(bits.data());
  fill_bits(false, column.length, out, 0);
  bool is_any = false;
  for (int64_t row = 0; row < column.length; ++row) {
    if (!is_absent(row)) continue;
    out[row >> 3] |= static_cast<uint8_t>(1 << (row & 7));
    is_any = true;
  }
  return is_any ? with_nulls(column, out) : column;
}

Column without_empty(const Column& column) {
  if (column.dictionary) return without_empty(unfold(column));
  const int32_t* const offsets = column.offsets_data();
  return without(column, [&](int64_t row) { return offsets[row] == offsets[row + 1]; });
}

Column without_nan(const Column& column) {
  if (column.dictionary) return without_nan(unfold(column));
  switch (column.type.kind()) {
    case TypeKind::float16:
      return without(column, [&](int64_t row) { return !std::isfinite(from_float16(column.data<uint16_t>()[row])); });
    case TypeKind::float32:
      return without(column, [&](int64_t row) { return !std::isfinite(column.data<float>()[row]); });
    default: return without(column, [&](int64_t row) { return !std::isfinite(column.data<double>()[row]); });
  }
}

/// A column of these texts: what `is_kept(text)` makes of the one of each value, or null where it says no.
template <typename IsKept>
Column texts_of(const Column& column, const Type& type, IsKept is_kept) {
  ColumnBuilder builder(type);
  std::string text;
  for (int64_t row = 0; row < column.length; ++row) {
    if (!column.is_valid(row)) {
      builder.append_null();
      continue;
    }
    const PlainPlace place = plain_place(column, row);
    text.clear();
    append_scalar_text(*place.column, place.row, text);
    if (!is_kept(text))
      builder.append_null();
    else if (!builder.append_text(text))
      refuse_long_texts();
  }
  return builder.finish();
}

/// What a JSON text says that is a string; nothing for any other.
std::optional<std::string> said_in(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  text = text.substr(0, text.find_last_not_of(kBlanks) + 1);
  Bytes said;
  if (text.size() < 2 || text.front() != '"' || !append_json_unescaped(text.substr(1, text.size() - 2), said))
    return std::nullopt;
  return std::string(said.view());
}

/// Of mixed columns: a text is what it says, and anything else stays JSON.
Column json_by_policies(const Column& column, const FlattenOptions& options) {
  return texts_of(column, options.stringify_values ? string() : json(), [&](std::string& text) {
    std::optional<std::string> said = said_in(text);
    if (!said) return true;
    if (options.stringify_values) text = *said;
    return !said->empty() || !options.empty_as_null;
  });
}

/// Entries of maps stay, and so do their keys: they are never null.
Column parts_by_policies(const Column& column, const FlattenOptions& options) {
  Column out = column;
  out.type = type_by_policies(column.type, options);
  if (column.type.kind() != TypeKind::map) {
    for (Column& child : out.children) child = by_policies(child, options);
    return out;
  }
  Column& entries = out.children[0];
  entries.type = out.type.element().type;
  entries.children[0] = by_policies(entries.children[0], {.stringify_values = options.stringify_values});
  entries.children[1] = by_policies(entries.children[1], options);
  return out;
}

}  // namespace

Column by_policies(const Column& column, const FlattenOptions& options) {
  if (!options.empty_as_null && !options.nan_as_null && !options.stringify_values) return column;
  const TypeKind kind = column.type.kind();
  if (kind == TypeKind::null) return column;
  if (column.type.is_nested()) return parts_by_policies(column, options);
  if (kind == TypeKind::json && (options.empty_as_null || options.stringify_values))
    return json_by_policies(column, options);
  Column out = column;
  if (options.empty_as_null && is_utf8_text(kind)) out = without_empty(out);
  if (options.nan_as_null && is_float(kind)) out = without_nan(out);
  return options.stringify_values ? texts_of(out, string(), [](const std::string&) { return true; }) : out;
}

Column json_texts(const Column& column) {
  ColumnBuilder builder(json());
  std::string text;
  for (int64_t row = 0; row < column.length; ++row) {
    if (!column.is_valid(row)) {
      builder.append_null();
      continue;
    }
    text.clear();
    append_json_value(column, row, text);
    if (!builder.append_text(text)) refuse_long_texts();
  }
  return builder.finish();
}

}  // namespace sluice
