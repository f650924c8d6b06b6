#include "sluice/types.h"

#include <algorithm>

#include "sluice/error.h"

namespace sluice {
inline namespace v0 {

struct Type::Parts {
  std::string zone;
  std::vector<Field> children;
};

namespace {

void refuse_duplicate_names(const std::vector<Field>& fields) {
  std::vector<std::string_view> names;
  for (const Field& field : fields) names.push_back(field.name);
  std::sort(names.begin(), names.end());
  const auto twin = std::adjacent_find(names.begin(), names.end());
  if (twin != names.end())
    throw Error(ErrorCode::invalid, "a struct has two fields of the name \"" + std::string(*twin) + "\"");
}

}  // namespace

Type make_scalar(TypeKind kind) {
  Type type;
  type.kind_ = kind;
  return type;
}

const std::string& Type::zone() const {
  static const std::string none;
  return parts_ ? parts_->zone : none;
}

std::span<const Field> Type::children() const {
  if (!parts_) return {};
  return parts_->children;
}

const Field& Type::element() const { return parts_->children.front(); }

bool operator==(const Type& a, const Type& b) {
  if (a.kind_ != b.kind_) return false;
  if (a.kind_ == TypeKind::timestamp && a.unit_ != b.unit_) return false;
  if (a.parts_ == b.parts_) return true;
  return a.zone() == b.zone() && std::ranges::equal(a.children(), b.children());
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
Type float32() { return make_scalar(TypeKind::float32); }
Type float64() { return make_scalar(TypeKind::float64); }
Type string() { return make_scalar(TypeKind::string); }
Type binary() { return make_scalar(TypeKind::binary); }
Type json() { return make_scalar(TypeKind::json); }
Type date() { return make_scalar(TypeKind::date); }

Type timestamp(TimeUnit unit, std::string zone) {
  Type type = make_scalar(TypeKind::timestamp);
  type.unit_ = unit;
  if (!zone.empty()) type.parts_ = std::make_shared<const Type::Parts>(Type::Parts{std::move(zone), {}});
  return type;
}

Type list(Field element) {
  Type type = make_scalar(TypeKind::list);
  type.parts_ = std::make_shared<const Type::Parts>(Type::Parts{{}, {std::move(element)}});
  return type;
}

Type list(Type element) { return list(Field{"element", std::move(element)}); }

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
    case TypeKind::float32: return "float32";
    case TypeKind::float64: return "float64";
    case TypeKind::string: return "string";
    case TypeKind::binary: return "binary";
    case TypeKind::json: return "json";
    case TypeKind::date: return "date";
    case TypeKind::timestamp: return "timestamp";
    case TypeKind::list: return "list";
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
