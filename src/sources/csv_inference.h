// Looks at records of CSV to find out what their fields are. What a value is, its text says, with or without quotes:
// true and false, numbers as JSON writes them, dates and timestamps, else text. (The rules: schema/inference.h, with
// string where they say json.)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "schema/inference.h"
#include "sources/csv_rows.h"
#include "sources/record_format.h"

namespace sluice {

class CsvInference final : public FormatInference {
 public:
  CsvInference(std::vector<std::string> null_texts, bool pass_over_bad);

  /// Throws Error{data} where there are more columns than inference makes.
  std::optional<RecordFault> observe(const RecordBlock& block, uint64_t text_end) override;
  int64_t records() const override { return records_; }
  /// Beside what was seen in values, its notes say what is odd about names.
  InferredSchema result() const override;
  std::map<std::string, int64_t> first_records() const override { return inference_.first_records(); }

 private:
  /// The first record of all is never too far: a header may be longer than any sample.
  bool is_behind(uint64_t record_byte, uint64_t text_end) const { return record_byte >= text_end && records_ > 0; }
  void follow(const std::shared_ptr<const CsvShape>& shape);
  std::optional<RecordFault> observe_record(const CsvRun& run, size_t record, const RecordBlock& block);
  std::optional<RecordFault> find_fault(const CsvRun& run, size_t record, const RecordBlock& block);
  void observe_value(FieldGuess& guess, std::string_view value);

  const std::vector<std::string> null_texts_;
  const bool pass_over_bad_;
  SchemaInference inference_;
  CsvRows rows_;
  std::shared_ptr<const CsvShape> shape_;
  std::vector<FieldGuess*> guesses_;  ///< of the columns of shape_
  std::vector<InferenceNote> name_notes_;
  Bytes scratch_;
  int64_t records_ = 0;
};

}  // namespace sluice
