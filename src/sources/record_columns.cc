#include "sources/record_columns.h"

#include <algorithm>
#include <utility>

#include "columns/checked_batch.h"
#include "columns/counted_rows.h"
#include "columns/widths.h"

namespace sluice {

RecordColumns::RecordColumns(std::shared_ptr<const Schema> schema, std::shared_ptr<Budget> budget)
    : schema_(std::move(schema)), budget_(std::move(budget)) {
  for (const Field& field : schema_->fields()) builders_.emplace_back(field.type);
  plan_ = make_plan(*schema_, builders_);
}

void RecordColumns::begin() {
  for (ColumnBuilder& builder : builders_) builder.reserve_as_before();
}

void RecordColumns::truncate(int64_t rows) {
  for (ColumnBuilder& builder : builders_) builder.truncate(std::min(rows, builder.length()));
}

void RecordColumns::fill(int64_t rows) {
  for (ColumnBuilder& builder : builders_) builder.fill(rows);
}

uint64_t RecordColumns::bytes() const {
  uint64_t bytes = 0;
  for (const ColumnBuilder& builder : builders_) bytes += builder.bytes();
  return bytes;
}

void RecordColumns::finish(BlockRead& result) {
  const int64_t count = rows();
  uint64_t bytes = 0;
  for (ColumnBuilder& builder : builders_) {
    builder.shrink();
    bytes += builder.memory_bytes();
  }
  std::vector<Column> columns;
  for (ColumnBuilder& builder : builders_) columns.push_back(builder.finish());
  if (result.fault) {
    result.end = 0;
    return;
  }
  if (budget_) count_rows_in(columns, Account(budget_, bytes));
  result.batch = CheckedBatch::make(schema_, std::move(columns), count);
}

double null_bytes(const Type& type) {
  double bytes = static_cast<double>(fixed_width(type)) + (has_offsets(type.kind()) ? sizeof(int32_t) : 0) + 1;
  if (type.has_ranges()) return bytes;
  for (const Field& child : type.children()) bytes += null_bytes(child.type) * static_cast<double>(child_values(type));
  return bytes;
}

}  // namespace sluice
