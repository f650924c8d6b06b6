#include "datasets/partition_router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "datasets/partition_values.h"
#include "sluice/error.h"
#include "support/draw.h"
#include "support/make_columns.h"
#include "support/random_batches.h"
#include "support/random_table.h"

namespace sluice::partition_router_test {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Batch batch_of(const Schema& schema, std::vector<Column> columns) {
  const int64_t rows = columns[0].length;
  return Batch(std::make_shared<const Schema>(schema), std::move(columns), rows);
}

std::vector<std::string> directories_of(PartitionRouter& router, const Batch& batch, int64_t first_row = 0) {
  std::vector<uint32_t> partitions(static_cast<size_t>(batch.rows()));
  router.route(batch, first_row, partitions);
  std::vector<std::string> directories;
  for (const uint32_t partition : partitions) directories.push_back(router.directory(partition));
  return directories;
}

TEST(PartitionRouter, NamesTheDirectoryOfEachRow) {
  const Schema schema{{"a", string()}, {"at", timestamp(TimeUnit::second)}, {"v", int64()}};
  PartitionRouter router(schema, {.keys = parse_partition_keys("month(at), a")});
  EXPECT_EQ(to_text(router.file_schema()), "at timestamp(s), v int64");
  EXPECT_EQ(to_text(router.key_schema()), "month int32, a string");
  const Batch batch = batch_of(
      schema, {make_text(string(), {"x", "y", std::nullopt, "x"}),
               make_fixed<int64_t>(schema[1].type, {0, 0, std::nullopt, 86'400 * 31 - 1}), make_int64({1, 2, 3, 4})});
  EXPECT_THAT(directories_of(router, batch),
              ElementsAre("month=01/a=x", "month=01/a=y",
                          "month=__HIVE_DEFAULT_PARTITION__/a=__HIVE_DEFAULT_PARTITION__", "month=01/a=x"));
  EXPECT_EQ(router.partitions(), 3u);
  EXPECT_EQ(router.file_columns(batch).size(), 2u);
}

// The oracle makes the name of each row by itself, however columns come: slices, nulls, dictionaries.
TEST(PartitionRouter, AgreesWithTheNameOfEachRow) {
  constexpr uint64_t kSeed = 63;
  size_t cases = 0;
  for (uint64_t i = 0; i < 150; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    Draw draw(kSeed, i);
    const RandomTable table = draw_table(draw, {.depth_max = 1, .rows_max = 300, .leaves_max_large = 8'000});
    PartitionOptions options{.keep_columns = true};
    for (size_t c = 0; c < table.schema.size() && options.keys.size() < 3; ++c)
      if (!table.schema[c].type.is_nested() && draw.chance(60)) options.keys.push_back({table.schema[c].name});
    std::vector<BoundPartitionKey> keys;
    try {
      keys = bind_partition_keys(table.schema, options);
    } catch (const Error&) {
      continue;
    }
    if (keys.empty()) continue;
    PartitionRouter router(table.schema, options);
    int64_t row_in_run = 0;
    for (const Batch& batch : draw_batches(draw, table, true)) {
      std::vector<std::string> expected;
      try {
        for (int64_t row = 0; row < batch.rows(); ++row) {
          std::string& directory = expected.emplace_back();
          for (const BoundPartitionKey& key : keys) {
            const auto text = partition_text(key, batch.column(key.column), row, row_in_run + row);
            const std::string name = partition_directory(key.field.name, text);
            if (name.size() > kPartitionNameBytesMax) throw Error(ErrorCode::data, "too long");
            directory += (directory.empty() ? "" : "/") + name;
          }
        }
      } catch (const Error&) {
        EXPECT_THROW(directories_of(router, batch, row_in_run), Error);
        break;
      }
      EXPECT_EQ(directories_of(router, batch, row_in_run), expected);
      row_in_run += batch.rows();
      ++cases;
    }
  }
  EXPECT_GT(cases, 40u);
}

// Parts come out of a table of days; neighbours in it must not be taken for each other.
TEST(PartitionRouter, PartsAreThoseOfEachDay) {
  const Schema schema{{"at", timestamp(TimeUnit::microsecond)}};
  PartitionRouter router(schema, {.keys = parse_partition_keys("year(at), month(at), day(at), hour(at)")});
  const auto keys =
      bind_partition_keys(schema, {.keys = parse_partition_keys("year(at), month(at), day(at), hour(at)")});
  Draw draw(64);
  std::vector<std::optional<int64_t>> times;
  for (int i = 0; i < 5'000; ++i) times.emplace_back(draw.between(-1'000'000, 1'000'000) * int64_t{3'600'000'000} / 4);
  const Batch batch = batch_of(schema, {make_fixed<int64_t>(schema[0].type, times)});
  const std::vector<std::string> directories = directories_of(router, batch);
  for (size_t row = 0; row < times.size(); ++row) {
    std::string expected;
    for (const BoundPartitionKey& key : keys)
      expected +=
          (expected.empty() ? "" : "/") +
          partition_directory(key.field.name, partition_text(key, batch.column(0), static_cast<int64_t>(row), 0));
    ASSERT_EQ(directories[row], expected);
  }
}

TEST(PartitionRouter, ErrorsNameTheRowOfTheRun) {
  const Schema schema{{"a", string()}, {"v", int64()}};
  PartitionRouter router(schema, {.keys = {{"a"}}});
  const Batch longest = batch_of(schema, {make_text(string(), {std::string(253, 'x')}), make_int64({1})});
  EXPECT_EQ(directories_of(router, longest).front().size(), 255u);
  try {
    directories_of(router, batch_of(schema, {make_text(string(), {"b", std::string(254, 'x')}), make_int64({1, 2})}),
                   7);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::data);
    EXPECT_EQ(error.place().row, 8);
    EXPECT_THAT(error.what(), HasSubstr("row 8: the value of a makes a name of 256 bytes"));
  }
}

TEST(PartitionRouter, KeysStayAsTheSchemaGrows) {
  const Schema schema{{"a", string()}, {"at", date()}};
  PartitionRouter router(schema, {.keys = parse_partition_keys("a, year(at)")});
  const Schema wider{{"a", string()}, {"at", date()}, {"late", int64()}};
  router.extend_schema(wider);
  EXPECT_EQ(to_text(router.file_schema()), "at date, late int64");
  EXPECT_THROW(router.extend_schema(Schema{{"a", string()}, {"at", date()}, {"late", int64()}, {"year", int64()}}),
               Error);
}

}  // namespace
}  // namespace sluice::partition_router_test
