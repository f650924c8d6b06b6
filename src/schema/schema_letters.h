// The characters of the text form of schemas, on which reading and writing agree. Grammar: docs/schema_text.md.
#pragma once

#include <string_view>

namespace sluice {

/// What the elements of a list are called unless the text says otherwise.
inline constexpr std::string_view kElementName = "element";

/// What a shape means where the text leaves it out (parquet-format, LogicalTypes.md, GEOMETRY and GEOGRAPHY).
inline constexpr std::string_view kDefaultCrs = "OGC:CRS84";
inline constexpr std::string_view kDefaultAlgorithm = "spherical";

constexpr bool is_schema_digit(char c) { return c >= '0' && c <= '9'; }
/// Letters of ASCII and "_".
constexpr bool is_schema_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
/// What a time zone may consist of without quotes, except for "--".
constexpr bool is_zone_letter(char c) {
  return is_schema_letter(c) || is_schema_digit(c) || c == '/' || c == '+' || c == '-' || c == ':';
}

}  // namespace sluice
