// Names of fields that stand together must differ. A file may have a hundred thousand columns, and its schema is looked
// at more than once on the way in and out, so this does not sort them.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "sluice/types.h"

namespace sluice {

/// A name that two of the fields have: of several the first one bytewise. Not of the fields inside them. Takes time in
/// proportion to their number where all differ. The answer points into the fields.
std::optional<std::string_view> repeated_name(std::span<const Field> fields);

}  // namespace sluice
