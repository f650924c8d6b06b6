// Fewer columns: which of a schema to keep, and batches that only have these.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "sluice/batch.h"
#include "sluice/predicate.h"
#include "sluice/schema.h"

namespace sluice {

/// A column to keep, or the parts to keep of a struct.
struct KeptColumn {
  size_t index = 0;                 ///< among the children of its parent
  std::vector<KeptColumn> parts{};  ///< of a struct; empty = it is kept whole
};

class Projection {
 public:
  /// In the order given; fields of one struct stand together, where the first of them is named. Throws Error{invalid}
  /// for a column that does not exist, that is named twice, or that is inside of one that is kept whole.
  Projection(const Schema& schema, std::span<const ColumnPath> columns);

  const std::shared_ptr<const Schema>& schema() const { return schema_; }
  /// Shares the buffers. Requires a batch of the schema that it was made for.
  Batch project(const Batch& batch) const;

 private:
  std::vector<KeptColumn> kept_;
  std::shared_ptr<const Schema> schema_;
};

}  // namespace sluice
