#include "pages/bloom_filter.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "format/bloom_filter_header.h"
#include "format/wire.h"
#include "support/draw.h"
#include "support/foreign_files.h"

namespace sluice::bloom_filter_test {
namespace {

using test::Draw;
using test::hex;

constexpr uint64_t kSeed = 20'261'121;

uint64_t hash_of(std::string_view text) { return bloom_hash(as_bytes(text)); }

std::vector<uint64_t> random_hashes(Draw& draw, size_t count) {
  std::vector<uint64_t> hashes(count);
  for (uint64_t& hash : hashes) hash = draw.bits();
  return hashes;
}

std::string bits_of(const BloomFilter& filter) {
  Bytes bytes;
  filter.write(bytes);
  return std::string(bytes.view().substr(bytes.size() - filter.bytes()));
}

double measured_rate(const BloomFilter& filter, Draw& draw) {
  constexpr int kProbes = 100'000;
  int found = 0;
  for (int i = 0; i < kProbes; ++i) found += filter.contains(draw.bits());
  return static_cast<double>(found) / kProbes;
}

std::string refusal(ByteSpan bytes, bool ran_out = false) {
  try {
    BloomFilter::parse(bytes);
    return "";
  } catch (const ThriftError& error) {
    EXPECT_EQ(error.ran_out(), ran_out) << error.what();
    return error.what();
  }
}

// The hash as its own documents have it: any other one would be of no use to other readers.
TEST(BloomFilter, HashesAreXxh64) {
  EXPECT_EQ(hash_of(""), 0xef46'db37'51d8'e999);
  EXPECT_EQ(hash_of("a"), 0xd24e'c4f1'a98c'6e5b);
  EXPECT_EQ(hash_of("abc"), 0x44bc'2cf5'ad77'0999);
  EXPECT_EQ(hash_of("Call me Ishmael. Some years ago--never mind how long precisely-"), 0x02a2'e854'70d6'fd96);
}

// One block, one value, by the specification's picture: lane i has bit (low half * salt i) >> 27.
TEST(BloomFilter, OneValueSetsOneBitInEachLane) {
  BloomFilter filter(32);
  filter.insert(std::vector<uint64_t>{1});
  const std::string bits = bits_of(filter);
  const std::vector<int> expected = {0x47b6137b >> 27, 0x44974d91 >> 27, 17, 20, 0x705495c7 >> 27, 5, 19,
                                     0x5c6bfb31 >> 27};
  for (size_t lane = 0; lane < 8; ++lane)
    EXPECT_EQ(load<uint32_t>(bits.data() + 4 * lane), uint32_t{1} << expected[lane]) << lane;
}

TEST(BloomFilter, TheUpperHalfPicksTheBlock) {
  for (const size_t blocks : {size_t{1}, size_t{2}, size_t{64}}) {
    for (const uint64_t upper : {uint64_t{0}, uint64_t{0x7fff'ffff}, uint64_t{0x8000'0000}, uint64_t{0xffff'ffff}}) {
      BloomFilter filter(blocks * 32);
      filter.insert(std::vector<uint64_t>{upper << 32 | 12'345});
      const size_t first_set = bits_of(filter).find_first_not_of('\0');
      EXPECT_EQ(first_set / 32, upper * blocks / (uint64_t{1} << 32));
    }
  }
}

// The words of the reference file of apache/parquet-testing, its 32 blocks laid over each other.
TEST(BloomFilter, GoldenBytes) {
  BloomFilter filter(1024);
  for (const char* word : {"hello", "parquet", "bloom", "filter"}) filter.insert(std::vector<uint64_t>{hash_of(word)});
  filter.fold(0.01);
  Bytes bytes;
  filter.write(bytes);
  EXPECT_EQ(hex(bytes),
            "15 40 1c 1c 00 00 1c 1c 00 00 1c 1c 00 00 00 "
            "04 00 b0 00 00 0a 40 10 01 05 40 00 80 00 08 30 20 02 80 04 00 20 20 88 10 01 00 50 02 10 08 08");
}

TEST(BloomFilter, AgreesWithAnotherWriter) {
  const auto path = test::foreign_root() / "data/bloom_filter.xxhash.bin";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << test::kNoForeignFiles;
  std::ifstream stream(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const BloomFilter filter = BloomFilter::parse(as_bytes(text));
  EXPECT_EQ(filter.bytes(), 1024u);
  BloomFilter ours(1024);
  for (const char* word : {"hello", "parquet", "bloom", "filter"}) {
    EXPECT_TRUE(filter.contains(hash_of(word))) << word;
    ours.insert(std::vector<uint64_t>{hash_of(word)});
  }
  EXPECT_FALSE(filter.contains(hash_of("hell")));
  Bytes bytes;
  ours.write(bytes);
  EXPECT_EQ(bytes.view(), text.substr(0, bytes.size()));
}

TEST(BloomFilter, AnEmptyOneHoldsNothing) {
  Draw draw(kSeed);
  for (const size_t bytes : {size_t{32}, size_t{64}, size_t{4096}}) {
    BloomFilter filter(bytes);
    EXPECT_EQ(filter.false_positive_rate(), 0);
    EXPECT_EQ(measured_rate(filter, draw), 0);
    filter.fold(0.01);
    EXPECT_EQ(filter.bytes(), 32u);
  }
}

// Folding gives the filter that would have come of the smaller size at once; so no value is lost.
TEST(BloomFilter, FoldedIsTheSameAsSmallFromTheBeginning) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  for (uint64_t round = 0; round < 60; ++round) {
    Draw draw(kSeed, round);
    const std::vector<uint64_t> hashes = random_hashes(draw, static_cast<size_t>(draw.magnitude(3'000)));
    BloomFilter filter(size_t{32} << draw.below(10));
    filter.insert(hashes);
    while (true) {
      for (const uint64_t hash : hashes) ASSERT_TRUE(filter.contains(hash)) << round << ", " << filter.bytes();
      BloomFilter small(filter.bytes());
      small.insert(hashes);
      ASSERT_EQ(bits_of(filter), bits_of(small)) << round << ", " << filter.bytes();
      if (filter.bytes() == 32) break;
      BloomFilter half(filter.bytes() / 2);
      half.insert(hashes);
      // The rate that allows for this step and not for the next one.
      const double rate = half.false_positive_rate();
      const size_t before = filter.bytes();
      filter.fold(rate);
      ASSERT_LE(filter.bytes(), before / 2);
      ASSERT_LE(filter.false_positive_rate(), rate);
    }
  }
}

TEST(BloomFilter, FoldsNoFurtherThanTheRateAllows) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  Draw draw(kSeed);
  for (const size_t count : {1u, 26u, 27u, 1'000u, 20'000u}) {
    const std::vector<uint64_t> hashes = random_hashes(draw, count);
    BloomFilter filter(size_t{1} << 17);
    filter.insert(hashes);
    filter.fold(0.01);
    EXPECT_LE(filter.false_positive_rate(), 0.01) << count;
    if (filter.bytes() == 32) continue;
    BloomFilter half(filter.bytes() / 2);
    half.insert(hashes);
    EXPECT_GT(half.false_positive_rate(), 0.01) << count;
  }
}

TEST(BloomFilter, TheRateIsWhatIsMeasured) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  Draw draw(kSeed);
  for (const size_t count : {10u, 40u, 100u, 1'000u}) {
    BloomFilter filter(32 * 16);
    filter.insert(random_hashes(draw, count));
    const double rate = filter.false_positive_rate();
    EXPECT_NEAR(measured_rate(filter, draw), rate, 0.1 * rate + 0.002) << count;
  }
}

TEST(BloomFilter, SizesForAsManyValuesAsAreExpected) {
  EXPECT_EQ(BloomFilter::bytes_for(0, 0.01), 32u);
  EXPECT_EQ(BloomFilter::bytes_for(1, 0.01), 32u);
  EXPECT_EQ(BloomFilter::bytes_for(1 << 20, 0.01), size_t{2} << 20);
  EXPECT_EQ(BloomFilter::bytes_for(UINT64_MAX, 0.5), kBloomFilterBytesMax);
  EXPECT_EQ(BloomFilter::bytes_for(1, 1e-300), kBloomFilterBytesMax);
  Draw draw(kSeed);
  for (const double rate : {0.5, 0.1, 0.01, 0.001}) {
    for (const uint64_t values : {10u, 100u, 1'000u, 10'000u}) {
      const size_t bytes = BloomFilter::bytes_for(values, rate);
      BloomFilter filter(bytes);
      filter.insert(random_hashes(draw, values));
      // Which value goes where is chance, the more so in a small filter.
      EXPECT_LE(filter.false_positive_rate(), rate * (values < 1'000 ? 1.6 : 1.1)) << rate << ", " << values;
      if (bytes == 32) continue;
      BloomFilter half(bytes / 2);
      half.insert(random_hashes(draw, values));
      EXPECT_GT(half.false_positive_rate(), rate * 0.6) << rate << ", " << values;
    }
  }
}

TEST(BloomFilter, ParsedIsWhatWasWritten) {
  Draw draw(kSeed);
  for (const size_t bytes : {size_t{32}, size_t{64}, size_t{1} << 16}) {
    BloomFilter filter(bytes);
    filter.insert(random_hashes(draw, 100));
    Bytes written;
    filter.write(written);
    const std::string bits = bits_of(filter);
    written.append(std::string_view("what comes after it"));
    const BloomFilter parsed = BloomFilter::parse(written);
    EXPECT_EQ(parsed.bytes(), bytes);
    EXPECT_EQ(bits_of(parsed), bits);
  }
}

// Three blocks: no writer of ours makes such, others may.
TEST(BloomFilter, OtherSizesThanPowersOfTwoAreRead) {
  Bytes bytes;
  ThriftWriter out(bytes);
  BloomFilterHeader{.num_bytes = 96}.write(out);
  Bytes bits(96);
  std::memset(bits.data(), 0, 64);
  std::memset(bits.data() + 64, 0xff, 32);
  bytes.append(bits);
  const BloomFilter filter = BloomFilter::parse(bytes);
  EXPECT_FALSE(filter.contains(uint64_t{0xaaaa'aaaa} << 32));
  EXPECT_TRUE(filter.contains(uint64_t{0xaaaa'aaab} << 32));
}

TEST(BloomFilter, NonsenseIsRefused) {
  const auto with = [](const BloomFilterHeader& header, size_t bits) {
    Bytes bytes;
    ThriftWriter out(bytes);
    header.write(out);
    const size_t begin = bytes.size();
    bytes.resize(begin + bits);
    std::memset(bytes.data() + begin, 0, bits);
    return bytes;
  };
  const std::string not_known = "a bloom filter has an algorithm, hash or compression that is not known here";
  EXPECT_EQ(refusal(with({.num_bytes = 32, .algorithm = BloomFilterAlgorithm::unrecognised}, 32)), not_known);
  EXPECT_EQ(refusal(with({.num_bytes = 32, .hash = BloomFilterHash::unrecognised}, 32)), not_known);
  EXPECT_EQ(refusal(with({.num_bytes = 32, .compression = BloomFilterCompression::unrecognised}, 32)), not_known);
  for (const int32_t size : {0, 1, 31, 33, (1 << 27) + 32, INT32_MAX})
    EXPECT_EQ(refusal(with({.num_bytes = size}, 64)), "a bloom filter has " + std::to_string(size) +
                                                          " bytes of bits, expected a multiple of 32 up to 134217728");
  EXPECT_EQ(refusal(with({.num_bytes = -32}, 32)), "a bloom filter's numBytes is -32");
  EXPECT_EQ(refusal(with({.num_bytes = 1 << 27}, 64), true), "a bloom filter ends early");
  const Bytes whole = with({.num_bytes = 64}, 64);
  for (size_t size = 0; size < whole.size(); ++size) {
    Bytes part;
    part.append(ByteSpan(whole).first(size));
    EXPECT_NE(refusal(part, true), "") << size;
  }
}

}  // namespace
}  // namespace sluice::bloom_filter_test
