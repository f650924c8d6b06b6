#include "sources/csv_format.h"

#include <utility>

#include "sources/csv_dialect.h"
#include "sources/csv_frames.h"
#include "sources/csv_inference.h"
#include "sources/csv_reader.h"

namespace sluice {

CsvFormat::CsvFormat(CsvOptions options, const std::optional<Schema>& declared) : options_(std::move(options)) {
  check_csv_options(options_);
  if (!declared) return;
  for (const Field& field : declared->fields()) declared_.push_back(field.name);
}

std::unique_ptr<RecordFrames> CsvFormat::open(Contents& contents, FrameLimits limits) const {
  return std::make_unique<CsvFrames>(contents, std::move(limits), options_, declared_);
}

std::unique_ptr<FormatInference> CsvFormat::make_inference(bool pass_over_bad) const {
  return std::make_unique<CsvInference>(options_.null_texts, pass_over_bad);
}

std::unique_ptr<BlockReader> CsvFormat::make_reader(std::shared_ptr<const Schema> schema, ReadRules rules) const {
  return std::make_unique<CsvReader>(std::move(schema), rules, options_.null_texts);
}

}  // namespace sluice
