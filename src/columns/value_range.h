// Whether any value between two bounds could pass a test: what rules out row groups, pages and files unread. The same
// tests that rows are held against (value_condition.h), so that there is one meaning of a condition (docs/where.md).
#pragma once

#include <cstdint>
#include <optional>

#include "columns/value_condition.h"
#include "sluice/column.h"

namespace sluice {

/// What is known of some values. Nulls never pass a test.
struct ValueRange {
  /// No value but NaN is below or above; plain columns of the tested type, of which the first value counts. Empty: not
  /// known. They need not be values themselves: texts may have been cut.
  std::optional<Column> low{};
  std::optional<Column> high{};
  bool may_be_nan = true;  ///< a NaN, of which bounds say nothing, may be among them
  bool all_null = false;
  bool has_null = true;  ///< or may have
};

/// False only where no value within the range passes. Bounds in the wrong order, or NaN, rule out nothing. Zero bounds
/// stand for both zeros.
bool may_pass(const ValueTest& test, const ValueRange& range);

/// True only where each value within the range passes, nulls left aside.
bool must_pass(const ValueTest& test, const ValueRange& range);

/// The values that the test is looking for one by one, where it does: those that bloom filters and dictionaries can
/// be asked for. A plain column of the tested type, for a zero both of them; nothing for tests that pass ranges or NaN.
std::optional<Column> sought_values(const ValueTest& test, const Type& type);

}  // namespace sluice
