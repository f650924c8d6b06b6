#include "sluice/diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "support/draw.h"
#include "support/held_stream.h"
#include "support/make_columns.h"
#include "support/random_batches.h"
#include "support/random_table.h"

namespace sluice::diff_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

__extension__ typedef __int128 int128;

using test::HeldStream;

constexpr uint64_t kSeed = 20'261'124;

struct Table {
  Schema schema;
  std::vector<Column> columns;
};

Difference diff_of(const Table& a, const Table& b, const DiffOptions& options = {}) {
  const auto stream = [](const Table& table) {
    const int64_t rows = table.columns[0].length;
    return HeldStream(table.schema, {Batch(std::make_shared<const Schema>(table.schema), table.columns, rows)});
  };
  HeldStream first = stream(a);
  HeldStream second = stream(b);
  return diff(first, second, options);
}

std::vector<std::string> samples_of(const ColumnDifference& column) {
  std::vector<std::string> texts;
  for (const ColumnDifference::Sample& sample : column.samples)
    texts.push_back(std::to_string(sample.row) + ": " + sample.a + " | " + sample.b);
  return texts;
}

// One value of any table is changed: that one is told, and nothing else, wherever batches end.
TEST(Diff, FindsTheOneValueThatWasChanged) {
  for (uint64_t i = 0; i < 60; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    test::Draw draw(kSeed, i);
    const test::RandomTable table =
        test::draw_table(draw, {.rows_max = 400, .leaves_max = 1'000, .leaves_max_large = 1'000});
    HeldStream a(table.schema, test::draw_batches(draw, table, true));
    HeldStream b(table.schema, test::draw_batches(draw, table, true));
    const Difference none = diff(a, b);
    ASSERT_TRUE(none.equal());
    ASSERT_EQ(none.rows_a, table.rows);
    if (table.rows < 2) continue;

    test::RandomTable changed = table;
    const size_t column = draw.below(changed.columns.size());
    const Field& field = table.schema[column];
    std::vector<test::Value>& values = changed.columns[column];
    const size_t row = draw.below(values.size());
    values[row] = values[draw.below(values.size())];
    if (field.nullable && draw.chance(30)) {
      values[row] = test::Value();
      values[row].is_null = true;
    }
    std::string before;
    std::string after;
    test::append_canonical(before, field.type, table.columns[column][row]);
    test::append_canonical(after, field.type, values[row]);

    HeldStream c(table.schema, test::draw_batches(draw, table, true));
    HeldStream d(table.schema, test::draw_batches(draw, changed, true));
    const Difference found = diff(c, d);
    ASSERT_EQ(found.equal(), before == after);
    if (before == after) continue;
    ASSERT_THAT(found.columns, SizeIs(1));
    EXPECT_EQ(found.columns[0].name, field.name);
    EXPECT_EQ(found.columns[0].rows, 1);
    ASSERT_THAT(found.columns[0].samples, SizeIs(1));
    EXPECT_EQ(found.columns[0].samples[0].row, static_cast<int64_t>(row));
  }
}

TEST(Diff, KeepsTheFirstSamples) {
  std::vector<std::optional<int64_t>> values(100);
  const Table a{Schema{{"n", int64()}}, {test::make_int64(values)}};
  for (size_t i = 50; i < 80; ++i) values[i] = static_cast<int64_t>(i);
  const Table b{a.schema, {test::make_int64(values)}};
  const Difference found = diff_of(a, b, {.samples = 2});
  ASSERT_THAT(found.columns, SizeIs(1));
  EXPECT_EQ(found.columns[0].rows, 30);
  EXPECT_THAT(samples_of(found.columns[0]), ElementsAre("50: null | 50", "51: null | 51"));
  EXPECT_THAT(diff_of(a, b, {.samples = 0}).columns[0].samples, IsEmpty());
}

TEST(Diff, CountsRowsOfTheLongerOne) {
  const Table a{Schema{{"n", int64()}}, {test::make_int64({1, 2, 3})}};
  const Table b{a.schema, {test::make_int64({1, 2})}};
  const Difference found = diff_of(a, b);
  EXPECT_EQ(found.rows_a, 3);
  EXPECT_EQ(found.rows_b, 2);
  EXPECT_THAT(found.columns, IsEmpty());
  EXPECT_FALSE(found.equal());
}

TEST(Diff, PutsColumnsTogetherByName) {
  const Column one = test::make_int64({1});
  const Table a{Schema{{"a", int64()}, {"b", int64()}, {"gone", int64()}}, {one, one, one}};
  const Table b{Schema{{"b", int64()}, {"new", int64()}, {"a", int64()}}, {one, one, one}};
  const Difference found = diff_of(a, b);
  EXPECT_FALSE(found.same_order);
  EXPECT_FALSE(found.equal());
  ASSERT_THAT(found.columns, SizeIs(2));
  EXPECT_EQ(found.columns[0].name, "gone");
  EXPECT_EQ(found.columns[0].b, std::nullopt);
  EXPECT_EQ(found.columns[1].name, "new");
  EXPECT_EQ(found.columns[1].a, std::nullopt);
  const Table c{Schema{{"a", int64()}, {"gone", int64()}}, {one, one}};
  EXPECT_TRUE(diff_of(a, c).same_order);
}

TEST(Diff, ComparesTypesThatWiden) {
  const Table a{Schema{{"n", int32()}}, {test::make_fixed<int32_t>(int32(), {1, 2})}};
  const Table b{Schema{{"n", decimal(12, 2)}}, {test::make_fixed<int128>(decimal(12, 2), {100, 250})}};
  const Difference found = diff_of(a, b);
  ASSERT_THAT(found.columns, SizeIs(1));
  EXPECT_EQ(found.columns[0].rows, 1);
  EXPECT_THAT(samples_of(found.columns[0]), ElementsAre("1: 2 | 2.50"));
  EXPECT_NE(found.columns[0].a, found.columns[0].b);
  // Types that have nothing in common differ as a whole.
  const Table c{Schema{{"n", string()}}, {test::make_text(string(), {"1", "2"})}};
  const Difference other = diff_of(a, c);
  ASSERT_THAT(other.columns, SizeIs(1));
  EXPECT_EQ(other.columns[0].rows, 0);
  EXPECT_FALSE(other.equal());
}

TEST(Diff, HoldsSchemasAgainstEachOther) {
  const Table a{Schema{{"n", int64(), false}}, {test::make_int64({1})}};
  const Table b{Schema{{"n", int64()}}, {test::make_int64({1})}};
  EXPECT_TRUE(diff_of(a, a).equal());
  EXPECT_FALSE(diff_of(a, b).equal());
}

}  // namespace
}  // namespace sluice::diff_test
