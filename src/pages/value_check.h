// Values that their memory can hold and their type cannot: text that is not UTF-8, or not JSON where it should be,
// decimals with too many digits, times beyond a day. They come from outside, where nobody else has looked at values,
// and must not reach a file.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "pages/striping.h"
#include "schema/leaves.h"

namespace sluice {

/// Checks one leaf, slice by slice in the order of the rows.
class ValueCheck {
 public:
  explicit ValueCheck(const Leaf& leaf) : leaf_(leaf) {}

  /// Throws Error{data} that names the column and the row, counted from the first slice.
  void check(const LeafSlice& slice);
  /// The next slice is the first one.
  void restart() { rows_ = 0; }

 private:
  std::optional<size_t> find_bad_entry(const LeafSlice& slice);
  [[noreturn]] void refuse(const LeafSlice& slice, size_t value) const;
  std::string describe(const Column& column, int64_t position) const;

  const Leaf& leaf_;
  int64_t rows_ = 0;                       ///< before the slice at hand
  std::shared_ptr<const Column> checked_;  ///< the last dictionary whose entries are all good
};

}  // namespace sluice
