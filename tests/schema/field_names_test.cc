#include "schema/field_names.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace sluice::field_names_test {
namespace {

std::vector<Field> fields_of(const std::vector<std::string>& names) {
  std::vector<Field> fields;
  for (const std::string& name : names) fields.push_back({name, int8()});
  return fields;
}

std::vector<std::string> numbered(size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) names.push_back("column_" + std::to_string(i));
  return names;
}

TEST(RepeatedName, OfFewAndOfMany) {
  for (const size_t count : {0, 1, 2, 7, 8, 9, 16, 17, 1'000, 4'096}) {
    std::vector<std::string> names = numbered(count);
    EXPECT_EQ(repeated_name(fields_of(names)), std::nullopt) << count;
    if (count == 0) continue;
    names.push_back(names[count / 2]);
    EXPECT_EQ(repeated_name(fields_of(names)), names[count / 2]) << count;
    names.insert(names.begin(), {"z", "z"});
    EXPECT_EQ(repeated_name(fields_of(names)), names[count / 2 + 2]) << "the first one bytewise";
  }
}

TEST(RepeatedName, TellsCaseAndLengthApart) {
  std::vector<std::string> names = numbered(20);
  names.insert(names.end(), {"", "a", "A", "aa", std::string("a\0", 2)});
  EXPECT_EQ(repeated_name(fields_of(names)), std::nullopt);
  names.push_back("");
  EXPECT_EQ(repeated_name(fields_of(names)), "");
}

// Names that were made to meet in a table of hashes take longer, but not the square of their number.
TEST(RepeatedName, NamesThatMeetOnPurpose) {
  constexpr size_t kCount = 64;
  std::vector<std::string> names;
  for (size_t i = 0; names.size() < kCount; ++i) {
    std::string name = std::to_string(i);
    if ((std::hash<std::string_view>{}(name) >> 1) % (2 * kCount) == 5) names.push_back(std::move(name));
  }
  EXPECT_EQ(repeated_name(fields_of(names)), std::nullopt);
  names.back() = names.front();
  EXPECT_EQ(repeated_name(fields_of(names)), names.front());
}

}  // namespace
}  // namespace sluice::field_names_test
