// Where a literal stands among the values of a column, exactly. Integers, decimals, dates, times and timestamps are all
// integers in memory: a literal is one of them, or lies between two neighbours. What the texts mean: docs/where.md.
#pragma once

#include <optional>
#include <string_view>

#include "base/decimal.h"
#include "sluice/predicate.h"
#include "sluice/types.h"

namespace sluice {

/// Signed.
bool is_less(const Int256& a, const Int256& b);
Int256 successor(const Int256& value);
Int256 predecessor(const Int256& value);

/// The largest integer that is not above the literal, and whether it equals it. Numbers beyond 10^76 stand just outside
/// of what 76 digits can say.
struct IntegerPlace {
  Int256 floor;
  bool exact = true;
};

/// A number as JSON writes it, in units of 10^-scale. Linear in the text's length. Requires one.
IntegerPlace place_of_number(std::string_view number, int scale);

/// The literal among the values of a type that is kept in integers; nothing where it is no value to compare with it.
/// Requires an integer, decimal, date, time, timestamp or duration.
std::optional<IntegerPlace> place_of(const Literal& literal, const Type& type);

/// The number of type T, float or double, that is nearest to the literal; also "NaN", "Infinity" and "-Infinity" in
/// quotes. Nothing for other literals, and for numbers beyond the range.
template <typename T>
std::optional<T> nearest_float(const Literal& literal);

}  // namespace sluice
