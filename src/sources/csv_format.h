// CSV and TSV (RFC 4180; docs/csv.md): text in columns.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/csv_options.h"
#include "sluice/schema.h"
#include "sources/record_format.h"

namespace sluice {

class CsvFormat final : public RecordFormat {
 public:
  /// Columns of sources without a header are found by their place in `declared`, the schema that is given, if one is.
  /// Throws Error{invalid} for options that cannot be meant.
  explicit CsvFormat(CsvOptions options, const std::optional<Schema>& declared = {});

  std::string_view text_name() const override { return "CSV"; }
  Type mixed_type() const override { return string(); }
  std::unique_ptr<RecordFrames> open(Contents& contents, FrameLimits limits) const override;
  std::unique_ptr<FormatInference> make_inference(bool pass_over_bad) const override;
  std::unique_ptr<BlockReader> make_reader(std::shared_ptr<const Schema> schema, ReadRules rules) const override;

 private:
  const CsvOptions options_;
  std::vector<std::string> declared_;
};

}  // namespace sluice
