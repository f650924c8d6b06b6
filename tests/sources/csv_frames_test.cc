#include "sources/csv_frames.h"

#include <gtest/gtest.h>

#include "sources/csv_text.h"

namespace sluice {
namespace {

using test::TextFile;

struct Cut {
  std::string text;  ///< of all blocks
  std::vector<uint64_t> offsets;
  std::vector<std::string> names;
  std::optional<RecordFault> fault;
  size_t blocks = 0;
  uint64_t bytes_read = 0;
};

Cut cut(std::string_view text, uint64_t block_bytes, uint64_t record_bytes_max = 1'000, CsvOptions options = {}) {
  const TextFile file(text);
  Contents contents = Contents::open(file.path());
  FrameLimits limits;
  limits.block_bytes = block_bytes;
  limits.record_bytes_max = record_bytes_max;
  CsvFrames frames(contents, limits, options);
  Cut result;
  RecordBlock block;
  RecordFrames::Step step;
  while ((step = frames.next(block)) == RecordFrames::Step::block) {
    result.text += block.text();
    result.offsets.push_back(block.offset + block.begin);
    result.names = block.csv->names;
    result.bytes_read = block.bytes_read;
    ++result.blocks;
    EXPECT_GE(block.bytes.size(), block.end + kBlockPadding);
    EXPECT_TRUE(block.text().empty() || block.text().back() == '\n');
  }
  if (step == RecordFrames::Step::fault) result.fault = frames.fault();
  return result;
}

TEST(CsvFrames, BlocksOfEverySizeGiveTheSameText) {
  const std::string records = "1,\"a\nb\"\n\n2,\"\"\"\n\"\"\"\r\n333333333333333,x\n4,\"y\"\n";
  const std::string text = "\xEF\xBB\xBF\n\r\nid,\"na\nme\"\r\n" + records;
  for (uint64_t bytes = 1; bytes < text.size() + 2; ++bytes) {
    SCOPED_TRACE(bytes);
    const Cut result = cut(text, bytes);
    EXPECT_EQ(result.text, records);
    EXPECT_EQ(result.names, (std::vector<std::string>{"id", "na\nme"}));
    EXPECT_EQ(result.bytes_read, text.size());
    EXPECT_EQ(result.offsets.front(), text.size() - records.size());
    EXPECT_FALSE(result.fault);
  }
}

TEST(CsvFrames, EmptySourcesHaveNoBlocks) {
  for (const std::string text : {"", "\n", "\r\n\n\n", "\xEF\xBB\xBF"}) EXPECT_EQ(cut(text, 10).blocks, 0u) << text;
}

TEST(CsvFrames, HeaderAloneGivesAnEmptyBlock) {
  for (const std::string text : {"a,b", "a,b\n", "a,b\r\n", "a,b\r"}) {
    const Cut result = cut(text, 10);
    EXPECT_EQ(result.blocks, 1u) << text;
    EXPECT_EQ(result.text, "");
    EXPECT_EQ(result.names, (std::vector<std::string>{"a", "b"}));
  }
}

TEST(CsvFrames, LastRecordGetsTheLineEndThatItLacks) {
  for (uint64_t bytes = 1; bytes < 12; ++bytes) {
    EXPECT_EQ(cut("a\n1\n\"2\"", bytes).text, "1\n\"2\"\n");
    EXPECT_EQ(cut("1\n\"2\"", bytes, 1'000, {.header = false}).text, "1\n\"2\"\n");
  }
}

TEST(CsvFrames, QuoteThatIsNeverClosedIsToldByItsPlace) {
  for (const uint64_t bytes : {1, 2, 7, 1000}) {
    const Cut result = cut("a,b\n1,2\n3,\"x\n\"\"y,\n", bytes);
    EXPECT_EQ(result.text, "1,2\n");
    ASSERT_TRUE(result.fault);
    EXPECT_EQ(result.fault->byte, 10u);
    EXPECT_TRUE(result.fault->malformed);
    EXPECT_EQ(result.fault->record, 0);
  }
}

TEST(CsvFrames, QuoteInsideAFieldOpensNothing) {
  for (const uint64_t bytes : {1, 7, 1000}) {
    const Cut result = cut("a,b\n1,5\" pipe\n2,x\n", bytes);
    EXPECT_EQ(result.text, "1,5\" pipe\n2,x\n");
    EXPECT_FALSE(result.fault);
  }
}

TEST(CsvFrames, LimitOfARecordIsExactForEveryBlockSize) {
  const std::string ten = "\"2345678\n\"";
  for (const uint64_t bytes : {1, 2, 7, 10, 11, 12, 30, 1000}) {
    SCOPED_TRACE(bytes);
    for (const std::string end : {"\n", ""}) {
      EXPECT_EQ(cut("a\n" + ten + end, bytes, 10).text, ten + "\n");
      const Cut long_one = cut("a\n0\n" + ten + "x" + end, bytes, 10);
      EXPECT_EQ(long_one.text, "0\n");
      ASSERT_TRUE(long_one.fault);
      EXPECT_EQ(long_one.fault->byte, 4u);
    }
  }
  const Cut open = cut("a,b\nxy,\"" + std::string(100, 'q'), 8, 20);
  ASSERT_TRUE(open.fault);
  EXPECT_EQ(open.fault->sentence, "the record is longer than 20 bytes; the quote at byte 7 is not closed in it");
  EXPECT_TRUE(cut("a\n12345\n", 8, 100, {.record_bytes_max = 4}).fault) << "the smaller limit counts";
}

// A second look at every byte for every byte that comes would take hours.
TEST(CsvFrames, OpenQuoteTakesLinearTime) {
  const size_t size = 8 << 20;
  const Cut result = cut("a\n\"" + std::string(size, '\n'), 1, size * 2);
  ASSERT_TRUE(result.fault);
  EXPECT_EQ(result.fault->byte, 2u);
}

TEST(CsvFrames, HeadersThatCannotBe) {
  for (const std::string text : {"a,a\n", "a,\"b\"c\n", "a,b\"c\n", "a\rb\r", "a,\xFF\n"}) {
    SCOPED_TRACE(text);
    try {
      cut(text, 100);
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::data);
      EXPECT_THAT(error.what(), testing::StartsWith("/tmp/"));
    }
  }
  EXPECT_THROW(cut(std::string(100'000, ',') + "\n", 1'000'000, 1'000'000), Error) << "too many columns";
}

TEST(CsvFrames, MemoryIsUsedAgain) {
  std::string text = "n\n";
  for (int i = 0; i < 1'000; ++i) text += std::to_string(i) + "\n";
  const TextFile file(text);
  Contents contents = Contents::open(file.path());
  FrameLimits limits;
  limits.block_bytes = 100;
  limits.record_bytes_max = 1'000;
  CsvFrames frames(contents, limits, {});
  RecordBlock block;
  ASSERT_EQ(frames.next(block), RecordFrames::Step::block);
  const std::byte* const memory = block.bytes.data();
  while (frames.next(block) == RecordFrames::Step::block) EXPECT_EQ(block.bytes.data(), memory);
}

}  // namespace
}  // namespace sluice
