#include "files/field_totals.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace sluice::field_totals_test {
namespace {

std::string plain(int64_t value) { return std::string(as_text(std::as_bytes(std::span(&value, 1)))); }

ColumnMetaData chunk(int64_t values, int64_t nulls, std::optional<std::string> min, std::optional<std::string> max,
                     bool exact = true) {
  ColumnMetaData meta;
  meta.num_values = values;
  meta.total_compressed_size = 10;
  meta.total_uncompressed_size = 25;
  meta.statistics = Statistics{.null_count = nulls};
  if (min) meta.statistics->is_min_value_exact = exact;
  if (max) meta.statistics->is_max_value_exact = exact;
  meta.statistics->min_value = std::move(min);
  meta.statistics->max_value = std::move(max);
  return meta;
}

FieldResult total(const std::string& type, const std::vector<ColumnMetaData>& chunks) {
  const std::vector<Leaf> leaves = leaves_of(parse_schema("c " + type));
  FieldTotals totals(leaves);
  for (const ColumnMetaData& meta : chunks) totals.add(0, meta);
  return totals.take().at(0);
}

TEST(FieldTotals, WithoutChunks) {
  const FieldResult field = total("int64", {});
  EXPECT_EQ(field.name, "c");
  EXPECT_EQ(field.type, int64());
  EXPECT_EQ(field.values, 0);
  EXPECT_EQ(field.nans, std::nullopt);
  EXPECT_EQ(field.min, std::nullopt);
  EXPECT_FALSE(field.max_exact);
  EXPECT_EQ(field.min_text(), std::nullopt);
  EXPECT_EQ(total("float16", {}).nans, 0);
}

TEST(FieldTotals, AddsUpAndTakesTheOutermostBounds) {
  const FieldResult field = total("int64", {chunk(10, 3, plain(-5), plain(7)), chunk(5, 0, plain(-256), plain(2)),
                                            chunk(1, 1, {}, {}), chunk(4, 0, plain(0), plain(256))});
  EXPECT_EQ(field.values, 20);
  EXPECT_EQ(field.nulls, 4);
  EXPECT_EQ(field.bytes, 40u);
  EXPECT_EQ(field.raw_bytes, 100u);
  EXPECT_EQ(field.min, plain(-256));
  EXPECT_EQ(field.max, plain(256));
  EXPECT_TRUE(field.min_exact && field.max_exact);
  EXPECT_EQ(field.min_text(), "-256");
  EXPECT_EQ(field.max_text(), "256");
}

// Values that no bound holds: one chunk of them, anywhere, and the column has none. Nulls need none.
TEST(FieldTotals, AChunkWithoutBoundsTakesThemFromAll) {
  for (size_t bad = 0; bad < 3; ++bad) {
    std::vector<ColumnMetaData> chunks(3, chunk(2, 1, "a", "b"));
    chunks[bad].statistics->max_value.reset();
    const FieldResult field = total("string", chunks);
    EXPECT_EQ(field.min, "a");
    EXPECT_TRUE(field.min_exact);
    EXPECT_EQ(field.max, std::nullopt);
    EXPECT_FALSE(field.max_exact);
  }
  EXPECT_EQ(total("string", {chunk(2, 2, {}, {}), chunk(2, 1, "a", "b"), chunk(2, 2, {}, {})}).max, "b");
}

TEST(FieldTotals, CutBoundsAreExactWhereAValueIsThere) {
  EXPECT_FALSE(total("string", {chunk(1, 0, "a", "b", false), chunk(1, 0, "aa", "az", true)}).min_exact);
  EXPECT_TRUE(total("string", {chunk(1, 0, "a", "b", false), chunk(1, 0, "a", "b", true)}).min_exact);
  EXPECT_TRUE(total("string", {chunk(1, 0, "a", "b", true), chunk(1, 0, "a", "b", false)}).max_exact);
  EXPECT_TRUE(total("string", {chunk(1, 0, "b", "c", false), chunk(1, 0, "a", "d", true)}).max_exact);
}

TEST(FieldTotals, CountsNaNs) {
  ColumnMetaData one = chunk(3, 0, {}, {});
  one.statistics->nan_count = 2;
  const FieldResult field = total("float64", {one, one});
  EXPECT_EQ(field.nans, 4);
  EXPECT_EQ(field.min, std::nullopt);
}

// Parquet has no seconds: they are stored as milliseconds.
TEST(FieldTotals, BoundsInSecondsAreTold) {
  const int64_t stored = 1'700'000'000'000;
  FieldResult field;
  field.type = timestamp(TimeUnit::second, "UTC");
  field.min = std::string(reinterpret_cast<const char*>(&stored), sizeof stored);
  EXPECT_EQ(field.min_text(), "2023-11-14T22:13:20.000Z");
  EXPECT_EQ(field.max_text(), std::nullopt);
}

}  // namespace
}  // namespace sluice::field_totals_test
