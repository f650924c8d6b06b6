// Single values drawn at random; see random_table.h. None of them is null.
#pragma once

#include <cstdint>

#include "sluice/types.h"
#include "support/draw.h"
#include "support/value_tree.h"

namespace sluice::test {

/// A value as data have them: mostly distinct ones.
Value draw_ordinary(Draw& draw, const Type& type);

/// A value at an edge of the type: smallest and largest, NaN and -0, empty and very long texts, texts that agree in
/// their first 64 bytes. Timestamps fit the unit that they are stored in.
Value draw_extreme(Draw& draw, const Type& type);

/// The value that stands for a number: distinct and in the order of the numbers, until the type is exhausted.
Value counted_value(const Type& type, uint64_t count);

}  // namespace sluice::test
