// Every length around the blocks that texts are looked at in, and each byte of it: what stands behind must not matter.
#include "base/short_text.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::short_text_test {
namespace {

constexpr size_t kSizeMax = 3 * kTextBlock;

std::string text_of(size_t size) {
  std::string text;
  for (size_t i = 0; i < size; ++i) text += static_cast<char>('\x80' + 7 * i);
  return text;
}

TEST(ShortText, IsSame) {
  for (size_t size = 0; size <= kSizeMax; ++size) {
    const std::string a = text_of(size) + 'a';
    const std::string b = text_of(size) + 'b';
    const std::string_view first(a.data(), size);
    EXPECT_TRUE(is_same_text(first, {b.data(), size})) << size;
    EXPECT_FALSE(is_same_text(first, {b.data(), size + 1})) << size;
    for (size_t at = 0; at < size; ++at) {
      std::string other = text_of(size);
      other[at] ^= 1;
      EXPECT_FALSE(is_same_text(first, other)) << size << ", byte " << at;
    }
  }
}

TEST(ShortText, FirstBytes) {
  for (size_t size = 0; size <= kSizeMax; ++size) {
    const std::string text = text_of(size);
    uint64_t expected = 0;
    for (size_t i = 0; i < std::min(size, sizeof expected); ++i)
      expected |= uint64_t{static_cast<unsigned char>(text[i])} << 8 * i;
    EXPECT_EQ(first_bytes(text), expected) << size;
  }
  EXPECT_EQ(first_bytes({}), 0u);
}

TEST(ShortText, Copies) {
  for (size_t size = 0; size <= kSizeMax; ++size)
    for (const size_t behind : {size_t{0}, size_t{1}, kTextBlock, 2 * kTextBlock}) {
      const std::string from = text_of(size + behind);
      std::string to(size + 2 * kTextBlock, '\0');
      const auto* const begin = reinterpret_cast<const std::byte*>(from.data());
      copy_text(begin, size, begin + from.size(), reinterpret_cast<std::byte*>(to.data()));
      EXPECT_EQ(to.substr(0, size), from.substr(0, size)) << size;
    }
}

}  // namespace
}  // namespace sluice::short_text_test
