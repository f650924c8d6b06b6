// A schema that has grown, leaf by leaf: which leaves row groups of the smaller schema have, and where the levels of
// the others come from (parquet-format README, "Nested Encoding").
//
//   before: a int64, b int64, user struct<name string>
//   wider:  a int64, b float64, user struct<name string, age int64>, at date
//   origins: a is kept; b is made anew from b; user.name is kept; user.age repeats levels of user.name, as far as they
//   tell of user; at has no model: all its rows are null
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sluice/schema.h"

namespace sluice {

/// Where a leaf of the wider schema comes from in row groups that were written with the smaller one.
struct LeafOrigin {
  /// The leaf of the smaller schema that it is; none for a late leaf.
  std::optional<size_t> kept{};
  /// Of a late leaf: leaves of the smaller schema that have its parent's levels, any of [models_begin, models_end) ...
  size_t models_begin = 0;
  size_t models_end = 0;
  /// ... once repetition deeper than the parent's is dropped and definition is capped at the parent's.
  uint8_t repetition_level = 0;
  uint8_t definition_level = 0;
  /// Its one model is the field that became this leaf, or one of whose parts it is the first: the chunk there is of no
  /// other use.
  bool replaces_model = false;
  /// Its values are those of [models_begin, models_end), all leaves of one field, whose type has become a wider one
  /// (columns/evolved.h). Levels are not given then.
  bool takes_values = false;

  bool is_late() const { return !kept; }
  /// False also for a late leaf whose parent is there in each row: one null a row is all there is to tell.
  bool repeats_levels() const { return is_late() && (repetition_level > 0 || definition_level > 0); }
};

/// One for each leaf of `wider`, in its order. It must have all fields of `before` in their order; what is new are
/// nullable fields behind those of the table or of a struct at any depth, types of nullable fields that had the null
/// type, and types that others evolve to (schema/evolution.h). Throws Error{invalid} that names the first field that is
/// otherwise.
std::vector<LeafOrigin> origins_of(const Schema& before, const Schema& wider);

}  // namespace sluice
