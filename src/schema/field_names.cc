#include "schema/field_names.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace sluice {
namespace {

/// Few names are compared quicker than hashed.
constexpr size_t kFewFields = 8;
/// Steps over slots that are taken, a field: half of the table is empty, so names that nobody chose for it need one.
constexpr size_t kStepsPerField = 8;

std::optional<std::string_view> first_twin(std::span<const Field> fields) {
  std::vector<std::string_view> names;
  names.reserve(fields.size());
  for (const Field& field : fields) names.push_back(field.name);
  std::ranges::sort(names);
  const auto twin = std::ranges::adjacent_find(names);
  if (twin == names.end()) return std::nullopt;
  return *twin;
}

/// False: all names differ. True where two have the same hash, and where names were made to meet in the table.
bool may_repeat(std::span<const Field> fields) {
  std::vector<uint64_t> taken(std::bit_ceil(fields.size() * 2));  // 0: a free slot
  const size_t mask = taken.size() - 1;
  size_t steps_left = fields.size() * kStepsPerField;
  for (const Field& field : fields) {
    const uint64_t hash = std::hash<std::string_view>{}(field.name) | 1;
    size_t at = (hash >> 1) & mask;
    for (; taken[at] != 0; at = (at + 1) & mask)
      if (taken[at] == hash || steps_left-- == 0) return true;
    taken[at] = hash;
  }
  return false;
}

}  // namespace

std::optional<std::string_view> repeated_name(std::span<const Field> fields) {
  if (fields.size() > kFewFields && !may_repeat(fields)) return std::nullopt;
  return first_twin(fields);
}

}  // namespace sluice
