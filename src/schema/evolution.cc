#include "schema/evolution.h"

#include <algorithm>
#include <optional>

#include "schema/kinds.h"
#include "schema/merge.h"
#include "sluice/schema.h"

namespace sluice {
namespace {

bool is_whole_or_decimal(const Type& type) { return is_integer(type.kind()) || type.kind() == TypeKind::decimal; }
bool is_local_time(const Type& type) { return type.kind() == TypeKind::timestamp && type.zone().empty(); }

/// Values have a text of their own, by which a string column can hold them.
bool is_written_as_text(const Type& type) {
  switch (type.kind()) {
    case TypeKind::date:
    case TypeKind::time:
    case TypeKind::timestamp:
    case TypeKind::uuid:
    case TypeKind::enum_: return true;
    default: return false;
  }
}

/// By type alone, or by a look at each value.
bool scalar_evolves(const Type& from, const Type& to) {
  if (widens(from, to)) return true;
  if (to.kind() == TypeKind::string) return !from.is_nested() && has_json_text(from);
  if (is_integer(from.kind())) return to.kind() == TypeKind::uint64 || to.kind() == TypeKind::float64;
  return from.kind() == TypeKind::date && is_local_time(to);
}

/// Of structs; there may be new ones.
bool fields_evolve(std::span<const Field> from, std::span<const Field> to) {
  const auto evolves_within = [&](const Field& field) {
    const auto found = std::ranges::find(to, field.name, &Field::name);
    return found != to.end() && evolves(field.type, found->type);
  };
  return std::ranges::all_of(from, evolves_within);
}

/// A number type that holds what came before and what has come; nothing where there is none.
std::optional<Type> wider_number(const Type& known, const Type& seen, const std::function<bool(const Type&)>& keeps) {
  if (is_signed_integer(known.kind()) && seen == uint64() && keeps(seen)) return seen;
  if (is_whole_or_decimal(known) && is_whole_or_decimal(seen)) {
    std::optional<Type> both = merged_type(known, seen);
    if (both && *both != known) return both;
  }
  const bool may_be_double = seen == float64() && (is_integer(known.kind()) || is_float(known.kind())) && known != seen;
  if (may_be_double && (widens(known, seen) || keeps(seen))) return seen;
  return std::nullopt;
}

std::optional<Type> wider_time(const Type& known, const Type& seen, const std::function<bool(const Type&)>& keeps) {
  if (seen.kind() != TypeKind::timestamp) return std::nullopt;
  const bool is_day = known.kind() == TypeKind::date && is_local_time(seen);
  const bool is_finer =
      known.kind() == TypeKind::timestamp && known.zone() == seen.zone() && known.unit() < seen.unit();
  if ((is_day || is_finer) && keeps(seen)) return seen;
  return std::nullopt;
}

}  // namespace

bool has_json_text(const Type& type) {
  switch (type.kind()) {
    case TypeKind::binary:
    case TypeKind::fixed:
    case TypeKind::bson:
    case TypeKind::geometry:
    case TypeKind::geography: return false;
    default: return std::ranges::all_of(type.children(), [](const Field& part) { return has_json_text(part.type); });
  }
}

bool evolves(const Type& from, const Type& to) {
  if (from == to || from.kind() == TypeKind::null) return true;
  if (to.kind() == TypeKind::json) return has_json_text(from);
  if (!from.is_nested()) return scalar_evolves(from, to);
  if (from.kind() != to.kind() || from.size() != to.size()) return false;
  if (from.kind() == TypeKind::struct_) return fields_evolve(from.children(), to.children());
  return evolves(from.children()[0].type, to.children()[0].type);
}

bool can_widen(const Type& type, const Type& mixed) {
  return type.kind() != TypeKind::json && type.kind() != TypeKind::null && type != mixed && has_json_text(type) &&
         evolves(type, mixed);
}

Type wider_type(const Type& known, const Type& seen, const Type& mixed, const std::function<bool(const Type&)>& keeps) {
  if (std::optional<Type> number = wider_number(known, seen, keeps)) return *number;
  if (std::optional<Type> time = wider_time(known, seen, keeps)) return *time;
  const bool is_text =
      seen.kind() == TypeKind::string || seen.kind() == TypeKind::date || seen.kind() == TypeKind::timestamp;
  return is_written_as_text(known) && is_text ? string() : mixed;
}

}  // namespace sluice
