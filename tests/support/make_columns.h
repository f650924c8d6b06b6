// Columns written down by hand, for tests: values or nullopt, in the layout that sluice/column.h describes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "base/float16.h"
#include "base/uuid_text.h"
#include "columns/widths.h"
#include "sluice/column.h"

namespace sluice::test {

template <typename T>
Buffer make_buffer(std::vector<T> values) {
  auto owner = std::make_shared<const std::vector<T>>(std::move(values));
  const auto bytes = std::as_bytes(std::span(*owner));
  return Buffer(bytes, std::move(owner));
}

inline Buffer make_bits(const std::vector<bool>& bits) {
  std::vector<uint8_t> bytes((bits.size() + 7) / 8);
  for (size_t i = 0; i < bits.size(); ++i) bytes[i / 8] |= static_cast<uint8_t>(bits[i] << (i % 8));
  return make_buffer(std::move(bytes));
}

/// Sets length, validity and null_count; no bitmap when all are there.
inline void set_validity(Column& column, const std::vector<bool>& valid) {
  column.length = static_cast<int64_t>(valid.size());
  column.null_count = std::count(valid.begin(), valid.end(), false);
  if (column.null_count > 0) column.validity = make_bits(valid);
}

template <typename T>
std::vector<bool> presence(const std::vector<std::optional<T>>& values) {
  std::vector<bool> valid;
  for (const auto& value : values) valid.push_back(value.has_value());
  return valid;
}

template <typename T>
Column make_fixed(Type type, const std::vector<std::optional<T>>& values) {
  Column column;
  column.type = std::move(type);
  set_validity(column, presence(values));
  std::vector<T> plain;
  for (const auto& value : values) plain.push_back(value.value_or(T{}));
  column.values = make_buffer(std::move(plain));
  return column;
}

inline Column make_int64(const std::vector<std::optional<int64_t>>& values) { return make_fixed(int64(), values); }

inline Column make_bool(const std::vector<std::optional<bool>>& values) {
  Column column;
  column.type = boolean();
  set_validity(column, presence(values));
  std::vector<bool> bits;
  for (const auto& value : values) bits.push_back(value.value_or(false));
  column.values = make_bits(bits);
  return column;
}

inline Column make_text(Type type, const std::vector<std::optional<std::string>>& values) {
  Column column;
  column.type = std::move(type);
  set_validity(column, presence(values));
  std::vector<int32_t> offsets{0};
  std::vector<char> bytes;
  for (const auto& value : values) {
    if (value) bytes.insert(bytes.end(), value->begin(), value->end());
    offsets.push_back(static_cast<int32_t>(bytes.size()));
  }
  column.offsets = make_buffer(std::move(offsets));
  column.values = make_buffer(std::move(bytes));
  return column;
}

inline Column make_null(int64_t length) {
  Column column;
  column.length = column.null_count = length;
  return column;
}

/// One list for each size; nullopt is a null list.
inline Column make_list(Field element, Column child, const std::vector<std::optional<int32_t>>& sizes) {
  Column column;
  column.type = list(std::move(element));
  set_validity(column, presence(sizes));
  std::vector<int32_t> offsets{0};
  for (const auto& size : sizes) offsets.push_back(offsets.back() + size.value_or(0));
  column.offsets = make_buffer(std::move(offsets));
  column.children.push_back(std::move(child));
  return column;
}

inline Column make_struct(Type type, std::vector<Column> children, const std::vector<bool>& valid) {
  Column column;
  column.type = std::move(type);
  set_validity(column, valid);
  column.children = std::move(children);
  return column;
}

/// Value `index` as text, nested ones in JSON's manner: compares columns whatever their offsets.
inline std::string show(const Column& column, int64_t index) {
  if (!column.is_valid(index)) return "null";
  if (column.dictionary) return show(*column.dictionary, column.positions_data()[index]);
  const int64_t at = column.offset + index;
  switch (column.type.kind()) {
    case TypeKind::boolean: return (column.values.as<uint8_t>()[at / 8] >> (at % 8) & 1) != 0 ? "true" : "false";
    case TypeKind::int8: return std::to_string(column.data<int8_t>()[index]);
    case TypeKind::uint8: return std::to_string(column.data<uint8_t>()[index]);
    case TypeKind::int16: return std::to_string(column.data<int16_t>()[index]);
    case TypeKind::uint16: return std::to_string(column.data<uint16_t>()[index]);
    case TypeKind::int32:
    case TypeKind::date: return std::to_string(column.data<int32_t>()[index]);
    case TypeKind::uint32: return std::to_string(column.data<uint32_t>()[index]);
    case TypeKind::float16: return std::to_string(from_float16(column.data<uint16_t>()[index]));
    case TypeKind::time:
      if (column.type.unit() <= TimeUnit::millisecond) return std::to_string(column.data<int32_t>()[index]);
      return std::to_string(column.data<int64_t>()[index]);
    case TypeKind::decimal:
    case TypeKind::fixed:
    case TypeKind::uuid: {
      const size_t width = fixed_width(column.type);
      const std::byte* value = column.values.bytes().data() + static_cast<size_t>(at) * width;
      std::string text;
      if (column.type.kind() == TypeKind::decimal)
        append_decimal(from_little_endian(value, width), column.type.scale(), text);
      else
        append_hex({reinterpret_cast<const char*>(value), width}, text);
      return text;
    }
    case TypeKind::int64:
    case TypeKind::duration:
    case TypeKind::timestamp: return std::to_string(column.data<int64_t>()[index]);
    case TypeKind::uint64: return std::to_string(column.data<uint64_t>()[index]);
    case TypeKind::float32: return std::to_string(column.data<float>()[index]);
    case TypeKind::float64: return std::to_string(column.data<double>()[index]);
    case TypeKind::string:
    case TypeKind::binary:
    case TypeKind::json:
    case TypeKind::bson:
    case TypeKind::enum_:
    case TypeKind::geometry:
    case TypeKind::geography: {
      const int32_t* offsets = column.offsets_data() + index;
      return "'" + std::string(column.values.as<char>() + offsets[0], static_cast<size_t>(offsets[1] - offsets[0])) +
             "'";
    }
    case TypeKind::fixed_list: {
      std::string text = "[";
      for (int64_t i = 0; i < column.type.size(); ++i)
        text += (text.size() > 1 ? "," : "") + show(column.children[0], index * column.type.size() + i);
      return text + "]";
    }
    case TypeKind::map:
    case TypeKind::list: {
      std::string text = "[";
      for (int32_t i = column.offsets_data()[index]; i < column.offsets_data()[index + 1]; ++i)
        text += (text.size() > 1 ? "," : "") + show(column.children[0], i);
      return text + "]";
    }
    case TypeKind::struct_: {
      std::string text = "{";
      for (const Column& child : column.children) text += (text.size() > 1 ? "," : "") + show(child, index);
      return text + "}";
    }
    case TypeKind::null: break;
  }
  return "null";
}

inline std::vector<std::string> show_all(const Column& column) {
  std::vector<std::string> values;
  for (int64_t i = 0; i < column.length; ++i) values.push_back(show(column, i));
  return values;
}

}  // namespace sluice::test
