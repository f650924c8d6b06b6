#include "relations/canonical_json.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::canonical_json_test {
namespace {

std::string canonical(std::string_view text) {
  std::string out = "before:";
  append_canonical_json(text, out);
  EXPECT_TRUE(out.starts_with("before:"));
  return out.substr(7);
}

TEST(CanonicalJson, KeysStandInOrder) {
  EXPECT_EQ(canonical(R"({"b":1,"a":{"d":[],"c":[{"f":2,"e":3},4]}})"),
            R"({"a":{"c":[{"e":3,"f":2},4],"d":[]},"b":1})");
  EXPECT_EQ(canonical(R"({"a":1,"b":2})"), R"({"a":1,"b":2})");
  EXPECT_EQ(canonical(R"({"b":1,"a":2,"b":0})"), R"({"a":2,"b":1,"b":0})");  // of one key: as they stand
  EXPECT_EQ(canonical(R"({"":{},"x":{"b":[[],{}],"a":""}})"), R"({"":{},"x":{"a":"","b":[[],{}]}})");
}

TEST(CanonicalJson, BlanksAndEscapesDoNotCount) {
  EXPECT_EQ(canonical(" { \"b\" : [ 1 , 2.50 ] ,\n\t\"\\u0061\" : \"\\u00e9\\/\\n\" }\r\n"),
            "{\"a\":\"\xc3\xa9/\\n\",\"b\":[1,2.50]}");
  EXPECT_EQ(canonical("  -0.0e+1 "), "-0.0e+1");
  EXPECT_EQ(canonical("\" x \\\" \""), "\" x \\\" \"");
}

TEST(CanonicalJson, WhatIsNoneStays) {
  for (const std::string text : {"", " ", "{", "{\"b\":1,\"a\"", "{\"b\":1,\"a\":}", "[1,]", "[1 2]", "\"x", "\"\\",
                                 "\"\\q\"", "{\"b\":1,\"a\":2}x", "{b:1}", "[", "]", ",", "{\"a\":1,}", "{\"b\" 1}"})
    EXPECT_EQ(canonical(text), text);
}

TEST(CanonicalJson, GoesSoDeepAndNoDeeper) {
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "{\"b\":0,\"a\":";
    text += "1";
    return text + std::string(static_cast<size_t>(depth), '}');
  };
  EXPECT_TRUE(canonical(nested(kCanonicalDepthMax)).starts_with("{\"a\":{\"a\":"));
  EXPECT_EQ(canonical(nested(kCanonicalDepthMax + 1)), nested(kCanonicalDepthMax + 1));
  EXPECT_EQ(canonical(nested(1'000'000)), nested(1'000'000));
}

}  // namespace
}  // namespace sluice::canonical_json_test
