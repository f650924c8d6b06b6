#include "files/row_cutter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <numeric>

#include "support/make_columns.h"
#include "support/random_batches.h"
#include "support/reference_slots.h"

namespace sluice::row_cutter_test {
namespace {

using namespace test;
using ::testing::ElementsAre;

Batch batch_of(Schema schema, Column column) {
  const int64_t rows = column.length;
  return Batch(std::make_shared<const Schema>(std::move(schema)), {std::move(column)}, rows);
}

// --- the account

uint64_t account(const Column& column) {
  return bytes_of_rows(batch_of({{"a", column.type}}, column), 0, column.length);
}

TEST(BytesOfRows, CountsWhatIsInMemory) {
  EXPECT_EQ(account(make_int64({1, std::nullopt, 3})), 24u);
  EXPECT_EQ(account(make_fixed<int8_t>(int8(), {1, 2})), 8u) << "Parquet's integers have 32 bits at least";
  EXPECT_EQ(account(make_fixed<uint16_t>(uint16(), {1, 2})), 8u);
  EXPECT_EQ(account(make_fixed<int32_t>(date(), {1, 2})), 8u);
  EXPECT_EQ(account(make_bool({true, false, true})), 3u);
  EXPECT_EQ(account(make_null(5)), 5u);
  EXPECT_EQ(account(make_text(string(), {"abc", "", std::nullopt})), 15u);
  EXPECT_EQ(account(make_list({"element", int64()}, make_int64({1, 2, 3}), {2, 0, 1})), 36u);
  const Type type = struct_({{"x", int64()}, {"y", string()}});
  EXPECT_EQ(account(make_struct(type, {make_int64({1, 2}), make_text(string(), {"a", "bc"})}, {true, true})), 27u);
  EXPECT_EQ(bytes_of_rows(batch_of({{"a", int64()}}, make_int64({1, 2})), 1, 0), 0u);
}

TEST(BytesOfRows, LeavesOutWhatStandsUnderNulls) {
  const Type type = struct_({{"x", int64()}, {"y", string()}});
  Column column =
      make_struct(type, {make_int64({1, 2, 3}), make_text(string(), {"a", "bc", "def"})}, {true, false, true});
  EXPECT_EQ(account(column), 2 * 8u + 2 * 4u + 4u);
  // In a list whose second one is null and yet has an item.
  Column lists = make_list({"element", type}, std::move(column), {1, 1, 1});
  EXPECT_EQ(account(lists), 3 * 4u + 2 * 8u + 2 * 4u + 4u);
  set_validity(lists, {true, true, false});
  EXPECT_EQ(account(lists), 3 * 4u + 8u + 4u + 1u);
  // And that in a struct whose first one is null, beside rows enough for more than a word of bits.
  std::vector<bool> valid(200, true);
  std::vector<std::optional<std::string>> texts(200, "ab");
  for (const size_t row : {0U, 63U, 64U, 130U, 199U}) valid[row] = false;
  const Column wide = make_struct(struct_({{"y", string()}}), {make_text(string(), texts)}, valid);
  EXPECT_EQ(account(wide), 195u * (4 + 2));
  EXPECT_EQ(bytes_of_rows(batch_of({{"a", wide.type}}, wide), 63, 67), 65u * (4 + 2));
}

TEST(BytesOfRows, AddsUpHoweverBatchesAreCut) {
  const uint64_t seed = property_seed();
  for (uint64_t round = 0; round < 200; ++round) {
    Draw draw(seed, round);
    const RandomTable table = draw_table(draw, {.depth_max = 4, .rows_max = 500, .leaves_max = 2'000});
    std::vector<Column> columns;
    for (size_t i = 0; i < table.schema.size(); ++i)
      columns.push_back(make_column(draw, table.schema[i].type, table.columns[i]));
    const Batch whole(std::make_shared<const Schema>(table.schema), std::move(columns), table.rows);
    const uint64_t total = bytes_of_rows(whole, 0, table.rows);
    uint64_t sum = 0;
    for (int64_t begin = 0; begin < table.rows;) {
      const int64_t rows = draw.between(1, table.rows - begin);
      const uint64_t bytes = bytes_of_rows(whole, begin, rows);
      EXPECT_EQ(bytes, bytes_of_rows(whole.slice(begin, rows), 0, rows)) << "seed " << seed << ", round " << round;
      sum += bytes;
      begin += rows;
    }
    ASSERT_EQ(sum, total) << "seed " << seed << ", round " << round;
  }
}

// --- the cuts

/// What the encoders would say: each row adds its share of bytes.
using EncodedBytes = std::vector<uint64_t>;  // of the first n rows

/// Plays the writer with encoders that have always caught up. Returns the rows of each row group.
std::vector<int64_t> cut(const std::vector<Batch>& batches, RowCutterOptions options, const EncodedBytes& encoded) {
  RowCutter cutter(options);
  std::vector<int64_t> groups;
  std::vector<int64_t> slice_ends;
  int64_t row = 0;
  int64_t group_begin = 0;
  for (const Batch& batch : batches) {
    for (int64_t begin = 0; begin < batch.rows();) {
      const RowCutter::Piece piece = cutter.next(batch, begin);
      EXPECT_GE(piece.rows, 1);
      EXPECT_LE(piece.rows, batch.rows() - begin);
      EXPECT_EQ(piece.bytes, bytes_of_rows(batch, begin, piece.rows));
      begin += piece.rows;
      row += piece.rows;
      if (!piece.ends_slice) continue;
      slice_ends.push_back(row);
      uint64_t behind = 0;
      if (slice_ends.size() > RowCutter::kSlicesBehind) {
        const auto end = static_cast<size_t>(slice_ends[slice_ends.size() - 1 - RowCutter::kSlicesBehind]);
        behind = encoded[end] - encoded[static_cast<size_t>(group_begin)];
      }
      if (!cutter.slice_ended(behind)) continue;
      groups.push_back(row - group_begin);
      group_begin = row;
      slice_ends.clear();
      cutter.start_row_group();
    }
  }
  if (row > group_begin) groups.push_back(row - group_begin);
  return groups;
}

EncodedBytes encoded_by(const Batch& batch, const std::function<double(int64_t)>& share_of_row) {
  EncodedBytes encoded{0};
  double sum = 0;
  for (int64_t row = 0; row < batch.rows(); ++row) {
    sum += share_of_row(row) * static_cast<double>(bytes_of_rows(batch, row, 1));
    encoded.push_back(static_cast<uint64_t>(sum));
  }
  return encoded;
}

Batch numbers(int64_t rows) {
  std::vector<std::optional<int64_t>> values(static_cast<size_t>(rows), 1);
  return batch_of({{"a", int64()}}, make_int64(values));
}

Batch texts(const std::vector<size_t>& sizes) {
  std::vector<std::optional<std::string>> values;
  for (const size_t size : sizes) values.push_back(std::string(size, 'x'));
  return batch_of({{"a", string()}}, make_text(string(), values));
}

TEST(RowCutter, RowsAreExact) {
  for (const int64_t rows : {1, 2, 8'191, 8'192, 8'193, 16'384, 20'000}) {
    const Batch batch = numbers(45'000);
    const std::vector<int64_t> groups =
        cut({batch}, {rows, uint64_t{1} << 40}, encoded_by(batch, [](int64_t) { return 1.0; }));
    ASSERT_EQ(std::accumulate(groups.begin(), groups.end(), int64_t{0}), 45'000);
    for (size_t i = 0; i + 1 < groups.size(); ++i) ASSERT_EQ(groups[i], rows);
    ASSERT_LE(groups.back(), rows);
  }
}

TEST(RowCutter, BytesAreKeptToWhateverEncodingMakesOfThem) {
  constexpr uint64_t kLimit = 1 << 20;
  const Batch batch = numbers(700'000);
  for (const double share : {0.05, 0.3, 1.0, 1.2, 3.0}) {
    const EncodedBytes encoded = encoded_by(batch, [&](int64_t) { return share; });
    const std::vector<int64_t> groups = cut({batch}, {INT64_MAX, kLimit}, encoded);
    ASSERT_GE(groups.size(), share < 0.1 ? 1u : 2u) << share;
    for (size_t i = 0; i + 1 < groups.size(); ++i) {
      const double bytes = static_cast<double>(groups[i]) * 8 * share;
      EXPECT_LE(bytes, kLimit) << share;
      EXPECT_GE(bytes, kLimit * 0.85) << share;  // all but a slice or three
    }
  }
}

// Four slices are under way unseen: an eighth of the row group, if they take no more than they do in memory.
TEST(RowCutter, TellsWhatTheGroupHasComeTo) {
  const Batch batch = numbers(100'000);
  RowCutter cutter({INT64_MAX, 64 << 20});
  uint64_t in_memory = 0;
  for (int64_t begin = 0; begin < batch.rows();) {
    const RowCutter::Piece piece = cutter.next(batch, begin);
    begin += piece.rows;
    in_memory += piece.bytes;
    if (piece.ends_slice) cutter.slice_ended((in_memory - RowCutter::kSlicesBehind * piece.bytes) / 10);
  }
  EXPECT_NEAR(static_cast<double>(cutter.encoded_bytes()), 80'000, 1'000);
  cutter.start_row_group();
  EXPECT_EQ(cutter.encoded_bytes(), 0);
}

TEST(RowCutter, AnEighthMayComeUnseen) {
  constexpr uint64_t kLimit = 1 << 20;
  const Batch batch = numbers(900'000);
  for (const int64_t change : {1'000, 100'000, 400'000}) {
    const EncodedBytes encoded = encoded_by(batch, [&](int64_t row) { return row < change ? 0.0 : 1.0; });
    const std::vector<int64_t> groups = cut({batch}, {INT64_MAX, kLimit}, encoded);
    int64_t end = 0;
    for (const int64_t rows : groups) {
      const uint64_t bytes = encoded[static_cast<size_t>(end + rows)] - encoded[static_cast<size_t>(end)];
      EXPECT_LE(bytes, kLimit + kLimit / 8) << change;
      end += rows;
    }
  }
}

TEST(RowCutter, LargeRowsKeepTheLimitToo) {
  constexpr uint64_t kLimit = 1 << 20;
  for (const double part : {0.02, 0.1, 0.21, 0.26, 0.34, 0.4, 0.51, 0.7, 0.99, 1.0}) {
    const auto size = static_cast<size_t>(part * kLimit) - 4;
    const Batch batch = texts(std::vector<size_t>(30, size));
    const std::vector<int64_t> groups =
        cut({batch}, {INT64_MAX, kLimit}, encoded_by(batch, [](int64_t) { return 1.0; }));
    for (size_t i = 0; i + 1 < groups.size(); ++i) {
      EXPECT_LE(static_cast<uint64_t>(groups[i]) * (size + 4), kLimit) << part;
      EXPECT_GE(static_cast<uint64_t>(groups[i] + 1) * (size + 4), kLimit * 8 / 10) << part;
    }
  }
}

TEST(RowCutter, ARowThatIsLargerStandsAlone) {
  const size_t large = 3 << 20;
  const Batch batch = texts({large, large, large});
  EXPECT_THAT(cut({batch}, {INT64_MAX, 1 << 20}, encoded_by(batch, [](int64_t) { return 1.0; })), ElementsAre(1, 1, 1));
}

// The same rows in one batch and in batches drawn at random end in the same row groups.
void expect_same_cuts(Draw& draw, const Batch& whole, const RowCutterOptions& options, int percent_max) {
  const auto change = static_cast<int64_t>(draw.below(static_cast<uint64_t>(whole.rows())));
  const double before = static_cast<double>(draw.between(0, percent_max)) / 100;
  const double after = static_cast<double>(draw.between(0, percent_max)) / 100;
  const EncodedBytes encoded = encoded_by(whole, [&](int64_t row) { return row < change ? before : after; });
  std::vector<Batch> batches;
  const int64_t rows_max = draw.magnitude(whole.rows());
  for (int64_t begin = 0; begin < whole.rows(); begin += batches.back().rows())
    batches.push_back(whole.slice(begin, draw.between(1, std::min(rows_max, whole.rows() - begin))));
  const std::vector<int64_t> groups = cut({whole}, options, encoded);
  ASSERT_EQ(groups, cut(batches, options, encoded));
  for (const int64_t rows : groups) ASSERT_LE(rows, options.row_group_rows);
}

// Texts of very different sizes: slices end by bytes.
TEST(RowCutter, AnswersDependOnTheRowsAlone) {
  const uint64_t seed = property_seed();
  for (uint64_t round = 0; round < 150; ++round) {
    Draw draw(seed, round);
    std::vector<size_t> sizes(static_cast<size_t>(draw.magnitude(30'000)));
    const int64_t size_max = draw.magnitude(2'000);
    for (size_t& size : sizes) size = static_cast<size_t>(draw.magnitude(size_max));
    if (draw.chance(30)) sizes[draw.below(sizes.size())] = 500'000;
    SCOPED_TRACE("seed " + std::to_string(seed) + ", round " + std::to_string(round));
    const RowCutterOptions options{draw.magnitude(40'000), uint64_t{1} << draw.between(17, 24)};
    ASSERT_NO_FATAL_FAILURE(expect_same_cuts(draw, texts(sizes), options, 200));
  }
}

// Rows of a byte that take many when they are encoded: slices end by rows, row groups by bytes.
TEST(RowCutter, AnswersDependOnTheRowsAloneWhereSlicesEndByRows) {
  const uint64_t seed = property_seed();
  const Batch whole = batch_of({{"a", boolean()}}, make_bool(std::vector<std::optional<bool>>(150'000, true)));
  for (uint64_t round = 0; round < 40; ++round) {
    Draw draw(seed, round);
    SCOPED_TRACE("seed " + std::to_string(seed) + ", round " + std::to_string(round));
    ASSERT_NO_FATAL_FAILURE(expect_same_cuts(draw, whole, {INT64_MAX, 512 << 10}, 3'000));
  }
}

}  // namespace
}  // namespace sluice::row_cutter_test
