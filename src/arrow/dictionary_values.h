// The values of a dictionary, which come apart from the rows and may grow, and rows made of them. (Arrow "Columnar
// Format", dictionary-encoded layout; dictionary messages, deltas and replacements.)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sluice/column.h"

namespace sluice {

/// Columns that are given must keep the invariants of column.h. Their values are copied: the memory that they came in
/// may be far larger.
class DictionaryValues {
 public:
  bool empty() const { return pieces_.empty(); }
  int64_t size() const { return starts_.empty() ? 0 : starts_.back() + pieces_.back()->length; }
  /// Of the values, in memory.
  uint64_t bytes() const { return bytes_; }

  /// Forgets what there was. Both: false, and nothing has changed, when the values, or the account of them while they
  /// are copied, would have more than `bytes_max`.
  [[nodiscard]] bool replace(const Column& values, uint64_t bytes_max);
  /// Puts values behind those that there are. In all of the calls together no value is copied more than log2(size())
  /// times.
  [[nodiscard]] bool extend(const Column& values, uint64_t bytes_max);

  /// The value for each index; null for a null index. `indices` is an integer column. In dictionary form where there is
  /// one piece of values, and whoever keeps the column does not keep more than rows alone would take. Nothing when the
  /// column would have more than `bytes_left`, from which its bytes are subtracted. Throws Error{invalid} with the row
  /// for an index that has no value. Requires !empty().
  std::optional<Column> look_up(const Column& indices, uint64_t& bytes_left) const;

 private:
  bool merge_last(uint64_t bytes_max);
  std::optional<Column> gather_values(const Column& indices, uint64_t& bytes_left) const;

  /// Each more than twice as long as the next one, unless they are too large to merge.
  std::vector<std::shared_ptr<const Column>> pieces_;
  std::vector<int64_t> starts_;  ///< index of each piece's first value
  uint64_t bytes_ = 0;
  bool has_changed_ = false;  ///< earlier values may still stand behind columns
};

}  // namespace sluice
