// Schemas of the files of one dataset become one, by name, such that no value of any file changes.
//
//   integers         to wider ones of the same sign, unsigned ones also to wider signed ones
//   integers         to decimal(p, s) with room for all of their digits; up to 32 bits (24 for float32) to floats
//   float16/32       to float64                   decimal(p, s)   to more digits on either side of the point
//   time, timestamp  to finer units, zones equal  duration        to finer units
//   enum, json       to string                    bson            to binary
//   null             to anything                  not null        to nullable; a field that is missing is nullable
//   list, map, struct, fixed_list part by part
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sluice/schema.h"

namespace sluice {

/// Whether each value of `from` has an equal one in `to`, told by types alone (finer units of time may overflow).
bool widens(const Type& from, const Type& to);

/// The narrowest type that both widen to, of two integers an integer if one will do; nothing where there is none.
std::optional<Type> merged_type(const Type& a, const Type& b);

/// What tells that each value of a type has an equal one in another.
enum class MergeRule : uint8_t {
  types,   ///< types alone
  values,  ///< or a look at the values: integers to float64, dates to timestamps without a zone (columns/evolved.h)
};

/// A column whose types cannot be merged.
struct MergeConflict {
  std::string column;  ///< "user.age"
  Type a;
  Type b;
};

/// The columns of `a` in their order, then those that only `b` has; likewise in structs. Field ids are kept where they
/// agree, and of origins that of `a`. Fills `conflict` and gives nothing where a column cannot be merged.
std::optional<Schema> merged_schema(const Schema& a, const Schema& b, MergeConflict& conflict,
                                    MergeRule rule = MergeRule::types);

}  // namespace sluice
