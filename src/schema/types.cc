#include "sluice/types.h"

#include <algorithm>

#include "schema/field_names.h"
#include "sluice/error.h"

namespace sluice {
inline namespace v0 {

struct Type::Parts {
  std::string zone;  ///< of shapes: the coordinate reference system
  std::vector<Field> children;
  std::string algorithm{};
};

namespace {

constexpr int kPrecisionMax = 76;
constexpr int32_t kUuidBytes = 16;
constexpr std::string_view kLonLat = "OGC:CRS84";
constexpr std::string_view kAlgorithms[] = {"spherical", "vincenty", "thomas", "andoyer", "karney"};

// Two ways to say the same must be one type.
std::string without_default(std::string crs) { return crs == kLonLat ? std::string() : std::move(crs); }

void refuse_duplicate_names(const std::vector<Field>& fields) {
  if (const std::optional<std::string_view> twin = repeated_name(fields))
    throw Error(ErrorCode::invalid, "a struct has two fields of the name \"" + std::string(*twin) + "\"");
}

}  // namespace

Type make_scalar(TypeKind kind) {
  Type type;
  type.kind_ = kind;
  return type;
}

Type make_timed(TypeKind kind, TimeUnit unit) {
  Type type = make_scalar(kind);
  type.unit_ = unit;
  return type;
}

const std::string& Type::zone() const {
  static const std::string none;
  return parts_ ? parts_->zone : none;
}

const std::string& Type::algorithm() const {
  static const std::string none;
  return parts_ ? parts_->algorithm : none;
}

std::span<const Field> Type::children() const {
  if (!parts_) return {};
  return parts_->children;
}

const Field& Type::element() const { return parts_->children.front(); }
const Field& Type::key() const { return element().type.children()[0]; }
const Field& Type::value() const { return element().type.children()[1]; }

bool operator==(const Type& a, const Type& b) {
  if (a.kind_ != b.kind_ || a.unit_ != b.unit_ || a.precision_ != b.precision_ || a.scale_ != b.scale_ ||
      a.size_ != b.size_)
    return false;
  if (a.parts_ == b.parts_) return true;
  return a.zone() == b.zone() && a.algorithm() == b.algorithm() && std::ranges::equal(a.children(), b.children());
}

Type null() { return Type(); }
Type boolean() { return make_scalar(TypeKind::boolean); }
Type int8() { return make_scalar(TypeKind::int8); }
Type int16() { return make_scalar(TypeKind::int16); }
Type int32() { return make_scalar(TypeKind::int32); }
Type int64() { return make_scalar(TypeKind::int64); }
Type uint8() { return make_scalar(TypeKind::uint8); }
Type uint16() { return make_scalar(TypeKind::uint16); }
Type uint32() { return make_scalar(TypeKind::uint32); }
Type uint64() { return make_scalar(TypeKind::uint64); }
Type float16() { return make_scalar(TypeKind::float16); }
Type float32() { return make_scalar(TypeKind::float32); }
Type float64() { return make_scalar(TypeKind::float64); }
Type string() { return make_scalar(TypeKind::string); }
Type binary() { return make_scalar(TypeKind::binary); }
Type json() { return make_scalar(TypeKind::json); }
Type bson() { return make_scalar(TypeKind::bson); }
Type enum_() { return make_scalar(TypeKind::enum_); }
Type date() { return make_scalar(TypeKind::date); }
Type time(TimeUnit unit) { return make_timed(TypeKind::time, unit); }
Type duration(TimeUnit unit) { return make_timed(TypeKind::duration, unit); }

Type decimal(int precision, int scale) {
  const std::string name = "decimal(" + std::to_string(precision) + "," + std::to_string(scale) + ")";
  if (precision < 1 || precision > kPrecisionMax)
    throw Error(ErrorCode::invalid, name + " is no type: a decimal has 1 to 76 digits");
  if (scale < 0 || scale > precision)
    throw Error(ErrorCode::invalid, name + " is no type: of its digits, none or at most all are behind the point");
  Type type = make_scalar(TypeKind::decimal);
  type.precision_ = static_cast<uint8_t>(precision);
  type.scale_ = static_cast<uint8_t>(scale);
  return type;
}

Type fixed(int32_t bytes) {
  if (bytes < 1)
    throw Error(ErrorCode::invalid, "fixed(" + std::to_string(bytes) + ") is no type: it needs at least one byte");
  Type type = make_scalar(TypeKind::fixed);
  type.size_ = bytes;
  return type;
}

Type uuid() {
  Type type = make_scalar(TypeKind::uuid);
  type.size_ = kUuidBytes;
  return type;
}

Type timestamp(TimeUnit unit, std::string zone) {
  Type type = make_timed(TypeKind::timestamp, unit);
  if (!zone.empty()) type.parts_ = std::make_shared<const Type::Parts>(Type::Parts{std::move(zone), {}});
  return type;
}

Type geometry(std::string crs) {
  Type type = make_scalar(TypeKind::geometry);
  crs = without_default(std::move(crs));
  if (!crs.empty()) type.parts_ = std::make_shared<const Type::Parts>(Type::Parts{std::move(crs), {}});
  return type;
}

Type geography(std::string crs, std::string algorithm) {
  if (std::ranges::find(kAlgorithms, algorithm) == std::end(kAlgorithms))
    throw Error(ErrorCode::invalid, "a geography joins points by \"" + algorithm +
                                        "\", expected spherical, vincenty, thomas, andoyer or karney");
  Type type = make_scalar(TypeKind::geography);
  type.parts_ =
      std::make_shared<const Type::Parts>(Type::Parts{without_default(std::move(crs)), {}, std::move(algorithm)});
  return type;
}

Type list(Field element) {
  Type type = make_scalar(TypeKind::list);
  type.parts_ = std::make_shared<const Type::Parts>(Type::Parts{{}, {std::move(element)}});
  return type;
}

Type list(Type element) { return list(Field{"element", std::move(element)}); }

Type fixed_list(Field element, int32_t size) {
  if (size < 1)
    throw Error(ErrorCode::invalid, "a fixed_list of " + std::to_string(size) + " elements: it needs at least one");
  Type type = make_scalar(TypeKind::fixed_list);
  type.size_ = size;
  type.parts_ = std::make_shared<const Type::Parts>(Type::Parts{{}, {std::move(element)}});
  return type;
}

Type fixed_list(Type element, int32_t size) { return fixed_list(Field{"element", std::move(element)}, size); }

Type map(Field key, Field value) {
  key.name = "key";
  key.nullable = false;
  value.name = "value";
  Field entry{"entries", struct_({std::move(key), std::move(value)}), false};
  Type type = make_scalar(TypeKind::map);
  type.parts_ = std::make_shared<const Type::Parts>(Type::Parts{{}, {std::move(entry)}});
  return type;
}

Type map(Type key, Type value) { return map(Field{"key", std::move(key)}, Field{"value", std::move(value)}); }

Type struct_(std::vector<Field> fields) {
  if (fields.empty()) throw Error(ErrorCode::invalid, "a struct needs at least one field");
  refuse_duplicate_names(fields);
  Type type = make_scalar(TypeKind::struct_);
  type.parts_ = std::make_shared<const Type::Parts>(Type::Parts{{}, std::move(fields)});
  return type;
}

std::string_view to_string(TypeKind kind) {
  switch (kind) {
    case TypeKind::null: return "null";
    case TypeKind::boolean: return "bool";
    case TypeKind::int8: return "int8";
    case TypeKind::int16: return "int16";
    case TypeKind::int32: return "int32";
    case TypeKind::int64: return "int64";
    case TypeKind::uint8: return "uint8";
    case TypeKind::uint16: return "uint16";
    case TypeKind::uint32: return "uint32";
    case TypeKind::uint64: return "uint64";
    case TypeKind::float16: return "float16";
    case TypeKind::float32: return "float32";
    case TypeKind::float64: return "float64";
    case TypeKind::decimal: return "decimal";
    case TypeKind::string: return "string";
    case TypeKind::binary: return "binary";
    case TypeKind::json: return "json";
    case TypeKind::bson: return "bson";
    case TypeKind::enum_: return "enum";
    case TypeKind::fixed: return "fixed";
    case TypeKind::uuid: return "uuid";
    case TypeKind::date: return "date";
    case TypeKind::time: return "time";
    case TypeKind::timestamp: return "timestamp";
    case TypeKind::duration: return "duration";
    case TypeKind::geometry: return "geometry";
    case TypeKind::geography: return "geography";
    case TypeKind::list: return "list";
    case TypeKind::fixed_list: return "fixed_list";
    case TypeKind::map: return "map";
    case TypeKind::struct_: return "struct";
  }
  return "unknown";
}

std::string_view to_string(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::second: return "s";
    case TimeUnit::millisecond: return "ms";
    case TimeUnit::microsecond: return "us";
    case TimeUnit::nanosecond: return "ns";
  }
  return "unknown";
}

}  // namespace v0
}  // namespace sluice
