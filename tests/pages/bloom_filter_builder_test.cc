#include "pages/bloom_filter_builder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "encodings/dictionary.h"
#include "support/draw.h"

namespace sluice::bloom_filter_builder_test {
namespace {

using test::Draw;

constexpr uint64_t kSeed = 20'261'121;

template <typename T>
uint64_t hash_of(T value) {
  return bloom_hash(std::as_bytes(std::span(&value, 1)));
}
uint64_t hash_of_text(std::string_view text) { return bloom_hash(as_bytes(text)); }

template <typename T>
BloomFilter filter_of(const std::vector<T>& values, const BloomFilterOptions& options = {}) {
  BloomFilterBuilder builder(options);
  builder.add_numbers<T>(std::as_bytes(std::span(values)));
  return builder.finish().value();
}

std::string bytes_of(const BloomFilter& filter) {
  Bytes bytes;
  filter.write(bytes);
  return std::string(bytes.view());
}

double measured_rate(const BloomFilter& filter, Draw& draw) {
  constexpr int kProbes = 100'000;
  int found = 0;
  for (int i = 0; i < kProbes; ++i) found += filter.contains(draw.bits());
  return static_cast<double>(found) / kProbes;
}

template <typename T>
void expect_all_present() {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  for (uint64_t round = 0; round < 20; ++round) {
    Draw draw(kSeed, round);
    std::vector<T> values(static_cast<size_t>(draw.magnitude(5'000)));
    for (T& value : values) {
      const uint64_t bits = draw.bits();
      std::memcpy(&value, &bits, sizeof value);
    }
    const BloomFilter filter = filter_of(values, {.false_positive_rate = draw.chance(50) ? 0.01 : 0.3});
    for (const T value : values) ASSERT_TRUE(filter.contains(hash_of(value))) << round;
  }
}

TEST(BloomFilterBuilder, NoNumberIsEverExcluded) {
  expect_all_present<int32_t>();
  expect_all_present<uint32_t>();
  expect_all_present<int64_t>();
  expect_all_present<uint64_t>();
  expect_all_present<float>();
  expect_all_present<double>();
}

// Values are hashed as PLAIN has them: the same number of another width is another value.
TEST(BloomFilterBuilder, HashesTheStoredWidth) {
  const BloomFilter narrow = filter_of<int32_t>({7});
  EXPECT_TRUE(narrow.contains(hash_of_text(std::string_view("\7\0\0\0", 4))));
  EXPECT_FALSE(narrow.contains(hash_of(int64_t{7})));
  const BloomFilter wide = filter_of<int64_t>({-2});
  EXPECT_TRUE(wide.contains(hash_of_text("\xfe\xff\xff\xff\xff\xff\xff\xff")));
  EXPECT_FALSE(wide.contains(hash_of(int32_t{-2})));
}

TEST(BloomFilterBuilder, TextsAndFixedBytes) {
  BloomFilterBuilder builder({});
  builder.add_text("");
  builder.add_text("word");
  TextDictionary dictionary;
  dictionary.encode("entry", 1000);
  dictionary.encode("", 1000);
  dictionary.encode(std::string(100, 'x'), 1000);
  builder.add_texts(dictionary.entries());
  builder.add_fixed(as_bytes("abcdef"), 3);
  const BloomFilter filter = builder.finish().value();
  for (const char* text : {"", "word", "entry", "abc", "def"}) EXPECT_TRUE(filter.contains(hash_of_text(text))) << text;
  EXPECT_TRUE(filter.contains(hash_of_text(std::string(100, 'x'))));
  for (const char* text : {"x", "bcd", "abcdef", "Word"}) EXPECT_FALSE(filter.contains(hash_of_text(text))) << text;
}

template <typename T, typename Bits>
void expect_zeros_and_nans(Bits odd_nan) {
  const T zero = 0;
  const T nan = std::numeric_limits<T>::quiet_NaN();
  const auto sign = std::bit_cast<Bits>(-zero);
  for (const T value : {zero, -zero}) {
    const BloomFilter filter = filter_of<T>({value, 1});
    EXPECT_TRUE(filter.contains(hash_of(zero)) && filter.contains(hash_of(-zero)));
    EXPECT_FALSE(filter.contains(hash_of(nan)));
  }
  const auto odd = std::bit_cast<T>(odd_nan);
  const BloomFilter filter = filter_of<T>({odd});
  EXPECT_TRUE(filter.contains(hash_of(odd_nan)));
  EXPECT_TRUE(filter.contains(hash_of(nan)));
  EXPECT_TRUE(filter.contains(hash_of(static_cast<Bits>(std::bit_cast<Bits>(nan) | sign))));
  EXPECT_FALSE(filter.contains(hash_of(zero)));
  for (const T value : {std::numeric_limits<T>::infinity(), std::numeric_limits<T>::denorm_min(), T{1}}) {
    const BloomFilter plain = filter_of<T>({value});
    EXPECT_TRUE(plain.contains(hash_of(value)));
    EXPECT_FALSE(plain.contains(hash_of(-value)) || plain.contains(hash_of(zero)) || plain.contains(hash_of(nan)));
  }
}

TEST(BloomFilterBuilder, ZerosAndNansAreFoundHoweverTheyAreAskedFor) {
  expect_zeros_and_nans<float, uint32_t>(0x7f80'0001);
  expect_zeros_and_nans<double, uint64_t>(0xfff0'0000'0000'0001);
}

TEST(BloomFilterBuilder, ZerosAndNansOfSixteenBits) {
  const std::vector<uint16_t> values = {0x8000, 0x7c01, 0x7c00, 0x3c00};
  BloomFilterBuilder builder({});
  builder.add_float16(std::as_bytes(std::span(values)));
  const BloomFilter filter = builder.finish().value();
  for (const int bits : {0x8000, 0x0000, 0x7c01, 0x7e00, 0xfe00, 0x7c00, 0x3c00})
    EXPECT_TRUE(filter.contains(hash_of(static_cast<uint16_t>(bits)))) << std::hex << bits;
  for (const int bits : {0x0001, 0xfc00, 0xbc00, 0xfc01})
    EXPECT_FALSE(filter.contains(hash_of(static_cast<uint16_t>(bits)))) << std::hex << bits;
}

// The size follows what came, not what might have come.
TEST(BloomFilterBuilder, RateAndSizeForAnyNumberOfValues) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  Draw draw(kSeed);
  BloomFilterBuilder builder({});
  for (const size_t count : {1u, 2u, 20u, 30u, 100u, 1'000u, 1'023u, 1'024u, 1'025u, 30'000u, 262'144u, 1'000'000u}) {
    std::vector<uint64_t> values(count);
    for (uint64_t& value : values) value = draw.bits();
    builder.add_numbers<uint64_t>(std::as_bytes(std::span(values)));
    const BloomFilter filter = builder.finish().value();
    EXPECT_LE(filter.false_positive_rate(), 0.01) << count;
    EXPECT_LE(measured_rate(filter, draw), 0.013) << count;
    EXPECT_TRUE(std::has_single_bit(filter.bytes()));
    // 9.7 bits for each value would do if all blocks were filled alike.
    EXPECT_LE(filter.bytes(), std::max<size_t>(32, count * 10 * 2 / 8 + count / 2)) << count;
    for (const uint64_t value : values) ASSERT_TRUE(filter.contains(hash_of(value)));
  }
}

TEST(BloomFilterBuilder, RepeatedValuesTakeNoRoom) {
  // Beyond what is kept as hashes: 20,000 rows and more of seven values.
  for (const size_t rows : {size_t{100}, size_t{60'000}}) {
    std::vector<int64_t> values(rows);
    for (size_t i = 0; i < rows; ++i) values[i] = static_cast<int64_t>(i % 7);
    EXPECT_EQ(filter_of(values, {.values_max = 20'000}).bytes(), 32u) << rows;
  }
}

TEST(BloomFilterBuilder, BatchesAndOrderChangeNothing) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  for (uint64_t round = 0; round < 10; ++round) {
    Draw draw(kSeed, round);
    const BloomFilterOptions options = {.values_max = 10'000};
    std::vector<double> values(static_cast<size_t>(draw.between(1, 12'000)));
    for (double& value : values) value = static_cast<double>(draw.below(5'000));
    const std::string whole = bytes_of(filter_of(values, options));
    std::reverse(values.begin(), values.end());
    BloomFilterBuilder builder(options);
    for (size_t at = 0; at < values.size();) {
      const auto count = static_cast<size_t>(draw.between(1, static_cast<int64_t>(values.size() - at)));
      builder.add_numbers<double>(std::as_bytes(std::span(values).subspan(at, count)));
      at += count;
    }
    EXPECT_EQ(bytes_of(builder.finish().value()), whole) << round;
  }
}

TEST(BloomFilterBuilder, MemoryIsBoundedByTheLargestFilter) {
  BloomFilterBuilder builder({.values_max = 50'000});
  const size_t limit = BloomFilter::bytes_for(50'000, 0.01);
  EXPECT_EQ(builder.memory_bytes(), 0u);
  for (int64_t value = 0; value < 300; ++value) {
    const std::vector<int64_t> values(1'000, value);
    builder.add_numbers<int64_t>(std::as_bytes(std::span(values)));
    EXPECT_LE(builder.memory_bytes(), limit + 8'192);
    if (value == 0) {
      EXPECT_EQ(builder.memory_bytes(), 8'000u);
    }
  }
  EXPECT_GE(builder.memory_bytes(), limit);
  EXPECT_TRUE(builder.finish());
  EXPECT_EQ(builder.memory_bytes(), 0u);
}

TEST(BloomFilterBuilder, NoFilterWhereItIsOfNoUse) {
  BloomFilterBuilder builder({.values_max = 100});
  EXPECT_FALSE(builder.finish());
  builder.add_text("one");
  EXPECT_TRUE(builder.finish());
  EXPECT_FALSE(builder.finish());
  std::vector<uint64_t> values(100'000);
  Draw draw(kSeed);
  for (uint64_t& value : values) value = draw.bits();
  builder.add_numbers<uint64_t>(std::as_bytes(std::span(values)));
  EXPECT_FALSE(builder.finish());
  builder.add_text("one");
  EXPECT_EQ(builder.finish()->bytes(), 32u);
}

}  // namespace
}  // namespace sluice::bloom_filter_builder_test
