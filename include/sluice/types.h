// What a column means: its type, independent of how Parquet or Arrow store it.
//
//   Type tags = list(string());
//   Type user = struct_({{"name", string(), false}, {"tags", tags}});
//   Type at   = timestamp(TimeUnit::microsecond, "UTC");
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
  float32,
  float64,
  string,  ///< UTF-8
  binary,
  json,       ///< UTF-8 text of one JSON value
  date,       ///< days since 1970-01-01, int32
  timestamp,  ///< int64 in `unit()` since 1970-01-01 00:00; see `zone()`
  list,
  struct_,
};

enum class TimeUnit : uint8_t { second, millisecond, microsecond, nanosecond };

struct Field;

class Type {
 public:
  /// The null type.
  Type() = default;

  TypeKind kind() const { return kind_; }
  /// Unit of a timestamp; meaningless for other kinds.
  TimeUnit unit() const { return unit_; }
  /// Zone of a timestamp: empty = local time without a zone, else values are instants in UTC and this is how to show
  /// them.
  const std::string& zone() const;
  /// Fields of a struct; the one element of a list; empty for other kinds.
  std::span<const Field> children() const;
  /// The element of a list. Requires kind() == list.
  const Field& element() const;

  bool is_nested() const { return kind_ == TypeKind::list || kind_ == TypeKind::struct_; }

  friend bool operator==(const Type& a, const Type& b);

 private:
  struct Parts;
  friend Type timestamp(TimeUnit unit, std::string zone);
  friend Type list(Field element);
  friend Type struct_(std::vector<Field> fields);
  friend Type make_scalar(TypeKind kind);

  TypeKind kind_ = TypeKind::null;
  TimeUnit unit_ = TimeUnit::second;
  std::shared_ptr<const Parts> parts_;
};

/// A named, possibly nullable column or part of one.
struct Field {
  std::string name;
  Type type;
  bool nullable = true;
  std::optional<int32_t> id{};  ///< Parquet field id, where one is wanted

  friend bool operator==(const Field& a, const Field& b) = default;
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
Type float32();
Type float64();
Type string();
Type binary();
Type json();
Type date();
Type timestamp(TimeUnit unit, std::string zone = {});
/// A list of `element`; its name is "element" unless the field says otherwise.
Type list(Field element);
Type list(Type element);
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
