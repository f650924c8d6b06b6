// Cuts CSV into blocks of whole records, in one pass that looks at nothing but quotes and line ends (csv_scan.h), and
// reads the header on the way (docs/csv.md).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sluice/csv_options.h"
#include "sources/carried_text.h"
#include "sources/contents.h"
#include "sources/csv_scan.h"
#include "sources/csv_shape.h"
#include "sources/record_format.h"

namespace sluice {

/// Blocks begin with a record, or with blank lines before one, and end with the '\n' of one. The first may have no
/// record, when there is nothing behind the header.
class CsvFrames final : public RecordFrames {
 public:
  /// Looks at the beginning of `contents`, which must outlive this. `declared` are names for columns without a header
  /// (make_shape_by_place), which must outlive this too. Throws Error{io}.
  CsvFrames(Contents& contents, FrameLimits limits, const CsvOptions& options,
            std::span<const std::string> declared = {});

  /// Throws also Error{data} for a header that cannot be one.
  Step next(RecordBlock& block) override;
  RecordFault fault() const override { return fault_; }

 private:
  void take_separator_line();
  Step cut_block(RecordBlock& block);
  bool find_shape(RecordBlock& block);
  CsvShape read_shape(std::string_view record, const CsvIndex& index, size_t first, size_t last) const;
  Step refuse_long_record(RecordBlock& block, size_t size);
  Step refuse_open_quote(RecordBlock& block, size_t size);
  Step go_on_behind_line(RecordBlock& block, size_t size);
  Step pass_over_line(RecordBlock& block);
  std::optional<size_t> open_quote(std::string_view text) const;

  Contents& contents_;
  FrameLimits limits_;
  CsvOptions options_;
  std::span<const std::string> declared_;
  CsvDialect dialect_;
  std::shared_ptr<const CsvShape> shape_;  ///< null until the first record has been seen
  CarriedText text_;
  CsvState state_ = CsvState::field_start;  ///< behind what has been searched
  std::optional<Reject> long_line_;         ///< a line without an end, which is passed over
  RecordFault fault_;
};

}  // namespace sluice
