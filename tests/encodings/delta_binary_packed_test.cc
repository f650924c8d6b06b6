#include "encodings/delta_binary_packed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "support/draw.h"

namespace sluice::delta_binary_packed_test {
namespace {

constexpr uint64_t kSeed = 50'117;
using ByteVector = std::vector<std::byte>;

ByteVector bytes_of(std::initializer_list<int> values) {
  ByteVector bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

template <typename T>
ByteVector encoded(const std::vector<T>& values) {
  Bytes out;
  delta_binary_packed::encode(std::span<const T>(values), out);
  return {out.data(), out.data() + out.size()};
}

// --- The specification step by step, bit by bit, for any block size. -------------------------------------------------

struct Sizes {
  uint64_t block = 128;
  uint64_t miniblocks = 4;
};

void put_varint(uint64_t value, ByteVector& out) {
  for (; value >= 128; value >>= 7) out.push_back(static_cast<std::byte>(value % 128 + 128));
  out.push_back(static_cast<std::byte>(value));
}

void put_zigzag(int64_t value, ByteVector& out) {
  put_varint(value >= 0 ? static_cast<uint64_t>(value) * 2 : ~static_cast<uint64_t>(value) * 2 + 1, out);
}

template <typename U>
void put_packed(const std::vector<U>& values, int width, ByteVector& out) {
  size_t at = out.size() * 8;
  out.resize(out.size() + values.size() / 8 * static_cast<size_t>(width));
  for (const U value : values)
    for (int bit = 0; bit < width; ++bit, ++at)
      if ((value >> bit & 1) != 0) out[at / 8] |= static_cast<std::byte>(1 << (at % 8));
}

template <typename T>
ByteVector encoded_slowly(const std::vector<T>& values, Sizes sizes = {}) {
  using U = std::make_unsigned_t<T>;
  ByteVector out;
  put_varint(sizes.block, out);
  put_varint(sizes.miniblocks, out);
  put_varint(values.size(), out);
  put_zigzag(values.empty() ? 0 : values[0], out);
  std::vector<T> deltas;
  for (size_t i = 1; i < values.size(); ++i)
    deltas.push_back(static_cast<T>(static_cast<U>(values[i]) - static_cast<U>(values[i - 1])));
  const size_t per_miniblock = sizes.block / sizes.miniblocks;
  for (size_t begin = 0; begin < deltas.size(); begin += sizes.block) {
    const size_t end = std::min<size_t>(begin + sizes.block, deltas.size());
    const T least = *std::min_element(deltas.data() + begin, deltas.data() + end);
    put_zigzag(least, out);
    ByteVector bodies;
    for (size_t m = begin; m < begin + sizes.block; m += per_miniblock) {
      std::vector<U> relative(per_miniblock);
      for (size_t i = m; i < std::min(m + per_miniblock, end); ++i)
        relative[i - m] = static_cast<U>(static_cast<U>(deltas[i]) - static_cast<U>(least));
      const int width = static_cast<int>(std::bit_width(*std::max_element(relative.begin(), relative.end())));
      out.push_back(static_cast<std::byte>(width));
      put_packed(relative, width, bodies);
    }
    out.insert(out.end(), bodies.begin(), bodies.end());
  }
  return out;
}

class SlowReader {
 public:
  explicit SlowReader(const ByteVector& bytes) : bytes_(bytes) {}
  std::optional<uint64_t> varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (at_ == bytes_.size()) return std::nullopt;
      const auto byte = std::to_integer<uint64_t>(bytes_[at_++]);
      if (shift == 63 && byte > 1) return std::nullopt;
      value |= byte % 128 << shift;
      if (byte < 128) return value;
    }
    return std::nullopt;
  }
  std::optional<uint64_t> zigzag() {
    const auto value = varint();
    if (!value) return std::nullopt;
    return *value % 2 == 0 ? *value / 2 : ~(*value / 2);
  }
  std::optional<uint64_t> bits(size_t begin, int width) const {
    uint64_t value = 0;
    for (int i = 0; i < width; ++i) {
      const size_t bit = at_ * 8 + begin + static_cast<size_t>(i);
      if (bit / 8 >= bytes_.size()) return std::nullopt;
      value |= (std::to_integer<uint64_t>(bytes_[bit / 8]) >> (bit % 8) & 1) << i;
    }
    return value;
  }
  std::optional<ByteVector> take(uint64_t size) {
    if (size > bytes_.size() - at_) return std::nullopt;
    const std::byte* begin = bytes_.data() + at_;
    at_ += size;
    return ByteVector(begin, begin + size);
  }
  size_t offset() const { return at_; }

 private:
  const ByteVector& bytes_;
  size_t at_ = 0;
};

template <typename T>
std::vector<T> decoded_slowly(const ByteVector& bytes, size_t wanted) {
  using U = std::make_unsigned_t<T>;
  SlowReader reader(bytes);
  std::vector<T> values;
  const auto block = reader.varint(), miniblocks = reader.varint(), count = reader.varint(), first = reader.zigzag();
  if (!block || !miniblocks || !count || !first || *block == 0 || *block > uint64_t{1} << 31 || *block % 128 != 0)
    return {};
  if (*miniblocks == 0 || *block % *miniblocks != 0 || *block / *miniblocks % 32 != 0) return {};
  wanted = std::min<uint64_t>(wanted, *count);
  if (wanted > 0) values.push_back(static_cast<T>(*first));
  while (values.size() < wanted) {
    const auto least = reader.zigzag();
    if (!least) return values;
    const auto widths = reader.take(*miniblocks);
    if (!widths) return values;
    for (size_t m = 0; m < widths->size() && values.size() < wanted; ++m) {
      const int width = std::to_integer<int>((*widths)[m]);
      if (width > std::numeric_limits<U>::digits) return values;
      for (uint64_t i = 0; i < *block / *miniblocks && values.size() < wanted; ++i) {
        const auto relative = reader.bits(i * static_cast<uint64_t>(width), width);
        if (!relative) return values;
        values.push_back(static_cast<T>(static_cast<U>(values.back()) + static_cast<U>(*relative + *least)));
      }
      if (!reader.take(*block / *miniblocks / 8 * static_cast<uint64_t>(width)) && values.size() < wanted)
        return values;
    }
  }
  return values;
}

// --- What is tried. --------------------------------------------------------------------------------------------------

template <typename T>
std::vector<T> drawn_values(test::Draw& draw, size_t count) {
  using U = std::make_unsigned_t<T>;
  constexpr auto kDigits = static_cast<uint64_t>(std::numeric_limits<U>::digits);
  const uint64_t shape = draw.below(6);
  const uint64_t width = draw.below(kDigits) + 1;
  std::vector<T> values;
  auto value = static_cast<U>(draw.bits());
  for (size_t i = 0; i < count; ++i) {
    const auto step = static_cast<U>(draw.bits() >> (64 - width));
    switch (shape) {
      case 0: break;                                                                          // all equal
      case 1: value = static_cast<U>(value + step); break;                                    // climbing
      case 2: value = static_cast<U>(value - step); break;                                    // falling
      case 3: value = step; break;                                                            // near zero
      case 4: value = static_cast<U>(draw.chance(3) ? value ^ step : value + 1); break;       // even, with outliers
      default: value = static_cast<U>(U{1} << (kDigits - 1)) - static_cast<U>(i % 2); break;  // least and greatest
    }
    values.push_back(static_cast<T>(value));
  }
  return values;
}

template <typename T>
void expect_round_trip(const std::vector<T>& values) {
  const ByteVector bytes = encoded(values);
  ASSERT_EQ(bytes, encoded_slowly(values));
  ASSERT_EQ(delta_binary_packed::encoded_bytes(std::span<const T>(values)), bytes.size());
  std::vector<T> found(values.size());
  const auto decoded = delta_binary_packed::decode(bytes, std::span(found));
  ASSERT_EQ(decoded.values, values.size());
  ASSERT_EQ(decoded.declared, values.size());
  ASSERT_EQ(decoded.bytes, bytes.size());
  ASSERT_EQ(found, values);
}

template <typename T>
class DeltaBinaryPacked : public testing::Test {};
using Types = testing::Types<int32_t, int64_t>;
TYPED_TEST_SUITE(DeltaBinaryPacked, Types);

// The examples of the specification, in blocks of 128 where it draws blocks of 8.
TYPED_TEST(DeltaBinaryPacked, WritesTheSpecificationsExamples) {
  EXPECT_EQ(encoded<TypeParam>({1, 2, 3, 4, 5}), bytes_of({0x80, 0x01, 4, 5, 2, 2, 0, 0, 0, 0}));
  EXPECT_EQ(encoded<TypeParam>({7, 5, 3, 1, 2, 3, 4, 5}),
            bytes_of({0x80, 0x01, 4, 8, 14, 3, 2, 0, 0, 0, 0xC0, 0x3F, 0, 0, 0, 0, 0, 0}));
}

TYPED_TEST(DeltaBinaryPacked, WritesAHeaderForNoValues) {
  EXPECT_EQ(encoded<TypeParam>({}), bytes_of({0x80, 0x01, 4, 0, 0}));
  EXPECT_EQ(encoded<TypeParam>({-3}), bytes_of({0x80, 0x01, 4, 1, 5}));
}

TEST(DeltaBinaryPackedBits, WrapsAroundWithinTheTypesWidth) {
  constexpr int32_t kLeast = std::numeric_limits<int32_t>::min();
  // Deltas -1 and 1: two bits, not 33.
  EXPECT_EQ(encoded<int32_t>({kLeast, std::numeric_limits<int32_t>::max(), kLeast}),
            bytes_of({0x80, 0x01, 4, 3, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 1, 2, 0, 0, 0, 0b1000, 0, 0, 0, 0, 0, 0, 0}));
}

TYPED_TEST(DeltaBinaryPacked, BringsBackEveryShapeAtTheEdgesOfBlocks) {
  for (const size_t count : {0, 1, 2, 3, 31, 32, 33, 34, 64, 65, 66, 127, 128, 129, 130, 161, 256, 257, 258, 1'000})
    for (uint64_t index = 0; index < 40; ++index) {
      SCOPED_TRACE(std::to_string(count) + " values, seed " + std::to_string(kSeed) + ", " + std::to_string(index));
      test::Draw draw(kSeed, index);
      expect_round_trip(drawn_values<TypeParam>(draw, count));
      if (this->HasFatalFailure()) return;
    }
}

TYPED_TEST(DeltaBinaryPacked, BringsBackTheFullRange) {
  const auto least = std::numeric_limits<TypeParam>::min();
  const auto most = std::numeric_limits<TypeParam>::max();
  for (const std::vector<TypeParam>& pattern : std::vector<std::vector<TypeParam>>{
           {least, most}, {most, least}, {0, least}, {0, most}, {least, 0, most}, {-1, most, 1, least}, {least, least}})
    for (size_t count = 1; count < 300; count += 7) {
      std::vector<TypeParam> values;
      for (size_t i = 0; i < count; ++i) values.push_back(pattern[i % pattern.size()]);
      expect_round_trip(values);
    }
}

TYPED_TEST(DeltaBinaryPacked, BringsBackRandomValues) {
  for (uint64_t index = 0; index < 2'000; ++index) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(index));
    test::Draw draw(kSeed, index);
    expect_round_trip(drawn_values<TypeParam>(draw, static_cast<size_t>(draw.magnitude(600))));
    if (this->HasFatalFailure()) return;
  }
}

TYPED_TEST(DeltaBinaryPacked, ReadsOtherBlockSizes) {
  test::Draw draw(kSeed);
  for (const Sizes sizes :
       {Sizes{128, 1}, Sizes{128, 2}, Sizes{256, 8}, Sizes{256, 1}, Sizes{1'024, 4}, Sizes{2'048, 8}})
    for (const size_t count : {1, 2, 100, 129, 300, 2'049, 5'000}) {
      const std::vector<TypeParam> values = drawn_values<TypeParam>(draw, count);
      const ByteVector bytes = encoded_slowly(values, sizes);
      std::vector<TypeParam> found(count);
      const auto decoded = delta_binary_packed::decode(bytes, std::span(found));
      EXPECT_EQ(decoded.values, count);
      EXPECT_EQ(decoded.bytes, bytes.size());
      EXPECT_EQ(found, values) << sizes.block << " / " << sizes.miniblocks;
    }
}

TYPED_TEST(DeltaBinaryPacked, AcceptsAnyWidthWithoutValuesAndAnyPadding) {
  ByteVector bytes = bytes_of({0x80, 0x01, 4, 8, 14, 3, 2, 0xFF, 0x80, 65, 0xC0, 0xFF, 9, 9, 9, 9, 9, 9});
  std::vector<TypeParam> found(8);
  const auto decoded = delta_binary_packed::decode(bytes, std::span(found));
  EXPECT_EQ(decoded.values, 8u);
  EXPECT_EQ(decoded.bytes, bytes.size());
  EXPECT_EQ(found, (std::vector<TypeParam>{7, 5, 3, 1, 2, 3, 4, 5}));
}

TYPED_TEST(DeltaBinaryPacked, LeavesWhatFollows) {
  ByteVector bytes = encoded<TypeParam>({7, 5, 3, 1, 2, 3, 4, 5});
  const size_t size = bytes.size();
  bytes.resize(size + 100, std::byte{0xEE});
  std::vector<TypeParam> found(8);
  EXPECT_EQ(delta_binary_packed::decode(bytes, std::span(found)).bytes, size);
}

TYPED_TEST(DeltaBinaryPacked, SaysHowManyAreDeclaredWhenOthersAreWanted) {
  const ByteVector bytes = encoded<TypeParam>({7, 5, 3});
  std::vector<TypeParam> more(5);
  std::vector<TypeParam> fewer(2);
  EXPECT_EQ(delta_binary_packed::decode(bytes, std::span(more)).values, 3u);
  const auto decoded = delta_binary_packed::decode(bytes, std::span(fewer));
  EXPECT_EQ(decoded.values, 2u);
  EXPECT_EQ(decoded.declared, 3u);
  EXPECT_EQ(fewer, (std::vector<TypeParam>{7, 5}));
}

TYPED_TEST(DeltaBinaryPacked, RefusesHeadersThatBreakTheFormat) {
  std::vector<TypeParam> found(4);
  const auto decoded = [&](const ByteVector& bytes) {
    return delta_binary_packed::decode(bytes, std::span(found)).values;
  };
  EXPECT_EQ(decoded(bytes_of({0x80, 0x01, 4, 4, 2, 2, 0, 0, 0, 0})), 4u);
  EXPECT_EQ(decoded(bytes_of({0, 4, 4, 2, 2, 0, 0, 0, 0})), 0u) << "no values in a block";
  EXPECT_EQ(decoded(bytes_of({8, 1, 4, 2, 2, 0})), 0u) << "not a multiple of 128";
  EXPECT_EQ(decoded(bytes_of({0x80, 0x01, 0, 4, 2, 2})), 0u) << "no miniblocks";
  EXPECT_EQ(decoded(bytes_of({0x80, 0x01, 3, 4, 2, 2, 0, 0, 0})), 0u) << "not a divisor";
  EXPECT_EQ(decoded(bytes_of({0x80, 0x01, 8, 4, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0})), 0u) << "miniblocks of 16";
  EXPECT_EQ(decoded(bytes_of({0x80, 0x80, 0x80, 0x80, 0x10, 1, 4, 2, 2, 0})), 0u) << "blocks of 2^32";
}

TYPED_TEST(DeltaBinaryPacked, StopsAtAWidthThatTheTypeDoesNotHold) {
  ByteVector bytes = bytes_of({0x80, 0x01, 4, 3, 2, 2, sizeof(TypeParam) * 8 + 1, 0, 0, 0});
  bytes.resize(1'000);
  std::vector<TypeParam> found(3);
  EXPECT_EQ(delta_binary_packed::decode(bytes, std::span(found)).values, 1u);
}

TYPED_TEST(DeltaBinaryPacked, AllocatesNothingForADeclaredCount) {
  // 2^63 values announced, none there.
  const ByteVector bytes =
      bytes_of({0x80, 0x01, 4, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 2, 2, 0, 0, 0, 0});
  std::vector<TypeParam> found(200);
  const auto decoded = delta_binary_packed::decode(bytes, std::span(found));
  EXPECT_EQ(decoded.values, 129u);
  EXPECT_EQ(decoded.declared, uint64_t{1} << 63);
}

TYPED_TEST(DeltaBinaryPacked, StopsCleanlyWhenBytesEndAnywhere) {
  for (uint64_t index = 0; index < 20; ++index) {
    test::Draw draw(kSeed, index);
    const std::vector<TypeParam> values = drawn_values<TypeParam>(draw, 300);
    const ByteVector bytes = encoded(values);
    for (size_t size = 0; size < bytes.size(); ++size) {
      const ByteVector cut(bytes.data(), bytes.data() + size);
      std::vector<TypeParam> found(values.size());
      const auto decoded = delta_binary_packed::decode(cut, std::span(found));
      found.resize(decoded.values);
      ASSERT_EQ(found, decoded_slowly<TypeParam>(cut, values.size())) << "case " << index << ", " << size << " bytes";
      ASSERT_TRUE(std::equal(found.begin(), found.end(), values.begin()));
    }
  }
}

TYPED_TEST(DeltaBinaryPacked, AgreesWithTheSlowReaderOnHostileBytes) {
  for (uint64_t index = 0; index < 50'000; ++index) {
    test::Draw draw(kSeed, index);
    ByteVector bytes;
    if (draw.chance(60))
      bytes = encoded_slowly(drawn_values<TypeParam>(draw, draw.below(200)), {draw.chance(50) ? 128u : 256u, 4});
    if (draw.chance(30)) bytes.resize(std::min<size_t>(bytes.size(), 3));
    for (uint64_t more = draw.below(40); more > 0; --more) bytes.push_back(static_cast<std::byte>(draw.bits()));
    if (!bytes.empty())
      for (uint64_t changes = draw.below(4); changes > 0; --changes)
        bytes[draw.below(draw.chance(50) ? std::min<size_t>(bytes.size(), 10) : bytes.size())] =
            static_cast<std::byte>(draw.bits());
    bytes.shrink_to_fit();
    std::vector<TypeParam> found(draw.below(300));
    const size_t wanted = found.size();
    const auto decoded = delta_binary_packed::decode(bytes, std::span(found));
    ASSERT_LE(decoded.bytes, bytes.size());
    found.resize(decoded.values);
    ASSERT_EQ(found, decoded_slowly<TypeParam>(bytes, wanted)) << "seed " << kSeed << ", case " << index;
  }
}

}  // namespace
}  // namespace sluice::delta_binary_packed_test
