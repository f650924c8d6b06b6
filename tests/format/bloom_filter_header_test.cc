#include "format/bloom_filter_header.h"

#include <gtest/gtest.h>

#include <string>

#include "format/wire.h"

namespace sluice::bloom_filter_header_test {
namespace {

using test::bytes_of;
using test::expect_round_trip;
using test::from_hex;
using test::hex;
using test::read_back;

std::string refusal(std::string_view text) {
  try {
    read_bloom_filter_header(from_hex(text));
    return "";
  } catch (const ThriftError& error) {
    return error.what();
  }
}

TEST(BloomFilterHeader, GoldenBytes) {
  EXPECT_EQ(hex(bytes_of(BloomFilterHeader{.num_bytes = 1024})),
            "15 80 10 "     // numBytes 1024
            "1c 1c 00 00 "  // BLOCK
            "1c 1c 00 00 "  // XXHASH
            "1c 1c 00 00 "  // UNCOMPRESSED
            "00");
}

TEST(BloomFilterHeader, ComesBack) {
  for (const int32_t size : {0, 1, 32, 1 << 27, INT32_MAX}) expect_round_trip(BloomFilterHeader{.num_bytes = size});
  expect_round_trip(BloomFilterHeader{.algorithm = BloomFilterAlgorithm::unrecognised});
  expect_round_trip(BloomFilterHeader{.hash = BloomFilterHash::unrecognised});
  expect_round_trip(BloomFilterHeader{.compression = BloomFilterCompression::unrecognised});
}

TEST(BloomFilterHeader, SaysWhereTheBitsBegin) {
  Bytes bytes = bytes_of(BloomFilterHeader{.num_bytes = 32});
  const size_t size = bytes.size();
  bytes.append(std::string_view("bits and more"));
  EXPECT_EQ(read_bloom_filter_header(bytes).header_bytes, size);
}

TEST(BloomFilterHeader, MembersOfLaterSpecificationsAreRecognisedAsSuch) {
  const auto header = read_back<BloomFilterHeader>(from_hex("15 40 1c 1c 00 00 1c 2c 00 00 1c 3c 15 02 00 00 00"));
  EXPECT_EQ(header.num_bytes, 32);
  EXPECT_EQ(header.algorithm, BloomFilterAlgorithm::split_block);
  EXPECT_EQ(header.hash, BloomFilterHash::unrecognised);
  EXPECT_EQ(header.compression, BloomFilterCompression::unrecognised);
}

TEST(BloomFilterHeader, LacksAndNonsenseAreNamed) {
  EXPECT_EQ(refusal("00"), "BloomFilterHeader lacks its field 1");
  EXPECT_EQ(refusal("15 40 1c 1c 00 00 2c 1c 00 00 00"), "BloomFilterHeader lacks its field 3");
  EXPECT_EQ(refusal("15 41 1c 1c 00 00 1c 1c 00 00 1c 1c 00 00 00"), "a bloom filter's numBytes is -33");
}

TEST(BloomFilterHeader, TruncationAnywhereIsSaid) {
  const Bytes bytes = bytes_of(BloomFilterHeader{.num_bytes = 1 << 27});
  for (size_t size = 0; size < bytes.size(); ++size) {
    Bytes part;
    part.append(ByteSpan(bytes).first(size));
    try {
      read_bloom_filter_header(part);
      ADD_FAILURE() << "read " << size << " of " << bytes.size() << " bytes";
    } catch (const ThriftError& error) {
      EXPECT_TRUE(error.ran_out()) << size << ": " << error.what();
    }
  }
}

}  // namespace
}  // namespace sluice::bloom_filter_header_test
