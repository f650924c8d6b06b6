// Holds conditions to what include/sluice/predicate.h says of them: those that programs put together may be anything.
#pragma once

#include <string>

#include "sluice/predicate.h"

namespace sluice {

/// Throws Error{invalid} for parts that are missing or too many, for literals that are not what their kind says, and
/// past kPredicateDepthMax. Whoever walks the condition afterwards may recurse.
void check_shape(const Predicate& predicate);

/// Whether its text stands in parentheses where it is an operand of `outer`.
bool wants_parentheses(const Predicate& operand, const Predicate& outer);

/// Whether it is "is not null", "not in" or "not like", which need no "not" of their own. Requires a negation.
bool has_own_negation(const Predicate& negation);

/// What holds, nulls and NaN left aside, where the other does not.
Comparison opposite(Comparison comparison);

/// A literal as a condition writes it.
void append_literal(const Literal& literal, std::string& out);

}  // namespace sluice
