// Records of CSV become columns: one block, one batch, or more when they unfold to much (docs/csv.md). Columns are
// matched by name. A run of records is read column by column: a loop knows its type, and no value costs a call. What
// goes wrong in one column limits the run for the others, so that the first bad record wins, whichever column it is
// found in.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "sources/csv_rows.h"
#include "sources/csv_values.h"
#include "sources/record_columns.h"
#include "sources/record_format.h"

namespace sluice {

class CsvReader final : public BlockReader {
 public:
  /// Throws Error{invalid} for a schema with columns that CSV cannot have.
  CsvReader(std::shared_ptr<const Schema> schema, ReadRules rules, std::vector<std::string> null_texts);

  /// Requires a block below 2 GiB, so that no text column can pass 2^31-1 bytes: no value is longer than its text.
  BlockRead read(const RecordBlock& block) override;
  uint64_t memory_bytes() const override { return rows_.memory_bytes() + scratch_.capacity(); }

 private:
  void follow(const std::shared_ptr<const CsvShape>& shape);
  bool read_run(const CsvRun& run, BlockRead& result);
  bool refuse(RecordFault fault, std::string_view record, BlockRead& result);
  int64_t records_that_fit(uint64_t held) const;
  size_t read_part(const CsvRun& part);
  void prefer_malformed(const CsvRun& part, size_t record);
  size_t utf8_records(const CsvRun& part);
  size_t read_column(Plan& plan, size_t column, const CsvRun& part);
  size_t read_extra(size_t column, const CsvRun& part);
  size_t refuse_missing(const CsvRun& part);
  int64_t count_extra(size_t column, const CsvRun& part);
  template <typename T>
  size_t read_integers(Plan& plan, size_t column, const CsvRun& part);
  size_t read_doubles(Plan& plan, size_t column, const CsvRun& part);
  size_t read_decimals(Plan& plan, size_t column, const CsvRun& part);
  size_t read_texts(Plan& plan, size_t column, const CsvRun& part);
  template <typename Read>
  size_t read_each(Plan& plan, size_t column, const CsvRun& part, Read read);
  bool read_special(Plan& plan, size_t column, const CsvRun& part, size_t record);
  bool widens(const Plan& plan) const;
  RecordFault misfit(const Plan& plan, std::string_view value, std::string reason) const;
  bool fail(RecordFault fault, const CsvRun& part, size_t record, size_t column);

  const ReadRules rules_;
  const std::vector<std::string> null_texts_;
  RecordColumns columns_;
  Plan* const root_;
  uint64_t record_bytes_ = 0;  ///< that one record of nulls adds to the columns
  CsvValues values_;
  CsvRows rows_;
  Bytes scratch_;

  std::shared_ptr<const CsvShape> shape_;
  CsvFields fields_{{}, {}};
  std::vector<Plan*> plans_;    ///< of the columns of shape_; null for one that the schema has not
  std::vector<Plan*> missing_;  ///< what the schema has and the source has not

  const RecordBlock* block_ = nullptr;
  size_t part_records_max_ = 0;  ///< small behind a bad record: what is read twice must not be much
  RecordFault fault_;            ///< of the first bad record of a part
};

}  // namespace sluice
