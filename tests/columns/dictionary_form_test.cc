#include "columns/dictionary_form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "columns/column_check.h"
#include "columns/widening.h"
#include "sluice/error.h"
#include "support/dictionary_columns.h"
#include "support/random_batches.h"
#include "support/random_table.h"

namespace sluice::dictionary_form_test {
namespace {

using test::show_all;
using testing::ElementsAre;
using testing::HasSubstr;

std::shared_ptr<const Column> words(const std::vector<std::optional<std::string>>& values) {
  return std::make_shared<const Column>(test::make_text(string(), values));
}

template <typename T>
Column indices(const Type& type, const std::vector<std::optional<T>>& values) {
  return test::make_fixed<T>(type, values);
}

void check(const Column& column) { ColumnCheck(column.length).check(column, {"a", column.type}); }

std::string refusal(const Column& column) {
  try {
    check(column);
  } catch (const Error& error) {
    return error.what();
  }
  return "was accepted";
}

template <typename T>
void expect_index(const Type& type) {
  const Column column = from_dictionary(indices<T>(type, {T{1}, std::nullopt, T{0}, T{2}}), words({"a", "bb", ""}));
  ASSERT_NE(column.dictionary, nullptr);
  check(column);
  EXPECT_THAT(show_all(column), ElementsAre("'bb'", "null", "'a'", "''"));
  EXPECT_EQ(column.offsets_data()[4], 3) << "as if the values stood back to back";
  EXPECT_THROW(from_dictionary(indices<T>(type, {T{3}}), words({"a", "bb", ""})), Error);
}

TEST(DictionaryForm, TakesIndicesOfEveryWidth) {
  expect_index<int8_t>(int8());
  expect_index<int16_t>(int16());
  expect_index<int32_t>(int32());
  expect_index<int64_t>(int64());
  expect_index<uint8_t>(uint8());
  expect_index<uint16_t>(uint16());
  expect_index<uint32_t>(uint32());
  expect_index<uint64_t>(uint64());
}

TEST(DictionaryForm, NamesTheRowOfAnIndexWithoutAnEntry) {
  for (const int64_t index : {int64_t{-1}, int64_t{2}, INT64_MAX, INT64_MIN, int64_t{1} << 32}) try {
      from_dictionary(indices<int64_t>(int64(), {0, index}), words({"a", "b"}));
      FAIL() << index;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid);
      EXPECT_EQ(error.place().row, 1);
      EXPECT_THAT(error.what(), HasSubstr("has the index " + std::to_string(index) + " at its value 1"));
    }
  EXPECT_THROW(from_dictionary(indices<float>(float32(), {0.0f}), words({"a"})), Error);
}

TEST(DictionaryForm, NullsOfEntriesBecomeThoseOfRows) {
  const Column column =
      from_dictionary(indices<int8_t>(int8(), {0, 1, std::nullopt, 1, 2}), words({"a", std::nullopt, "c"}));
  check(column);
  EXPECT_EQ(column.null_count, 3);
  EXPECT_EQ(column.dictionary->null_count, 0);
  EXPECT_THAT(show_all(column), ElementsAre("'a'", "null", "null", "null", "'c'"));
}

TEST(DictionaryForm, IsLeftOutWhereItIsNone) {
  const auto flags = std::make_shared<const Column>(test::make_bool({true, std::nullopt}));
  const Column column = from_dictionary(indices<int8_t>(int8(), {1, 0}), flags);
  EXPECT_EQ(column.dictionary, nullptr);
  EXPECT_THAT(show_all(column), ElementsAre("null", "true"));
  // Many more entries than rows, and no rows at all.
  const auto many = words(std::vector<std::optional<std::string>>(100, "x"));
  EXPECT_EQ(from_dictionary(indices<int8_t>(int8(), {99, 0}), many).dictionary, nullptr);
  EXPECT_EQ(from_dictionary(indices<int8_t>(int8(), {}), many).length, 0);
}

TEST(DictionaryForm, OfADictionaryIsThatOfItsEntries) {
  const auto inner =
      std::make_shared<const Column>(from_dictionary(indices<int8_t>(int8(), {1, 0}), words({"a", "b"})));
  const Column column = from_dictionary(indices<int8_t>(int8(), {0, 1}), inner);
  check(column);
  EXPECT_THAT(show_all(column), ElementsAre("'b'", "'a'"));
}

TEST(DictionaryForm, TooMuchTextIsRefused) {
  const auto one = words({std::string(1 << 20, 'x')});
  const std::vector<std::optional<int8_t>> rows(2'048, int8_t{0});
  uint64_t bytes_left = UINT64_MAX;
  EXPECT_FALSE(look_up(indices<int8_t>(int8(), rows), one, bytes_left));
  EXPECT_THROW(from_dictionary(indices<int8_t>(int8(), rows), one), Error);
  const std::vector<std::optional<int8_t>> fewer(2'047, int8_t{0});
  EXPECT_TRUE(look_up(indices<int8_t>(int8(), fewer), one, bytes_left));
  bytes_left = 2'047 * 4;
  EXPECT_FALSE(look_up(indices<int8_t>(int8(), fewer), one, bytes_left));
}

TEST(DictionaryForm, IsTheSameWhereBuffersAre) {
  const auto one = words({"a", "b"});
  const Column copy = *one;
  EXPECT_TRUE(is_same_dictionary(*one, copy));
  EXPECT_FALSE(is_same_dictionary(*one, *words({"a", "b"})));
  EXPECT_FALSE(is_same_dictionary(*one, one->slice(0, 1)));
  EXPECT_FALSE(is_same_dictionary(one->slice(1, 1), one->slice(0, 1)));
}

TEST(DictionaryForm, MeansTheSameAsThePlainOne) {
  constexpr uint64_t kSeed = 11;
  for (uint64_t i = 0; i < 200; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    test::Draw draw(kSeed, i);
    const test::RandomTable table =
        test::draw_table(draw, {.rows_max = 100, .leaves_max = 500, .leaves_max_large = 1'000});
    for (const Batch& batch : test::draw_batches(draw, table, draw.chance(50)))
      for (const Column& mixed : batch.columns()) {
        const Column plain = unfold(mixed);
        const Column column = test::in_dictionary_form(draw, plain);
        check(column);
        check(plain);
        ASSERT_EQ(show_all(column), show_all(mixed));
        ASSERT_EQ(show_all(unfold(column)), show_all(mixed));
        if (column.length == 0) continue;
        const auto begin = static_cast<int64_t>(draw.below(static_cast<uint64_t>(column.length)));
        const Column part = column.slice(begin, column.length - begin);
        check(part);
        ASSERT_EQ(show_all(part), show_all(plain.slice(begin, column.length - begin)));
      }
  }
}

TEST(DictionaryForm, IsHeldToItsInvariants) {
  const Column good = from_dictionary(indices<int8_t>(int8(), {1, std::nullopt, 0}), words({"a", "bb"}));
  EXPECT_EQ(refusal(good), "was accepted");
  const auto changed = [&](auto&& change) {
    Column column = good;
    change(column);
    return refusal(column);
  };
  const auto with_entries = [&](Column entries) {
    return changed([&](Column& column) { column.dictionary = std::make_shared<const Column>(std::move(entries)); });
  };
  EXPECT_EQ(with_entries(*words({"a"})),
            "column \"a\" stands at position 1 of its dictionary in row 0, but that has 1 values");
  EXPECT_EQ(with_entries(*words({"a", "b"})), "column \"a\" has offsets that contradict its dictionary in row 0");
  EXPECT_EQ(with_entries(*words({"a", "bb", std::nullopt})),
            "column \"a\" has nulls in its dictionary, where they cannot stand: they belong to the rows");
  EXPECT_EQ(with_entries(good), "column \"a\" has a dictionary that has a dictionary itself");
  EXPECT_EQ(with_entries(test::make_text(binary(), {"a", "bb"})),
            "column \"a\" is of type binary, but the schema says string");
  EXPECT_THAT(changed([](Column& column) {
                column.values = test::make_buffer<int32_t>({1, 0});
              }),
              HasSubstr("has 8 bytes of positions where 12 are needed"));
  EXPECT_THAT(changed([](Column& column) {
                column.values = test::make_buffer<int32_t>({1, 0, -1});
              }),
              HasSubstr("stands at position -1"));
  EXPECT_EQ(changed([](Column& column) { column.values = test::make_buffer<int32_t>({1, -9, 0}); }), "was accepted");
  EXPECT_THAT(changed([](Column& column) {
                column.offsets = test::make_buffer<int32_t>({0, 2, 1, 2});
              }),
              HasSubstr("offsets that descend"));
  Column flags = test::make_bool({true});
  flags.dictionary = std::make_shared<const Column>(flags);
  EXPECT_THAT(refusal(flags), HasSubstr("which columns of type bool"));
}

// Eight thousand nulls of a megabyte each are a few bytes in dictionary form.
TEST(DictionaryForm, WhatWouldFillTheMemoryStaysAsItIs) {
  EXPECT_THROW(unfold(null_column(fixed(1 << 20), 8'192)), Error);
  EXPECT_EQ(unfold(null_column(fixed(1'000), 3)).null_count, 3);
}

}  // namespace
}  // namespace sluice::dictionary_form_test
