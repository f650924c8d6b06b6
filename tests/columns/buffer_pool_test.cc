#include "columns/buffer_pool.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "support/draw.h"

namespace sluice::buffer_pool_test {
namespace {

TEST(BufferPool, GivesMemoryAgain) {
  const auto pool = std::make_shared<BufferPool>(1'000'000);
  Bytes bytes = pool->take(100'000);
  EXPECT_TRUE(bytes.empty());
  EXPECT_GE(bytes.capacity(), 100'000u);
  const std::byte* const place = bytes.data();
  bytes.resize(50'000);
  Buffer buffer = pool->share(std::move(bytes));
  EXPECT_EQ(buffer.size(), 50'000u);
  EXPECT_EQ(buffer.bytes().data(), place);
  EXPECT_EQ(pool->shared_bytes(), 100'000u);
  const Buffer copy = buffer;
  buffer = {};
  EXPECT_EQ(pool->shared_bytes(), 100'000u) << "a copy is still there";
  buffer = copy;
  EXPECT_EQ(pool->idle_bytes(), 0u);
}

TEST(BufferPool, OnlyWhereItFits) {
  const auto pool = std::make_shared<BufferPool>(1'000'000);
  pool->give_back(pool->take(100'000));
  EXPECT_EQ(pool->idle_bytes(), 100'000u);
  EXPECT_LT(pool->take(10'000).capacity(), 100'000u) << "ten times too large";
  EXPECT_EQ(pool->idle_bytes(), 100'000u);
  EXPECT_GE(pool->take(100'001).capacity(), 100'001u);
  EXPECT_EQ(pool->idle_bytes(), 100'000u);
  EXPECT_EQ(pool->take(60'000).capacity(), 100'000u);
  EXPECT_EQ(pool->idle_bytes(), 0u);
}

TEST(BufferPool, KeepsNoMoreThanItMay) {
  const auto pool = std::make_shared<BufferPool>(1'000'000);
  test::Draw draw(1);
  for (int i = 0; i < 2'000; ++i) {
    pool->give_back(Bytes(static_cast<size_t>(draw.magnitude(2'000'000))));
    ASSERT_LE(pool->idle_bytes(), 1'000'000u);
  }
  // Sizes that nobody asks for any more do not stay in the way.
  for (int i = 0; i < 2'000; ++i) pool->give_back(Bytes(500'000));
  EXPECT_EQ(pool->idle_bytes(), 1'000'000u);
  EXPECT_EQ(pool->take(500'000).capacity(), 500'000u);
  EXPECT_EQ(pool->take(500'000).capacity(), 500'000u);
  EXPECT_EQ(pool->idle_bytes(), 0u);
}

// What is a little longer than last time gets the same memory.
TEST(BufferPool, SizesThatAreAboutTheSameShareMemory) {
  const auto pool = std::make_shared<BufferPool>(1 << 24);
  for (const size_t size : {size_t{0}, size_t{1}, size_t{4'095}, size_t{1} << 16, (size_t{1} << 16) + 1}) {
    Bytes bytes = pool->take_about(size);
    EXPECT_EQ(bytes.size(), size);
    EXPECT_LE(bytes.capacity(), size + size / 8 + 1);
  }
  Bytes bytes = pool->take_about(1'000'000);
  const std::byte* const begin = bytes.data();
  pool->give_back(std::move(bytes));
  EXPECT_EQ(pool->take_about(1'020'000).data(), begin);
}

TEST(BufferPool, FreesWhatIsIdle) {
  const auto pool = std::make_shared<BufferPool>(1 << 20);
  const Buffer shared = pool->share(pool->take(10'000));
  pool->give_back(pool->take(20'000));
  EXPECT_GE(pool->idle_bytes(), 20'000u);
  pool->free_idle();
  EXPECT_EQ(pool->idle_bytes(), 0u);
  EXPECT_GE(pool->shared_bytes(), 10'000u);
}

TEST(BufferPool, BuffersOutliveIt) {
  auto pool = std::make_shared<BufferPool>(1'000'000);
  Bytes bytes = pool->take(10'000);
  bytes.resize(10'000);
  bytes.data()[9'999] = std::byte{7};
  const Buffer buffer = pool->share(std::move(bytes));
  pool.reset();
  EXPECT_EQ(buffer.bytes()[9'999], std::byte{7});
}

TEST(BufferPool, AnyThreadMayUseIt) {
  const auto pool = std::make_shared<BufferPool>(300'000);
  std::vector<std::jthread> threads;
  for (uint64_t index = 0; index < 4; ++index)
    threads.emplace_back([&pool, index] {
      test::Draw draw(2, index);
      std::vector<Buffer> buffers(5);
      for (int i = 0; i < 2'000; ++i) {
        Bytes bytes = pool->take(1 + draw.below(50'000));
        bytes.resize(1);
        bytes.data()[0] = static_cast<std::byte>(index);
        Buffer& place = buffers[draw.below(buffers.size())];
        if (!place.empty()) {
          EXPECT_EQ(place.bytes()[0], static_cast<std::byte>(index));
        }
        place = pool->share(std::move(bytes));
      }
    });
  threads.clear();
  EXPECT_EQ(pool->shared_bytes(), 0u);
}

}  // namespace
}  // namespace sluice::buffer_pool_test
