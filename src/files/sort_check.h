// Holds rows to the order that they are declared to be in (parquet-format, parquet.thrift, SortingColumn): the claim
// goes into the file, where readers rely on it, so it is checked while the rows come.
//
//   SortCheck check(leaves_of(schema), {{"day"}, {"id", true}});
//   check.add(batch, 0);   // throws at the first row that belongs before the one in front of it
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "files/amend_origins.h"
#include "format/file_metadata.h"
#include "schema/leaves.h"
#include "sluice/batch.h"
#include "sluice/sort_column.h"

namespace sluice {

class SortCheck {
 public:
  /// Throws Error{invalid} for a column that is not there, stands below a list, has no order, or is named twice.
  SortCheck(std::span<const Leaf> leaves, const std::vector<SortColumn>& columns);
  SortCheck(const SortCheck&) = delete;  // keys hold pointers to their own members
  SortCheck& operator=(const SortCheck&) = delete;

  /// The next rows, of the schema that `leaves` are of; `first_row` is the number of the first one in the file.
  /// Throws Error{data} that names the first row out of order, what it should not come after, and both values.
  void add(const Batch& batch, int64_t first_row);

  /// The schema has grown; `origins` are those of its leaves. Batches have the new schema from here on. Throws
  /// Error{data} where a column of the order has another type now.
  void extend(std::span<const LeafOrigin> origins);

  /// Rows of another file come, with an order of their own.
  void restart() { rows_ = 0; }

  /// The claim as the metadata of every row group has it.
  std::vector<SortingColumn> sorting_columns() const;

  /// One column of the order over some rows.
  struct Values {
    std::vector<const Column*> path;  ///< from the column of the batch down to the leaf
    bool has_nulls = false;

    const Column& leaf() const { return *path.back(); }
    bool is_valid(int64_t row) const;
  };

 private:
  struct Key {
    SortColumn column;
    size_t leaf_index = 0;
    std::vector<size_t> steps;
    Values values;     ///< of the batch at hand
    Column last_leaf;  ///< one row: the last one of the batch before
    Values last;
  };

  void locate(const Batch& batch);
  void keep_last_row(int64_t row);
  void compare_with_last();
  void compare_rows(int64_t begin, std::span<int8_t> orders);
  [[noreturn]] void refuse(const std::vector<const Values*>& before, int64_t row_before, int64_t row) const;

  std::vector<Key> keys_;
  int64_t rows_ = 0;       ///< taken so far
  int64_t first_row_ = 0;  ///< of the batch at hand
};

}  // namespace sluice
