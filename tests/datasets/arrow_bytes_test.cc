#include "datasets/arrow_bytes.h"

#include <gtest/gtest.h>

#include "support/make_columns.h"
#include "support/random_batches.h"
#include "support/random_table.h"

namespace sluice::arrow_bytes_test {
namespace {

using namespace test;

uint64_t bits(const Type& type, bool nullable, const Column& column) {
  const auto schema = std::make_shared<const Schema>(Schema{{"c", type, nullable}});
  return arrow_bits_of_rows(Batch(schema, {column}, column.length), 0, column.length);
}

TEST(ArrowBytes, AreThoseOfTheBuffers) {
  EXPECT_EQ(bits(int64(), false, make_int64({1, 2, 3})), 3 * 64u);
  EXPECT_EQ(bits(int64(), true, make_int64({1, std::nullopt, 3})), 3 * 65u);
  EXPECT_EQ(bits(int64(), true, make_int64({1, 2, 3})), 3 * 65u);  // with or without a buffer
  EXPECT_EQ(bits(boolean(), false, make_bool({true, false, true})), 3u);
  EXPECT_EQ(bits(boolean(), true, make_bool({true, std::nullopt, true})), 6u);
  EXPECT_EQ(bits(int8(), false, make_fixed<int8_t>(int8(), {1, 2})), 16u);
  EXPECT_EQ(bits(string(), false, make_text(string(), {"", "abc"})), 2 * 32 + 3 * 8u);
  EXPECT_EQ(bits(string(), true, make_text(string(), {std::nullopt, "abc"})), 2 * 33 + 3 * 8u);
  EXPECT_EQ(bits(null(), true, make_null(5)), 0u);
}

TEST(ArrowBytes, CountWhatIsInside) {
  const Field element{"element", int64(), true};
  const Column lists = make_list(element, make_int64({1, 2, 3}), {2, 0, 1});
  EXPECT_EQ(bits(lists.type, true, lists), 3 * 33 + 3 * 65u);
  const Type type = struct_({{"a", int64(), true}, {"b", string(), false}});
  const Column structs = make_struct(type, {make_int64({1, 2}), make_text(string(), {"x", "yz"})}, {true, true});
  EXPECT_EQ(bits(type, true, structs), 2 * 1 + 2 * 65 + 2 * 32 + 3 * 8u);
}

TEST(ArrowBytes, AddUp) {
  for (uint64_t index = 0; index < 200; ++index) {
    Draw draw(4, index);
    const RandomTable table = draw_table(draw, {.rows_max = 200, .leaves_max = 1'000});
    uint64_t clean = 0;
    uint64_t dirty = 0;
    for (const Batch& batch : draw_batches(draw, table, false)) clean += arrow_bits_of_rows(batch, 0, batch.rows());
    for (const Batch& batch : draw_batches(draw, table, true)) {
      const uint64_t whole = arrow_bits_of_rows(batch, 0, batch.rows());
      const int64_t middle = draw.between(0, batch.rows());
      ASSERT_EQ(arrow_bits_of_rows(batch, 0, middle) + arrow_bits_of_rows(batch, middle, batch.rows() - middle), whole)
          << "seed 4, table " << index;
      dirty += whole;
    }
    ASSERT_EQ(clean, dirty) << "seed 4, table " << index;
  }
}

}  // namespace
}  // namespace sluice::arrow_bytes_test
