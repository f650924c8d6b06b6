#include "datasets/raw_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "sluice/error.h"
#include "sluice/literals.h"
#include "storage/temporary_directory.h"
#include "support/draw.h"
#include "support/make_columns.h"
#include "support/random_batches.h"
#include "support/random_table.h"

namespace sluice::raw_store_test {
namespace {

using namespace test;
using ::testing::HasSubstr;
using Rows = std::vector<std::vector<std::string>>;  ///< of each column

void append_rows(const Batch& batch, Rows& rows) {
  rows.resize(batch.columns().size());
  for (size_t c = 0; c < rows.size(); ++c)
    for (int64_t row = 0; row < batch.rows(); ++row) rows[c].push_back(show(batch.column(c), row));
}

/// All rows of each partition.
std::vector<Rows> take_all(RawStore& store, uint32_t partitions, uint64_t batch_bytes) {
  std::vector<Rows> taken(partitions);
  for (uint32_t partition = 0; partition < partitions; ++partition)
    store.take(partition, batch_bytes, [&](const Batch& batch) { append_rows(batch, taken[partition]); });
  return taken;
}

// Whatever waits in memory or in the file, and however much is read at once: each partition's rows in their order.
TEST(RawStore, HandsOutTheRowsOfEachPartition) {
  constexpr uint64_t kSeed = 66;
  Workers workers(2);
  for (uint64_t i = 0; i < 40; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    Draw draw(kSeed, i);
    const RandomTable table = draw_table(draw, {.rows_max = 400, .leaves_max = 2'000, .leaves_max_large = 20'000});
    const auto schema = std::make_shared<const Schema>(table.schema);
    const std::vector<Batch> batches = draw_batches(draw, table, true);
    const auto partitions = static_cast<uint32_t>(draw.magnitude(60));
    std::vector<std::vector<uint32_t>> numbers;
    std::vector<Rows> expected(partitions);
    for (const Batch& batch : batches) {
      std::vector<uint32_t>& of_batch = numbers.emplace_back();
      for (int64_t row = 0; row < batch.rows(); ++row) {
        of_batch.push_back(static_cast<uint32_t>(draw.below(partitions)));
        append_rows(batch.slice(row, 1), expected[of_batch.back()]);
      }
    }
    for (const uint64_t limit : {uint64_t{0}, uint64_t{3'000}, 1_GiB}) {
      RawStore store({limit}, workers);
      for (size_t b = 0; b < batches.size(); ++b) store.add(schema, batches[b].columns(), numbers[b]);
      store.finish(schema);
      EXPECT_EQ(store.rows(), table.rows);
      EXPECT_TRUE(limit < 1_GiB || store.scratch_bytes() == 0);
      EXPECT_EQ(take_all(store, partitions, draw.one_of(std::array<uint64_t, 3>{1, 2'000, 1_GiB})), expected);
    }
  }
}

std::shared_ptr<const Schema> shared(Schema schema) { return std::make_shared<const Schema>(std::move(schema)); }

TEST(RawStore, RowsOfEarlierSchemasComeInTheLastOne) {
  Workers workers(1);
  for (const uint64_t limit : {uint64_t{0}, 1_GiB}) {
    RawStore store({limit}, workers);
    const auto narrow = shared({{"a", int64()}, {"n", null()}});
    const auto wide = shared({{"a", int64()}, {"n", string()}, {"late", int64()}});
    store.add(narrow, {make_int64({1, 2, 3}), make_null(3)}, {0, 1, 0});
    store.add(wide, {make_int64({4, 5}), make_text(string(), {"x", "y"}), make_int64({40, 50})}, {1, 2});
    store.finish(wide);
    EXPECT_EQ(take_all(store, 3, 1_MiB), (std::vector<Rows>{{{"1", "3"}, {"null", "null"}, {"null", "null"}},
                                                            {{"2", "4"}, {"null", "'x'"}, {"null", "40"}},
                                                            {{"5"}, {"'y'"}, {"50"}}}));
  }
}

TEST(RawStore, BytesAreThoseOfTheRows) {
  Workers workers(1);
  RawStore store({0}, workers);
  const auto schema = shared({{"a", int64()}, {"t", string()}});
  for (int i = 0; i < 3; ++i)
    store.add(schema, {make_int64({1, 2, 3}), make_text(string(), {"", "xyz", "longer"})}, {0, 2, 2});
  store.finish(schema);
  EXPECT_EQ(store.bytes(0), 3u * 12);
  EXPECT_EQ(store.bytes(1), 0u);
  EXPECT_EQ(store.bytes(2), 3u * (24 + 9));
  EXPECT_EQ(store.bytes(3), 0u);
}

TEST(RawStore, PiecesMayBeLongerThanWhatIsReadAhead) {
  Workers workers(2);
  RawStore store({1_MiB}, workers);
  const auto schema = shared({{"t", string()}});
  std::vector<std::optional<std::string>> texts;
  for (int i = 0; i < 1'000; ++i) texts.emplace_back(std::string(1'000, static_cast<char>('a' + i % 26)));
  const Column column = make_text(string(), texts);
  for (int i = 0; i < 5; ++i) {
    std::vector<uint32_t> numbers(1'000, 1);
    numbers[static_cast<size_t>(i)] = 0;
    store.add(schema, {column}, numbers);
  }
  store.finish(schema);
  const std::vector<Rows> taken = take_all(store, 2, 1_MiB);
  ASSERT_EQ(taken[0][0].size(), 5u);
  ASSERT_EQ(taken[1][0].size(), 4'995u);
  EXPECT_EQ(taken[0][0][3], "'" + *texts[3] + "'");
  EXPECT_EQ(taken[1][0].back(), "'" + *texts[999] + "'");
}

TEST(RawStore, LeavesNothingInTheScratchDirectory) {
  TemporaryDirectory dir;
  Workers workers(1);
  RawStore store({0, dir.path()}, workers);
  const auto schema = shared({{"a", int64()}});
  for (int i = 0; i < 3; ++i) store.add(schema, {make_int64({1})}, {0});
  EXPECT_GT(store.scratch_bytes(), 0u);
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

TEST(RawStore, AScratchDirectoryThatIsMissingIsNamed) {
  Workers workers(1);
  RawStore store({0, "/nowhere/at/all"}, workers);
  const auto schema = shared({{"a", int64()}});
  store.add(schema, {make_int64({1})}, {0});
  try {
    store.add(schema, {make_int64({1})}, {0});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::io);
    EXPECT_THAT(error.what(), HasSubstr("/nowhere/at/all"));
  }
}

}  // namespace
}  // namespace sluice::raw_store_test
