// How long rows are in Arrow's layout (Arrow "Columnar Format", buffer listing for each layout).
#pragma once

#include <cstdint>

#include "sluice/batch.h"

namespace sluice {

/// Bits that rows [begin, begin + rows) have in Arrow's buffers: values, an offset for each text and list, and one bit
/// for each value that may be null, whether the batch has a buffer for it or not. Additive, and the same whatever form
/// columns have and whatever stands under nulls.
uint64_t arrow_bits_of_rows(const Batch& batch, int64_t begin, int64_t rows);

}  // namespace sluice
