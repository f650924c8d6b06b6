#include "sources/json_pointer.h"

#include <gtest/gtest.h>

#include "sluice/error.h"

namespace sluice::json_pointer_test {
namespace {

using Steps = std::vector<std::string>;

TEST(JsonPointer, HasTheStepsOfTheStandard) {
  EXPECT_EQ(parse_json_pointer(""), Steps{});
  EXPECT_EQ(parse_json_pointer("/"), Steps{""});
  EXPECT_EQ(parse_json_pointer("/features"), Steps{"features"});
  EXPECT_EQ(parse_json_pointer("/a/0//b c"), (Steps{"a", "0", "", "b c"}));
  EXPECT_EQ(parse_json_pointer("/a~1b/m~0n/~01"), (Steps{"a/b", "m~n", "~1"}));
  EXPECT_EQ(parse_json_pointer("/\xC3\xA9"), Steps{"\xC3\xA9"});
}

TEST(JsonPointer, TextOfStepsIsThePointer) {
  for (const std::string pointer : {"", "/", "/features", "/a/0//b c", "/a~1b/m~0n/~01"}) {
    const Steps steps = parse_json_pointer(pointer);
    EXPECT_EQ(json_pointer_text(steps, steps.size()), pointer);
  }
  EXPECT_EQ(json_pointer_text({"a", "b", "c"}, 2), "/a/b");
}

TEST(JsonPointer, RefusesWhatIsNone) {
  for (const std::string text : {"features", "a/b", "/~", "/~2", "/a~", "#/a", "/\xFF"}) {
    try {
      parse_json_pointer(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid);
    }
  }
  try {
    parse_json_pointer("features");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "\"features\" is no JSON pointer: it does not begin with '/'");
    EXPECT_EQ(error.hint(), "\"/features\" would be a member of the document.");
  }
}

}  // namespace
}  // namespace sluice::json_pointer_test
