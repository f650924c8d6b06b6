// Names that survive a text of words.

#include "base/percent_text.h"

#include <gtest/gtest.h>

namespace sluice::percent_text_test {
namespace {

TEST(PercentText, KeepsWhatIsPlain) {
  EXPECT_EQ(percent_encoded("aZ09", ""), "aZ09");
  EXPECT_EQ(percent_encoded("a/b c%", "/"), "a/b%20c%25");
  EXPECT_EQ(percent_encoded(std::string_view("\0\n\xFF", 3), ""), "%00%0A%FF");
  EXPECT_EQ(percent_encoded("", ""), "");
}

TEST(PercentText, EveryByteComesBack) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const std::string_view plain : {"", "_-.~/="}) {
    const std::string encoded = percent_encoded(all, plain);
    EXPECT_EQ(encoded.find(' '), std::string::npos);
    EXPECT_EQ(percent_decoded(encoded), all);
  }
}

TEST(PercentText, RefusesHalfAnEscape) {
  EXPECT_EQ(percent_decoded("%4a%4A"), "JJ");
  for (const std::string_view text : {"%", "a%4", "%4g", "%g4", "%%41"})
    EXPECT_EQ(percent_decoded(text), std::nullopt) << text;
}

}  // namespace
}  // namespace sluice::percent_text_test
