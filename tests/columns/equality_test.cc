#include "columns/equality.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "support/dictionary_columns.h"
#include "support/draw.h"
#include "support/make_columns.h"
#include "support/random_batches.h"
#include "support/random_table.h"

namespace sluice::equality_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr uint64_t kSeed = 20'261'123;

/// The column's values, made anew in another form.
Column made_anew(test::Draw& draw, const Type& type, const std::vector<test::Value>& values) {
  test::ColumnMaker maker(type, draw.chance(50));
  const int64_t before = draw.between(0, 10);
  for (int64_t i = 0; i < before && !values.empty(); ++i) maker.append(values[draw.below(values.size())]);
  for (const test::Value& value : values) maker.append(value);
  const Column column = maker.finish();
  const int64_t rows = static_cast<int64_t>(values.size());
  return test::in_dictionary_form(draw, column.slice(column.length - rows, rows), draw.chance(50) ? 60 : 0);
}

/// Whether values mean the same: by a tree that knows nothing of columns.
bool mean_the_same(const Type& type, const test::Value& a, const test::Value& b) {
  std::string first;
  std::string second;
  test::append_canonical(first, type, a);
  test::append_canonical(second, type, b);
  return first == second;
}

// Any two columns of one type: exactly the rows are found whose values differ, whatever forms the columns have.
TEST(Equality, FindsTheRowsThatDiffer) {
  int64_t found = 0;
  for (uint64_t i = 0; i < 250; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    test::Draw draw(kSeed, i);
    const test::RandomTable table =
        test::draw_table(draw, {.rows_max = 150, .leaves_max = 500, .leaves_max_large = 500});
    for (size_t column = 0; column < table.columns.size(); ++column) {
      const Type& type = table.schema[column].type;
      const std::vector<test::Value>& values = table.columns[column];
      std::vector<test::Value> changed = values;
      if (!values.empty())
        for (uint64_t count = draw.below(4); count > 0; --count)
          changed[draw.below(changed.size())] = values[draw.below(values.size())];
      std::vector<int64_t> expected;
      for (size_t row = 0; row < values.size(); ++row)
        if (!mean_the_same(type, values[row], changed[row])) expected.push_back(static_cast<int64_t>(row));
      const Column a = made_anew(draw, type, values);
      const Column b = made_anew(draw, type, changed);
      ASSERT_EQ(differing_rows(a, b), expected) << to_text(type);
      ASSERT_EQ(differing_rows(b, a), expected) << to_text(type);
      found += static_cast<int64_t>(expected.size());
    }
  }
  EXPECT_GT(found, 100);
}

TEST(Equality, ComparesFloatsByTheirBits) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double other_nan = std::bit_cast<double>(std::bit_cast<uint64_t>(nan) | 1u << 31 | 1);
  const Column a = test::make_fixed<double>(float64(), {0.0, nan, 1.0, nan, std::nullopt});
  const Column b = test::make_fixed<double>(float64(), {-0.0, other_nan, 1.0, 2.0, nan});
  EXPECT_THAT(differing_rows(a, b), ElementsAre(0, 3, 4));
  const Column c = test::make_fixed<uint16_t>(float16(), {0x7e00, 0x8000, 0x7c00});
  const Column d = test::make_fixed<uint16_t>(float16(), {0xfe01, 0x0000, 0x7c00});
  EXPECT_THAT(differing_rows(c, d), ElementsAre(1));
  const Column e = test::make_fixed<float>(float32(), {-1.0f, std::nanf("1")});
  const Column f = test::make_fixed<float>(float32(), {-1.0f, -std::nanf("2")});
  EXPECT_THAT(differing_rows(e, f), IsEmpty());
}

TEST(Equality, FindsNothingInNothing) {
  EXPECT_THAT(differing_rows(test::make_int64({}), test::make_int64({})), IsEmpty());
  EXPECT_THAT(differing_rows(test::make_null(3), test::make_null(3)), IsEmpty());
}

// Null, and empty: what has no items is no null.
TEST(Equality, TellsNullsFromEmptyLists) {
  const Field item{"element", int64()};
  const Column a = test::make_list(item, test::make_int64({}), {0, std::nullopt, 0});
  const Column b = test::make_list(item, test::make_int64({7}), {0, 0, 1});
  EXPECT_THAT(differing_rows(a, b), ElementsAre(1, 2));
  EXPECT_TRUE(are_equal(a, 0, b, 0, 1));
  EXPECT_TRUE(are_equal(a, 2, b, 1, 1));
  EXPECT_FALSE(are_equal(a, 1, b, 1, 1));
}

}  // namespace
}  // namespace sluice::equality_test
