#include "encodings/delta_length_byte_array.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "encodings/delta_binary_packed.h"
#include "support/draw.h"

namespace sluice::delta_length_byte_array_test {
namespace {

constexpr uint64_t kSeed = 60'913;
using ByteVector = std::vector<std::byte>;
using Texts = std::vector<std::string>;

std::vector<int32_t> lengths_of(const Texts& texts) {
  std::vector<int32_t> lengths;
  for (const std::string& text : texts) lengths.push_back(static_cast<int32_t>(text.size()));
  return lengths;
}

ByteVector encoded(const Texts& texts) {
  const std::string bytes = std::accumulate(texts.begin(), texts.end(), std::string());
  Bytes out;
  delta_length_byte_array::encode(lengths_of(texts), as_bytes(bytes), out);
  EXPECT_EQ(delta_length_byte_array::encoded_bytes(lengths_of(texts), bytes.size()), out.size());
  return {out.data(), out.data() + out.size()};
}

// Whatever is whole, value by value; checks that the view is what the lengths say.
Texts decoded(const ByteVector& bytes, size_t count) {
  std::vector<int32_t> lengths(count);
  const auto found = delta_length_byte_array::decode(bytes, lengths);
  EXPECT_LE(found.values, count);
  Texts texts;
  size_t at = 0;
  for (size_t i = 0; i < found.values; ++i) {
    texts.emplace_back(as_text(found.bytes).substr(at, static_cast<size_t>(lengths[i])));
    at += static_cast<size_t>(lengths[i]);
  }
  EXPECT_EQ(at, found.bytes.size());
  return texts;
}

Texts drawn_texts(test::Draw& draw) {
  Texts texts(draw.below(300));
  const uint64_t length_bound = static_cast<uint64_t>(draw.magnitude(100));
  for (std::string& text : texts) text.resize(draw.below(length_bound), static_cast<char>(draw.bits()));
  return texts;
}

TEST(DeltaLengthByteArray, WritesTheSpecificationsExample) {
  const ByteVector bytes = encoded({"Hello", "World", "Foobar", "ABCDEF"});
  // Lengths 5 5 6 6: deltas 0 1 0, one bit each.
  const std::string lengths("\x80\x01\x04\x04\x0A\x00\x01\x00\x00\x00\x02\x00\x00\x00", 14);
  EXPECT_EQ(as_text(bytes), lengths + "HelloWorldFoobarABCDEF");
}

TEST(DeltaLengthByteArray, BringsBackEmptyOnes) {
  for (const Texts& texts : {Texts{}, Texts{""}, Texts{"", ""}, Texts(200), Texts{"", "a", ""}})
    EXPECT_EQ(decoded(encoded(texts), texts.size()), texts);
}

TEST(DeltaLengthByteArray, BringsBackRandomValues) {
  for (uint64_t index = 0; index < 1'000; ++index) {
    test::Draw draw(kSeed, index);
    const Texts texts = drawn_texts(draw);
    ASSERT_EQ(decoded(encoded(texts), texts.size()), texts) << "seed " << kSeed << ", case " << index;
  }
}

TEST(DeltaLengthByteArray, StopsCleanlyWhenBytesEndAnywhere) {
  const Texts texts{"Hello", "", "World", "Foobar", "ABCDEF", "a longer one than the others", ""};
  const ByteVector bytes = encoded(texts);
  size_t most = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    const Texts found = decoded(ByteVector(bytes.data(), bytes.data() + size), texts.size());
    ASSERT_LT(found.size(), texts.size()) << size << " bytes";
    ASSERT_GE(found.size(), most);
    ASSERT_TRUE(std::equal(found.begin(), found.end(), texts.begin()));
    most = found.size();
  }
  EXPECT_EQ(most, 5u);
}

TEST(DeltaLengthByteArray, ReadsNothingWhenAnotherNumberIsDeclared) {
  const ByteVector bytes = encoded({"a", "b", "c"});
  EXPECT_TRUE(decoded(bytes, 2).empty());
  EXPECT_TRUE(decoded(bytes, 4).empty());
}

TEST(DeltaLengthByteArray, StopsAtALengthThatCannotBe) {
  for (const int32_t bad : {-1, 3, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()}) {
    Bytes out;
    delta_binary_packed::encode(std::vector<int32_t>{1, bad, 1}, out);
    out.append(std::string_view("abc"));
    EXPECT_EQ(decoded({out.data(), out.data() + out.size()}, 3), Texts{"a"}) << bad;
  }
}

TEST(DeltaLengthByteArray, SurvivesHostileBytes) {
  for (uint64_t index = 0; index < 50'000; ++index) {
    test::Draw draw(kSeed, index);
    std::vector<int32_t> lengths(draw.below(40));
    for (int32_t& length : lengths) length = static_cast<int32_t>(draw.below(10)) - draw.chance(2) * 11;
    Bytes out;
    delta_binary_packed::encode(lengths, out);
    ByteVector bytes(out.data(), out.data() + out.size());
    if (!bytes.empty() && draw.chance(50)) bytes[draw.below(bytes.size())] = static_cast<std::byte>(draw.bits());
    for (uint64_t more = draw.below(200); more > 0; --more) bytes.push_back(static_cast<std::byte>(draw.bits()));
    bytes.shrink_to_fit();
    decoded(bytes, draw.chance(90) ? lengths.size() : draw.below(100));
    ASSERT_FALSE(HasFailure()) << "seed " << kSeed << ", case " << index;
  }
}

}  // namespace
}  // namespace sluice::delta_length_byte_array_test
