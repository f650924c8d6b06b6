// Some rows of one schema: checked once, where they enter.
#include "sluice/batch.h"

#include <cassert>

#include "columns/column_check.h"
#include "sluice/error.h"

namespace sluice {
inline namespace v0 {

Batch::Batch(std::shared_ptr<const Schema> schema, std::vector<Column> columns, int64_t rows)
    : schema_(std::move(schema)), columns_(std::move(columns)), rows_(rows) {
  if (!schema_) throw Error(ErrorCode::invalid, "a batch needs a schema");
  if (rows_ < 0) throw Error(ErrorCode::invalid, "a batch cannot have " + std::to_string(rows_) + " rows");
  if (columns_.size() != schema_->size())
    throw Error(ErrorCode::invalid, "the batch has " + std::to_string(columns_.size()) + " columns, its schema " +
                                        std::to_string(schema_->size()));
  ColumnCheck check(rows_);
  for (size_t i = 0; i < columns_.size(); ++i) check.check(columns_[i], (*schema_)[i]);
}

Batch Batch::slice(int64_t begin, int64_t count) const {
  assert(begin >= 0 && count >= 0 && begin <= rows_ - count);
  Batch part;
  part.schema_ = schema_;
  part.rows_ = count;
  part.columns_.reserve(columns_.size());
  for (const Column& column : columns_) part.columns_.push_back(column.slice(begin, count));
  return part;
}

}  // namespace v0
}  // namespace sluice
