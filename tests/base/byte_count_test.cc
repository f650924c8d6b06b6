#include "base/byte_count.h"

#include <gtest/gtest.h>

#include <vector>

namespace sluice::byte_count_test {
namespace {

// Counters of a byte each run over behind 255 rounds of sixteen.
TEST(ByteCount, EveryLengthAndMany) {
  for (const size_t count : {0, 1, 15, 16, 17, 255, 4'079, 4'080, 4'081, 4'096, 20'000}) {
    std::vector<uint8_t> bytes(count, 7);
    EXPECT_EQ(count_bytes(bytes.data(), count, 7), count);
    EXPECT_EQ(count_bytes(bytes.data(), count, 0), 0u);
    size_t others = 0;
    for (size_t i = 0; i < count; i += 3, ++others) bytes[i] = 255;
    EXPECT_EQ(count_bytes(bytes.data(), count, 255), others) << count;
    EXPECT_EQ(count_bytes(bytes.data(), count, 7), count - others) << count;
  }
}

}  // namespace
}  // namespace sluice::byte_count_test
