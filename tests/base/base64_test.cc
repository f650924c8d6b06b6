#include "base/base64.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace sluice::base64_test {
namespace {

std::string decoded(std::string_view text) {
  const auto bytes = decode_base64(text);
  return bytes ? std::string(bytes->view()) : "refused";
}

// The test vectors of RFC 4648, section 10.
TEST(Base64, ReadsAndWritesTheExamplesOfItsSpecification) {
  const std::pair<std::string, std::string> examples[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [plain, text] : examples) {
    EXPECT_EQ(encode_base64(as_bytes(plain)), text);
    EXPECT_EQ(decoded(text), plain);
  }
  EXPECT_EQ(encode_base64(as_bytes("\xfb\xff\xfe")), "+//+");
}

TEST(Base64, RefusesWhatItWouldNotHaveWritten) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "=", "====", "Z===", "Zh==", "Zm9=", "Zm9v ", "Zm 9v", "Zm9v\n",
                           "Zm-_", "Zg==Zg==", "Z=g=", "\xff\xff\xff\xff"})
    EXPECT_EQ(decoded(text), "refused") << text;
}

RC_GTEST_PROP(Base64, BringsBackAnyBytes, (const std::string& bytes)) {
  RC_ASSERT(decoded(encode_base64(as_bytes(bytes))) == bytes);
}

}  // namespace
}  // namespace sluice::base64_test
