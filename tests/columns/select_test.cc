#include "sluice/select.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "columns/column_check.h"
#include "columns/selection.h"
#include "sluice/error.h"
#include "support/dictionary_columns.h"
#include "support/draw.h"
#include "support/held_stream.h"
#include "support/make_columns.h"
#include "support/random_batches.h"
#include "support/random_table.h"

namespace sluice::select_test {
namespace {

using test::HeldStream;
using test::show;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::unique_ptr<BatchStream> held(const std::shared_ptr<const Schema>& schema, std::vector<Batch> batches,
                                  std::string relation = {}) {
  return std::make_unique<HeldStream>(*schema, std::move(batches), HeldStream::Options{std::move(relation)});
}

std::shared_ptr<const Schema> shared(const std::string& text) {
  return std::make_shared<const Schema>(parse_schema(text));
}

/// Rows as text, a word for each.
std::vector<std::string> rows_of(BatchStream& stream) {
  std::vector<std::string> rows;
  while (const auto next = stream.next())
    for (int64_t row = 0; row < next->batch.rows(); ++row) {
      std::string text;
      for (const Column& column : next->batch.columns()) text += (text.empty() ? "" : ";") + show(column, row);
      rows.push_back(text);
    }
  return rows;
}

TEST(Select, AsksForColumnsThatAreNotKept) {
  const auto schema = shared("id int64, name string");
  const Batch batch(schema, {test::make_int64({1, 2, 3, 4}), test::make_text(string(), {"a", "b", "c", "d"})}, 4);
  const auto stream = select(held(schema, {batch, batch}, "r"),
                             {.columns = parse_columns("name"), .where = parse_predicate("id in (1, 4)")});
  EXPECT_EQ(to_text(stream->schema()), "name string");
  const auto first = stream->next();
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->relation, "r");
  EXPECT_THAT(test::show_all(first->batch.column(0)), ElementsAre("'a'", "'d'"));
  EXPECT_THAT(rows_of(*stream), ElementsAre("'a'", "'d'"));
}

TEST(Select, SharesWhatItCan) {
  const auto schema = shared("a int64");
  const Batch batch(schema, {test::make_int64({1, 2, 3, 4})}, 4);
  const auto data_of = [&](const std::string& where) {
    const auto stream = select(held(schema, {batch}), {.where = parse_predicate(where)});
    return stream->next()->batch.column(0).values.bytes().data();
  };
  const auto* const data = batch.column(0).values.bytes().data();
  EXPECT_EQ(data_of("a > 0"), data);
  EXPECT_EQ(data_of("a > 4"), data);
  EXPECT_EQ(data_of("a > 1 and a < 4"), data) << "rows that stand in a row";
  EXPECT_NE(data_of("a != 2"), data);
  auto same = held(schema, {batch});
  BatchStream* const address = same.get();
  EXPECT_EQ(select(std::move(same), {}).get(), address);
}

TEST(Select, FollowsASchemaThatGrows) {
  const auto narrow = shared("id int64, late null, s struct<x int64>");
  const auto wide = shared("id int64, late int64, s struct<x int64, y int64>, more int64");
  const Column x = test::make_int64({5, 6});
  const auto batches = [&] {
    return held(
        narrow,
        {Batch(narrow,
               {test::make_int64({1, 2}), test::make_null(2), test::make_struct((*narrow)[2].type, {x}, {true, true})},
               2),
         Batch(wide,
               {test::make_int64({3, 4}), test::make_int64({7, 8}),
                test::make_struct((*wide)[2].type, {x, x}, {true, true}), x},
               2)});
  };
  const auto all = select(batches(), {.where = parse_predicate("late > 7 or id = 1")});
  EXPECT_THAT(rows_of(*all), ElementsAre("1;null;{5}", "4;8;{6,6};6"));
  EXPECT_EQ(all->schema(), *wide);
  const auto some = select(batches(), {.columns = parse_columns("s, late")});
  EXPECT_EQ(to_text(some->schema()), "s struct<x int64>, late null");
  EXPECT_THAT(rows_of(*some), ElementsAre("{5};null", "{6};null", "{5,5};7", "{6,6};8"));
  EXPECT_EQ(to_text(some->schema()), "s struct<x int64, y int64>, late int64");
  EXPECT_THROW(select(batches(), {.columns = parse_columns("more")}), Error);
  EXPECT_THROW(select(batches(), {.where = parse_predicate("s.y = 1")}), Error);
  const auto misfit = select(batches(), {.where = parse_predicate("late = 'x'")});
  EXPECT_NO_THROW(misfit->next());
  EXPECT_THROW(misfit->next(), Error) << "only now the column has a type";
}

TEST(Select, TakesBatchesOfAnyLength) {
  constexpr int64_t kRows = (int64_t{1} << 21) + 65;
  const auto schema = shared("a null");
  std::vector<Batch> batches;
  batches.emplace_back(schema, std::vector<Column>{test::make_null(0)}, 0);
  batches.emplace_back(schema, std::vector<Column>{test::make_null(kRows)}, kRows);
  const auto stream = select(held(schema, batches), {.where = parse_predicate("a is null")});
  std::vector<int64_t> rows;
  while (const auto next = stream->next()) rows.push_back(next->batch.rows());
  EXPECT_THAT(rows, ElementsAre(0, 1 << 20, 1 << 20, 65));
  // Nobody could hold a bit for each of these.
  const Batch endless(schema, {test::make_null(kColumnValuesMax)}, kColumnValuesMax);
  const auto first = select(held(schema, {endless}), {.where = parse_predicate("a is not null")});
  EXPECT_EQ(first->next()->batch.rows(), 0);
}

TEST(Select, AStreamWithoutBatches) {
  const auto schema = shared("a int64, b int64");
  const auto stream = select(held(schema, {}), {.columns = parse_columns("b"), .where = parse_predicate("a = 1")});
  EXPECT_EQ(to_text(stream->schema()), "b int64");
  EXPECT_THAT(rows_of(*stream), IsEmpty());
}

TEST(RowFilter, ListsOfNullsDoNotTakeAllMemory) {
  // Two rows of 2^31-1 nulls in all: a few bytes that stand for 16 GiB of places.
  Column items = test::make_null(INT32_MAX);
  const Column lists = test::make_list({"element", null()}, items, {INT32_MAX, 0, 0});
  const auto schema = std::make_shared<const Schema>(Schema{{"a", lists.type}});
  Selection selection(3);
  selection.words()[0] = 0b101;
  try {
    RowFilter().filter(Batch(schema, {lists}, 3), selection);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unsupported);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("column \"a\""));
  }
}

// Any rows of any batch: value by value what stood there, in dictionary form where it was.
TEST(RowFilter, KeepsTheRowsThatAreIn) {
  constexpr uint64_t kSeed = 47;
  RowFilter filter;
  int64_t kept_form = 0;
  for (uint64_t i = 0; i < 200; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    test::Draw draw(kSeed, i);
    const test::RandomTable table =
        test::draw_table(draw, {.rows_max = 200, .leaves_max = 500, .leaves_max_large = 1'000});
    for (const Batch& plain : test::draw_batches(draw, table, true)) {
      std::vector<Column> columns;
      for (const Column& column : plain.columns()) columns.push_back(test::in_dictionary_form(draw, column, 30));
      const Batch batch(plain.shared_schema(), columns, plain.rows());
      Selection selection(batch.rows());
      const int percent = static_cast<int>(draw.between(0, 100));
      std::vector<int64_t> rows;
      for (int64_t row = 0; row < batch.rows(); ++row) {
        if (draw.chance(percent))
          rows.push_back(row);
        else
          selection.words()[static_cast<size_t>(row / 64)] &= ~(uint64_t{1} << (row % 64));
      }
      ASSERT_EQ(selection.count(), static_cast<int64_t>(rows.size()));
      const Batch found = filter.filter(batch, selection);
      ASSERT_EQ(found.rows(), selection.count());
      for (size_t c = 0; c < columns.size(); ++c) {
        ColumnCheck(found.rows()).check(found.column(c), found.schema()[c]);
        std::vector<std::string> expected;
        for (const int64_t row : rows) expected.push_back(show(columns[c], row));
        ASSERT_EQ(test::show_all(found.column(c)), expected);
        if (columns[c].dictionary && found.column(c).dictionary) ++kept_form;
      }
    }
  }
  EXPECT_GT(kept_form, 50);
}

}  // namespace
}  // namespace sluice::select_test
