// Looks at records to find out what their fields are (rules: schema/inference.h).
//
//   RecordInference inference(depth_max);
//   if (auto fault = inference.observe(block, block.text())) ...
//   InferredSchema found = inference.result();
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "schema/inference.h"
#include "sources/json_walk.h"
#include "sources/record_fault.h"

namespace sluice {

class RecordInference {
 public:
  explicit RecordInference(int depth_max) : walk_(depth_max) {}

  /// Takes in the records of `lines`, whole lines of the block. Returns the first that is not JSON, its number counted
  /// from the first record of all. Throws Error{data} where records have more fields than can be columns.
  std::optional<RecordFault> observe(const LineBlock& block, std::string_view lines);

  /// Seen so far.
  int64_t records() const { return records_; }
  InferredSchema result() const { return inference_.result(); }

 private:
  Token observe_object(FieldGuess& guess, Token token, int depth);
  Token observe_value(FieldGuess& guess, Token token, int depth);
  Token observe_array(FieldGuess& guess, Token token, int depth);

  JsonWalk walk_;
  SchemaInference inference_;
  int64_t records_ = 0;
};

}  // namespace sluice
