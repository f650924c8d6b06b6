#include "columns/raw_rows.h"

#include <gtest/gtest.h>

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
    return read_raw_rows(std::make_shared<const Schema>(schema), pieces);
  }
  Bytes& last() { return bytes_.back(); }

 private:
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
