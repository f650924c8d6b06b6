// Whether two streams bring the same rows under the same schema, and where not. Rows are compared in their order.
//
//   sluice::Difference found = sluice::diff(*a.read(), *b.read());
//   if (!found.equal()) std::cout << found.columns.size() << " columns differ\n";
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/batch.h"

namespace sluice {
inline namespace v0 {

struct DiffOptions {
  /// Of each column, the first so many differences are kept with their values.
  int64_t samples = 10;
};

/// A column of both that differs, or of one alone.
struct ColumnDifference {
  std::string name;
  std::optional<Field> a{};  ///< nothing where only `b` has the column
  std::optional<Field> b{};
  /// In which values differ. Types that differ are compared in one that both widen to, where there is one.
  int64_t rows = 0;
  struct Sample {
    int64_t row = 0;  ///< from 0
    std::string a;    ///< in text form (sluice/text_output.h), cut at 1 KiB
    std::string b;
  };
  std::vector<Sample> samples{};
};

struct Difference {
  int64_t rows_a = 0;
  int64_t rows_b = 0;
  std::vector<ColumnDifference> columns{};  ///< only those that differ, in the order of `a`, then of `b`
  bool same_order = true;                   ///< of the columns that both have

  bool equal() const { return rows_a == rows_b && columns.empty() && same_order; }
};

/// Reads both to their ends, a batch of each at a time. Columns are put together by name. Values are equal when their
/// bytes are; a NaN equals each NaN, -0 is not 0, and null equals null. Rows behind the end of the shorter stream are
/// counted, not compared. Requires streams whose columns stay what they are. Throws what the streams throw, and
/// Error{data} for a time that has no place among the finer ones of the other side.
Difference diff(BatchStream& a, BatchStream& b, const DiffOptions& options = {});

}  // namespace v0
}  // namespace sluice
