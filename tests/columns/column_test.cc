#include "sluice/column.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/make_columns.h"

namespace sluice::column_test {
namespace {

using test::make_int64;
using test::make_list;
using test::make_struct;
using test::make_text;
using test::show_all;

// The slice of every range shows the same values as that range of the whole, with the same buffers and exact nulls.
void expect_all_slices(const Column& column) {
  const std::vector<std::string> values = show_all(column);
  for (int64_t begin = 0; begin <= column.length; ++begin)
    for (int64_t count = 0; begin + count <= column.length; ++count) {
      const Column part = column.slice(begin, count);
      const std::vector<std::string> expected(values.begin() + begin, values.begin() + begin + count);
      ASSERT_EQ(show_all(part), expected);
      ASSERT_EQ(part.null_count, std::count(expected.begin(), expected.end(), "null"));
      ASSERT_EQ(part.validity.bytes().data(), column.validity.bytes().data());
      ASSERT_EQ(part.values.bytes().data(), column.values.bytes().data());
      ASSERT_EQ(part.offsets.bytes().data(), column.offsets.bytes().data());
    }
}

TEST(ColumnSlice, OfNumbers) {
  expect_all_slices(make_int64({1, std::nullopt, 3, 4, std::nullopt, std::nullopt, 7, 8, 9, 10, std::nullopt}));
  expect_all_slices(make_int64({1, 2, 3}));
  expect_all_slices(make_int64({std::nullopt, std::nullopt}));
  expect_all_slices(make_int64({}));
}

TEST(ColumnSlice, OfBooleansAndNulls) {
  expect_all_slices(test::make_bool({true, false, std::nullopt, true, true, false, false, true, true, std::nullopt}));
  expect_all_slices(test::make_null(3));
}

TEST(ColumnSlice, OfText) { expect_all_slices(make_text(string(), {"a", "", std::nullopt, "long enough", "z"})); }

TEST(ColumnSlice, OfListsLeavesTheChildWhole) {
  const Column lists = make_list({"element", int64()}, make_int64({1, 2, std::nullopt, 4}), {2, 0, std::nullopt, 2});
  expect_all_slices(lists);
  EXPECT_EQ(lists.slice(3, 1).children[0].length, 4);
}

TEST(ColumnSlice, OfStructsCutsTheChildrenToo) {
  const Type inner = struct_({{"n", int64()}});
  const Type outer = struct_({{"s", inner}, {"t", list(string())}});
  const Column column = make_struct(
      outer,
      {make_struct(inner, {make_int64({1, 2, std::nullopt, 4})}, {true, false, true, true}),
       make_list({"element", string()}, make_text(string(), {"a", "b", std::nullopt}), {0, 2, std::nullopt, 1})},
      {true, true, true, false});
  expect_all_slices(column);
  EXPECT_EQ(column.slice(1, 2).children[0].children[0].length, 2);
  EXPECT_EQ(column.slice(1, 2).children[0].children[0].offset, 1);
}

TEST(ColumnSlice, KeepsTheBuffersAliveAlone) {
  Column part;
  {
    const Column whole = make_text(string(), {"gone", "kept"});
    part = whole.slice(1, 1);
  }
  EXPECT_EQ(show_all(part), std::vector<std::string>{"'kept'"});
}

RC_GTEST_PROP(ColumnSlice, OfASliceIsASlice, (const std::vector<std::pair<bool, int64_t>>& drawn)) {
  std::vector<std::optional<int64_t>> values;
  for (const auto& [there, value] : drawn) values.push_back(there ? std::optional(value) : std::nullopt);
  const Column whole = make_int64(values);
  const int64_t begin = *rc::gen::inRange<int64_t>(0, whole.length + 1);
  const int64_t count = *rc::gen::inRange<int64_t>(0, whole.length - begin + 1);
  const int64_t inner_begin = *rc::gen::inRange<int64_t>(0, count + 1);
  const int64_t inner_count = *rc::gen::inRange<int64_t>(0, count - inner_begin + 1);
  const Column twice = whole.slice(begin, count).slice(inner_begin, inner_count);
  const Column once = whole.slice(begin + inner_begin, inner_count);
  RC_ASSERT(show_all(twice) == show_all(once));
  RC_ASSERT(twice.null_count == once.null_count);
}

}  // namespace
}  // namespace sluice::column_test
