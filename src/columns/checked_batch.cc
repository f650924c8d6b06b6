// (No specification: a way around the checks of sluice/batch.h.)
#include "columns/checked_batch.h"

#include <cassert>
#include <utility>

#include "sluice/error.h"

namespace sluice {
namespace {

[[maybe_unused]] bool is_right(const Batch& batch) {
  try {
    Batch(batch.shared_schema(), batch.columns(), batch.rows());
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

Batch CheckedBatch::make(std::shared_ptr<const Schema> schema, std::vector<Column> columns, int64_t rows) {
  Batch batch;
  batch.schema_ = std::move(schema);
  batch.columns_ = std::move(columns);
  batch.rows_ = rows;
  assert(is_right(batch));
  return batch;
}

}  // namespace sluice
