#include "encodings/dictionary.h"

#include <gtest/gtest.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <bit>
#include <chrono>
#include <cstring>
#include <limits>
#include <map>
#include <numeric>
#include <string>

#include "encodings/fixed_dictionary.h"
#include "support/draw.h"

namespace sluice::dictionary_test {
namespace {

using test::Draw;

constexpr size_t kNoLimit = size_t{1} << 30;

template <typename T>
std::vector<uint32_t> encode_all(NumberDictionary<T>& dictionary, const std::vector<T>& values) {
  std::vector<uint32_t> indices(values.size());
  EXPECT_EQ(dictionary.encode(std::span<const T>(values), kNoLimit, indices.data()), values.size());
  return indices;
}

template <typename T>
void expect_entries(const NumberDictionary<T>& dictionary, const std::vector<T>& values,
                    const std::vector<uint32_t>& indices) {
  for (size_t i = 0; i < values.size(); ++i) ASSERT_EQ(dictionary.entry(indices[i]), values[i]) << i;
}

// Every value of the same dictionary gets the index of its first appearance.
template <typename T>
void expect_first_appearance(const std::vector<T>& values) {
  NumberDictionary<T> dictionary;
  const std::vector<uint32_t> indices = encode_all(dictionary, values);
  std::map<T, uint32_t> first;
  for (size_t i = 0; i < values.size(); ++i)
    ASSERT_EQ(indices[i], first.emplace(values[i], static_cast<uint32_t>(first.size())).first->second) << i;
  ASSERT_EQ(dictionary.size(), first.size());
  ASSERT_EQ(dictionary.entries().size(), first.size() * sizeof(T));
  expect_entries(dictionary, values, indices);
}

TEST(NumberDictionary, BeginsEmpty) {
  NumberDictionary<uint64_t> dictionary;
  EXPECT_EQ(dictionary.size(), 0u);
  EXPECT_TRUE(dictionary.entries().empty());
  EXPECT_TRUE(encode_all(dictionary, {}).empty());
}

TEST(NumberDictionary, EntriesStandInOrderOfFirstAppearance) {
  NumberDictionary<uint32_t> dictionary;
  EXPECT_EQ(encode_all(dictionary, {7, 0, 7, 0xffff'ffff, 0}), (std::vector<uint32_t>{0, 1, 0, 2, 1}));
  EXPECT_EQ(dictionary.entries().view(), std::string_view("\7\0\0\0\0\0\0\0\xff\xff\xff\xff", 12));
}

TEST(NumberDictionary, TellsNumbersApartByTheirBits) {
  const auto nan = std::bit_cast<uint64_t>(std::numeric_limits<double>::quiet_NaN());
  const auto other_nan = nan | 1;
  const auto zero = std::bit_cast<uint64_t>(0.0);
  const auto minus_zero = std::bit_cast<uint64_t>(-0.0);
  NumberDictionary<uint64_t> dictionary;
  const std::vector<uint64_t> values{nan, zero, minus_zero, other_nan, nan, minus_zero, zero, ~uint64_t{0}};
  const std::vector<uint32_t> indices = encode_all(dictionary, values);
  EXPECT_EQ(indices, (std::vector<uint32_t>{0, 1, 2, 3, 0, 2, 1, 4}));
  expect_entries(dictionary, values, indices);
}

// Values whose hashes crowd: the table probes, grows at each power of two, and must find every one again.
template <typename T>
void expect_families_to_work() {
  for (int shift = 0; shift < static_cast<int>(sizeof(T) * 8); shift += 3) {
    std::vector<T> values;
    for (T i = 0; i < 5'000; ++i) values.push_back(static_cast<T>(i << shift));
    values.insert(values.end(), values.begin(), values.begin() + 5'000);
    ASSERT_NO_FATAL_FAILURE(expect_first_appearance(values)) << "multiples of 2^" << shift;
  }
}

TEST(NumberDictionary, MultiplesOfPowersOfTwo) {
  expect_families_to_work<uint32_t>();
  expect_families_to_work<uint64_t>();
}

// With a multiplier that everybody knew these numbers all had the first slot: each look-up walked past all that were
// there, five thousand million steps in all.
TEST(NumberDictionary, NumbersMadeForOneSlotDoNotMeet) {
  const uint64_t known = 0x9e37'79b9'7f4a'7c15;
  uint64_t inverse = known;  // modulo 2^64
  for (int i = 0; i < 6; ++i) inverse *= 2 - known * inverse;
  ASSERT_EQ(known * inverse, 1u);
  std::vector<uint64_t> values;
  for (uint64_t product = 0; product < 100'000; ++product) {
    const uint64_t folded = product * inverse;
    values.push_back(folded ^ folded >> 32);
  }
  const auto begin = std::chrono::steady_clock::now();
  NumberDictionary<uint64_t> dictionary;
  const std::vector<uint32_t> indices = encode_all(dictionary, values);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4));
  expect_entries(dictionary, values, indices);
}

TEST(NumberDictionary, RoundDoubles) {
  std::vector<uint64_t> values;
  for (int i = -20'000; i < 20'000; ++i) values.push_back(std::bit_cast<uint64_t>(i / 100.0));
  for (int i = -1'000; i < 1'000; ++i) values.push_back(std::bit_cast<uint64_t>(i * 1e6));
  expect_first_appearance(values);
}

TEST(NumberDictionary, ManyRandomValues) {
  Draw draw(5);
  std::vector<uint64_t> values;
  for (int i = 0; i < 200'000; ++i) values.push_back(draw.bits() >> draw.below(64));
  expect_first_appearance(values);
  std::vector<uint32_t> narrow;
  for (int i = 0; i < 200'000; ++i) narrow.push_back(static_cast<uint32_t>(draw.bits()));
  expect_first_appearance(narrow);
}

TEST(NumberDictionary, SizesAroundEachGrowth) {
  for (const size_t count : {1, 31, 32, 33, 34, 63, 64, 65, 66, 511, 512, 513, 514, 1023, 1024, 1025, 1026, 2049}) {
    std::vector<uint32_t> values(count);
    std::iota(values.begin(), values.end(), 0u);
    NumberDictionary<uint32_t> dictionary;
    EXPECT_EQ(encode_all(dictionary, values), values);
    EXPECT_EQ(encode_all(dictionary, values), values);
    EXPECT_EQ(dictionary.size(), count);
  }
}

TEST(NumberDictionary, StopsBeforeTheEntryThatDoesNotFit) {
  const std::vector<uint64_t> values{1, 2, 1, 3, 2, 4, 5};
  for (size_t bytes_max = 0; bytes_max <= 48; ++bytes_max) {
    NumberDictionary<uint64_t> dictionary;
    std::vector<uint32_t> indices(values.size());
    const size_t done = dictionary.encode(std::span<const uint64_t>(values), bytes_max, indices.data());
    const size_t entries = std::min<size_t>(bytes_max / 8, 5);
    const std::vector<size_t> done_by_entries{0, 1, 3, 5, 6, 7};
    EXPECT_EQ(dictionary.size(), entries) << bytes_max;
    EXPECT_EQ(done, done_by_entries[entries]) << bytes_max;
    indices.resize(done);
    expect_entries(dictionary, {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(done)}, indices);
  }
}

TEST(NumberDictionary, FullOneStillKnowsItsEntries) {
  NumberDictionary<uint32_t> dictionary;
  std::vector<uint32_t> indices(4);
  const std::vector<uint32_t> first{10, 20};
  EXPECT_EQ(dictionary.encode(std::span<const uint32_t>(first), 8, indices.data()), 2u);
  const std::vector<uint32_t> next{20, 10, 30, 10};
  EXPECT_EQ(dictionary.encode(std::span<const uint32_t>(next), 8, indices.data()), 2u);
  EXPECT_EQ(indices[0], 1u);
  EXPECT_EQ(indices[1], 0u);
  EXPECT_EQ(dictionary.size(), 2u);
}

TEST(TextDictionary, EntriesAreLengthAndBytes) {
  TextDictionary dictionary;
  EXPECT_EQ(dictionary.encode("ab", kNoLimit), 0u);
  EXPECT_EQ(dictionary.encode("", kNoLimit), 1u);
  EXPECT_EQ(dictionary.encode("ab", kNoLimit), 0u);
  EXPECT_EQ(dictionary.encode(std::string_view("\0", 1), kNoLimit), 2u);
  EXPECT_EQ(dictionary.encode("", kNoLimit), 1u);
  EXPECT_EQ(dictionary.entries().view(), std::string_view("\2\0\0\0ab\0\0\0\0\1\0\0\0\0", 15));
  EXPECT_EQ(dictionary.size(), 3u);
  EXPECT_EQ(dictionary.entry(0), "ab");
  EXPECT_EQ(dictionary.entry(1), "");
  EXPECT_EQ(dictionary.entry(2), std::string_view("\0", 1));
}

TEST(TextDictionary, AcceptsAViewOfNothing) {
  TextDictionary dictionary;
  EXPECT_EQ(dictionary.encode(std::string_view(), kNoLimit), 0u);
  EXPECT_EQ(dictionary.encode(std::string_view("", 0), kNoLimit), 0u);
  EXPECT_EQ(dictionary.size(), 1u);
}

TEST(TextDictionary, BytesMaxCountsLengths) {
  for (size_t bytes_max = 0; bytes_max <= 30; ++bytes_max) {
    TextDictionary dictionary;
    EXPECT_EQ(dictionary.encode("abc", bytes_max) == TextDictionary::kFull, bytes_max < 7) << bytes_max;
    EXPECT_EQ(dictionary.encode("abc", bytes_max) == TextDictionary::kFull, bytes_max < 7) << bytes_max;
    if (bytes_max < 7) continue;
    EXPECT_EQ(dictionary.encode("defghi", bytes_max) == TextDictionary::kFull, bytes_max < 17) << bytes_max;
    // What does not fit leaves nothing behind; what fits may still come.
    EXPECT_EQ(dictionary.encode("", bytes_max) == TextDictionary::kFull, bytes_max < (bytes_max < 17 ? 11u : 21u))
        << bytes_max;
    EXPECT_EQ(dictionary.encode("abc", bytes_max), 0u) << bytes_max;
    EXPECT_LE(dictionary.entries().size(), bytes_max);
  }
}

TEST(TextDictionary, ManyValues) {
  Draw draw(6);
  TextDictionary dictionary;
  std::map<std::string, uint32_t> first;
  std::vector<std::string> order;
  for (int i = 0; i < 200'000; ++i) {
    std::string value = std::to_string(draw.below(60'000));
    if (draw.chance(30)) value.resize(draw.below(40), 'x');
    const auto [entry, is_new] = first.emplace(value, static_cast<uint32_t>(first.size()));
    if (is_new) order.push_back(value);
    ASSERT_EQ(dictionary.encode(value, kNoLimit), entry->second) << value;
  }
  ASSERT_EQ(dictionary.size(), order.size());
  std::string entries;
  for (uint32_t i = 0; i < order.size(); ++i) {
    ASSERT_EQ(dictionary.entry(i), order[i]);
    const auto size = static_cast<uint32_t>(order[i].size());
    entries.append(reinterpret_cast<const char*>(&size), sizeof size).append(order[i]);
  }
  EXPECT_EQ(dictionary.take_entries().view(), entries);
}

// XXH3 multiplies the first eight bytes, with a secret that everybody knows mixed in, by the next eight: made to be
// nothing times anything, all texts had one hash, and each look-up walked past all that were there.
TEST(TextDictionary, TextsMadeForOneSlotDoNotMeet) {
  std::string text(32, 'x');
  std::memcpy(text.data(), XXH3_kSecret, sizeof(uint64_t));
  std::vector<std::string> texts;
  for (uint64_t i = 0; i < 30'000; ++i) {
    std::memcpy(text.data() + sizeof i, &i, sizeof i);
    texts.push_back(text);
  }
  ASSERT_EQ(XXH3_64bits(texts[0].data(), text.size()), XXH3_64bits(text.data(), text.size()));
  const auto begin = std::chrono::steady_clock::now();
  TextDictionary dictionary;
  FixedDictionary fixed(text.size());
  for (uint32_t i = 0; i < texts.size(); ++i) {
    ASSERT_EQ(dictionary.encode(texts[i], kNoLimit), i);
    ASSERT_EQ(fixed.encode(as_bytes(texts[i]).data(), kNoLimit), i);
    ASSERT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4)) << "after " << i << " texts";
  }
}

// A chunk's entries go into its file, and the table stays for the next chunk: nothing of the former may be found there.
TEST(TextDictionary, BeginsAnewWhenItsEntriesAreTaken) {
  TextDictionary dictionary;
  for (const int values : {1, 33, 5'000, 4'000, 2, 40}) {  // the table stays, grows, and is given up
    for (int i = 0; i < values; ++i) ASSERT_EQ(dictionary.encode(std::to_string(values + i), kNoLimit), uint32_t(i));
    ASSERT_EQ(dictionary.encode(std::to_string(values), kNoLimit), 0u);
    ASSERT_EQ(dictionary.size(), size_t(values));
    dictionary.take_entries();
    ASSERT_EQ(dictionary.size(), 0u);
    ASSERT_TRUE(dictionary.entries().empty());
  }
}

TEST(NumberDictionary, BeginsAnewWhenItsEntriesAreTaken) {
  NumberDictionary<uint64_t> dictionary;
  for (const uint64_t values : {1, 33, 5'000, 4'000, 2, 40}) {
    std::vector<uint64_t> numbers(values);
    std::iota(numbers.begin(), numbers.end(), values);
    std::vector<uint32_t> expected(values);
    std::iota(expected.begin(), expected.end(), 0);
    ASSERT_EQ(encode_all(dictionary, numbers), expected);
    ASSERT_EQ(encode_all(dictionary, numbers), expected);
    ASSERT_EQ(dictionary.take_entries().size(), values * sizeof(uint64_t));
    ASSERT_EQ(dictionary.size(), 0u);
  }
}

}  // namespace
}  // namespace sluice::dictionary_test
