// Conditions drawn at random over tables drawn at random, against a walk that looks at one row after the other.
#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <map>
#include <string>

#include "base/calendar.h"
#include "base/decimal.h"
#include "base/float16.h"
#include "base/uuid_text.h"
#include "columns/bound_predicate.h"
#include "support/dictionary_columns.h"
#include "support/draw.h"
#include "support/random_batches.h"
#include "support/random_table.h"

namespace sluice {
namespace {

using test::Draw;
using test::Value;

// ---- one row at a time, by the rules of docs/where.md and nothing of the code under test ---------------------------

/// A decimal number as its sign and digits, 100 before and 80 behind the point: more than any number here has.
struct PlainDecimal {
  bool negative = false;
  std::string digits;
};

PlainDecimal plain_decimal(const std::string& text) {
  constexpr size_t kWhole = 100;
  constexpr size_t kFraction = 80;
  PlainDecimal number{.negative = text[0] == '-', .digits = std::string(kWhole + kFraction, '0')};
  const size_t mark = std::min(text.find('e'), text.size());
  const size_t point = std::min(text.find('.'), mark);
  const int exponent = mark < text.size() ? std::stoi(text.substr(mark + 1)) : 0;
  size_t at = kWhole - (point - (number.negative ? 1 : 0)) - static_cast<size_t>(exponent);
  for (size_t i = number.negative ? 1 : 0; i < mark; ++i)
    if (text[i] != '.') number.digits.at(at++) = text[i];
  if (number.digits.find_first_not_of('0') == std::string::npos) number.negative = false;
  return number;
}

int compare_decimals(const PlainDecimal& a, const PlainDecimal& b) {
  if (a.negative != b.negative) return a.negative ? -1 : 1;
  return a.negative ? b.digits.compare(a.digits) : a.digits.compare(b.digits);
}

int compare_doubles(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return static_cast<int>(std::isnan(a)) - static_cast<int>(std::isnan(b));
  return static_cast<int>(a > b) - static_cast<int>(a < b);
}

bool is_float(TypeKind kind) {
  return kind == TypeKind::float16 || kind == TypeKind::float32 || kind == TypeKind::float64;
}

double double_of(const Type& type, uint64_t bits) {
  if (type.kind() == TypeKind::float16) return from_float16(static_cast<uint16_t>(bits));
  if (type.kind() == TypeKind::float32) return std::bit_cast<float>(static_cast<uint32_t>(bits));
  return std::bit_cast<double>(bits);
}

/// What a literal means: of numbers and points in time a decimal number, in the units of the column, of others bytes.
struct Meaning {
  Literal literal;
  std::string text;
  double number = 0;
  PlainDecimal decimal{};
};

bool is_bytes(const Type& type) {
  return is_text(type.kind()) || type.kind() == TypeKind::fixed || type.kind() == TypeKind::uuid;
}

/// Compared as decimal numbers.
bool is_decimal(const Type& type) {
  return is_comparable(type) && type.kind() > TypeKind::boolean && !is_float(type.kind()) && !is_bytes(type);
}

/// The number that a value is, in units of the column.
std::string number_of(const Type& type, const Value& value) {
  if (type.kind() == TypeKind::decimal) {
    std::string text;
    append_decimal(from_little_endian(value.text.data(), value.text.size()), type.scale(), text);
    return text;
  }
  return type.kind() == TypeKind::uint64 ? std::to_string(value.bits)
                                         : std::to_string(static_cast<int64_t>(value.bits));
}

int compare(const Type& type, const Value& value, const Meaning& meaning) {
  if (is_float(type.kind())) return compare_doubles(double_of(type, value.bits), meaning.number);
  if (type.kind() == TypeKind::boolean) return static_cast<int>(value.bits) - (meaning.text == "true" ? 1 : 0);
  if (is_bytes(type)) return value.text.compare(meaning.text);
  return compare_decimals(plain_decimal(number_of(type, value)), meaning.decimal);
}

bool is_so(Comparison comparison, int order) {
  switch (comparison) {
    case Comparison::equal: return order == 0;
    case Comparison::not_equal: return order != 0;
    case Comparison::less: return order < 0;
    case Comparison::less_equal: return order <= 0;
    case Comparison::greater: return order > 0;
    case Comparison::greater_equal: return order >= 0;
  }
  return false;
}

/// A condition and what its literals mean; nothing of it is moved or turned around.
struct SlowPredicate {
  Predicate::Kind kind = Predicate::Kind::compare;
  Comparison comparison = Comparison::equal;
  std::vector<size_t> steps;
  Type type;
  std::vector<Meaning> meanings;
  std::vector<SlowPredicate> operands;
};

const Value* value_at(const std::vector<std::vector<Value>>& columns, const std::vector<size_t>& steps, size_t row) {
  const Value* value = &columns[steps[0]][row];
  for (size_t i = 1; i < steps.size() && !value->is_null; ++i) value = &value->parts[steps[i]];
  return value;
}

/// How often comparisons of each type came out how.
struct Seen {
  std::map<TypeKind, int64_t> holds;
  std::map<TypeKind, int64_t> fails;
  int64_t unknown = 0;
};

std::optional<bool> holds_leaf(const SlowPredicate& leaf, const Value& value) {
  const bool is_null = value.is_null || leaf.type.kind() == TypeKind::null;
  if (leaf.kind == Predicate::Kind::is_null) return is_null;
  if (is_null) return std::nullopt;
  if (leaf.kind == Predicate::Kind::compare) return is_so(leaf.comparison, compare(leaf.type, value, leaf.meanings[0]));
  return std::ranges::any_of(leaf.meanings,
                             [&](const Meaning& meaning) { return compare(leaf.type, value, meaning) == 0; });
}

/// True, false, or unknown.
std::optional<bool> holds(const SlowPredicate& predicate, const std::vector<std::vector<Value>>& columns, size_t row,
                          Seen& seen) {
  if (predicate.kind == Predicate::Kind::negation) {
    const auto inner = holds(predicate.operands[0], columns, row, seen);
    return inner ? std::optional(!*inner) : std::nullopt;
  }
  if (!predicate.operands.empty()) {
    const bool decisive = predicate.kind == Predicate::Kind::any;
    std::optional<bool> result = !decisive;
    for (const SlowPredicate& operand : predicate.operands) {
      const auto part = holds(operand, columns, row, seen);
      if (part == decisive) return decisive;
      if (!part) result = std::nullopt;
    }
    return result;
  }
  const auto result = holds_leaf(predicate, *value_at(columns, predicate.steps, row));
  if (!result)
    ++seen.unknown;
  else if (predicate.kind != Predicate::Kind::is_null)
    ++(*result ? seen.holds : seen.fails)[predicate.type.kind()];
  return result;
}

// ---- conditions drawn at random ------------------------------------------------------------------------------------

struct Place {
  ColumnPath path;
  std::vector<size_t> steps;
  Type type;
};

void add_places(std::span<const Field> fields, const Place& outer, std::vector<Place>& places) {
  for (size_t i = 0; i < fields.size(); ++i) {
    Place place = outer;
    place.path.push_back(fields[i].name);
    place.steps.push_back(i);
    place.type = fields[i].type;
    places.push_back(place);
    if (fields[i].type.kind() == TypeKind::struct_) add_places(fields[i].type.children(), place, places);
  }
}

Meaning number_meaning(std::string text) { return {{Literal::Kind::number, text}, text}; }

/// A number at or beside the value, in units or in fractions of them, or one that no value of the type reaches.
Meaning draw_number(Draw& draw, const Type& type, const Value& value) {
  static const std::array<std::string, 8> kOthers{
      "0", "-0", "1e76", "-1e76", "1e80", "-1e80", "18446744073709551616", "1e-60"};
  if (draw.chance(15)) return number_meaning(draw.one_of(kOthers));
  std::string text = number_of(type, value);
  if (draw.chance(40)) text += (type.scale() > 0 ? "" : ".0") + std::string(draw.chance(50) ? "0" : "5");
  if (draw.chance(20)) text += "e0";
  return number_meaning(text);
}

template <typename Float>
Meaning draw_float(Draw& draw, Float value) {
  constexpr Float kInfinity = std::numeric_limits<Float>::infinity();
  if (draw.chance(20)) value = std::nextafter(value, draw.chance(50) ? kInfinity : -kInfinity);
  if (draw.chance(10)) value = std::numeric_limits<Float>::quiet_NaN();
  Meaning meaning{.literal = {}, .text = {}, .number = static_cast<double>(value)};
  if (std::isfinite(value)) {
    char text[64];
    meaning.literal = {Literal::Kind::number, {text, std::to_chars(text, text + sizeof text, value).ptr}};
  } else {
    meaning.literal = {Literal::Kind::text, std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity"};
  }
  return meaning;
}

/// Half a number of 16 bits further is no number of 16 bits: only those that are.
Meaning draw_float16(Draw& draw, const Value& value) {
  const auto bits = static_cast<uint16_t>(value.bits + draw.below(2));
  const float number = from_float16(bits);
  Meaning meaning = draw_float(draw, number);
  if (!std::isnan(meaning.number) && compare_doubles(meaning.number, number) != 0) {
    meaning = number_meaning("0");
    meaning.number = 0;
  }
  return meaning;
}

/// Ticks as they are, cut to what texts can say; sometimes a moment between two ticks.
Meaning draw_moment(Draw& draw, const Type& type, const Value& value) {
  const bool is_time = type.kind() == TypeKind::time;
  const int64_t second = ticks_per_second(type.unit());
  int64_t ticks = static_cast<int64_t>(value.bits);
  // Times of a day; from the year 5 on, as far as the type reaches.
  const bool is_fine = type.unit() == TimeUnit::nanosecond;
  const int64_t bound = is_time ? 86'399 * second : is_fine ? INT64_MAX / 4 : 62'000'000'000 * second;
  ticks = is_time ? std::clamp<int64_t>(ticks, 0, bound) : std::clamp(ticks, -bound, bound);
  Meaning meaning{.literal = {Literal::Kind::text, {}}, .text = std::to_string(ticks)};
  const ZoneMark zone = type.zone().empty() ? ZoneMark::none : ZoneMark::utc;
  const bool finer = !is_fine && ticks >= 0 && draw.chance(30);
  if (is_time)
    append_time(ticks, type.unit(), meaning.literal.text);
  else
    append_timestamp(ticks, type.unit(), finer ? ZoneMark::none : zone, meaning.literal.text);
  if (finer) {
    meaning.literal.text += type.unit() == TimeUnit::second ? ".5" : "5";
    meaning.text += ".5";
    if (zone == ZoneMark::utc && !is_time) meaning.literal.text += 'Z';
  }
  return meaning;
}

Meaning draw_text_meaning(Draw& draw, const Type& type, const Value& value) {
  const auto kind = is_utf8_text(type.kind()) ? Literal::Kind::text : Literal::Kind::bytes;
  Meaning meaning{{kind, value.text}, {}};
  if (type.kind() == TypeKind::uuid) {
    meaning.literal = {Literal::Kind::text, {}};
    append_uuid(value.text, meaning.literal.text);
  } else if (draw.chance(20)) {
    meaning.literal.text += 'a';
  } else if (draw.chance(10)) {
    meaning.literal.text.clear();
  }
  meaning.text = type.kind() == TypeKind::uuid ? value.text : meaning.literal.text;
  return meaning;
}

Meaning draw_meaning(Draw& draw, const Type& type, const Value& value) {
  switch (type.kind()) {
    case TypeKind::null: return number_meaning("7");
    case TypeKind::boolean: {
      const std::string text = draw.chance(50) ? "true" : "false";
      return {{Literal::Kind::boolean, text}, text};
    }
    case TypeKind::float16: return draw_float16(draw, value);
    case TypeKind::float32: return draw_float(draw, std::bit_cast<float>(static_cast<uint32_t>(value.bits)));
    case TypeKind::float64: return draw_float(draw, std::bit_cast<double>(value.bits));
    case TypeKind::date: {
      const int64_t days = std::clamp<int64_t>(static_cast<int64_t>(value.bits), -719'162, 2'932'896);
      Meaning meaning{.literal = {Literal::Kind::text, {}}, .text = std::to_string(days)};
      append_date(days, meaning.literal.text);
      return meaning;
    }
    case TypeKind::time:
    case TypeKind::timestamp: return draw_moment(draw, type, value);
    default: return is_bytes(type) ? draw_text_meaning(draw, type, value) : draw_number(draw, type, value);
  }
}

/// A value of the column that is there, or nothing.
const Value* draw_value(Draw& draw, const test::RandomTable& table, const Place& place) {
  for (int tries = 0; tries < 5 && table.rows > 0; ++tries) {
    const Value* const value = value_at(table.columns, place.steps, draw.below(static_cast<uint64_t>(table.rows)));
    if (!value->is_null) return value;
  }
  return nullptr;
}

struct DrawnPredicate {
  Predicate predicate;
  SlowPredicate slow;
};

DrawnPredicate draw_leaf(Draw& draw, const test::RandomTable& table, const std::vector<Place>& places) {
  const Place& place = places[draw.below(places.size())];
  DrawnPredicate drawn;
  drawn.predicate.column = place.path;
  drawn.slow.steps = place.steps;
  drawn.slow.type = place.type;
  const Value* value = is_comparable(place.type) ? draw_value(draw, table, place) : nullptr;
  if (value == nullptr || draw.chance(15)) {
    drawn.predicate.kind = drawn.slow.kind = Predicate::Kind::is_null;
    return drawn;
  }
  const bool several = draw.chance(30);
  for (int64_t count = several ? draw.magnitude(40) : 1; count > 0; --count) {
    Meaning meaning = draw_meaning(draw, place.type, *value);
    if (is_decimal(place.type)) meaning.decimal = plain_decimal(meaning.text);
    drawn.slow.meanings.push_back(std::move(meaning));
    drawn.predicate.literals.push_back(drawn.slow.meanings.back().literal);
    if (const Value* const other = draw_value(draw, table, place)) value = other;
  }
  if (several) {
    drawn.predicate.kind = drawn.slow.kind = Predicate::Kind::in;
  } else {
    drawn.predicate.comparison = drawn.slow.comparison = static_cast<Comparison>(draw.below(6));
  }
  return drawn;
}

DrawnPredicate draw_predicate(Draw& draw, const test::RandomTable& table, const std::vector<Place>& places, int depth) {
  if (depth == 0 || draw.chance(30)) return draw_leaf(draw, table, places);
  DrawnPredicate drawn;
  static const std::array<Predicate::Kind, 3> kKinds{Predicate::Kind::all, Predicate::Kind::any,
                                                     Predicate::Kind::negation};
  drawn.predicate.kind = drawn.slow.kind = draw.one_of(kKinds);
  const bool is_negation = drawn.predicate.kind == Predicate::Kind::negation;
  for (int64_t count = is_negation ? 1 : draw.between(2, 4); count > 0; --count) {
    DrawnPredicate operand = draw_predicate(draw, table, places, depth - 1);
    drawn.predicate.operands.push_back(std::move(operand.predicate));
    drawn.slow.operands.push_back(std::move(operand.slow));
  }
  return drawn;
}

std::vector<bool> bits_of(const Selection& selection) {
  std::vector<bool> bits;
  for (int64_t row = 0; row < static_cast<int64_t>(selection.words().size()) * 64; ++row)
    bits.push_back((selection.words()[static_cast<size_t>(row / 64)] >> (row % 64) & 1) != 0);
  for (size_t row = static_cast<size_t>(selection.rows()); row < bits.size(); ++row) EXPECT_FALSE(bits[row]);
  bits.resize(static_cast<size_t>(selection.rows()));
  return bits;
}

/// Some columns in dictionary form.
std::vector<Batch> draw_mixed_batches(Draw& draw, const test::RandomTable& table) {
  std::vector<Batch> mixed;
  for (const Batch& batch : test::draw_batches(draw, table, true)) {
    std::vector<Column> columns;
    for (const Column& column : batch.columns()) columns.push_back(test::in_dictionary_form(draw, column, 30));
    mixed.emplace_back(batch.shared_schema(), std::move(columns), batch.rows());
  }
  return mixed;
}

void expect_same(const std::vector<Batch>& batches, const test::RandomTable& table, const DrawnPredicate& drawn,
                 Seen& seen) {
  std::vector<bool> expected;
  for (size_t row = 0; row < static_cast<size_t>(table.rows); ++row)
    expected.push_back(holds(drawn.slow, table.columns, row, seen) == true);
  BoundPredicate bound(drawn.predicate, table.schema);
  std::vector<bool> found;
  for (const Batch& batch : batches) {
    const std::vector<bool> bits = bits_of(bound.select(batch));
    found.insert(found.end(), bits.begin(), bits.end());
  }
  ASSERT_EQ(found, expected) << to_text(drawn.predicate);
}

TEST(PredicateRandom, HoldsForTheRowsThatAreFoundOneByOne) {
  constexpr uint64_t kSeed = 41;
  Seen seen;
  for (uint64_t i = 0; i < 100; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    Draw draw(kSeed, i);
    const test::RandomTable table =
        test::draw_table(draw, {.depth_max = 3, .rows_max = 150, .leaves_max = 600, .leaves_max_large = 600});
    std::vector<Place> places;
    add_places(table.schema.fields(), {}, places);
    const std::vector<Batch> batches = draw_mixed_batches(draw, table);
    for (int k = 0; k < 6; ++k) {
      const DrawnPredicate drawn = draw_predicate(draw, table, places, static_cast<int>(draw.below(4)));
      ASSERT_EQ(parse_predicate(to_text(drawn.predicate)), drawn.predicate);
      ASSERT_NO_FATAL_FAILURE(expect_same(batches, table, drawn, seen));
    }
  }
  EXPECT_GT(seen.unknown, 100);
  for (int kind = 1; kind < static_cast<int>(TypeKind::geometry); ++kind) {
    EXPECT_GT(seen.holds[static_cast<TypeKind>(kind)], 0) << to_string(static_cast<TypeKind>(kind));
    EXPECT_GT(seen.fails[static_cast<TypeKind>(kind)], 0) << to_string(static_cast<TypeKind>(kind));
  }
}

}  // namespace
}  // namespace sluice
