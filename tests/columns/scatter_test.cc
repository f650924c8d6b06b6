#include "columns/scatter.h"

#include <gtest/gtest.h>

#include <numeric>

#include "sluice/batch.h"
#include "support/draw.h"
#include "support/make_columns.h"
#include "support/random_batches.h"
#include "support/random_table.h"

namespace sluice::scatter_test {
namespace {

using namespace test;

/// All numbers below `count`, in any order.
std::vector<uint32_t> draw_places(Draw& draw, size_t count) {
  std::vector<uint32_t> places(count);
  std::iota(places.begin(), places.end(), 0);
  for (size_t at = count; at > 1; --at) std::swap(places[at - 1], places[draw.below(at)]);
  return places;
}

std::vector<ScatterPiece> pieces_of(const std::vector<Column>& columns, const std::vector<uint32_t>& places) {
  std::vector<ScatterPiece> pieces;
  size_t begin = 0;
  for (const Column& column : columns) {
    pieces.push_back({&column, std::span(places).subspan(begin, static_cast<size_t>(column.length))});
    begin += static_cast<size_t>(column.length);
  }
  return pieces;
}

// Columns of every type, slices and dictionaries included: each value stands where it was to go.
TEST(Scatter, PutsEachValueAtItsPlace) {
  const auto pool = std::make_shared<BufferPool>(1 << 20);  // memory comes back with what was in it
  constexpr uint64_t kSeed = 81;
  for (uint64_t i = 0; i < 200; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    Draw draw(kSeed, i);
    const RandomTable table = draw_table(draw, {.rows_max = 100, .leaves_max = 500, .leaves_max_large = 500});
    const std::vector<Batch> batches = draw_batches(draw, table, true);
    if (batches.empty()) continue;
    const std::vector<uint32_t> places = draw_places(draw, static_cast<size_t>(table.rows));
    for (size_t c = 0; c < table.schema.size(); ++c) {
      std::vector<Column> columns;
      for (const Batch& batch : batches) columns.push_back(batch.column(c));
      std::vector<std::string> expected(places.size());
      size_t row = 0;
      for (const Column& column : columns)
        for (int64_t at = 0; at < column.length; ++at) expected[places[row++]] = show(column, at);
      const std::optional<Column> found = scatter(pieces_of(columns, places), *pool);
      ASSERT_TRUE(found);
      EXPECT_FALSE(found->dictionary);
      ASSERT_EQ(show_all(*found), expected);
      // Batch holds it to the invariants of columns.
      const auto schema = std::make_shared<const Schema>(Schema{{"c", found->type}});
      Batch(schema, {*found}, found->length);
    }
  }
}

TEST(Scatter, StopsBeforeOffsetsOverflow) {
  const auto pool = std::make_shared<BufferPool>(0);
  const Column megabyte = make_text(string(), {std::string(1 << 20, 'x')});
  std::vector<uint32_t> places(2'048);  // 2^31 bytes
  std::iota(places.begin(), places.end(), 0);
  const std::vector<Column> columns(places.size(), megabyte);
  EXPECT_FALSE(scatter(pieces_of(columns, places), *pool));
}

}  // namespace
}  // namespace sluice::scatter_test
