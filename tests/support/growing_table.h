// A table whose schema grew while it was written: fields that came late at any depth, and fields of the null type that
// got another one.
#pragma once

#include <vector>

#include "support/draw.h"
#include "support/random_table.h"

namespace sluice::test {

struct GrowingTable {
  /// The rows in their order, cut where the schema grew; a part may have none.
  std::vector<RandomTable> parts;
  /// All rows with the last schema: what a reader must find.
  RandomTable whole;
};

/// Takes fields away from the first rows of `table`, in at most four steps; what nobody may see is nulled. There may be
/// nothing to take: then there is one part. Changes come behind multiples of `rows_step` rows, or at the end.
GrowingTable draw_growth(Draw& draw, const RandomTable& table, int64_t rows_step = 1);

}  // namespace sluice::test
