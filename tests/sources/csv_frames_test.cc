#include "sources/csv_frames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "sources/csv_text.h"

namespace sluice::csv_frames_test {
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

/// The same where records that cannot be held are passed over: "byte: text" of each.
std::pair<std::string, std::vector<std::string>> cut_on(std::string_view text, uint64_t block_bytes,
                                                        uint64_t record_bytes_max) {
  const TextFile file(text);
  Contents contents = Contents::open(file.path());
  CsvFrames frames(contents, {.block_bytes = block_bytes, .record_bytes_max = record_bytes_max, .passes_over = true},
                   {});
  std::pair<std::string, std::vector<std::string>> result;
  RecordBlock block;
  RecordFrames::Step step;
  while ((step = frames.next(block)) == RecordFrames::Step::block) {
    result.first += block.text();
    if (!block.passed_over) continue;
    result.second.push_back(std::to_string(block.passed_over->fault.byte) + ": " + block.passed_over->text);
    block.passed_over.reset();
  }
  if (step == RecordFrames::Step::fault) result.first += "fault " + frames.fault().sentence;
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
TEST(CsvFrames, RecordsThatCannotBeHeldArePassedOver) {
  const std::string long_line = "3," + std::string(50, 'x');
  const std::string rows = "a,b\n1,2\n" + long_line + "\n4,\"5\n\"\n" + long_line + "\r\n\n6,7\n";
  // What follows an open quote is read again from the next line on.
  const std::string open = "8,\"9\n" + std::string("10,11\n12,13\n14,15\n16,17\n");
  const std::string cut_short = long_line.substr(0, 21);  // what shows that it is too long
  for (const uint64_t block_bytes : {1, 2, 7, 19, 20, 21, 22, 30, 64, 1'000}) {
    SCOPED_TRACE(block_bytes);
    const auto [text, bad] = cut_on(rows + open + "18,\"19\n20,21", block_bytes, 20);
    EXPECT_EQ(text, "1,2\n4,\"5\n\"\n\n6,7\n10,11\n12,13\n14,15\n16,17\n20,21\n");
    ASSERT_EQ(bad.size(), 4u);
    EXPECT_EQ(bad[0], "8: " + cut_short);
    EXPECT_EQ(bad[1], "68: " + cut_short);
    EXPECT_EQ(bad[2], "127: 8,\"9");
    EXPECT_EQ(bad[3], "159: 18,\"19");
  }
  EXPECT_EQ(cut_on(long_line + "\n1,2\n", 10, 20).first.substr(0, 26), "fault the record is longer") << "no header";
}

// What was left behind the first line began a block that held nothing more, and was searched twice: from within the
// quotes that the first search had ended in.
TEST(CsvFrames, WhatFollowsALongRecordIsSearchedFromItsBeginning) {
  const std::string text = "a,b\n\"x\ny,\"" + std::string(50, 'z') + "\n1,2\n";
  for (const uint64_t block_bytes : {1, 7, 18, 19, 64}) {
    SCOPED_TRACE(block_bytes);
    const auto [good, bad] = cut_on(text, block_bytes, 20);
    EXPECT_EQ(good, "1,2\n");
    ASSERT_EQ(bad.size(), 2u);
    EXPECT_EQ(bad[0], "4: \"x");
    EXPECT_EQ(bad[1], "7: y,\"" + std::string(18, 'z'));
  }
}

TEST(CsvFrames, ManyOpenQuotesTakeLinearTime) {
  std::string text = "a,b\n";
  for (int i = 0; i < 100'000; ++i) text += i % 2 == 0 ? "1,\"2\n" : "\"\"3,4\n";
  const auto [good, bad] = cut_on(text, kBlockBytes, 64 * 1024);
  EXPECT_EQ(std::ranges::count(good, '\n') + static_cast<ptrdiff_t>(bad.size()), 100'000);
}

TEST(CsvFrames, TheLineThatNamesTheSeparatorIsNoRecord) {
  for (const uint64_t block_bytes : {1, 5, 1'000})
    for (const std::string end : {"\n", "\r\n"}) {
      const Cut semicolons = cut("sep=;" + end + "a,x;b" + end + "1;2" + end, block_bytes);
      EXPECT_EQ(semicolons.names, (std::vector<std::string>{"a,x", "b"}));
      EXPECT_EQ(semicolons.text, "1;2" + end);
      EXPECT_EQ(cut("\xEF\xBB\xBFsep=\t" + end + "a,b" + end, block_bytes).names, std::vector<std::string>{"a,b"});
      EXPECT_EQ(cut("sep=;" + end + "a,b;c" + end, block_bytes, 1'000, {.delimiter = ','}).names,
                (std::vector<std::string>{"a", "b;c"}));
    }
  EXPECT_EQ(cut("sep=;", 10).names.size(), 2u) << "the only line";
  EXPECT_EQ(cut("\"sep=;\"\n1\n", 10).names, std::vector<std::string>{"sep=;"});
  EXPECT_EQ(cut("sep=x\n1\n", 10).names, std::vector<std::string>{"sep=x"});
  EXPECT_EQ(cut("sep=;x\n", 10).names, (std::vector<std::string>{"sep=", "x"}));
  EXPECT_EQ(cut("a;b\nsep=;\n", 10).text, "sep=;\n");
}

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
}  // namespace sluice::csv_frames_test
