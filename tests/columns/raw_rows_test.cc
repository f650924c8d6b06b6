#include "columns/raw_rows.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>

#include "columns/dictionary_form.h"
#include "sluice/error.h"
#include "support/draw.h"
#include "support/make_columns.h"
#include "support/random_batches.h"
#include "support/random_table.h"

namespace sluice::raw_rows_test {
namespace {

using namespace test;

std::vector<Column> plain_columns(const Batch& batch) {
  std::vector<Column> columns;
  for (const Column& column : batch.columns()) columns.push_back(unfold(column));
  return columns;
}

/// Pieces in buffers of their own, as they lie in a file.
class Pieces {
 public:
  void add(const std::vector<Column>& columns, int64_t begin, int64_t rows) {
    Bytes& bytes = bytes_.emplace_back();
    append_raw_rows(columns, begin, rows, bytes);
    rows_.push_back(rows);
  }
  Batch read(const Schema& schema) const {
    std::vector<RawPiece> pieces;
    for (size_t i = 0; i < bytes_.size(); ++i) pieces.push_back({bytes_[i], rows_[i]});
    std::vector<std::shared_ptr<const Column>> dictionaries = dictionaries_;
    dictionaries.resize(schema.size());
    return read_raw_rows(std::make_shared<const Schema>(schema), pieces, dictionaries);
  }
  Bytes& last() { return bytes_.back(); }
  void set_dictionaries(std::vector<std::shared_ptr<const Column>> dictionaries) {
    dictionaries_ = std::move(dictionaries);
  }

 private:
  std::vector<std::shared_ptr<const Column>> dictionaries_;
  std::vector<Bytes> bytes_;
  std::vector<int64_t> rows_;
};

// Any columns, cut anywhere: what is joined again has the same values, and is right by all rules of batches.
TEST(RawRows, ComeBackAsTheyWere) {
  constexpr uint64_t kSeed = 65;
  for (uint64_t i = 0; i < 300; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    Draw draw(kSeed, i);
    const RandomTable table = draw_table(draw, {.rows_max = 200, .leaves_max = 1'000, .leaves_max_large = 1'000});
    Pieces pieces;
    std::vector<std::vector<std::string>> expected(table.schema.size());
    for (const Batch& batch : draw_batches(draw, table, true)) {
      const std::vector<Column> columns = plain_columns(batch);
      for (int64_t begin = 0; begin < batch.rows() || batch.rows() == 0;) {
        const int64_t rows = draw.between(0, batch.rows() - begin);
        pieces.add(columns, begin, rows);
        for (size_t c = 0; c < columns.size(); ++c)
          for (int64_t row = begin; row < begin + rows; ++row) expected[c].push_back(show(columns[c], row));
        begin += rows;
        if (batch.rows() == 0) break;
      }
    }
    const Batch joined = pieces.read(table.schema);
    EXPECT_NO_THROW(Batch(joined.shared_schema(), joined.columns(), joined.rows()));
    for (size_t c = 0; c < expected.size(); ++c) EXPECT_EQ(show_all(joined.column(c)), expected[c]);
  }
}

TEST(RawRows, NullsMayBeginInAnyPiece) {
  const Schema schema{{"a", int64()}, {"b", boolean()}};
  Pieces pieces;
  pieces.add({make_int64({1, 2, 3}), make_bool({true, false, std::nullopt})}, 0, 3);
  pieces.add({make_int64({std::nullopt, 5}), make_bool({true, true})}, 0, 2);
  pieces.add({make_int64({6}), make_bool({false})}, 0, 1);
  const Batch joined = pieces.read(schema);
  EXPECT_EQ(show_all(joined.column(0)), (std::vector<std::string>{"1", "2", "3", "null", "5", "6"}));
  EXPECT_EQ(show_all(joined.column(1)), (std::vector<std::string>{"true", "false", "null", "true", "true", "false"}));
  EXPECT_EQ(joined.column(0).null_count, 1);
}

// Differences take one, two, four or eight bytes, and the largest one wraps around.
TEST(RawRows, IntegersTakeAsFewBytesAsTheyDiffer) {
  constexpr int64_t kMin = INT64_MIN;
  constexpr int64_t kMax = INT64_MAX;
  const std::vector<std::pair<std::vector<std::optional<int64_t>>, size_t>> cases{{{7, 7, 7}, 1},
                                                                                  {{-1, 254, 3}, 1},
                                                                                  {{-1, 255, 3}, 2},
                                                                                  {{kMin, kMin + 65'535}, 2},
                                                                                  {{kMax, kMax - 65'536}, 4},
                                                                                  {{0, 4'294'967'295}, 4},
                                                                                  {{-1, 4'294'967'295}, 8},
                                                                                  {{kMin, kMax, 0, -1}, 8}};
  for (const auto& [values, width] : cases) {
    Pieces pieces;
    pieces.add({make_int64(values)}, 0, static_cast<int64_t>(values.size()));
    EXPECT_EQ(pieces.last().size(), sizeof(uint32_t) + 1 + sizeof(int64_t) + values.size() * width);
    EXPECT_EQ(show_all(pieces.read({{"a", int64()}}).column(0)), show_all(make_int64(values)));
  }
}

// Whole numbers, hundredths and ten-thousandths; whatever is not that to the bit stays as it is.
TEST(RawRows, DoublesThatAreDecimalsTakeFewBytes) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::pair<std::vector<double>, size_t>> cases{{{1, 50, 255}, 1},
                                                                  {{0.05, 0.1, 0.07}, 1},
                                                                  {{-1234.56, 99'999.99}, 4},
                                                                  {{0.0001, 1}, 2},
                                                                  {{0, -0.0}, 8},
                                                                  {{1, kNan}, 8},
                                                                  {{1e300, 1}, 8},
                                                                  {{2e9, -2e9}, 4},
                                                                  {{2'100'000'000, 1}, 8},
                                                                  {{1.0 / 3}, 8},
                                                                  {{std::numeric_limits<double>::infinity()}, 8}};
  for (const auto& [values, width] : cases) {
    Column column = make_fixed<double>(float64(), {values.begin(), values.end()});
    Pieces pieces;
    pieces.add({column}, 0, column.length);
    const size_t head = sizeof(uint32_t) + 1 + (width < sizeof(double) ? 1 + sizeof(int32_t) : 0);
    EXPECT_EQ(pieces.last().size(), head + values.size() * width) << values[0];
    const Batch read = pieces.read({{"a", float64()}});
    for (size_t i = 0; i < values.size(); ++i)
      EXPECT_EQ(std::bit_cast<uint64_t>(read.column(0).data<double>()[i]), std::bit_cast<uint64_t>(values[i]));
  }
}

// Positions take a byte as long as 256 do, and offsets come back as if texts stood back to back.
TEST(RawRows, TextInDictionaryFormIsItsPositions) {
  for (const int32_t texts : {1, 255, 256, 70'000}) {
    std::vector<std::optional<std::string>> words;
    for (int32_t i = 0; i < texts; ++i) words.emplace_back("word " + std::to_string(i));
    const auto dictionary = std::make_shared<const Column>(make_text(string(), words));
    const Column column = from_dictionary(
        make_fixed<int32_t>(int32(), {texts - 1, std::nullopt, 0, texts / 2, std::nullopt}), dictionary);
    if (!column.dictionary) continue;
    Pieces pieces;
    pieces.add({column}, 0, 2);
    pieces.add({column}, 2, 3);
    pieces.set_dictionaries({dictionary});
    const Batch joined = pieces.read({{"a", string()}});
    EXPECT_EQ(show_all(joined.column(0)), show_all(column));
    EXPECT_EQ(joined.column(0).dictionary, dictionary);
    EXPECT_NO_THROW(Batch(joined.shared_schema(), joined.columns(), joined.rows()));
  }
}

TEST(RawRows, WithoutRowsThereAreNone) {
  const Schema schema{{"a", string()}, {"b", list(int64())}};
  EXPECT_EQ(Pieces().read(schema).rows(), 0);
}

TEST(RawRows, BytesThatEndTooEarlyAreTold) {
  const Schema schema{{"a", string()}, {"b", int64()}};
  const std::vector<Column> columns{make_text(string(), {"abc", std::nullopt}), make_int64({1, 2})};
  Pieces whole;
  whole.add(columns, 0, 2);
  for (size_t size = whole.last().size(); size-- > 0;) {
    whole.last().resize(size);
    EXPECT_THROW(whole.read(schema), Error) << size;
  }
}

}  // namespace
}  // namespace sluice::raw_rows_test
