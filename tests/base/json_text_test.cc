// JSON strings in and out.
#include "base/json_text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <optional>

namespace sluice::json_text_test {
namespace {

std::string as_json(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

std::optional<std::string> unescaped(std::string_view content) {
  Bytes out;
  out.append("kept");
  if (!append_json_unescaped(content, out)) {
    EXPECT_EQ(out.view(), "kept");
    return std::nullopt;
  }
  return std::string(out.view().substr(4));
}

TEST(JsonText, Escapes) {
  EXPECT_EQ(as_json(""), "\"\"");
  EXPECT_EQ(as_json("plain \xC3\xBC / \x7F"), "\"plain \xC3\xBC / \x7F\"");
  EXPECT_EQ(as_json("\"\\\n\t\r\b\f"), "\"\\\"\\\\\\n\\t\\r\\b\\f\"");
  EXPECT_EQ(as_json(std::string_view("\0\x01\x1F", 3)), "\"\\u0000\\u0001\\u001f\"");
}

TEST(JsonText, Unescapes) {
  EXPECT_EQ(unescaped(""), "");
  EXPECT_EQ(unescaped("plain"), "plain");
  EXPECT_EQ(unescaped("a\\\"\\\\\\/\\n\\t\\r\\b\\fz"), "a\"\\/\n\t\r\b\fz");
  EXPECT_EQ(unescaped("\\u0041\\u00fC\\u20AC"), "A\xC3\xBC\xE2\x82\xAC");
  EXPECT_EQ(unescaped("\\u0000"), std::string(1, '\0'));
  EXPECT_EQ(unescaped("\\ud83d\\uDE00!"), "\xF0\x9F\x98\x80!");
  EXPECT_EQ(unescaped("\\uD800\\uDC00\\uDBFF\\uDFFF"), "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF");
  EXPECT_EQ(unescaped("\\uD7FF\\uE000\\uFFFF"), "\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF");
}

TEST(JsonText, RefusesBrokenEscapes) {
  for (const char* content : {"\\",
                              "a\\",
                              "\\x41",
                              "\\N",
                              "\\u",
                              "\\u1",
                              "\\u123",
                              "\\u12g4",
                              "\\u 123",
                              "\\ud800",
                              "\\ud800x",
                              "\\ud800\\n",
                              "\\ud800\\u",
                              "\\ud800\\u0041",
                              "\\ud800\\ud800",
                              "\\udc00",
                              "\\udc00\\ud800",
                              "ok\\u00zz",
                              "\\0",
                              "\\u-123",
                              "\\ud83d\\"})
    EXPECT_EQ(unescaped(content), std::nullopt) << content;
}

RC_GTEST_PROP(JsonTextProperty, WhatIsEscapedComesBack, (const std::string& text)) {
  const std::string json = as_json(text);
  RC_ASSERT(unescaped(std::string_view(json).substr(1, json.size() - 2)) == text);
}

}  // namespace
}  // namespace sluice::json_text_test
