#include "columns/counted_rows.h"

#include <gtest/gtest.h>

#include "columns/buffer_pool.h"
#include "columns/checked_json.h"
#include "support/make_columns.h"

namespace sluice::counted_rows_test {
namespace {

using namespace test;

class CountedRows : public ::testing::Test {
 protected:
  uint64_t held() const { return budget_->used() - before_; }
  Batch counted(const Schema& schema, std::vector<Column> columns, uint64_t bytes) {
    const int64_t rows = columns[0].length;
    count_rows_in(columns, Account(budget_, bytes));
    return Batch(std::make_shared<const Schema>(schema), std::move(columns), rows);
  }

  std::shared_ptr<Budget> budget_ = std::make_shared<Budget>();
  const uint64_t before_ = budget_->used();
};

TEST_F(CountedRows, CountAsLongAsAnybodyHasThem) {
  Batch kept;
  {
    const Batch batch = counted({{"a", int64()}, {"b", int64()}}, {make_int64({1, 2}), make_int64({3, 4})}, 500);
    EXPECT_TRUE(are_counted(batch));
    EXPECT_EQ(held(), 500u);
    kept = batch.slice(1, 1);
  }
  EXPECT_TRUE(are_counted(kept));
  EXPECT_EQ(held(), 500u);
  EXPECT_EQ(show_all(kept.column(1)), std::vector<std::string>{"4"});
  kept = Batch();
  EXPECT_EQ(held(), 0u);
}

TEST_F(CountedRows, AnyColumnWithBytesWillDo) {
  const Type pair = struct_({{"x", null()}, {"y", list(Field{"item", int64()})}});
  const std::vector<std::vector<Column>> tables{
      {make_null(2), make_int64({1, std::nullopt})},
      {make_null(2), make_text(string(), {"", "abc"})},
      {make_null(2),
       make_struct(pair, {make_null(2), make_list({"item", int64()}, make_int64({1}), {0, 1})}, {true, true})},
  };
  for (const std::vector<Column>& columns : tables) {
    const Schema schema{{"n", null()}, {"a", columns[1].type}};
    const Batch batch = counted(schema, columns, 10);
    EXPECT_TRUE(are_counted(batch));
    EXPECT_EQ(held(), 10u);
    EXPECT_EQ(show_all(batch.column(1)), show_all(columns[1]));
  }
  EXPECT_EQ(held(), 0u);
}

TEST_F(CountedRows, NothingCountsWhereNothingIsHeld) {
  const Batch batch = counted({{"n", null()}}, {make_null(5)}, 10);
  EXPECT_FALSE(are_counted(batch));
  EXPECT_EQ(held(), 0u);
}

TEST_F(CountedRows, OthersAreNot) {
  const Batch batch(std::make_shared<const Schema>(Schema{{"a", int64()}}), {make_int64({1})}, 1);
  EXPECT_FALSE(are_counted(batch));
  EXPECT_FALSE(are_counted(Batch()));
}

TEST_F(CountedRows, CheckedJsonStaysChecked) {
  std::vector<Column> columns{mark_checked_json(make_text(json(), {"[1]", "{}"}))};
  count_rows_in(columns, Account(budget_, 10));
  EXPECT_TRUE(is_checked_json(columns[0]));
}

TEST_F(CountedRows, ThoseOfAPoolAreItsOwn) {
  const auto pool = std::make_shared<BufferPool>(10'000, budget_);
  Batch batch;
  {
    Bytes bytes = pool->take(8'000);
    bytes.resize(8);
    std::memset(bytes.data(), 1, 8);
    Column column;
    column.type = int64();
    column.length = 1;
    column.values = pool->share(std::move(bytes));
    batch = Batch(std::make_shared<const Schema>(Schema{{"a", int64()}}), {column}, 1);
  }
  EXPECT_TRUE(are_counted(batch));
  EXPECT_EQ(held(), 8'000u);
  batch = Batch();
  EXPECT_EQ(held(), 8'000u) << "kept for the next one";
  const Bytes again = pool->take(8'000);
  EXPECT_EQ(held(), 0u) << "whose memory it is until it is shared";
}

TEST_F(CountedRows, BytesOfAllBuffers) {
  EXPECT_EQ(bytes_of_buffers({make_int64({1, 2, std::nullopt}), make_text(string(), {"ab", ""})}), 24u + 1 + 12 + 2);
}

}  // namespace
}  // namespace sluice::counted_rows_test
