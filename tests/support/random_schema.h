// Schemas drawn at random; see random_table.h.
#pragma once

#include "sluice/schema.h"
#include "support/draw.h"

namespace sluice::test {

/// `depth_max`: lists and structs around a leaf.
Schema draw_schema(Draw& draw, int depth_max);

}  // namespace sluice::test
