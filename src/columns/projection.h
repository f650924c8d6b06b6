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

/// Puts the way to a column, child indexes from the root, into `kept`. False where all of it, or a part of it, is kept
/// already.
bool keep_column(std::vector<KeptColumn>& kept, std::span<const size_t> steps);
/// Those of `fields` that are kept, in that order.
std::vector<Field> kept_fields(std::span<const Field> fields, std::span<const KeptColumn> kept);

class Projection {
 public:
  /// In the order given; fields of one struct stand together, where the first of them is named. Throws Error{invalid}
  /// for a column that does not exist, that is named twice, or that is inside of one that is kept whole.
  Projection(const Schema& schema, std::span<const ColumnPath> columns);
  Projection(const Schema& schema, std::vector<KeptColumn> kept);

  const std::vector<KeptColumn>& kept() const { return kept_; }
  const std::shared_ptr<const Schema>& schema() const { return schema_; }
  /// Shares the buffers. Requires a batch of the schema that it was made for.
  Batch project(const Batch& batch) const;
  /// The same of columns that make no batch yet: those that are not kept may be of any form.
  std::vector<Column> project(std::span<const Column> columns) const;

 private:
  std::vector<KeptColumn> kept_;
  std::shared_ptr<const Schema> schema_;
};

}  // namespace sluice
