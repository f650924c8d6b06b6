// Holds columns that enter from outside to the invariants of column.h, so that all code behind may rely on them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sluice/column.h"
#include "sluice/types.h"

namespace sluice {

/// Values that a column may have before and within its range together: lengths in bytes stay far from overflow.
inline constexpr int64_t kColumnValuesMax = INT64_MAX / 16;

/// Checks one column after the other against its field. Reads validity bitmaps and offsets, never values.
class ColumnCheck {
 public:
  explicit ColumnCheck(int64_t rows) : rows_(rows) {}

  /// Throws Error{invalid} with the path of the part that breaks an invariant, and the row where there is one.
  void check(const Column& column, const Field& field);

 private:
  struct Step {
    const Column* column;
    const Field* field;
  };

  void check_step(const Column& column, const Field& field, int64_t length);
  void check_null_count(const Column& column) const;
  void check_values(const Column& column) const;
  void check_dictionary(const Column& column) const;
  void check_positions(const Column& column) const;
  void check_fixed_list(const Column& column) const;
  void check_offsets(const Column& column, int64_t limit) const;
  void check_children(const Column& column);
  void refuse_nulls() const;
  bool holds_null(size_t level, int64_t begin, int64_t end) const;
  bool holds_null_below(size_t level, int64_t begin, int64_t end) const;
  std::string path() const;
  [[noreturn]] void fail(const std::string& problem) const;

  int64_t rows_;
  std::vector<Step> steps_;  // from the column of the batch down to the part at hand
};

}  // namespace sluice
