#include "columns/gather.h"

#include <gtest/gtest.h>

#include "sluice/error.h"
#include "support/draw.h"
#include "support/make_columns.h"
#include "support/random_batches.h"
#include "support/random_table.h"

namespace sluice::gather_test {
namespace {

using test::show;
using test::show_all;

constexpr ValuePlace kNull{0, ValuePlace::kNowhere};

std::optional<Column> gather_from(const std::vector<Column>& pieces, const std::vector<ValuePlace>& places,
                                  uint64_t bytes_left = 1 << 24) {
  std::vector<const Column*> addresses;
  for (const Column& piece : pieces) addresses.push_back(&piece);
  return gather(addresses, places, bytes_left);
}

// Any places of any columns, slices of them included: value by value what stands there.
TEST(Gather, TakesTheValueAtEachPlace) {
  constexpr uint64_t kSeed = 5;
  for (uint64_t i = 0; i < 300; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    test::Draw draw(kSeed, i);
    const test::RandomTable table =
        test::draw_table(draw, {.rows_max = 100, .leaves_max = 500, .leaves_max_large = 500});
    const std::vector<Batch> batches = test::draw_batches(draw, table, true);
    for (size_t column = 0; column < table.columns.size(); ++column) {
      std::vector<Column> pieces;
      for (const Batch& batch : batches) pieces.push_back(batch.column(column));
      std::vector<ValuePlace> places;
      std::vector<std::string> expected;
      for (int64_t count = draw.between(0, 50); count > 0; --count) {
        const size_t piece = pieces.empty() ? 0 : draw.below(pieces.size());
        const bool is_null = pieces.empty() || pieces[piece].length == 0 || draw.chance(10);
        const int64_t row = is_null ? 0 : draw.between(0, pieces[piece].length - 1);
        places.push_back(is_null ? kNull : ValuePlace{static_cast<uint32_t>(piece), static_cast<int32_t>(row)});
        expected.push_back(is_null ? "null" : show(pieces[piece], row));
      }
      if (pieces.empty()) continue;
      const auto found = gather_from(pieces, places);
      ASSERT_TRUE(found.has_value());
      ASSERT_EQ(show_all(*found), expected);
      // Batch holds it to the invariants of columns.
      const auto schema = std::make_shared<const Schema>(Schema{{"c", found->type}});
      Batch(schema, {*found}, found->length);
    }
  }
}

TEST(Gather, KeepsToItsBudget) {
  const std::vector<Column> pieces{test::make_text(string(), {"0123456789", std::nullopt})};
  const std::vector<ValuePlace> places(4, ValuePlace{0, 0});
  const uint64_t needed = 1 + 5 * sizeof(int32_t) + 40;  // validity, offsets, text
  EXPECT_TRUE(gather_from(pieces, places, needed).has_value());
  EXPECT_FALSE(gather_from(pieces, places, needed - 1).has_value());
  EXPECT_FALSE(gather_from(pieces, places, 0).has_value());
}

TEST(Gather, StopsBeforeOffsetsOverflow) {
  const std::vector<Column> pieces{test::make_text(string(), {std::string(1 << 20, 'x')})};
  const std::vector<ValuePlace> places(2'048, ValuePlace{0, 0});  // 2^31 bytes
  EXPECT_FALSE(gather_from(pieces, places, UINT64_MAX).has_value());
}

}  // namespace
}  // namespace sluice::gather_test
