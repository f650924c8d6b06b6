#include "encodings/bit_pack64.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "encodings/bit_pack.h"
#include "encodings/bit_unpack.h"
#include "support/draw.h"

namespace sluice::bit_pack64_test {
namespace {

constexpr uint64_t kSeed = 20'261;

std::vector<std::byte> first_of(ByteSpan bytes, size_t size) { return {bytes.begin(), bytes.begin() + size}; }

template <typename T>
std::vector<T> values_of_width(test::Draw& draw, size_t count, int width) {
  std::vector<T> values(count);
  for (T& value : values) value = static_cast<T>(width == 0 ? 0 : draw.bits() >> (64 - width));
  return values;
}

// Bit by bit, as the specification draws it.
template <typename T>
std::vector<uint8_t> packed_slowly(const std::vector<T>& values, int width) {
  std::vector<uint8_t> bytes((values.size() + 7) / 8 * static_cast<size_t>(width));
  size_t at = 0;
  for (const T value : values)
    for (int bit = 0; bit < width; ++bit, ++at)
      if ((uint64_t{value} >> bit & 1) != 0) bytes[at / 8] = static_cast<uint8_t>(bytes[at / 8] | 1 << (at % 8));
  return bytes;
}

std::vector<uint8_t> content(const Bytes& bytes) {
  std::vector<uint8_t> content;
  for (const std::byte byte : ByteSpan(bytes)) content.push_back(std::to_integer<uint8_t>(byte));
  return content;
}

template <typename T>
void pack_and_unpack_every_width() {
  for (int width = 0; width <= std::numeric_limits<T>::digits; ++width)
    for (const size_t count : {0, 1, 7, 8, 9, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1'000}) {
      SCOPED_TRACE("width " + std::to_string(width) + ", count " + std::to_string(count));
      test::Draw draw(kSeed, static_cast<uint64_t>(width));
      std::vector<T> values = values_of_width<T>(draw, count, width);
      if (count > 0 && width > 0) values.back() = static_cast<T>(~uint64_t{0} >> (64 - width));
      Bytes packed;
      bit_pack::encode(std::span<const T>(values), width, packed);
      ASSERT_EQ(content(packed), packed_slowly(values, width));
      ASSERT_EQ(packed.size(), bit_pack::encoded_bytes(count, width));

      const std::vector<std::byte> exact = first_of(packed, packed.size());
      std::vector<T> found(count, T{42});
      ASSERT_EQ(bit_pack::decode(exact, width, std::span(found)), count);
      ASSERT_EQ(found, values);
    }
}

TEST(BitPack64, PacksTheSpecificationsExample) {
  const std::vector<uint64_t> values{0, 1, 2, 3, 4, 5, 6, 7};
  Bytes packed;
  bit_pack::encode(std::span<const uint64_t>(values), 3, packed);
  EXPECT_EQ(content(packed), (std::vector<uint8_t>{0b10001000, 0b11000110, 0b11111010}));
}

TEST(BitPack64, PacksEveryWidthAndUnpacksIt) { pack_and_unpack_every_width<uint64_t>(); }
TEST(BitUnpack, UnpacksEveryWidthOf32Bits) { pack_and_unpack_every_width<uint32_t>(); }
TEST(BitUnpack, UnpacksEveryWidthOf8Bits) { pack_and_unpack_every_width<uint8_t>(); }

TEST(BitPack64, AppendsBehindWhatIsThere) {
  Bytes out;
  out.append(std::string_view("ab"));
  bit_pack::encode(std::vector<uint64_t>{0xff}, 8, out);
  EXPECT_EQ(out.view(), std::string_view("ab\xff\0\0\0\0\0\0\0", 10));
}

TEST(BitUnpack, ReadsWhatIsWholeWhenBytesEndAnywhere) {
  test::Draw draw(kSeed);
  for (const int width : {1, 3, 8, 13, 32, 33, 57, 63, 64}) {
    const std::vector<uint64_t> values = values_of_width<uint64_t>(draw, 70, width);
    Bytes packed;
    bit_pack::encode(std::span<const uint64_t>(values), width, packed);
    for (size_t size = 0; size <= packed.size(); ++size) {
      const std::vector<std::byte> cut = first_of(packed, size);
      std::vector<uint64_t> found(values.size());
      const size_t whole = std::min(values.size(), size * 8 / static_cast<size_t>(width));
      ASSERT_EQ(bit_pack::decode(cut, width, std::span(found)), whole) << "width " << width << ", " << size << " bytes";
      ASSERT_TRUE(std::equal(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(whole), values.begin()));
    }
  }
}

TEST(BitUnpack, RefusesWidthsThatTheTypeDoesNotHold) {
  const std::vector<std::byte> bytes(1'000);
  std::vector<uint8_t> small(8);
  std::vector<uint32_t> middle(8);
  std::vector<uint64_t> large(8);
  for (const int width : {-1, 9, 255, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()})
    EXPECT_EQ(bit_pack::decode(bytes, width, std::span(small)), 0u) << width;
  EXPECT_EQ(bit_pack::decode(bytes, 33, std::span(middle)), 0u);
  EXPECT_EQ(bit_pack::decode(bytes, 65, std::span(large)), 0u);
}

TEST(BitUnpack, NeedsNoBytesForWidthZero) {
  std::vector<uint32_t> values(100, 7);
  EXPECT_EQ(bit_pack::decode({}, 0, std::span(values)), 100u);
  EXPECT_EQ(values, std::vector<uint32_t>(100, 0));
}

}  // namespace
}  // namespace sluice::bit_pack64_test
