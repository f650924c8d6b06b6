// Families of kinds of types.
#pragma once

#include "sluice/types.h"

namespace sluice {

constexpr bool is_signed_integer(TypeKind kind) { return kind >= TypeKind::int8 && kind <= TypeKind::int64; }
constexpr bool is_unsigned_integer(TypeKind kind) { return kind >= TypeKind::uint8 && kind <= TypeKind::uint64; }
constexpr bool is_integer(TypeKind kind) { return is_signed_integer(kind) || is_unsigned_integer(kind); }
constexpr bool is_float(TypeKind kind) { return kind >= TypeKind::float16 && kind <= TypeKind::float64; }
/// Of any length, or of one.
constexpr bool is_list(TypeKind kind) { return kind == TypeKind::list || kind == TypeKind::fixed_list; }

}  // namespace sluice
