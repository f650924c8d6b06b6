// Batches of columns that are known to be right, because they were decoded here or checked before: to look at every
// offset and position again would cost a reader a tenth of its time.
#pragma once

#include <memory>
#include <vector>

#include "sluice/batch.h"

namespace sluice {

class CheckedBatch {
 public:
  /// Requires what the constructor of Batch checks; an assertion holds the caller to it.
  static Batch make(std::shared_ptr<const Schema> schema, std::vector<Column> columns, int64_t rows);
};

}  // namespace sluice
