#include "encodings/delta_byte_array.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "encodings/delta_binary_packed.h"
#include "encodings/delta_length_byte_array.h"
#include "support/draw.h"

namespace sluice::delta_byte_array_test {
namespace {

constexpr uint64_t kSeed = 71'443;
constexpr size_t kNoLimit = std::numeric_limits<size_t>::max();
using ByteVector = std::vector<std::byte>;
using Texts = std::vector<std::string>;

ByteVector exact(const Bytes& bytes) { return {bytes.data(), bytes.data() + bytes.size()}; }

ByteVector encoded(const Texts& texts) {
  const std::string joined = std::accumulate(texts.begin(), texts.end(), std::string());
  const ByteVector bytes(as_bytes(joined).begin(), as_bytes(joined).end());  // ends where it ends, for the sanitizer
  std::vector<int32_t> lengths;
  for (const std::string& text : texts) lengths.push_back(static_cast<int32_t>(text.size()));
  Bytes out;
  delta_byte_array::encode(lengths, bytes, out);
  return exact(out);
}

// What encode should append, from the parts the specification names.
ByteVector encoded_slowly(const Texts& texts) {
  std::vector<int32_t> prefixes, suffixes;
  std::string rest;
  std::string previous;
  for (const std::string& text : texts) {
    size_t same = 0;
    while (same < std::min(text.size(), previous.size()) && text[same] == previous[same]) ++same;
    prefixes.push_back(static_cast<int32_t>(same));
    suffixes.push_back(static_cast<int32_t>(text.size() - same));
    rest += text.substr(same);
    previous = text;
  }
  Bytes out;
  delta_binary_packed::encode(prefixes, out);
  delta_length_byte_array::encode(suffixes, as_bytes(rest), out);
  return exact(out);
}

Texts decoded(const ByteVector& bytes, size_t count, size_t bytes_max = kNoLimit) {
  std::vector<int32_t> lengths(count);
  Bytes out;
  out.append(std::string_view("before"));
  const size_t whole = delta_byte_array::decode(bytes, lengths, bytes_max, out);
  EXPECT_LE(whole, count);
  EXPECT_EQ(out.view().substr(0, 6), "before");
  Texts texts;
  size_t at = 6;
  for (size_t i = 0; i < whole; ++i) {
    texts.emplace_back(out.view().substr(at, static_cast<size_t>(lengths[i])));
    at += static_cast<size_t>(lengths[i]);
  }
  EXPECT_EQ(at, out.size());
  return texts;
}

// The values that these parts stand for, as many as are good.
Texts joined_slowly(const std::vector<int32_t>& prefixes, const std::vector<int32_t>& suffixes, std::string_view rest,
                    size_t bytes_max) {
  Texts texts;
  std::string previous;
  size_t total = 0;
  for (size_t i = 0; i < prefixes.size(); ++i) {
    if (prefixes[i] < 0 || suffixes[i] < 0 || static_cast<size_t>(prefixes[i]) > previous.size() ||
        static_cast<size_t>(suffixes[i]) > rest.size())
      break;
    const auto taken = static_cast<size_t>(suffixes[i]);
    previous = previous.substr(0, static_cast<size_t>(prefixes[i])) + std::string(rest.substr(0, taken));
    if (total + previous.size() > bytes_max) break;
    total += previous.size();
    rest.remove_prefix(taken);
    texts.push_back(previous);
  }
  return texts;
}

Texts drawn_texts(test::Draw& draw) {
  Texts texts(draw.below(200));
  const auto length_bound = static_cast<uint64_t>(draw.magnitude(60));
  const bool related = draw.chance(70);
  std::string previous;
  for (std::string& text : texts) {
    if (related) text = previous.substr(0, draw.below(previous.size() + 1));
    for (uint64_t more = draw.below(length_bound); more > 0; --more)
      text.push_back(static_cast<char>('a' + draw.below(3)));
    previous = text;
  }
  if (draw.chance(30)) std::sort(texts.begin(), texts.end());
  return texts;
}

TEST(DeltaByteArray, WritesTheSpecificationsExample) {
  const ByteVector bytes = encoded({"axis", "axle", "babble", "babyhood"});
  // Deltas of the prefixes 0 2 0 3: 2 -2 3, above -2: 4 0 5. Of the suffixes 4 2 6 5: -2 4 -1, above -2: 0 6 1.
  const std::string prefixes("\x80\x01\x04\x04\x00\x03\x03\x00\x00\x00\x44\x01\0\0\0\0\0\0\0\0\0\0", 22);
  const std::string suffixes("\x80\x01\x04\x04\x08\x03\x03\x00\x00\x00\x70\x00\0\0\0\0\0\0\0\0\0\0", 22);
  EXPECT_EQ(as_text(bytes), prefixes + suffixes + "axislebabbleyhood");
}

TEST(DeltaByteArray, BringsBackTheEdges) {
  const std::string eight = "12345678";
  const std::string sixteen = eight + eight;
  for (const Texts& texts :
       {Texts{}, Texts{""}, Texts(150), Texts{"a"}, Texts{"", "a", "", "ab"}, Texts(150, sixteen),
        Texts{"abc", "ab", "a"}, Texts{eight, eight + "9", eight},
        Texts{sixteen, sixteen + "x", sixteen + "y", "1234567x"},
        Texts{std::string(100'000, 'x'), std::string(100'000, 'x') + "y", std::string(99'999, 'x')}}) {
    EXPECT_EQ(encoded(texts), encoded_slowly(texts));
    EXPECT_EQ(decoded(encoded(texts), texts.size()), texts);
  }
}

// Prefixes that end at every place relative to the steps of eight bytes, at the end of the bytes and before it.
TEST(DeltaByteArray, FindsPrefixesOfEveryLength) {
  for (size_t length = 0; length < 40; ++length)
    for (size_t same = 0; same <= length; ++same) {
      std::string changed(length, 'a');
      if (same < length) changed[same] = 'b';
      const Texts texts{std::string(length, 'a'), changed, std::string(same, 'a')};
      ASSERT_EQ(encoded(texts), encoded_slowly(texts)) << length << ", " << same;
      ASSERT_EQ(decoded(encoded(texts), 3), texts);
    }
}

TEST(DeltaByteArray, BringsBackRandomValues) {
  for (uint64_t index = 0; index < 1'000; ++index) {
    test::Draw draw(kSeed, index);
    const Texts texts = drawn_texts(draw);
    const ByteVector bytes = encoded(texts);
    ASSERT_EQ(bytes, encoded_slowly(texts)) << "seed " << kSeed << ", case " << index;
    ASSERT_EQ(decoded(bytes, texts.size()), texts) << "seed " << kSeed << ", case " << index;
  }
}

TEST(DeltaByteArray, StopsCleanlyWhenBytesEndAnywhere) {
  const Texts texts{"axis", "axle", "", "babble", "babyhood", "babyhood", "babyhoods, and more of them"};
  const ByteVector bytes = encoded(texts);
  size_t most = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    const Texts found = decoded(ByteVector(bytes.data(), bytes.data() + size), texts.size());
    ASSERT_LT(found.size(), texts.size()) << size << " bytes";
    ASSERT_GE(found.size(), most);
    ASSERT_TRUE(std::equal(found.begin(), found.end(), texts.begin()));
    most = found.size();
  }
  EXPECT_EQ(most, 6u);
}

TEST(DeltaByteArray, ReadsNothingWhenAnotherNumberIsDeclared) {
  const ByteVector bytes = encoded({"a", "b", "c"});
  EXPECT_TRUE(decoded(bytes, 2).empty());
  EXPECT_TRUE(decoded(bytes, 4).empty());
}

// A page of a kilobyte that stands for 100 GB.
TEST(DeltaByteArray, StopsAtTheLimit) {
  const std::string large(1'000, 'x');
  Bytes out;
  constexpr size_t kCount = 100'000'000 / 1'000;
  std::vector<int32_t> prefixes(kCount, 1'000);
  std::vector<int32_t> suffixes(kCount, 0);
  prefixes[0] = 0;
  suffixes[0] = 1'000;
  delta_binary_packed::encode(prefixes, out);
  delta_length_byte_array::encode(suffixes, as_bytes(large), out);
  const ByteVector bytes = exact(out);
  EXPECT_EQ(decoded(bytes, kCount, 3'500), Texts(3, large));
  EXPECT_EQ(decoded(bytes, kCount, 3'000).size(), 3u);
  EXPECT_EQ(decoded(bytes, kCount, 2'999).size(), 2u);
  EXPECT_TRUE(decoded(bytes, kCount, 0).empty());
}

TEST(DeltaByteArray, AgreesWithTheSlowReaderOnHostileParts) {
  for (uint64_t index = 0; index < 50'000; ++index) {
    test::Draw draw(kSeed, index);
    std::vector<int32_t> prefixes(draw.below(20)), suffixes(prefixes.size());
    for (int32_t& length : prefixes) length = static_cast<int32_t>(draw.below(5)) - draw.chance(1) * 7;
    for (int32_t& length : suffixes) length = static_cast<int32_t>(draw.below(12)) - draw.chance(1) * 13;
    if (!prefixes.empty()) prefixes[0] = draw.chance(3);
    const std::string rest(draw.below(150), 'r');
    const size_t bytes_max = draw.chance(80) ? kNoLimit : draw.below(200);
    Bytes out;
    delta_binary_packed::encode(prefixes, out);
    delta_length_byte_array::encode(suffixes, as_bytes(rest), out);
    ASSERT_EQ(decoded(exact(out), prefixes.size(), bytes_max), joined_slowly(prefixes, suffixes, rest, bytes_max))
        << "seed " << kSeed << ", case " << index;
  }
}

TEST(DeltaByteArray, SurvivesHostileBytes) {
  for (uint64_t index = 0; index < 50'000; ++index) {
    test::Draw draw(kSeed, index);
    const size_t count = draw.below(20);
    ByteVector bytes = encoded(Texts(count, "some text"));
    for (uint64_t changes = draw.below(6); changes > 0; --changes)
      bytes[draw.below(bytes.size())] = static_cast<std::byte>(draw.chance(50) ? draw.bits() : draw.below(8));
    if (draw.chance(20)) bytes.resize(draw.below(bytes.size()));
    bytes.shrink_to_fit();
    decoded(bytes, count, 10'000);
    ASSERT_FALSE(HasFailure()) << "seed " << kSeed << ", case " << index;
  }
}

}  // namespace
}  // namespace sluice::delta_byte_array_test
