#include "schema/field_ids.h"

#include <algorithm>

#include "schema/nested.h"

namespace sluice {
namespace {

void gather_ids(std::span<const Field> fields, std::vector<int32_t>& ids) {
  for (const Field& field : fields) {
    if (field.id) ids.push_back(*field.id);
    gather_ids(field.type.children(), ids);
  }
}

}  // namespace

std::optional<int32_t> repeated_field_id(std::span<const Field> fields) {
  std::vector<int32_t> ids;
  gather_ids(fields, ids);
  std::ranges::sort(ids);
  const auto twin = std::ranges::adjacent_find(ids);
  if (twin == ids.end()) return std::nullopt;
  return *twin;
}

std::vector<Field> without_field_ids(std::span<const Field> fields) {
  std::vector<Field> bare(fields.begin(), fields.end());
  for (Field& field : bare) {
    field.id.reset();
    if (field.type.is_nested()) field.type = with_parts(field.type, without_field_ids(field.type.children()));
  }
  return bare;
}

}  // namespace sluice
