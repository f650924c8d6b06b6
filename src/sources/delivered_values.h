// What is known of values that were handed out already, and so cannot be read again: whether they would stay what they
// are in a wider type (schema/evolution.h). Looks at integers, dates and timestamps; others need no look.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "schema/leaves.h"
#include "sluice/batch.h"

namespace sluice {

class DeliveredValues {
 public:
  void add(const Batch& batch);
  /// Whether all values of the field, of which there may be none, stay what they are in `to`: uint64, float64, or
  /// a timestamp.
  bool keeps(const std::string& field, const Type& to) const;

 private:
  /// Of one field, and zero.
  struct Values {
    Type type{};
    int64_t min = 0;  ///< of signed integers, days and ticks
    int64_t max = 0;
    uint64_t unsigned_max = 0;  ///< of unsigned integers
    bool kept_by_double = true;

    /// The field has another type from here on.
    void become(const Type& to);
  };
  void watch(const std::shared_ptr<const Schema>& schema);

  std::shared_ptr<const Schema> schema_;  ///< of the batch seen last
  std::vector<Leaf> leaves_;              ///< of it, those to look at
  std::map<std::string, Values> values_;
};

}  // namespace sluice
