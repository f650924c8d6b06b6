// Whether what was asked of flatten() goes together.
#pragma once

#include "sluice/flatten.h"

namespace sluice {

/// Throws Error{invalid} for what contradicts itself, or would have no effect.
void check_flatten_options(const FlattenOptions& options);

}  // namespace sluice
