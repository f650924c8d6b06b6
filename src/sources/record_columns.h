// What the records of a block become, on the way: a builder for each column, and the plan by which they are filled.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "columns/builder.h"
#include "sluice/schema.h"
#include "sources/record_format.h"
#include "sources/record_plan.h"

namespace sluice {

/// Not thread-safe.
class RecordColumns {
 public:
  /// Batches count in `budget`, where there is one.
  explicit RecordColumns(std::shared_ptr<const Schema> schema, std::shared_ptr<Budget> budget = nullptr);

  const Schema& schema() const { return *schema_; }
  /// Before the first record of a batch: room for as much as the last one took.
  void begin();
  /// Of a record: its fields fill the builders. Whoever goes on behind a bad record takes back what it has left.
  Plan& plan() { return *plan_; }
  /// Values in the first column. These are the records, where each has given all columns a value, or behind fill(); but
  /// 0 of a schema without columns, which a sample may have up to its first fault.
  int64_t rows() const { return builders_.empty() ? 0 : builders_.front().length(); }
  void truncate(int64_t rows);
  /// Nulls for what the last of `rows` records had not: their fields, and those of structs in them.
  void fill(int64_t rows);
  /// What the columns hold in memory.
  uint64_t bytes() const;
  /// Ends the batch, and starts anew. With a fault there is none, and `end` of the result is 0.
  void finish(BlockRead& result);

 private:
  std::shared_ptr<const Schema> schema_;
  std::vector<ColumnBuilder> builders_;
  std::unique_ptr<Plan> plan_;
  std::shared_ptr<Budget> budget_;
};

/// Bytes that one null of the type takes at most. A column has room for the values that are not there, too: a null
/// vector is as long as any other.
double null_bytes(const Type& type);

}  // namespace sluice
