// How wide the values of each type are in memory (Arrow "Columnar Format", buffer listing for each layout).
#pragma once

#include <cstddef>

#include "sluice/types.h"

namespace sluice {

/// Bytes of one value; 0 where values have no fixed whole-byte width (null, boolean, text, nested).
constexpr size_t fixed_width(TypeKind kind) {
  switch (kind) {
    case TypeKind::int8:
    case TypeKind::uint8: return 1;
    case TypeKind::int16:
    case TypeKind::uint16: return 2;
    case TypeKind::int32:
    case TypeKind::uint32:
    case TypeKind::float32:
    case TypeKind::date: return 4;
    case TypeKind::int64:
    case TypeKind::uint64:
    case TypeKind::float64:
    case TypeKind::timestamp: return 8;
    default: return 0;
  }
}

/// string, binary and json: 32-bit offsets into bytes.
constexpr bool is_text(TypeKind kind) {
  return kind == TypeKind::string || kind == TypeKind::binary || kind == TypeKind::json;
}

constexpr bool has_offsets(TypeKind kind) { return is_text(kind) || kind == TypeKind::list; }

}  // namespace sluice
