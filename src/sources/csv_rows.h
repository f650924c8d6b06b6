// Goes through the records of a block of CSV: in runs of records that are as they should be, and one by one where they
// are not (docs/csv.md says what a bad record is).
//
//   rows.begin(block);
//   for (CsvRows::Step step; (step = rows.next()) != CsvRows::Step::end;)
//     if (step == CsvRows::Step::run) read(rows.run()); else refuse(rows.fault(), rows.bad_record());
#pragma once

#include <string_view>

#include "sources/csv_fields.h"
#include "sources/csv_scan.h"
#include "sources/record_block.h"
#include "sources/record_fault.h"

namespace sluice {

class CsvRows {
 public:
  enum class Step {
    run,  ///< see run(): at least one record
    bad,  ///< see fault() and bad_record()
    end,
  };

  /// Turns to the records of block.text(). The block must stay as it is until the last call of `next`.
  void begin(const RecordBlock& block);
  Step next();

  const CsvRun& run() const { return run_; }
  /// Whether the records of the run are UTF-8. False may be due to a neighbour.
  bool is_utf8() const { return is_utf8_; }
  /// `record` is not filled in.
  const RecordFault& fault() const { return fault_; }
  /// Without its line's end.
  std::string_view bad_record() const { return bad_record_; }
  /// Position in the block's bytes behind the bad record.
  size_t behind_bad_record() const { return behind_bad_record_; }
  uint64_t memory_bytes() const { return index_.memory_bytes(); }

 private:
  bool scan_more();
  bool has_irregular(uint32_t before);
  void refuse(uint32_t end);

  const RecordBlock* block_ = nullptr;
  const char* text_ = nullptr;
  size_t columns_ = 0;
  CsvState state_ = CsvState::field_start;
  CsvIndex index_;
  size_t scanned_ = 0;         ///< position up to which the index goes
  size_t first_ = 0;           ///< the end in the index behind which the next record begins
  size_t line_ = 0;            ///< of index_.lines, the one that ends it
  size_t next_irregular_ = 0;  ///< of index_.irregular
  bool is_utf8_ = true;
  CsvRun run_;
  RecordFault fault_;
  std::string_view bad_record_;
  size_t behind_bad_record_ = 0;
};

}  // namespace sluice
