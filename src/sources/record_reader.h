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

#include "sources/json_walk.h"
#include "sources/record_columns.h"
#include "sources/record_fault.h"
#include "sources/record_format.h"

namespace sluice {

/// Not thread-safe; one block after the other, of any source.
class RecordReader final : public BlockReader {
 public:
  RecordReader(std::shared_ptr<const Schema> schema, ReadRules rules, RecordLayout layout = RecordLayout::lines);

  /// Requires a block below 2 GiB, so that no text column can pass 2^31-1 bytes: no value is longer than its JSON.
  BlockRead read(const RecordBlock& block) override;
  uint64_t memory_bytes() const override { return walk_.memory_bytes(); }

 private:
  Token read_record(Token token);
  void check_bytes(const char* place);
  void take_back(int64_t rows);
  void add_item(const Plan& list, Token token);
  [[noreturn]] void refuse_item(const Plan& list, Token token);
  Token read_object(Plan& plan, int64_t at, Token token, int depth);
  Token read_value(Plan& plan, Token token, int depth);
  Token read_list(Plan& plan, Token token, int depth);
  Token read_map(Plan& plan, Token token, int depth);
  int64_t repeated_key(const ColumnBuilder& keys, int64_t first);
  [[noreturn]] void refuse_repeated_key(const Plan& plan, Token begin, int64_t twin, int depth);
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
  void begin_value(Plan& field, int64_t at, Token key);
  [[noreturn]] void refuse_missing(const Plan& plan, int64_t at, Token close);
  bool widens(const Plan& plan) const;
  [[noreturn]] void misfit(const Plan& plan, Token token, int depth, std::string_view reason = {});

  const ReadRules rules_;
  RecordColumns columns_;
  Plan* const root_;
  const double unfolding_max_;  ///< bytes in the columns for a byte of text
  JsonWalk walk_;
  Token record_ = nullptr;          ///< the one that is being read
  int64_t rows_ = 0;                ///< before it in the batch
  bool is_torn_ = false;            ///< the columns have a part of it
  double unfolded_bytes_ = 0;       ///< of its items, all lists together
  const char* begun_at_ = nullptr;  ///< where it stands in the block
  int64_t extra_values_ = 0;
  int64_t extra_values_before_ = 0;  ///< its own
  const char* text_end_ = nullptr;   ///< of the block
  const char* check_at_ = nullptr;   ///< before this place in the text the columns cannot have reached their limit
  std::vector<int64_t> key_order_;   ///< of the map that has been read last, by value
};

}  // namespace sluice
