// Records become columns: one block of lines, one batch, or more when they unfold to much (DESIGN, "Inference and
// JSON"). The schema is known; a value that does not fit it is a fault, never changed and never dropped unless the
// caller asked for that.
//
//   RecordReader reader(schema, rules);
//   BlockRead read = reader.read(block);
//   if (read.fault) throw to_error(*read.fault, "events.ndjson");
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/bytes.h"
#include "columns/builder.h"
#include "sluice/batch.h"
#include "sluice/write.h"
#include "sources/json_walk.h"
#include "sources/record_fault.h"
#include "sources/record_plan.h"

namespace sluice {

struct ReadRules {
  int depth_max = 64;
  ExtraFields extra_fields = ExtraFields::error;
  /// The schema was found in a sample, not given: floats take only numbers that they keep, and a field that is not in
  /// the schema may be there as null.
  bool inferred = false;
  /// A batch ends behind the record with which its columns reach so many bytes.
  uint64_t batch_bytes_max = UINT64_MAX;
};

/// What a block became, or a part of one.
struct BlockRead {
  Batch batch;                       ///< of `records` rows; empty when there is a fault
  int64_t records = 0;               ///< read before the fault
  int64_t extra_values = 0;          ///< dropped, as ExtraFields::ignore asks
  size_t end = 0;                    ///< in the block's bytes, behind the last line that was read; 0 after a fault
  std::optional<RecordFault> fault;  ///< `record` counts from the beginning of what was to be read
};

/// Not thread-safe; one block after the other, of any source.
class RecordReader {
 public:
  RecordReader(std::shared_ptr<const Schema> schema, ReadRules rules);

  /// Reads block.text(), or as much of it as makes one batch: `end` of the result is then below that of the block, and
  /// is to be its `begin` when the rest is read. Where a batch ends depends on the records alone.
  /// Requires a block below 2 GiB, so that no text column can pass 2^31-1 bytes: no value is longer than its JSON.
  BlockRead read(const LineBlock& block);

 private:
  void check_bytes(const char* place);
  Token read_object(Plan& plan, Token token, int depth);
  Token read_value(Plan& plan, Token token, int depth);
  Token read_list(Plan& plan, Token token, int depth);
  Token read_map(Plan& plan, Token token, int depth);
  void refuse_repeated_keys(const Plan& plan, size_t first, Token close);
  Token read_other(Plan& plan, Token token, int depth);
  Token read_extra(const Plan& object, Token key, Token token, int depth);
  Token read_json(Plan& plan, Token token, int depth);
  Token read_text(Plan& plan, Token token);
  Token read_boolean(Plan& plan, Token token, int depth);
  Token read_as_text(Plan& plan, Token token, int depth);
  Token read_decimal(Plan& plan, Token token, int depth);
  Token read_float16(Plan& plan, Token token, int depth);
  Token read_date(Plan& plan, Token token);
  Token read_timestamp(Plan& plan, Token token);
  template <typename T>
  Token read_number(Plan& plan, Token token, int depth);
  template <typename T>
  Token read_long_integer(Plan& plan, Token token, int depth);
  template <typename T>
  Token read_real(Plan& plan, Token token, int depth);
  Plan* find_field(Plan& plan, Token key);
  void mark(Plan& field, uint64_t object, Token key);
  void append_missing(Plan& plan, uint64_t object, Token close);
  [[noreturn]] void misfit(const Plan& plan, Token token, int depth, std::string_view reason = {});

  std::shared_ptr<const Schema> schema_;
  const ReadRules rules_;
  const double unfolding_max_;  ///< bytes in the columns for a byte of text
  std::vector<ColumnBuilder> builders_;
  std::unique_ptr<Plan> root_;
  JsonWalk walk_;
  uint64_t objects_ = 0;  ///< met so far, of all kinds
  int64_t extra_values_ = 0;
  const char* text_end_ = nullptr;  ///< of the block
  const char* check_at_ = nullptr;  ///< before this place in the text the columns cannot have reached their limit
  /// Keys of the maps under way, the innermost last.
  struct KeyPlace {
    size_t begin;
    size_t size;
  };
  std::vector<KeyPlace> keys_;
  Bytes key_text_;
};

}  // namespace sluice
