// CSV and TSV (RFC 4180; docs/csv.md): text in columns.
#pragma once

#include <string_view>

#include "sluice/csv_options.h"
#include "sources/record_format.h"

namespace sluice {

class CsvFormat final : public RecordFormat {
 public:
  /// Throws Error{invalid} for options that cannot be meant.
  explicit CsvFormat(CsvOptions options);

  std::string_view text_name() const override { return "CSV"; }
  std::unique_ptr<RecordFrames> open(Contents& contents, FrameLimits limits) const override;
  std::unique_ptr<FormatInference> make_inference(bool pass_over_bad) const override;
  std::unique_ptr<BlockReader> make_reader(std::shared_ptr<const Schema> schema, ReadRules rules) const override;

 private:
  const CsvOptions options_;
};

}  // namespace sluice
