// Conditions drawn at random over a table drawn at random: most of their literals are values of the table, or lie just
// beside one.
#pragma once

#include <string>
#include <vector>

#include "sluice/predicate.h"
#include "support/draw.h"
#include "support/random_table.h"

namespace sluice::test {

/// A decimal number as its sign and digits, 100 before and 80 behind the point: more than any number here has.
struct PlainDecimal {
  bool negative = false;
  std::string digits;
};

/// What a literal means: of numbers and points in time a decimal number, in the units of the column, of others bytes;
/// of "like" first the pattern, then the escape.
struct Meaning {
  Literal literal;
  std::string text;
  double number = 0;
  PlainDecimal decimal{};
};

/// A condition and what its literals mean; nothing of it is moved or turned around.
struct SlowPredicate {
  Predicate::Kind kind = Predicate::Kind::compare;
  Comparison comparison = Comparison::equal;
  std::vector<size_t> steps;
  Type type;
  std::vector<Meaning> meanings;
  std::vector<SlowPredicate> operands;
};

/// The same twice.
struct DrawnPredicate {
  Predicate predicate;
  SlowPredicate slow;
};

/// What a condition may ask of.
struct Place {
  ColumnPath path;
  std::vector<size_t> steps;
  Type type;
};

/// The columns of the schema, and what is inside of structs.
std::vector<Place> places_of(const Schema& schema);

/// Joins and negations `depth` deep at the most. Requires places.
DrawnPredicate draw_predicate(Draw& draw, const RandomTable& table, const std::vector<Place>& places, int depth);

PlainDecimal plain_decimal(const std::string& text);
bool is_float(TypeKind kind);
/// Compared byte by byte.
bool is_bytes(const Type& type);
/// The number that a value is, in units of the column.
std::string number_of(const Type& type, const Value& value);
/// The value at the end of `steps`, or the null on the way.
const Value* value_at(const std::vector<std::vector<Value>>& columns, const std::vector<size_t>& steps, size_t row);

}  // namespace sluice::test
