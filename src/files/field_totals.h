// What is known of each leaf column of a file, added up over its row groups: what FieldResult tells.
#pragma once

#include <cstddef>
#include <vector>

#include "files/amend_origins.h"
#include "format/file_metadata.h"
#include "schema/leaves.h"
#include "sluice/file_writer.h"

namespace sluice {

class FieldTotals {
 public:
  explicit FieldTotals(const std::vector<Leaf>& leaves);
  /// Goes on from what was taken, when all of it had bounds or needed none.
  explicit FieldTotals(std::vector<FieldResult> taken);

  /// Counts a finished chunk of the leaf `index`. Takes time in proportion to the bounds' length.
  void add(size_t index, const ColumnMetaData& chunk);
  /// The schema has grown: from here on indexes are those of `leaves`, and counts of leaves that were kept stay.
  void extend(const std::vector<Leaf>& leaves, const std::vector<LeafOrigin>& origins);
  /// One for each leaf, in the order of the schema. Once.
  std::vector<FieldResult> take();

 private:
  std::vector<FieldResult> fields_;
  std::vector<bool> unbounded_below_;  ///< values without a bound were seen
  std::vector<bool> unbounded_above_;
};

}  // namespace sluice
