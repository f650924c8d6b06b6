// Nested types made anew from other parts, for whoever walks a schema and changes what is in it.
#pragma once

#include <vector>

#include "sluice/types.h"

namespace sluice {

/// The nested type with `parts` in place of its children, as many as it has. Requires the entry of a map to stay a
/// struct of two.
Type with_parts(const Type& nested, std::vector<Field> parts);

}  // namespace sluice
