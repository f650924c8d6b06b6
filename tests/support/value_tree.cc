#include "support/value_tree.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <stdexcept>

#include "base/decimal.h"
#include "columns/widths.h"
#include "support/make_columns.h"

namespace sluice::test {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  for (const char letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    if (letter == '"' || letter == '\\') {
      (out += '\\') += letter;
    } else if (code < 0x20) {
      ((out += "\\u00") += kHexDigits[code >> 4]) += kHexDigits[code & 15];
    } else {
      out += letter;
    }
  }
  out += '"';
}

template <typename Integer>
void append_number(std::string& out, Integer value) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
  ((out += '"').append(digits.begin(), end)) += '"';
}

void append_digits(std::string& out, uint64_t bits, int digits) {
  out += '"';
  for (int digit = digits - 1; digit >= 0; --digit) out += kHexDigits[(bits >> (4 * digit)) & 15];
  out += '"';
}

void append_binary(std::string& out, std::string_view bytes) {
  out += "{\"hex\":\"";
  for (const char byte : bytes) {
    const auto code = static_cast<unsigned char>(byte);
    (out += kHexDigits[code >> 4]) += kHexDigits[code & 15];
  }
  out += "\"}";
}

void append_float(std::string& out, const Type& type, uint64_t bits) {
  const bool is_single = type.kind() == TypeKind::float32;
  const bool is_half = type.kind() == TypeKind::float16;
  const bool is_nan = is_half     ? (bits & 0x7fff) > 0x7c00
                      : is_single ? std::isnan(std::bit_cast<float>(static_cast<uint32_t>(bits)))
                                  : std::isnan(std::bit_cast<double>(bits));
  if (is_nan) {
    out += "\"nan\"";
  } else {
    append_digits(out, bits, is_half ? 4 : is_single ? 8 : 16);
  }
}

void append_parts(std::string& out, const Type& type, const Value& value) {
  out += '[';
  for (size_t i = 0; i < value.parts.size(); ++i) {
    if (i > 0) out += ',';
    append_canonical(out, type.children()[type.kind() == TypeKind::struct_ ? i : 0].type, value.parts[i]);
  }
  out += ']';
}

void append_decimal_text(std::string& out, const Type& type, const std::string& bytes) {
  out += '"';
  append_decimal(from_little_endian(bytes.data(), bytes.size()), type.scale(), out);
  out += '"';
}

void append_field(std::string& out, const Field& field) {
  out += "{\"name\":";
  append_json_text(out, field.name);
  out += ",\"type\":\"";
  out += to_string(field.type.kind());
  out += field.nullable ? "\",\"nullable\":true" : "\",\"nullable\":false";
  if (field.type.kind() == TypeKind::decimal)
    out +=
        ",\"precision\":" + std::to_string(field.type.precision()) + ",\"scale\":" + std::to_string(field.type.scale());
  if (field.type.size() > 0) out += ",\"size\":" + std::to_string(field.type.size());
  if (field.type.kind() == TypeKind::timestamp || field.type.kind() == TypeKind::time ||
      field.type.kind() == TypeKind::duration) {
    ((out += ",\"unit\":\"") += to_string(field.type.unit())) += '"';
    if (!field.type.zone().empty()) append_json_text(out += ",\"zone\":", field.type.zone());
  }
  if (field.type.is_nested()) {
    out += ",\"children\":[";
    for (const Field& child : field.type.children()) {
      if (out.back() != '[') out += ',';
      append_field(out, child);
    }
    out += ']';
  }
  out += '}';
}

// Something to hide under a null.
Value hidden_value(const Type& type) {
  Value value;
  value.is_null = type.kind() == TypeKind::null;
  value.bits = 0x5a5a'5a5a'5a5a'5a5a;
  value.text = "hidden";
  if (fixed_width(type) > 0) value.text.assign(fixed_width(type), 'h');
  const int32_t count = type.kind() == TypeKind::fixed_list ? type.size() : 1;
  for (const Field& field : type.children())
    for (int32_t i = 0; i < count; ++i) value.parts.push_back(hidden_value(field.type));
  return value;
}

}  // namespace

void append_scalar(ColumnBuilder& builder, const Value& value) {
  switch (builder.type().kind()) {
    case TypeKind::boolean: return builder.append_bool(value.bits != 0);
    case TypeKind::int8:
    case TypeKind::uint8: return builder.append(static_cast<uint8_t>(value.bits));
    case TypeKind::int16:
    case TypeKind::uint16:
    case TypeKind::float16: return builder.append(static_cast<uint16_t>(value.bits));
    case TypeKind::int32:
    case TypeKind::uint32:
    case TypeKind::float32:
    case TypeKind::date: return builder.append(static_cast<uint32_t>(value.bits));
    case TypeKind::int64:
    case TypeKind::uint64:
    case TypeKind::float64:
    case TypeKind::timestamp:
    case TypeKind::duration: return builder.append(value.bits);
    case TypeKind::time:
      if (builder.type().unit() > TimeUnit::millisecond) return builder.append(value.bits);
      return builder.append(static_cast<uint32_t>(value.bits));
    case TypeKind::decimal:
    case TypeKind::fixed:
    case TypeKind::uuid: return builder.append_fixed(value.text.data());
    case TypeKind::string:
    case TypeKind::binary:
    case TypeKind::json:
    case TypeKind::bson:
    case TypeKind::enum_:
    case TypeKind::geometry:
    case TypeKind::geography:
      if (!builder.append_text(value.text)) throw std::length_error("more text than a column holds");
      return;
    case TypeKind::null:
    case TypeKind::list:
    case TypeKind::fixed_list:
    case TypeKind::map:
    case TypeKind::struct_: break;
  }
  throw std::logic_error("not a scalar: " + to_text(builder.type()));
}

void append_canonical(std::string& out, const Type& type, const Value& value) {
  if (value.is_null) {
    out += "null";
    return;
  }
  switch (type.kind()) {
    case TypeKind::null: throw std::logic_error("a value of the null type");
    case TypeKind::boolean: out += value.bits != 0 ? "true" : "false"; return;
    case TypeKind::uint8:
    case TypeKind::uint16:
    case TypeKind::uint32:
    case TypeKind::uint64: return append_number(out, value.bits);
    case TypeKind::int8:
    case TypeKind::int16:
    case TypeKind::int32:
    case TypeKind::int64:
    case TypeKind::date:
    case TypeKind::duration: return append_number(out, static_cast<int64_t>(value.bits));
    case TypeKind::time:
    case TypeKind::timestamp:
      return append_number(out, static_cast<int64_t>(value.bits) * (type.unit() == TimeUnit::second ? 1'000 : 1));
    case TypeKind::float16:
    case TypeKind::float32:
    case TypeKind::float64: return append_float(out, type, value.bits);
    case TypeKind::decimal: return append_decimal_text(out, type, value.text);
    case TypeKind::string:
    case TypeKind::enum_:
    case TypeKind::json: return append_json_text(out, value.text);
    case TypeKind::binary:
    case TypeKind::bson:
    case TypeKind::fixed:
    case TypeKind::uuid:
    case TypeKind::geometry:
    case TypeKind::geography: return append_binary(out, value.text);
    case TypeKind::list:
    case TypeKind::fixed_list:
    case TypeKind::map:
    case TypeKind::struct_: return append_parts(out, type, value);
  }
}

std::string schema_as_json(const Schema& schema, const std::vector<ColumnOptions>& columns) {
  std::string out = "[";
  for (const Field& field : schema.fields()) {
    if (out.size() > 1) out += ',';
    append_field(out, field);
    const auto asked = std::ranges::find(columns, field.name, &ColumnOptions::column);
    if (asked == columns.end()) continue;
    out.pop_back();
    if (asked->encoding) ((out += ",\"encoding\":\"") += to_string(*asked->encoding)) += '"';
    if (asked->bloom_filter.value_or(0) > 0) out += ",\"bloom_filter\":true";
    out += '}';
  }
  return out += "]\n";
}

void ColumnMaker::append(ColumnBuilder& builder, Hidden& hidden, const Value& value) {
  hidden.children.resize(builder.child_count());
  if (value.is_null) return append_null(builder, hidden);
  if (builder.type().has_ranges()) {
    for (const Value& item : value.parts) append(builder.child(0), hidden.children[0], item);
    builder.append_list();
  } else if (builder.type().kind() == TypeKind::fixed_list) {
    for (const Value& item : value.parts) append(builder.child(0), hidden.children[0], item);
    builder.append_struct();
  } else if (builder.type().kind() == TypeKind::struct_) {
    for (size_t i = 0; i < value.parts.size(); ++i) append(builder.child(i), hidden.children[i], value.parts[i]);
    builder.append_struct();
  } else {
    append_scalar(builder, value);
  }
}

void ColumnMaker::append_null(ColumnBuilder& builder, Hidden& hidden) {
  const Type& type = builder.type();
  if (dirty_ && (type.kind() == TypeKind::struct_ || type.kind() == TypeKind::fixed_list)) {
    hidden.nulls.push_back(builder.length());
    return append(builder, hidden, hidden_value(type));
  }
  if (dirty_ && type.has_ranges()) append(builder.child(0), hidden.children[0], hidden_value(type.element().type));
  if (dirty_ && is_text(type.kind())) builder.text_bytes().append(std::string_view("hidden \xff"));
  builder.append_null();
}

Column ColumnMaker::finish() {
  Column column = builder_.finish();
  hide(column, hidden_);
  hidden_ = {};
  return column;
}

void ColumnMaker::hide(Column& column, const Hidden& hidden) {
  for (size_t i = 0; i < hidden.children.size(); ++i) hide(column.children[i], hidden.children[i]);
  if (hidden.nulls.empty()) return;
  std::vector<bool> valid;
  for (int64_t i = 0; i < column.length; ++i) valid.push_back(column.is_valid(i));
  for (const int64_t index : hidden.nulls) valid[static_cast<size_t>(index)] = false;
  set_validity(column, valid);
}

}  // namespace sluice::test
