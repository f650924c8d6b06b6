// Numbers of a page under way: packed and unpacked at any time, they are the same ones in the same order.
#include "pages/page_numbers.h"

#include <gtest/gtest.h>

#include "support/draw.h"

namespace sluice::page_numbers_test {
namespace {

using namespace test;

/// Elsewhere, and back.
template <typename T>
void move_away(PageNumbers<T>& numbers) {
  Bytes away;
  std::vector<size_t> sizes;
  numbers.each_buffer([&](auto& buffer) {
    away.append(std::as_bytes(std::span(buffer.data(), buffer.size())));
    sizes.push_back(buffer.size());
    buffer = std::remove_reference_t<decltype(buffer)>();
  });
  EXPECT_LE(numbers.memory_bytes(), 64 * sizeof(T));
  const std::byte* from = away.data();
  size_t number = 0;
  numbers.each_buffer([&](auto& buffer) {
    buffer.resize(sizes[number++]);
    const size_t bytes = buffer.size() * sizeof(*buffer.data());
    if (bytes > 0) std::memcpy(buffer.data(), from, bytes);
    from += bytes;
  });
}

template <typename T>
void expect_same(const std::vector<T>& values, const std::vector<size_t>& cuts) {
  PageNumbers<T> numbers;
  size_t at = 0;
  for (const size_t cut : cuts) {
    numbers.recent().insert(numbers.recent().end(), values.begin() + static_cast<std::ptrdiff_t>(at),
                            values.begin() + static_cast<std::ptrdiff_t>(cut));
    at = cut;
    numbers.pack();
    ASSERT_EQ(numbers.size(), cut);
    if (cut % 3 == 0) move_away(numbers);
  }
  numbers.unpack();
  EXPECT_TRUE(numbers.recent() == values) << values.size() << " values in " << cuts.size() << " parts";
  numbers.clear();
  EXPECT_EQ(numbers.size(), 0u);
  numbers.unpack();
  EXPECT_TRUE(numbers.recent().empty());
}

TEST(PageNumbers, ComeBackAsTheyWere) {
  for (const size_t count : {0, 1, 63, 64, 65, 127, 128, 20'000}) {
    std::vector<uint32_t> ascending;
    for (size_t i = 0; i < count; ++i) ascending.push_back(static_cast<uint32_t>(i));
    expect_same(ascending, {count});
    expect_same(ascending, {count / 2, count});
    expect_same(std::vector<uint32_t>(count, 0), {count});
    expect_same(std::vector<uint32_t>(count, UINT32_MAX), {count / 3, count});
    expect_same(std::vector<uint8_t>(count, 0), {count});
    expect_same(std::vector<uint8_t>(count, UINT8_MAX), {count / 3, count});
  }
}

TEST(PageNumbers, ComeBackFromAnyParts) {
  Draw draw(11);
  for (int round = 0; round < 200; ++round) {
    const auto bits = static_cast<int>(draw.magnitude(32));
    const auto count = static_cast<size_t>(draw.magnitude(3'000));
    std::vector<uint32_t> wide;
    std::vector<uint8_t> narrow;
    for (size_t i = 0; i < count; ++i) {
      wide.push_back(bits == 0 ? 0 : static_cast<uint32_t>(draw.bits()) >> (32 - bits));
      narrow.push_back(static_cast<uint8_t>(wide.back()));
    }
    std::vector<size_t> cuts;
    for (size_t at = 0; at < count;)
      cuts.push_back(at = std::min(count, at + 1 + static_cast<size_t>(draw.magnitude(1'000))));
    expect_same(wide, cuts);
    expect_same(narrow, cuts);
  }
}

TEST(PageNumbers, TakeLittleWhenPacked) {
  PageNumbers<uint8_t> levels;
  PageNumbers<uint32_t> indices;
  for (uint32_t i = 0; i < 20'000; ++i) {
    levels.recent().push_back(i * i % 7 % 2);
    indices.recent().push_back(i * i % 1'000);
  }
  levels.pack();
  indices.pack();
  EXPECT_LT(levels.memory_bytes(), 20'000 / 8 * 2);
  EXPECT_LT(indices.memory_bytes(), 20'000 * 10 / 8 * 2);
}

}  // namespace
}  // namespace sluice::page_numbers_test
