#include "encodings/byte_stream_split.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

#include "support/draw.h"

namespace sluice::byte_stream_split_test {
namespace {

using ByteVector = std::vector<std::byte>;

ByteVector bytes_of(std::initializer_list<int> values) {
  ByteVector bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

ByteVector encoded(const ByteVector& values, size_t width) {
  Bytes out;
  out.push_back(7);
  byte_stream_split::encode(values, width, out);
  EXPECT_EQ(out.data()[0], std::byte{7});
  return {out.data() + 1, out.data() + out.size()};
}

TEST(ByteStreamSplit, WritesTheSpecificationsExample) {
  const ByteVector values = bytes_of({0xAA, 0xBB, 0xCC, 0xDD, 0x00, 0x11, 0x22, 0x33, 0xA3, 0xB4, 0xC5, 0xD6});
  const ByteVector streams = bytes_of({0xAA, 0x00, 0xA3, 0xBB, 0x11, 0xB4, 0xCC, 0x22, 0xC5, 0xDD, 0x33, 0xD6});
  EXPECT_EQ(encoded(values, 4), streams);
  ByteVector found(values.size());
  ASSERT_TRUE(byte_stream_split::decode(streams, 4, found));
  EXPECT_EQ(found, values);
}

TEST(ByteStreamSplit, TakesApartEveryWidthAndPutsItTogether) {
  test::Draw draw(5);
  for (const size_t width : {1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 20, 32, 100})
    for (const size_t count : {0, 1, 2, 15, 16, 17, 31, 32, 33, 127, 128, 129, 256, 1'000}) {
      ByteVector values(count * width);
      for (std::byte& byte : values) byte = static_cast<std::byte>(draw.bits());
      const ByteVector streams = encoded(values, width);
      ASSERT_EQ(streams.size(), values.size());
      for (size_t i = 0; i < values.size(); ++i)
        ASSERT_EQ(streams[i % width * count + i / width], values[i]) << "width " << width << ", count " << count;
      ByteVector found(values.size());
      ASSERT_TRUE(byte_stream_split::decode(streams, width, found));
      ASSERT_EQ(found, values) << "width " << width << ", count " << count;
    }
}

TEST(ByteStreamSplit, RefusesBytesThatAreNotWholeValues) {
  ByteVector values(12, std::byte{1});
  for (size_t size = 0; size < 30; ++size) {
    const ByteVector bytes(size);
    EXPECT_EQ(byte_stream_split::decode(bytes, 4, values), size == 12) << size;
    EXPECT_EQ(values[0], size < 12 ? std::byte{1} : std::byte{0}) << size;
  }
  const ByteVector bytes(12);
  EXPECT_FALSE(byte_stream_split::decode(bytes, 5, values));
  EXPECT_FALSE(byte_stream_split::decode(bytes, 24, values));
  EXPECT_FALSE(byte_stream_split::decode(bytes, 0, values));
  EXPECT_FALSE(byte_stream_split::decode({}, 0, {}));
  EXPECT_TRUE(byte_stream_split::decode({}, 8, {}));
}

}  // namespace
}  // namespace sluice::byte_stream_split_test
