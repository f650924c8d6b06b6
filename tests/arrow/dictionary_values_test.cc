#include "arrow/dictionary_values.h"

#include <gtest/gtest.h>

#include "sluice/error.h"
#include "support/make_columns.h"

namespace sluice::dictionary_values_test {
namespace {

constexpr uint64_t kPlenty = 1 << 24;

template <typename T>
std::vector<std::string> looked_up(const DictionaryValues& values, const Type& type,
                                   const std::vector<std::optional<T>>& indices) {
  uint64_t bytes_left = kPlenty;
  return test::show_all(values.look_up(test::make_fixed<T>(type, indices), bytes_left).value());
}

template <typename T>
void check_index_type(const Type& type, T beyond) {
  DictionaryValues values;
  ASSERT_TRUE(values.replace(test::make_text(string(), {"a", "b"}), kPlenty));
  EXPECT_EQ((looked_up<T>(values, type, {T{1}, std::nullopt, T{0}})), (std::vector<std::string>{"'b'", "null", "'a'"}));
  EXPECT_THROW((looked_up<T>(values, type, {T{1}, beyond})), Error);
}

TEST(DictionaryValues, TakeIndicesOfEveryWidth) {
  check_index_type<int8_t>(int8(), -1);
  check_index_type<int16_t>(int16(), INT16_MIN);
  check_index_type<int32_t>(int32(), INT32_MAX);
  check_index_type<int64_t>(int64(), INT64_MAX);
  check_index_type<uint8_t>(uint8(), 2);
  check_index_type<uint16_t>(uint16(), UINT16_MAX);
  check_index_type<uint32_t>(uint32(), UINT32_MAX);
  check_index_type<uint64_t>(uint64(), UINT64_MAX);
}

TEST(DictionaryValues, GrowOneByOne) {
  DictionaryValues values;
  EXPECT_TRUE(values.empty());
  EXPECT_EQ(values.size(), 0);
  std::vector<std::optional<int32_t>> indices;
  std::vector<std::string> expected;
  for (int32_t i = 0; i < 1'000; ++i) {
    ASSERT_TRUE(values.extend(test::make_int64({i * i}), kPlenty));
    ASSERT_EQ(values.size(), i + 1);
    indices.push_back(i);
    expected.push_back(std::to_string(int64_t{i} * i));
  }
  EXPECT_EQ(looked_up<int32_t>(values, int32(), indices), expected);
  EXPECT_EQ(values.bytes(), 8'000u);
  ASSERT_TRUE(values.replace(test::make_int64({}), kPlenty));
  EXPECT_EQ(values.size(), 0);
  EXPECT_FALSE(values.empty());
  EXPECT_THROW(looked_up<int32_t>(values, int32(), {0}), Error);
}

TEST(DictionaryValues, StayAsTheyAreWhenMoreDoNotFit) {
  DictionaryValues values;
  ASSERT_TRUE(values.replace(test::make_int64({1, 2}), 100));
  EXPECT_FALSE(values.replace(test::make_int64({3, 4, 5}), 23));
  EXPECT_FALSE(values.extend(test::make_int64({3}), 20));
  EXPECT_EQ(looked_up<int32_t>(values, int32(), {1, 0}), (std::vector<std::string>{"2", "1"}));
}

}  // namespace
}  // namespace sluice::dictionary_values_test
