// JSON of single values; see json_value.h.
#include "columns/json_value.h"

#include <cmath>
#include <string_view>

#include "base/float16.h"
#include "base/json_grammar.h"
#include "base/json_text.h"
#include "columns/scalar_text.h"
#include "schema/kinds.h"

namespace sluice {
namespace {

/// Whether the text of the value is a JSON token as it is.
bool is_bare(const Column& column, int64_t row) {
  if (is_integer(column.type.kind())) return true;
  switch (column.type.kind()) {
    case TypeKind::boolean:
    case TypeKind::decimal:
    case TypeKind::duration: return true;
    case TypeKind::float16: return std::isfinite(from_float16(column.data<uint16_t>()[row]));
    case TypeKind::float32: return std::isfinite(column.data<float>()[row]);
    case TypeKind::float64: return std::isfinite(column.data<double>()[row]);
    default: return false;
  }
}

// Line ends in valid JSON stand between tokens only, where a blank means the same.
void append_json_column(std::string_view text, std::string& out) {
  JsonGrammar grammar;
  if (grammar.find_fault(text)) return append_json_string(text, out);
  const size_t begin = out.size();
  out += text;
  for (size_t i = begin; i < out.size(); ++i)
    if (out[i] == '\n' || out[i] == '\r') out[i] = ' ';
}

void append_scalar(const Column& column, int64_t row, std::string& out) {
  switch (column.type.kind()) {
    case TypeKind::string:
    case TypeKind::enum_: return append_json_string(text_at(column, row), out);
    case TypeKind::json: return append_json_column(text_at(column, row), out);
    default: break;
  }
  // No other text has anything in it that JSON escapes.
  const bool bare = is_bare(column, row);
  if (!bare) out += '"';
  append_scalar_text(column, row, out);
  if (!bare) out += '"';
}

/// What becomes of a struct's fields that are null.
enum class Nulls : uint8_t { stay, go };

void append_value(const Column& column, int64_t row, Nulls nulls, std::string& out);

// Children of structs and fixed lists are cut with them; offsets of lists count from the child's first value.
void append_list(const Column& items, int64_t begin, int64_t end, Nulls nulls, std::string& out) {
  out += '[';
  for (int64_t i = begin; i < end; ++i) {
    if (i != begin) out += ',';
    append_value(items, i, nulls, out);
  }
  out += ']';
}

void append_struct(const Column& column, int64_t row, Nulls nulls, std::string& out) {
  const auto fields = column.type.children();
  out += '{';
  bool is_first = true;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (nulls == Nulls::go && !column.children[i].is_valid(row)) continue;
    if (!is_first) out += ',';
    is_first = false;
    append_json_string(fields[i].name, out);
    out += ':';
    append_value(column.children[i], row, nulls, out);
  }
  out += '}';
}

void append_key(const Column& keys, int64_t index, std::string& out) {
  if (!keys.is_valid(index)) {
    out += "\"null\"";
    return;
  }
  const auto [column, row] = plain_place(keys, index);
  std::string text;
  append_scalar_text(*column, row, text);
  append_json_string(text, out);
}

void append_map(const Column& column, int64_t begin, int64_t end, Nulls nulls, std::string& out) {
  const Column& entries = column.children[0];
  const Column& keys = entries.children[0];
  if (keys.type.is_nested()) return append_list(entries, begin, end, nulls, out);
  out += '{';
  for (int64_t i = begin; i < end; ++i) {
    if (i != begin) out += ',';
    append_key(keys, i, out);
    out += ':';
    append_value(entries.children[1], i, nulls, out);
  }
  out += '}';
}

void append_value(const Column& column, int64_t row, Nulls nulls, std::string& out) {
  if (!column.is_valid(row)) {
    out += "null";
    return;
  }
  switch (column.type.kind()) {
    case TypeKind::list:
      return append_list(column.children[0], column.offsets_data()[row], column.offsets_data()[row + 1], nulls, out);
    case TypeKind::fixed_list: {
      const int64_t begin = row * column.type.size();
      return append_list(column.children[0], begin, begin + column.type.size(), nulls, out);
    }
    case TypeKind::map:
      return append_map(column, column.offsets_data()[row], column.offsets_data()[row + 1], nulls, out);
    case TypeKind::struct_: return append_struct(column, row, nulls, out);
    default: break;
  }
  const PlainPlace place = plain_place(column, row);
  append_scalar(*place.column, place.row, out);
}

}  // namespace

void append_json_value(const Column& column, int64_t row, std::string& out) {
  append_value(column, row, Nulls::stay, out);
}

void append_sparse_json_value(const Column& column, int64_t row, std::string& out) {
  append_value(column, row, Nulls::go, out);
}

}  // namespace sluice
