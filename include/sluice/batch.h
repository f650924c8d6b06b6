// The waist of Sluice: some rows of one schema. A source makes batches without knowing of Parquet; a writer takes
// batches without knowing where they came from.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/column.h"
#include "sluice/schema.h"

namespace sluice {

class CheckedBatch;

inline namespace v0 {

/// Columns of equal length under a schema. Immutable; copies share their buffers.
class Batch {
 public:
  Batch() = default;
  /// Throws Error{invalid} when the columns are not those of the schema, differ in length, or hold a null where the
  /// schema (at any depth) allows none; the message names column and row.
  Batch(std::shared_ptr<const Schema> schema, std::vector<Column> columns, int64_t rows);

  const Schema& schema() const { return *schema_; }
  const std::shared_ptr<const Schema>& shared_schema() const { return schema_; }
  int64_t rows() const { return rows_; }
  const std::vector<Column>& columns() const { return columns_; }
  const Column& column(size_t index) const { return columns_[index]; }

  /// Rows [begin, begin + count) without a copy. Requires begin + count <= rows().
  Batch slice(int64_t begin, int64_t count) const;

 private:
  friend class sluice::CheckedBatch;

  std::shared_ptr<const Schema> schema_;
  std::vector<Column> columns_;
  int64_t rows_ = 0;
};

/// A batch and the relation that it belongs to; a flat source has one relation without a name.
struct RelationBatch {
  std::string relation;
  Batch batch;
};

/// Anything that delivers batches, in order, once. Not thread-safe.
class BatchStream {
 public:
  virtual ~BatchStream() = default;
  /// The schema of every batch to come.
  virtual const Schema& schema() const = 0;
  /// The next batch, or nothing at the end. Throws Error; after that, and after the end, only destruction is allowed.
  virtual std::optional<RelationBatch> next() = 0;
};

}  // namespace v0
}  // namespace sluice
