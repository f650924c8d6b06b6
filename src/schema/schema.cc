#include "sluice/schema.h"

#include "schema/field_ids.h"
#include "schema/field_names.h"
#include "sluice/error.h"

namespace sluice {
inline namespace v0 {

Schema::Schema(std::initializer_list<Field> fields) : Schema(std::vector<Field>(fields)) {}

Schema::Schema(std::vector<Field> fields) : fields_(std::move(fields)) {
  if (const std::optional<std::string_view> twin = repeated_name(fields_))
    throw Error(ErrorCode::invalid, "the schema has two columns of the name \"" + std::string(*twin) + "\"",
                {.field = std::string(*twin)});
  if (const std::optional<int32_t> id = repeated_field_id(fields_))
    throw Error(ErrorCode::invalid, "the schema has two fields of the id " + std::to_string(*id));
}

std::optional<size_t> Schema::find(std::string_view name) const {
  for (size_t i = 0; i < fields_.size(); ++i)
    if (fields_[i].name == name) return i;
  return std::nullopt;
}

}  // namespace v0
}  // namespace sluice
