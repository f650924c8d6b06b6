// Looks at records to find out what their fields are (rules: schema/inference.h).
//
//   RecordInference inference(depth_max);
//   if (auto fault = inference.observe(block, 16_MiB)) ...
//   InferredSchema found = inference.result();
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "schema/inference.h"
#include "sources/json_walk.h"
#include "sources/record_fault.h"
#include "sources/record_format.h"

namespace sluice {

class RecordInference final : public FormatInference {
 public:
  explicit RecordInference(int depth_max, bool pass_over_bad = false, RecordLayout layout = RecordLayout::lines)
      : walk_(depth_max, layout), pass_over_bad_(pass_over_bad) {}

  /// Throws Error{data} where records have more fields than can be columns.
  std::optional<RecordFault> observe(const RecordBlock& block, uint64_t text_end) override;

  int64_t records() const override { return records_; }
  InferredSchema result() const override { return inference_.result(); }
  std::map<std::string, int64_t> first_records() const override { return inference_.first_records(); }

 private:
  Token observe_object(FieldGuess& guess, Token token, int depth);
  Token observe_value(FieldGuess& guess, Token token, int depth);
  Token observe_array(FieldGuess& guess, Token token, int depth);

  JsonWalk walk_;
  const bool pass_over_bad_;
  SchemaInference inference_;
  int64_t records_ = 0;
};

}  // namespace sluice
