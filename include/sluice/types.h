// What a column means: its type, independent of how Parquet or Arrow store it.
//
//   Type tags = list(string());
//   Type user = struct_({{"name", string(), false}, {"tags", tags}});
//   Type at   = timestamp(TimeUnit::microsecond, "UTC");
//   Type paid = map(string(), decimal(12, 2));
//
// Types are values: cheap to copy (nested parts are shared and immutable), comparable with ==.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {
inline namespace v0 {

enum class TypeKind : uint8_t {
  null,  ///< a column that never held a value
  boolean,
  int8,
  int16,
  int32,
  int64,
  uint8,
  uint16,
  uint32,
  uint64,
  float16,  ///< IEEE 754 binary16
  float32,
  float64,
  decimal,  ///< an integer in units of 10^-scale(), 16 bytes up to 38 digits, else 32
  string,   ///< UTF-8
  binary,
  json,       ///< UTF-8 text of one JSON value
  bson,       ///< bytes of one BSON document
  enum_,      ///< UTF-8; the names of a few choices
  fixed,      ///< `size()` bytes
  uuid,       ///< 16 bytes, as RFC 9562 orders them
  date,       ///< days since 1970-01-01, int32
  time,       ///< in `unit()` since midnight: int32 for seconds and milliseconds, int64 for finer ones
  timestamp,  ///< int64 in `unit()` since 1970-01-01 00:00; see `zone()`
  duration,   ///< int64 in `unit()`
  geometry,   ///< a shape on a plane, as well-known binary; see `crs()`
  geography,  ///< a shape on a globe, as well-known binary; see `crs()` and `algorithm()`
  list,
  fixed_list,  ///< lists of `size()` elements each
  map,         ///< a list of keys, never null, and values
  struct_,
};

enum class TimeUnit : uint8_t { second, millisecond, microsecond, nanosecond };

struct Field;

class Type {
 public:
  /// The null type.
  Type() = default;

  TypeKind kind() const { return kind_; }
  /// Unit of a time, timestamp or duration; meaningless for other kinds.
  TimeUnit unit() const { return unit_; }
  /// Digits of a decimal, 1 to 76; 0 for other kinds.
  int precision() const { return precision_; }
  /// Digits of a decimal behind the point, 0 to precision().
  int scale() const { return scale_; }
  /// Bytes of a fixed or uuid, elements of a fixed_list; 0 for other kinds.
  int32_t size() const { return size_; }
  /// Zone of a timestamp: empty = local time without a zone, else values are instants in UTC and this is how to show
  /// them.
  const std::string& zone() const;
  /// Coordinate reference system of a geometry or geography: empty = "OGC:CRS84", longitude and latitude.
  const std::string& crs() const { return zone(); }
  /// How a geography joins two points: "spherical", "vincenty", "thomas", "andoyer", "karney". Empty for other kinds.
  const std::string& algorithm() const;
  /// Fields of a struct; the one element of a list or fixed_list; the one entry of a map, a struct of key and value
  /// that is never null; empty for other kinds.
  std::span<const Field> children() const;
  /// The element of a list or fixed_list, the entry of a map. Requires one of them.
  const Field& element() const;
  /// Requires kind() == map.
  const Field& key() const;
  /// Requires kind() == map.
  const Field& value() const;

  bool is_nested() const { return kind_ >= TypeKind::list; }
  /// Values are ranges of a child, told by offsets: list and map.
  bool has_ranges() const { return kind_ == TypeKind::list || kind_ == TypeKind::map; }

  friend bool operator==(const Type& a, const Type& b);

 private:
  struct Parts;
  friend Type timestamp(TimeUnit unit, std::string zone);
  friend Type decimal(int precision, int scale);
  friend Type fixed(int32_t bytes);
  friend Type uuid();
  friend Type geometry(std::string crs);
  friend Type geography(std::string crs, std::string algorithm);
  friend Type list(Field element);
  friend Type fixed_list(Field element, int32_t size);
  friend Type map(Field key, Field value);
  friend Type struct_(std::vector<Field> fields);
  friend Type make_scalar(TypeKind kind);
  friend Type make_timed(TypeKind kind, TimeUnit unit);

  TypeKind kind_ = TypeKind::null;
  TimeUnit unit_ = TimeUnit::second;
  uint8_t precision_ = 0;
  uint8_t scale_ = 0;
  int32_t size_ = 0;
  std::shared_ptr<const Parts> parts_;
};

/// A named, possibly nullable column or part of one.
struct Field {
  std::string name;
  Type type;
  bool nullable = true;
  std::optional<int32_t> id{};  ///< Parquet field id, where one is wanted
  /// Of a column of a relation: the field of the records that it is of (docs/flattening.md, "Names"). Files keep it.
  /// Fields may be equal without: it tells where values came from, not what they are.
  std::optional<std::string> origin{};

  friend bool operator==(const Field& a, const Field& b) {
    return a.name == b.name && a.type == b.type && a.nullable == b.nullable && a.id == b.id;
  }
};

Type null();
Type boolean();
Type int8();
Type int16();
Type int32();
Type int64();
Type uint8();
Type uint16();
Type uint32();
Type uint64();
Type float16();
Type float32();
Type float64();
/// Throws Error{invalid} unless 1 <= precision <= 76 and 0 <= scale <= precision.
Type decimal(int precision, int scale);
Type string();
Type binary();
Type json();
Type bson();
Type enum_();
/// Throws Error{invalid} unless there is at least one byte.
Type fixed(int32_t bytes);
Type uuid();
Type date();
/// Time of day. Seconds are stored as milliseconds.
Type time(TimeUnit unit);
Type timestamp(TimeUnit unit, std::string zone = {});
Type duration(TimeUnit unit);
/// `crs` as Parquet has it: "OGC:CRS84" (the same as none), "EPSG:4326", "srid:0" for an unknown one, PROJJSON.
Type geometry(std::string crs = {});
/// Throws Error{invalid} for an algorithm that is not one of those named at Type::algorithm.
Type geography(std::string crs = {}, std::string algorithm = "spherical");
/// A list of `element`; its name is "element" unless the field says otherwise.
Type list(Field element);
Type list(Type element);
/// Lists that all have `size` elements; a null one has as many, which mean nothing. Throws Error{invalid} for none.
Type fixed_list(Field element, int32_t size);
Type fixed_list(Type element, int32_t size);
/// Keys become not null, and the fields are named "key" and "value" whatever they were called.
Type map(Field key, Field value);
Type map(Type key, Type value);
/// Throws Error{invalid} for no fields (Parquet has no empty group) or for two of one name.
Type struct_(std::vector<Field> fields);

/// The kind's name in the text form of a schema: "int64", "struct".
std::string_view to_string(TypeKind kind);
/// "s", "ms", "us", "ns".
std::string_view to_string(TimeUnit unit);
/// The type's text form: "list<struct<a int64, b string>>".
std::string to_text(const Type& type);

}  // namespace v0
}  // namespace sluice
