#include "schema/merge.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "schema/field_ids.h"
#include "schema/kinds.h"
#include "schema/leaves.h"
#include "schema/nested.h"
#include "schema/origins.h"

namespace sluice {
namespace {

/// What an integer type holds: its sign, its bits, and the decimal digits of its largest value.
struct IntegerRange {
  bool is_signed = true;
  int bits = 0;
  int digits = 0;
};

std::optional<IntegerRange> integer_range(TypeKind kind) {
  switch (kind) {
    case TypeKind::int8: return IntegerRange{true, 8, 3};
    case TypeKind::int16: return IntegerRange{true, 16, 5};
    case TypeKind::int32: return IntegerRange{true, 32, 10};
    case TypeKind::int64: return IntegerRange{true, 64, 19};
    case TypeKind::uint8: return IntegerRange{false, 8, 3};
    case TypeKind::uint16: return IntegerRange{false, 16, 5};
    case TypeKind::uint32: return IntegerRange{false, 32, 10};
    case TypeKind::uint64: return IntegerRange{false, 64, 20};
    default: return std::nullopt;
  }
}

bool is_timed(TypeKind kind) {
  return kind == TypeKind::time || kind == TypeKind::timestamp || kind == TypeKind::duration;
}

bool integer_widens(const IntegerRange& from, const Type& to) {
  if (to.kind() == TypeKind::decimal) return to.precision() - to.scale() >= from.digits;
  if (to.kind() == TypeKind::float32) return from.bits <= 16;
  if (to.kind() == TypeKind::float64) return from.bits <= 32;
  const std::optional<IntegerRange> wider = integer_range(to.kind());
  if (!wider) return false;
  if (from.is_signed == wider->is_signed) return from.bits <= wider->bits;
  return !from.is_signed && from.bits < wider->bits;
}

bool field_widens(const Field& from, const Field& to) {
  return (to.nullable || !from.nullable) && widens(from.type, to.type);
}

/// Where fields of a list stand, by name. Schemas that go together mostly have them at the same place.
class FieldFinder {
 public:
  explicit FieldFinder(std::span<const Field> fields) : fields_(fields) {}

  const Field* find(const std::string& name, size_t hint) {
    if (hint < fields_.size() && fields_[hint].name == name) return &fields_[hint];
    if (places_.empty())
      for (const Field& field : fields_) places_.emplace(field.name, &field);
    const auto found = places_.find(name);
    return found == places_.end() ? nullptr : found->second;
  }

 private:
  std::span<const Field> fields_;
  std::unordered_map<std::string_view, const Field*> places_;
};

bool struct_widens(std::span<const Field> from, std::span<const Field> to) {
  FieldFinder finder(from);
  size_t found = 0;
  for (size_t i = 0; i < to.size(); ++i) {
    const Field* const part = finder.find(to[i].name, i);
    if (part == nullptr ? !to[i].nullable : !field_widens(*part, to[i])) return false;
    found += part != nullptr;
  }
  return found == from.size();
}

bool scalar_widens(const Type& from, const Type& to) {
  if (const auto range = integer_range(from.kind())) return integer_widens(*range, to);
  if (is_float(from.kind())) return is_float(to.kind()) && from.kind() < to.kind();
  if (from.kind() == TypeKind::enum_ || from.kind() == TypeKind::json) return to.kind() == TypeKind::string;
  if (from.kind() == TypeKind::bson) return to.kind() == TypeKind::binary;
  if (from.kind() != to.kind()) return false;
  if (from.kind() == TypeKind::decimal)
    return from.scale() <= to.scale() && from.precision() - from.scale() <= to.precision() - to.scale();
  return is_timed(from.kind()) && from.unit() <= to.unit() && from.zone() == to.zone();
}

/// Merges types and remembers where that was not possible.
class Merge {
 public:
  explicit Merge(MergeRule rule = MergeRule::types) : rule_(rule) {}

  std::optional<Type> type(const Type& a, const Type& b, const std::string& path);
  std::optional<std::vector<Field>> fields(std::span<const Field> a, std::span<const Field> b, const std::string* path);
  MergeConflict& conflict() { return conflict_; }

 private:
  std::optional<Field> field(const Field& a, const Field& b, const std::string& path);
  std::optional<Type> nested(const Type& a, const Type& b, const std::string& path);
  std::optional<Type> refuse(const Type& a, const Type& b, const std::string& path);

  const MergeRule rule_;
  MergeConflict conflict_;
};

std::optional<Type> decimal_with(int whole_digits, int scale) {
  if (whole_digits + scale > kDecimalDigitsMax) return std::nullopt;
  return decimal(std::max(whole_digits + scale, 1), scale);
}

std::optional<Type> merged_decimals(const Type& a, const Type& b) {
  return decimal_with(std::max(a.precision() - a.scale(), b.precision() - b.scale()), std::max(a.scale(), b.scale()));
}

/// Of two integers neither of which widens to the other: their signs differ. Only decimals hold both 64-bit ones.
Type merged_integers(const IntegerRange& a, const IntegerRange& b) {
  switch (std::max(a.is_signed ? b.bits : a.bits, 8)) {  // bits of the unsigned one, which are no fewer
    case 8: return int16();
    case 16: return int32();
    case 32: return int64();
    default: return decimal(20, 0);
  }
}

/// Where neither type widens to the other.
std::optional<Type> merged_scalars(const Type& a, const Type& b) {
  const auto first = integer_range(a.kind());
  const auto second = integer_range(b.kind());
  if (first && second) return merged_integers(*first, *second);
  if (first && b.kind() == TypeKind::decimal)
    return decimal_with(std::max(first->digits, b.precision() - b.scale()), b.scale());
  if (second && a.kind() == TypeKind::decimal) return merged_scalars(b, a);
  if (a.kind() == TypeKind::decimal && b.kind() == TypeKind::decimal) return merged_decimals(a, b);
  // An integer and a float that is too narrow for it: the next float that is not.
  for (const Type& wider : {float32(), float64()})
    if (widens(a, wider) && widens(b, wider)) return wider;
  if (widens(a, string()) && widens(b, string())) return string();
  return std::nullopt;
}

/// What single values may still stand against.
std::optional<Type> merged_by_values(const Type& a, const Type& b) {
  const auto is_moment = [](const Type& type) { return type.kind() == TypeKind::timestamp && type.zone().empty(); };
  if (is_integer(a.kind()) && is_float(b.kind())) return float64();
  if (a.kind() == TypeKind::date && is_moment(b)) return b;
  return std::nullopt;
}

std::optional<Type> Merge::refuse(const Type& a, const Type& b, const std::string& path) {
  conflict_ = {path, a, b};
  return std::nullopt;
}

std::optional<Type> Merge::type(const Type& a, const Type& b, const std::string& path) {
  if (a == b || b.kind() == TypeKind::null) return a;
  if (a.kind() == TypeKind::null) return b;
  if (a.is_nested() && a.kind() == b.kind()) return nested(a, b, path);
  if (a.is_nested() || b.is_nested()) return refuse(a, b, path);
  if (widens(a, b)) return b;
  if (widens(b, a)) return a;
  std::optional<Type> wider = merged_scalars(a, b);
  if (!wider && rule_ == MergeRule::values) wider = merged_by_values(a, b);
  if (!wider && rule_ == MergeRule::values) wider = merged_by_values(b, a);
  return wider ? wider : refuse(a, b, path);
}

std::optional<Type> Merge::nested(const Type& a, const Type& b, const std::string& path) {
  if (a.kind() == TypeKind::fixed_list && a.size() != b.size()) return refuse(a, b, path);
  if (a.kind() == TypeKind::struct_) {
    std::optional<std::vector<Field>> parts = fields(a.children(), b.children(), &path);
    if (!parts) return std::nullopt;
    return struct_(std::move(*parts));
  }
  // Keys and values of maps have fixed names, and elements of lists one that means nothing.
  if (a.kind() == TypeKind::map) {
    const std::string entry = element_name(path);
    std::optional<Field> key = field(a.key(), b.key(), child_name(entry, a.key().name));
    std::optional<Field> value = key ? field(a.value(), b.value(), child_name(entry, a.value().name)) : std::nullopt;
    if (!value) return std::nullopt;
    return map(std::move(*key), std::move(*value));
  }
  std::optional<Field> element = field(a.element(), b.element(), element_name(path));
  if (!element) return std::nullopt;
  return with_parts(a, {std::move(*element)});
}

std::optional<Field> Merge::field(const Field& a, const Field& b, const std::string& path) {
  std::optional<Type> wider = type(a.type, b.type, path);
  if (!wider) return std::nullopt;
  return Field{a.name, std::move(*wider), a.nullable || b.nullable, a.id == b.id ? a.id : std::nullopt,
               a.origin ? a.origin : b.origin};
}

std::optional<std::vector<Field>> Merge::fields(std::span<const Field> a, std::span<const Field> b,
                                                const std::string* path) {
  const auto path_of = [&](const Field& part) { return path == nullptr ? part.name : child_name(*path, part.name); };
  std::vector<Field> merged;
  FieldFinder in_b(b);
  for (size_t i = 0; i < a.size(); ++i) {
    const Field* const other = in_b.find(a[i].name, i);
    if (other == nullptr) {
      merged.push_back(a[i]);
      merged.back().nullable = true;
      continue;
    }
    std::optional<Field> both = field(a[i], *other, path_of(a[i]));
    if (!both) return std::nullopt;
    merged.push_back(std::move(*both));
  }
  FieldFinder in_a(a);
  for (size_t i = 0; i < b.size(); ++i) {
    if (in_a.find(b[i].name, i) != nullptr) continue;
    merged.push_back(b[i]);
    merged.back().nullable = true;
  }
  return merged;
}

}  // namespace

bool widens(const Type& from, const Type& to) {
  if (from == to || from.kind() == TypeKind::null) return true;
  if (!from.is_nested()) return scalar_widens(from, to);
  if (from.kind() != to.kind()) return false;
  switch (from.kind()) {
    case TypeKind::struct_: return struct_widens(from.children(), to.children());
    case TypeKind::map: return field_widens(from.key(), to.key()) && field_widens(from.value(), to.value());
    default: return from.size() == to.size() && field_widens(from.element(), to.element());
  }
}

std::optional<Type> merged_type(const Type& a, const Type& b) { return Merge().type(a, b, {}); }

std::optional<Schema> merged_schema(const Schema& a, const Schema& b, MergeConflict& conflict, MergeRule rule) {
  if (a == b) return has_origins(a) ? a : b;
  Merge merge(rule);
  std::optional<std::vector<Field>> fields = merge.fields(a.fields(), b.fields(), nullptr);
  if (!fields) {
    conflict = std::move(merge.conflict());
    return std::nullopt;
  }
  // What one file calls 7 the other may call otherwise; then the ids tell nothing of both.
  if (repeated_field_id(*fields)) fields = without_field_ids(*fields);
  return Schema(std::move(*fields));
}

}  // namespace sluice
