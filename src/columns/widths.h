// How wide the values of each type are in memory (Arrow "Columnar Format", buffer listing for each layout).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/decimal.h"
#include "sluice/types.h"

namespace sluice {

/// Bytes of one value; 0 where values have no fixed whole-byte width (null, boolean, text, nested).
inline size_t fixed_width(const Type& type) {
  switch (type.kind()) {
    case TypeKind::int8:
    case TypeKind::uint8: return 1;
    case TypeKind::int16:
    case TypeKind::uint16:
    case TypeKind::float16: return 2;
    case TypeKind::int32:
    case TypeKind::uint32:
    case TypeKind::float32:
    case TypeKind::date: return 4;
    case TypeKind::int64:
    case TypeKind::uint64:
    case TypeKind::float64:
    case TypeKind::timestamp:
    case TypeKind::duration: return 8;
    case TypeKind::time: return type.unit() <= TimeUnit::millisecond ? 4 : 8;
    case TypeKind::decimal: return type.precision() <= kDecimal128DigitsMax ? 16 : 32;
    case TypeKind::fixed:
    case TypeKind::uuid: return static_cast<size_t>(type.size());
    default: return 0;
  }
}

/// What the address of values must be a multiple of. Decimals are read in words of eight bytes; bytes stand anywhere.
inline size_t fixed_alignment(const Type& type) {
  if (type.kind() == TypeKind::fixed || type.kind() == TypeKind::uuid) return 1;
  return std::clamp<size_t>(fixed_width(type), 1, 8);
}

/// 32-bit offsets into bytes: string, binary and their like.
constexpr bool is_text(TypeKind kind) {
  switch (kind) {
    case TypeKind::string:
    case TypeKind::binary:
    case TypeKind::json:
    case TypeKind::bson:
    case TypeKind::enum_:
    case TypeKind::geometry:
    case TypeKind::geography: return true;
    default: return false;
  }
}

/// Text that is UTF-8.
constexpr bool is_utf8_text(TypeKind kind) {
  return kind == TypeKind::string || kind == TypeKind::json || kind == TypeKind::enum_;
}

constexpr bool has_offsets(TypeKind kind) { return is_text(kind) || kind == TypeKind::list || kind == TypeKind::map; }

/// Whether columns of the kind may be in dictionary form (sluice/column.h).
constexpr bool has_dictionary_form(TypeKind kind) {
  switch (kind) {
    case TypeKind::null:
    case TypeKind::boolean:
    case TypeKind::list:
    case TypeKind::fixed_list:
    case TypeKind::map:
    case TypeKind::struct_: return false;
    default: return true;
  }
}

/// Values of each child that stand for one value of the parent, where no offsets tell: structs and fixed lists.
inline int64_t child_values(const Type& parent) { return parent.kind() == TypeKind::fixed_list ? parent.size() : 1; }

/// Bytes that a value counts for where pages and row groups are cut, what its length varies by not included. Integers
/// below 32 bits are stored in as many; a null counts as a value.
inline size_t account_width(const Type& type) {
  if (has_offsets(type.kind())) return sizeof(int32_t);
  switch (type.kind()) {
    case TypeKind::struct_:
    case TypeKind::fixed_list: return 0;
    case TypeKind::int8:
    case TypeKind::int16:
    case TypeKind::uint8:
    case TypeKind::uint16: return sizeof(int32_t);
    default: return std::max<size_t>(fixed_width(type), 1);
  }
}

}  // namespace sluice
