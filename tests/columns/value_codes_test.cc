#include "columns/value_codes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "columns/scalar_text.h"
#include "support/dictionary_columns.h"
#include "support/draw.h"
#include "support/make_columns.h"
#include "support/random_batches.h"
#include "support/random_table.h"

namespace sluice::value_codes_test {
namespace {

using namespace test;
using Codes = std::vector<uint32_t>;

Codes codes_of(ValueCodes& values, const Column& column) {
  Codes codes(static_cast<size_t>(column.length), 99);
  values.number(column, codes);
  return codes;
}

/// What makes a value equal to others: its bytes, all NaN being one.
std::string identity(const Column& column, int64_t row) {
  if (!column.is_valid(row)) return "null";
  const auto [plain, at] = plain_place(column, row);
  std::string text;
  append_scalar_text(*plain, at, text);
  if (text == "NaN") return text;
  return plain->type.kind() == TypeKind::boolean ? text : "=" + value_bytes(*plain, at);
}

// The oracle is a map, over all batches of a column: slices, nulls, dictionaries.
TEST(ValueCodes, AgreeWithAMap) {
  constexpr uint64_t kSeed = 61;
  size_t columns = 0;
  for (uint64_t i = 0; i < 150; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    Draw draw(kSeed, i);
    const RandomTable table = draw_table(draw, {.depth_max = 0, .rows_max = 400, .leaves_max_large = 8'000});
    const std::vector<Batch> batches = draw_batches(draw, table, true);
    for (size_t c = 0; c < table.schema.size(); ++c) {
      if (table.schema[c].type.is_nested()) continue;
      ++columns;
      ValueCodes values(table.schema[c].type);
      std::map<std::string, uint32_t> known{{"null", 0}};
      for (const Batch& batch : batches) {
        const Column& column = batch.column(c);
        const Codes codes = codes_of(values, column);
        for (int64_t row = 0; row < column.length; ++row) {
          const auto next = static_cast<uint32_t>(known.size());
          EXPECT_EQ(codes[static_cast<size_t>(row)], known.try_emplace(identity(column, row), next).first->second);
        }
      }
      EXPECT_EQ(values.size(), known.size());
    }
  }
  EXPECT_GT(columns, 150u);
}

// Texts that came lately are known by their ends: others with the same ones, and of the same length, are others.
TEST(ValueCodes, TellTextsWithTheSameEndsApart) {
  std::vector<std::optional<std::string>> texts{"", std::string(1, '\0'), std::string(7, '\0'), std::string(8, '\0')};
  for (const size_t size : {1u, 7u, 8u, 9u, 15u, 16u, 17u, 24u, 33u})
    for (const char middle : {'a', 'b'}) {
      texts.emplace_back(std::string(size, 'x'));
      (*texts.back())[size / 2] = middle;
    }
  Codes expected(texts.size());
  for (size_t i = 0; i < texts.size(); ++i) expected[i] = static_cast<uint32_t>(i) + 1;
  ValueCodes values(string());
  for (int round = 0; round < 3; ++round) EXPECT_EQ(codes_of(values, make_text(string(), texts)), expected);
}

TEST(ValueCodes, CountUpInTheOrderOfFirstAppearance) {
  ValueCodes values(string());
  EXPECT_EQ(codes_of(values, make_text(string(), {"b", "a", "a", std::nullopt, "b", ""})), (Codes{1, 2, 2, 0, 1, 3}));
  EXPECT_EQ(codes_of(values, make_text(string(), {"c", "", "a"})), (Codes{4, 3, 2}));
  EXPECT_EQ(codes_of(values, make_text(string(), {})), Codes{});
  EXPECT_EQ(values.size(), 5u);
}

TEST(ValueCodes, AllNanAreOneAndZerosAreTwo) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double other = std::bit_cast<double>(uint64_t{0xfff0'0000'0000'0001});
  ValueCodes values(float64());
  EXPECT_EQ(codes_of(values, make_fixed<double>(float64(), {nan, 0.0, other, -0.0, -nan, 0.0})),
            (Codes{1, 2, 1, 3, 1, 2}));
  ValueCodes halves(float16());
  EXPECT_EQ(codes_of(halves, make_fixed<uint16_t>(float16(), {0x7e01, 0x3c00, 0xfe00})), (Codes{1, 2, 1}));
}

// An entry that no row has must not get a number: it would be a partition without rows.
TEST(ValueCodes, EntriesWithoutARowHaveNoNumber) {
  const auto entries = std::make_shared<const Column>(make_text(string(), {"never", "b", "a", "b"}));
  Column column = from_dictionary(make_int64({3, std::nullopt, 2, 1}), entries);
  ValueCodes values(string());
  EXPECT_EQ(codes_of(values, column), (Codes{1, 0, 2, 1}));
  EXPECT_EQ(codes_of(values, column.slice(2, 2)), (Codes{2, 1}));
  EXPECT_EQ(values.size(), 3u);
}

TEST(ValueCodes, HoldMillions) {
  ValueCodes values(int64());
  std::vector<std::optional<int64_t>> numbers;
  for (int64_t i = 0; i < 200'000; ++i) numbers.emplace_back(i << 32);  // they differ in few bits
  const Codes first = codes_of(values, make_int64(numbers));
  for (size_t i = 0; i < first.size(); ++i) ASSERT_EQ(first[i], i + 1);
  EXPECT_EQ(codes_of(values, make_int64(numbers)), first);
  EXPECT_LT(values.memory_bytes(), 8u << 20);
}

TEST(PairCodes, TellPairsApart) {
  PairCodes pairs;
  Codes outer{0, 0, 1, 1, 0};
  const Codes inner{0, 1, 0, 1, 1};
  pairs.number(outer, inner, outer);
  EXPECT_EQ(outer, (Codes{0, 1, 2, 3, 1}));
  EXPECT_EQ(pairs.size(), 4u);
}

}  // namespace
}  // namespace sluice::value_codes_test
