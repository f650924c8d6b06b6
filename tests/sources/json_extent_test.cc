#include "sources/json_extent.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace sluice::json_extent_test {
namespace {

constexpr size_t kPadding = 64;

// One byte after the other. A backslash outside of strings, which is no JSON, takes quotes and backslashes along.
size_t plain_end(std::string_view text) {
  int64_t depth = 0;
  bool in_string = false;
  bool escaped = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool was_escaped = escaped;
    escaped = c == '\\' && !was_escaped;
    if (c == '"') {
      in_string ^= !was_escaped;
    } else if (!in_string && (c == '{' || c == '[')) {
      ++depth;
    } else if (!in_string && (c == '}' || c == ']') && --depth == 0) {
      return i + 1;
    }
  }
  return 0;
}

size_t end_of(const std::string& text) {
  const std::string padded = text + std::string(kPadding, '}');
  return JsonExtent().find_end({padded.data(), text.size()});
}

TEST(JsonExtent, EndsAtTheBracketThatClosesTheFirst) {
  EXPECT_EQ(end_of("{}"), 2u);
  EXPECT_EQ(end_of("[]{}"), 2u);
  EXPECT_EQ(end_of("{\"a\":[1,{}]} "), 12u);
  EXPECT_EQ(end_of("{\"}\":\"\\\"}\"}x"), 11u);
  EXPECT_EQ(end_of("{\"\\\\\"}\"}"), 6u);
  EXPECT_EQ(end_of("{]"), 2u) << "kinds are for who reads the value";
  EXPECT_EQ(end_of("{"), 0u);
  EXPECT_EQ(end_of("{\"}"), 0u);
  for (size_t size = 1; size < 300; ++size) {
    const std::string deep = std::string(size, '[') + std::string(size, ']');
    ASSERT_EQ(end_of(deep + "]"), deep.size());
    ASSERT_EQ(end_of(deep.substr(1)), deep.size() - 2) << size;
    ASSERT_EQ(end_of("{\"" + std::string(size, '\\') + "\"}\"}"), size + (size % 2 == 0 ? 4 : 6)) << size;
  }
}

TEST(JsonExtent, AnyTextInAnyPartsGivesWhatAPlainLoopGives) {
  std::mt19937 random(7);
  size_t ended = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string_view bytes = round % 2 == 0 ? "{}[]\"\\ax{[" : "{}[]  abcdefghij\"k:l,1";
    std::string text(1, random() % 2 == 0 ? '{' : '[');
    for (size_t i = random() % 300; i > 0; --i) text += bytes[random() % bytes.size()];
    const size_t expected = plain_end(text);
    ASSERT_EQ(end_of(text), expected) << text;
    ended += expected > 0;
    const std::string padded = text + std::string(kPadding, '}');
    JsonExtent parts;
    size_t found = 0;
    for (size_t known = 0; found == 0 && known < text.size();) {
      known = std::min(text.size(), known + 1 + random() % 100);
      found = parts.find_end({padded.data(), known});
      ASSERT_TRUE(found > 0 || expected == 0 || expected > known) << text;
    }
    ASSERT_EQ(found, expected) << text;
  }
  EXPECT_GT(ended, 5'000u);
}

TEST(JsonExtent, KnowsHowFarOtherValuesReach) {
  const auto bytes_of = [](const std::string& text) {
    const std::string padded = text + std::string(kPadding, '"');
    return json_value_bytes({padded.data(), text.size()});
  };
  EXPECT_EQ(bytes_of("\"a\\\"b\"c"), 6u);
  EXPECT_EQ(bytes_of("\"\""), 2u);
  EXPECT_EQ(bytes_of("\"a\\"), 0u);
  EXPECT_EQ(bytes_of("\"a"), 0u);
  EXPECT_EQ(bytes_of("-1.5e+7,"), 7u);
  EXPECT_EQ(bytes_of("null"), 4u);
  EXPECT_EQ(bytes_of("[1]2"), 3u);
  EXPECT_EQ(bytes_of("{\"a\":1"), 0u);
}

}  // namespace
}  // namespace sluice::json_extent_test
