// The wire types of Thrift's compact protocol (thrift, doc/specs/thrift-compact-protocol.md, "Struct encoding"), and
// which C++ type travels as which.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/bytes.h"

namespace sluice {

enum class ThriftType : uint8_t {
  stop = 0,
  boolean_true = 1,  ///< also the element type of a list of booleans
  boolean_false = 2,
  i8 = 3,
  i16 = 4,
  i32 = 5,
  i64 = 6,
  float64 = 7,
  binary = 8,
  list = 9,
  set = 10,
  map = 11,
  structure = 12,
  uuid = 13,
};

/// Structs nest at the most so deep, also those that are skipped: Parquet's own need 8, and each level costs stack.
inline constexpr int kThriftDepthMax = 64;

/// How a `T` travels: enums as i32, and what is no scalar as a struct.
template <typename T>
constexpr ThriftType wire_type() {
  if constexpr (std::is_same_v<T, bool>) return ThriftType::boolean_true;
  if constexpr (std::is_same_v<T, int8_t>) return ThriftType::i8;
  if constexpr (std::is_same_v<T, int16_t>) return ThriftType::i16;
  if constexpr (std::is_same_v<T, int32_t> || std::is_enum_v<T>) return ThriftType::i32;
  if constexpr (std::is_same_v<T, int64_t>) return ThriftType::i64;
  if constexpr (std::is_same_v<T, double>) return ThriftType::float64;
  if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view> || std::is_same_v<T, ByteSpan>)
    return ThriftType::binary;
  static_assert(!std::is_arithmetic_v<T> || std::is_signed_v<T> || std::is_same_v<T, bool>, "Thrift has no such type");
  return ThriftType::structure;
}

}  // namespace sluice
