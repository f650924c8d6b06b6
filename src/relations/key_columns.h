// The keys of rows: made by the strategy that was asked for, handed down from rows to those of their lists.
// (UUIDs: RFC 9562, versions 7 and 8.)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "relations/list_cut.h"
#include "relations/record_text.h"
#include "relations/relation_plan.h"
#include "relations/unique_keys.h"

namespace sluice {

/// Of some rows of one relation.
struct RowKeys {
  std::shared_ptr<const Column> ids;    ///< in plain form, without nulls
  std::shared_ptr<const Column> roots;  ///< of the records that the rows are of; null where nobody asks for them
};

class KeyMaker {
 public:
  /// `plan` must outlive it.
  explicit KeyMaker(const FlattenPlan& plan);

  /// Of the next records. `record`: a struct of their columns, of the schema that the plan was grown to; `natural_key`:
  /// the column of the root that is its key, with natural keys. Throws Error{data} for a key that is missing, empty or
  /// there already.
  RowKeys of_records(const Column& record, const Column* natural_key);
  /// Of the next items of a list, whose places are given, among rows with the keys `parents`.
  RowKeys of_items(size_t relation, const RowKeys& parents, const ListCut::Places& places);
  /// The parents' keys, for each item.
  static Column of_parents(const RowKeys& parents, const ListCut::Places& places);
  /// To be called at the end. Throws Error{data} for a key that came twice.
  void finish();

 private:
  std::shared_ptr<const Column> ordinals(size_t relation, int64_t count);
  std::shared_ptr<const Column> random_ids(int64_t count);
  std::shared_ptr<const Column> natural_ids(const Column& key);
  std::shared_ptr<const Column> record_digests(const Column& record);
  std::shared_ptr<const Column> item_digests(size_t relation, const Column& parents, const ListCut::Places& places);
  void append_key_text(const Column& record, int64_t row, std::string& out);
  void prepare(const Type& record);
  [[noreturn]] void refuse_repeated(int64_t record) const;
  uint64_t draw();

  struct KeyPart {
    std::vector<size_t> steps;
    RecordText text;
  };

  const FlattenPlan& plan_;
  const FlattenOptions& options_;
  std::vector<std::optional<int64_t>> next_;  ///< ordinals, by relation
  int64_t records_ = 0;
  std::optional<UniqueKeys> unique_;
  uint64_t random_state_ = 0;
  uint64_t milliseconds_ = 0;  ///< of the run, since 1970
  Type record_type_;           ///< that what follows was made for
  std::optional<RecordText> record_text_;
  std::vector<KeyPart> parts_;  ///< of composite keys
};

}  // namespace sluice
