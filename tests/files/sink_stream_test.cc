#include "files/sink_stream.h"

#include <gtest/gtest.h>

#include "support/memory_sink.h"

namespace sluice::sink_stream_test {
namespace {

constexpr size_t kPiece = SinkStream::kPieceBytes;

/// Bytes that differ from place to place.
std::string bytes_of(size_t size, size_t seed) {
  std::string text(size, '\0');
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>((i + seed) * 2'654'435'761 >> 24);
  return text;
}

/// Counts writes, and insists on their order.
class CountingSink : public MemorySink {
 public:
  explicit CountingSink(std::shared_ptr<MemoryFile> file) : MemorySink(std::move(file), false) {}
  void write_at(uint64_t offset, std::span<const std::byte> bytes) override {
    ++writes;
    MemorySink::write_at(offset, bytes);
  }
  size_t writes = 0;
};

struct Stream {
  std::shared_ptr<MemoryFile> file = std::make_shared<MemoryFile>();
  CountingSink sink{file};
  SinkStream out{sink, 0};
  std::string expected;

  void put(size_t size) {
    const std::string bytes = bytes_of(size, expected.size());
    out.put(as_bytes(bytes));
    expected += bytes;
    EXPECT_EQ(out.offset(), expected.size());
  }
  void expect_whole() {
    out.flush();
    EXPECT_TRUE(as_text(file->bytes) == expected);
  }
};

TEST(SinkStream, SmallOnesGoTogether) {
  Stream stream;
  for (int i = 0; i < 1'000; ++i) stream.put(10);
  EXPECT_EQ(stream.sink.writes, 0u);
  stream.expect_whole();
  EXPECT_EQ(stream.sink.writes, 1u);
  stream.out.flush();
  EXPECT_EQ(stream.sink.writes, 1u) << "there was nothing left";
}

// Sizes around the limits, each behind and before each other one.
TEST(SinkStream, AllComesInOrder) {
  const size_t sizes[] = {0, 1, kPiece / 4 - 1, kPiece / 4, kPiece / 4 + 1, kPiece - 1, kPiece, kPiece + 1};
  for (const size_t a : sizes) {
    for (const size_t b : sizes) {
      Stream stream;
      for (const size_t size : {a, b, a, a, b}) stream.put(size);
      stream.expect_whole();
    }
  }
}

TEST(SinkStream, WhatIsAddedDirectlyCounts) {
  Stream stream;
  stream.put(5);
  stream.out.waiting().append(std::string_view("direct"));
  stream.expected += "direct";
  stream.out.flush_if_long();
  EXPECT_EQ(stream.sink.writes, 0u);
  stream.out.waiting().append(std::string_view(std::string(kPiece, 'x')));
  stream.expected += std::string(kPiece, 'x');
  stream.out.flush_if_long();
  EXPECT_EQ(stream.sink.writes, 1u);
  stream.put(7);
  stream.expect_whole();
}

TEST(SinkStream, DigestsWhatComesMeanwhile) {
  Stream stream;
  stream.put(10);
  RunningDigest digest;
  stream.out.digest_into(&digest);
  stream.put(20);
  stream.put(kPiece);
  stream.put(3);
  stream.out.digest_into(nullptr);
  stream.put(30);
  stream.expect_whole();
  EXPECT_EQ(digest.value(), digest_of(as_bytes(stream.expected).subspan(10, 23 + kPiece)));
}

}  // namespace
}  // namespace sluice::sink_stream_test
