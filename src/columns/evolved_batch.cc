#include "columns/evolved_batch.h"

#include <optional>
#include <utility>
#include <vector>

#include "columns/evolved.h"
#include "columns/widening.h"
#include "sluice/error.h"

namespace sluice {
namespace {

Column evolved_column(const Column& column, const Field& to) {
  try {
    return evolved(column, to.type);
  } catch (const Error& error) {
    throw Error(error.code(), "column " + to.name + ": " + error.what(), {.field = to.name}, error.hint());
  }
}

}  // namespace

Batch evolved_batch(const Batch& batch, const std::shared_ptr<const Schema>& to) {
  if (batch.schema() == *to) return batch;
  std::vector<Column> columns;
  columns.reserve(to->size());
  for (const Field& field : to->fields()) {
    const std::optional<size_t> place = batch.schema().find(field.name);
    columns.push_back(place ? evolved_column(batch.column(*place), field) : null_column(field.type, batch.rows()));
  }
  return Batch(to, std::move(columns), batch.rows());
}

}  // namespace sluice
