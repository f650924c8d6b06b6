// Conditions drawn at random over tables drawn at random, against a walk that looks at one row after the other.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <map>
#include <string>

#include "base/float16.h"
#include "columns/bound_predicate.h"
#include "support/dictionary_columns.h"
#include "support/draw.h"
#include "support/random_batches.h"
#include "support/random_predicate.h"
#include "support/random_table.h"

namespace sluice::predicate_random_test {
namespace {

using test::Draw;
using test::DrawnPredicate;
using test::Meaning;
using test::PlainDecimal;
using test::SlowPredicate;
using test::Value;

// ---- one row at a time, by the rules of docs/where.md and nothing of the code under test ---------------------------

int compare_decimals(const PlainDecimal& a, const PlainDecimal& b) {
  if (a.negative != b.negative) return a.negative ? -1 : 1;
  return a.negative ? b.digits.compare(a.digits) : a.digits.compare(b.digits);
}

int compare_doubles(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return static_cast<int>(std::isnan(a)) - static_cast<int>(std::isnan(b));
  return static_cast<int>(a > b) - static_cast<int>(a < b);
}

double double_of(const Type& type, uint64_t bits) {
  if (type.kind() == TypeKind::float16) return from_float16(static_cast<uint16_t>(bits));
  if (type.kind() == TypeKind::float32) return std::bit_cast<float>(static_cast<uint32_t>(bits));
  return std::bit_cast<double>(bits);
}

int compare(const Type& type, const Value& value, const Meaning& meaning) {
  if (test::is_float(type.kind())) return compare_doubles(double_of(type, value.bits), meaning.number);
  if (type.kind() == TypeKind::boolean) return static_cast<int>(value.bits) - (meaning.text == "true" ? 1 : 0);
  if (test::is_bytes(type)) return value.text.compare(meaning.text);
  return compare_decimals(test::plain_decimal(test::number_of(type, value)), meaning.decimal);
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

/// How often comparisons of each type came out how.
struct Seen {
  std::map<TypeKind, int64_t> holds;
  std::map<TypeKind, int64_t> fails;
  int64_t unknown = 0;
};

/// The code points of a text, those of a pattern with their escapes before them.
std::vector<std::string> letters_of(const std::string& text, const std::string& escape = "") {
  std::vector<std::string> letters;
  bool escaped = false;
  for (const char byte : text) {
    if ((static_cast<unsigned char>(byte) & 0xc0) != 0x80) {
      escaped = !escaped && !letters.empty() && !escape.empty() && letters.back() == escape;
      if (!escaped) letters.emplace_back();
    }
    letters.back() += byte;
  }
  return letters;
}

/// Row by row of the table "what is left of the pattern is like what is left of the text".
bool is_like(const std::string& text, const std::string& pattern, const std::string& escape) {
  const std::vector<std::string> letters = letters_of(text);
  const std::vector<std::string> marks = letters_of(pattern, escape);
  std::vector<bool> like(letters.size() + 1);
  like.back() = true;
  for (size_t m = marks.size(); m-- > 0;) {
    std::vector<bool> now(letters.size() + 1);
    for (size_t t = letters.size() + 1; t-- > 0;) {
      if (marks[m] == "%")
        now[t] = like[t] || (t < letters.size() && now[t + 1]);
      else if (t < letters.size())
        now[t] = like[t + 1] && (marks[m] == "_" || marks[m] == letters[t] || marks[m] == escape + letters[t]);
    }
    like = std::move(now);
  }
  return like[0];
}

std::optional<bool> holds_leaf(const SlowPredicate& leaf, const Value& value) {
  const bool is_null = value.is_null || leaf.type.kind() == TypeKind::null;
  if (leaf.kind == Predicate::Kind::is_null) return is_null;
  if (is_null) return std::nullopt;
  if (leaf.kind == Predicate::Kind::compare) return is_so(leaf.comparison, compare(leaf.type, value, leaf.meanings[0]));
  if (leaf.kind == Predicate::Kind::like)
    return is_like(value.text, leaf.meanings[0].text, leaf.meanings.size() > 1 ? leaf.meanings[1].text : "");
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
  const auto result = holds_leaf(predicate, *test::value_at(columns, predicate.steps, row));
  if (!result)
    ++seen.unknown;
  else if (predicate.kind != Predicate::Kind::is_null)
    ++(*result ? seen.holds : seen.fails)[predicate.type.kind()];
  return result;
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
    const std::vector<test::Place> places = test::places_of(table.schema);
    const std::vector<Batch> batches = draw_mixed_batches(draw, table);
    for (int k = 0; k < 6; ++k) {
      const DrawnPredicate drawn = test::draw_predicate(draw, table, places, static_cast<int>(draw.below(4)));
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
}  // namespace sluice::predicate_random_test
