// Parquet field ids: what they name must be told apart by them (parquet-format, parquet.thrift,
// SchemaElement.field_id).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sluice/types.h"

namespace sluice {

/// An id that two of the fields have, at any depth.
std::optional<int32_t> repeated_field_id(std::span<const Field> fields);

/// The same fields without ids, for foreign schemas whose ids say nothing: some writers give every field the same.
std::vector<Field> without_field_ids(std::span<const Field> fields);

}  // namespace sluice
