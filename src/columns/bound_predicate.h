// A condition made ready for batches of one schema: columns found, literals turned into tests, "not" moved inwards.
//
// Why two values are enough for a logic of three: moved inwards, every "not" ends in a comparison, which it turns
// around. What is left, "and" and "or", never makes a row hold that would not hold if unknown were false. So a value
// that is null just does not pass. Meaning: docs/where.md.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "columns/selection.h"
#include "columns/value_condition.h"
#include "sluice/batch.h"
#include "sluice/predicate.h"

namespace sluice {

/// A part of a bound condition.
struct BoundPart {
  enum class Kind : uint8_t { all, any, test, is_null, is_there };

  Kind kind = Kind::test;
  std::vector<BoundPart> operands{};  ///< of all and any
  std::vector<size_t> steps{};        ///< child indexes from the root to the column; else
  ValueTest test{};

  /// What the test says of the entries of the dictionary seen last, a bit for each: batches of one source share it.
  std::shared_ptr<const Column> dictionary{};
  std::vector<uint64_t> passing_entries{};
};

/// One thread at a time.
class BoundPredicate {
 public:
  /// Throws Error{invalid} for a condition of the wrong shape, a column that does not exist, and one that cannot be
  /// compared with its literals.
  BoundPredicate(const Predicate& predicate, const Schema& schema);

  const BoundPart& root() const { return root_; }

  /// Rows for which the condition holds. Requires a batch of the schema.
  Selection select(const Batch& batch);

 private:
  BoundPart root_;
};

}  // namespace sluice
