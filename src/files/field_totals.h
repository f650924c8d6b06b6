// What is known of each leaf column of a file, added up over its row groups: what FieldResult tells.
#pragma once

#include <cstddef>
#include <vector>

#include "format/file_metadata.h"
#include "schema/leaves.h"
#include "sluice/file_writer.h"

namespace sluice {

class FieldTotals {
 public:
  explicit FieldTotals(const std::vector<Leaf>& leaves);

  /// Counts a finished chunk of the leaf `index`. Takes time in proportion to the bounds' length.
  void add(size_t index, const ColumnMetaData& chunk);
  /// One for each leaf, in the order of the schema. Once.
  std::vector<FieldResult> take();

 private:
  std::vector<FieldResult> fields_;
  std::vector<bool> unbounded_below_;  ///< values without a bound were seen
  std::vector<bool> unbounded_above_;
};

}  // namespace sluice
