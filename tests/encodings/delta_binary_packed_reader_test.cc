#include "encodings/delta_binary_packed_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "encodings/bit_pack64.h"
#include "encodings/delta_binary_packed.h"
#include "encodings/varint.h"
#include "support/draw.h"

namespace sluice::delta_binary_packed_reader_test {
namespace {

using delta_binary_packed::Extent;
using delta_binary_packed::Reader;
using test::Draw;

constexpr uint64_t kReaderSeed = 71'993;

/// Numbers that climb evenly, jump, or stay.
template <typename T>
std::vector<T> draw_numbers(Draw& draw) {
  std::vector<T> values(static_cast<size_t>(draw.magnitude(3'000)) - 1);
  auto value = static_cast<uint64_t>(draw.bits());
  uint64_t step = 1;
  for (T& to : values) {
    if (draw.chance(2)) step = draw.chance(30) ? draw.bits() : draw.below(1'000);
    value += draw.chance(50) ? step : step + draw.below(8);
    to = static_cast<T>(value);
  }
  return values;
}

/// Blocks of other sizes than ours.
template <typename T>
Bytes encode_as(const std::vector<T>& values, size_t block, size_t miniblocks) {
  using U = std::make_unsigned_t<T>;
  Bytes out;
  varint::encode(block, out);
  varint::encode(miniblocks, out);
  varint::encode(values.size(), out);
  varint::encode(values.empty() ? 0 : varint::zigzag(values[0]), out);
  const size_t each = block / miniblocks;
  for (size_t begin = 1; begin < values.size(); begin += block) {
    const size_t end = std::min(begin + block, values.size());
    T least = std::numeric_limits<T>::max();
    for (size_t i = begin; i < end; ++i)
      least = std::min(least, static_cast<T>(static_cast<U>(values[i]) - static_cast<U>(values[i - 1])));
    varint::encode(varint::zigzag(least), out);
    Bytes body;
    for (size_t from = begin; from < begin + block; from += each) {
      std::vector<uint64_t> relative(each, 0);
      uint64_t all = 0;
      for (size_t i = from; i < std::min(from + each, end); ++i) {
        const auto delta = static_cast<U>(static_cast<U>(values[i]) - static_cast<U>(values[i - 1]));
        all |= relative[i - from] = static_cast<U>(delta - static_cast<U>(least));
      }
      const int width = from < end ? std::bit_width(all) : 77;  // of miniblocks without values: anything
      out.push_back(static_cast<uint8_t>(width));
      if (from < end) bit_pack::encode(relative, width, body);
    }
    out.append(body);
  }
  return out;
}

template <typename T>
void read_at_any_steps(Draw& draw, const std::vector<T>& values, const Bytes& bytes) {
  Extent extent;
  ASSERT_TRUE(find_extent(bytes, extent));
  EXPECT_EQ(extent.values, values.size());
  EXPECT_EQ(extent.bytes, bytes.size() - 3);
  Reader<T> reader(bytes);
  ASSERT_EQ(reader.declared(), values.size());
  for (size_t at = 0; at < values.size();) {
    const size_t wanted = draw.chance(50) ? draw.below(40) : draw.below(700);
    const size_t expected = std::min(wanted, values.size() - at);
    if (draw.chance(40)) {
      ASSERT_EQ(reader.skip(wanted), expected);
    } else {
      std::vector<T> found(wanted);
      ASSERT_EQ(reader.read(std::span(found)), expected);
      ASSERT_TRUE(std::equal(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(expected),
                             values.begin() + static_cast<std::ptrdiff_t>(at)));
    }
    at += expected;
    ASSERT_EQ(reader.values_left(), values.size() - at);
  }
  EXPECT_EQ(reader.bytes_left(), 3u);
  EXPECT_EQ(reader.skip(1), 0u);
}

template <typename T>
void any_steps() {
  constexpr size_t kForms[][2] = {{128, 4}, {128, 1}, {256, 8}, {1'024, 4}, {2'048, 64}, {1'280, 4}};
  for (uint64_t index = 0; index < 400; ++index) {
    Draw draw(kReaderSeed, index);
    SCOPED_TRACE("seed " + std::to_string(kReaderSeed) + ", case " + std::to_string(index));
    const std::vector<T> values = draw_numbers<T>(draw);
    const auto& form = kForms[draw.below(std::size(kForms))];
    Bytes bytes;
    if (draw.chance(50))
      delta_binary_packed::encode(std::span<const T>(values), bytes);
    else
      bytes = encode_as(values, form[0], form[1]);
    bytes.append(std::string_view("xyz"));
    read_at_any_steps(draw, values, bytes);
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(DeltaBinaryPackedReader, AnyStepsGiveTheSameValues32) { any_steps<int32_t>(); }
TEST(DeltaBinaryPackedReader, AnyStepsGiveTheSameValues64) { any_steps<int64_t>(); }

TEST(DeltaBinaryPackedReader, ABillionValuesTakeNoTime) {
  Bytes bytes;
  varint::encode(uint64_t{1} << 31, bytes);
  varint::encode(1, bytes);
  varint::encode((uint64_t{1} << 31) + 1, bytes);
  varint::encode(varint::zigzag(7), bytes);
  varint::encode(varint::zigzag(3), bytes);
  bytes.push_back(0);
  Reader<int64_t> reader(bytes);
  EXPECT_EQ(reader.skip(size_t{1} << 31), size_t{1} << 31);
  int64_t last = 0;
  EXPECT_EQ(reader.read({&last, 1}), 1u);
  EXPECT_EQ(last, 7 + (int64_t{3} << 31));
  Extent extent;
  EXPECT_TRUE(find_extent(bytes, extent));
  EXPECT_EQ(extent.bytes, bytes.size());
}

TEST(DeltaBinaryPackedReader, CutOffAnywhereGivesWhatIsWhole) {
  Draw draw(kReaderSeed);
  std::vector<int64_t> values(300);
  for (int64_t& value : values) value = draw.between(-1'000, 1'000);
  Bytes bytes;
  delta_binary_packed::encode(values, bytes);
  for (size_t size = 0; size < bytes.size(); ++size) {
    const std::vector<std::byte> cut(bytes.data(), bytes.data() + size);
    Reader<int64_t> reader(cut);
    std::vector<int64_t> found(values.size());
    size_t at = 0;
    for (size_t step = 1; step > 0; at += step)
      step = reader.read(std::span(found).subspan(at, std::min<size_t>(50, 300 - at)));
    ASSERT_TRUE(std::equal(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(at), values.begin())) << size;
    Extent extent;
    ASSERT_EQ(find_extent(cut, extent), at == values.size()) << size;
  }
}

TEST(DeltaBinaryPackedReader, RefusesWidthsThatTheTypeDoesNotHold) {
  Bytes bytes = encode_as<int64_t>({1, int64_t{1} << 40, 3, 4}, 128, 4);
  Reader<int32_t> reader(bytes);
  std::vector<int32_t> found(4);
  EXPECT_EQ(reader.read(std::span(found)), 1u);
}

}  // namespace
}  // namespace sluice::delta_binary_packed_reader_test
