#include "base/digest.h"

#include <gtest/gtest.h>

namespace sluice::digest_test {
namespace {

// The values of the xxHash specification's own implementation.
TEST(Digest, KnownAnswers) {
  EXPECT_EQ(digest_text(digest_of({})), "ef46db3751d8e999");
  EXPECT_EQ(digest_text(digest_of(as_bytes("a"))), "d24ec4f1a98c6e5b");
  EXPECT_EQ(digest_text(digest_of(as_bytes("abc"))), "44bc2cf5ad770999");
}

TEST(Digest, TextHasAllDigits) {
  EXPECT_EQ(digest_text(0), "0000000000000000");
  EXPECT_EQ(digest_text(0xA), "000000000000000a");
  EXPECT_EQ(digest_text(UINT64_MAX), "ffffffffffffffff");
  EXPECT_EQ(digest_text(0x0123'4567'89AB'CDEF), "0123456789abcdef");
}

TEST(Digest, CutsDoNotMatter) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += static_cast<char>(i * 7);
  const uint64_t whole = digest_of(as_bytes(text));
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    RunningDigest digest;
    digest.add(as_bytes(text).first(cut));
    digest.add(as_bytes(text).subspan(cut));
    EXPECT_EQ(digest.value(), whole) << cut;
    EXPECT_EQ(digest.value(), whole) << "asked twice";
  }
  EXPECT_EQ(RunningDigest().value(), digest_of({}));
}

TEST(Digest, ChainsKnowTheirOrder) {
  const uint64_t ab = digest_of(as_bytes("b"), digest_of(as_bytes("a")));
  const uint64_t ba = digest_of(as_bytes("a"), digest_of(as_bytes("b")));
  EXPECT_NE(ab, ba);
}

}  // namespace
}  // namespace sluice::digest_test
