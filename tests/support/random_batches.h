// One table as batches, cut at random places and made in all the ways in which batches come: filled by a builder, cut
// out of a longer one, handed through the Arrow C interface, and with dictionaries.
#pragma once

#include <memory>
#include <vector>

#include "sluice/batch.h"
#include "support/draw.h"
#include "support/random_table.h"

namespace sluice::test {

/// All rows of the table in order. Some batches may be empty. For `dirty` see ColumnMaker.
std::vector<Batch> draw_batches(Draw& draw, const RandomTable& table, bool dirty);

}  // namespace sluice::test
