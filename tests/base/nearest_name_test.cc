// Suggestions for mistyped names.
#include "base/nearest_name.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::nearest_name_test {
namespace {

constexpr std::string_view kNames[] = {"int8", "int16", "int32", "int64", "string", "timestamp", "list"};

TEST(NearestName, FindsTheLikeliestSlip) {
  EXPECT_EQ(nearest_name("int46", kNames), "int64");  // swapped, rather than int16 by one letter
  EXPECT_EQ(nearest_name("INT64", kNames), "int64");
  EXPECT_EQ(nearest_name("sting", kNames), "string");
  EXPECT_EQ(nearest_name("strring", kNames), "string");
  EXPECT_EQ(nearest_name("timestmap", kNames), "timestamp");
  EXPECT_EQ(nearest_name("lst", kNames), "list");
  EXPECT_EQ(nearest_name("int64", kNames), "int64");
}

TEST(NearestName, StaysSilentWhenNothingIsNear) {
  EXPECT_EQ(nearest_name("", kNames), "");
  EXPECT_EQ(nearest_name("zebra", kNames), "");
  EXPECT_EQ(nearest_name("x", kNames), "");
  EXPECT_EQ(nearest_name(std::string(10'000, 'i'), kNames), "");
  EXPECT_EQ(nearest_name("int64", {}), "");
}

}  // namespace
}  // namespace sluice::nearest_name_test
