#include "sources/line_frames.h"

#include <gtest/gtest.h>

#include "sources/source_text.h"

namespace sluice::line_frames_test {
namespace {

using test::TextFile;

struct Cut {
  std::vector<std::string> blocks;
  std::vector<uint64_t> offsets;
  std::optional<uint64_t> too_long_at;
  uint64_t bytes_read = 0;
};

Cut cut(std::string_view text, uint64_t block_bytes, uint64_t record_bytes_max = 1'000) {
  const TextFile file(text);
  Contents contents = Contents::open(file.path());
  LineFrames frames(contents, {.block_bytes = block_bytes, .record_bytes_max = record_bytes_max});
  Cut result;
  RecordBlock block;
  RecordFrames::Step step;
  while ((step = frames.next(block)) == RecordFrames::Step::block) {
    result.blocks.emplace_back(block.text());
    result.offsets.push_back(block.offset + block.begin);
    result.bytes_read = block.bytes_read;
    EXPECT_GE(block.bytes.size(), block.end + kBlockPadding);
    EXPECT_EQ(block.text().back(), '\n');
  }
  if (step == RecordFrames::Step::fault) result.too_long_at = frames.fault().byte;
  return result;
}

std::string joined(const Cut& cut) {
  std::string all;
  for (const std::string& block : cut.blocks) all += block;
  return all;
}

TEST(LineFrames, EmptySourceHasNoBlocks) {
  EXPECT_TRUE(cut("", 10).blocks.empty());
  EXPECT_TRUE(cut("", 1).blocks.empty());
}

TEST(LineFrames, BlocksOfEverySizeGiveTheSameText) {
  const std::string text = "a\n\nbbb\ncccccccccccccccc\nd\n\n\nlast\n";
  for (uint64_t bytes = 1; bytes < text.size() + 2; ++bytes) {
    SCOPED_TRACE(bytes);
    const Cut result = cut(text, bytes);
    EXPECT_EQ(joined(result), text);
    EXPECT_EQ(result.bytes_read, text.size());
    uint64_t offset = 0;
    for (size_t i = 0; i < result.blocks.size(); ++i) {
      EXPECT_EQ(result.offsets[i], offset);
      offset += result.blocks[i].size();
    }
  }
}

TEST(LineFrames, LastLineGetsTheNewlineThatItLacks) {
  for (uint64_t bytes = 1; bytes < 20; ++bytes) {
    const Cut result = cut("one\ntwo", bytes);
    EXPECT_EQ(joined(result), "one\ntwo\n") << bytes;
    EXPECT_EQ(result.bytes_read, 7u);
  }
}

TEST(LineFrames, ByteOrderMarkIsLeftOutAndCounted) {
  for (uint64_t bytes = 1; bytes < 20; ++bytes) {
    const Cut result = cut("\xEF\xBB\xBFone\ntwo\n", bytes);
    EXPECT_EQ(joined(result), "one\ntwo\n") << bytes;
    EXPECT_EQ(result.offsets[0], 3u);
    EXPECT_EQ(result.bytes_read, 11u);
  }
  EXPECT_EQ(joined(cut("x\n\xEF\xBB\xBFy\n", 2)), "x\n\xEF\xBB\xBFy\n") << "only at the beginning";
  EXPECT_EQ(joined(cut("\xEF\xBB", 2)), "\xEF\xBB\n");
}

TEST(LineFrames, LimitOfALineIsExactForEveryBlockSize) {
  const std::string ten = "0123456789";
  for (const uint64_t bytes : {1, 2, 7, 10, 11, 12, 30, 1000}) {
    SCOPED_TRACE(bytes);
    for (const std::string end : {"\n", ""}) {
      EXPECT_EQ(joined(cut("ab\n" + ten + end, bytes, 10)), "ab\n" + ten + "\n");
      const Cut long_one = cut("ab\n" + ten + "x" + end, bytes, 10);
      EXPECT_EQ(long_one.too_long_at, 3u);
      EXPECT_EQ(joined(long_one), "ab\n");
      EXPECT_EQ(joined(cut("\xEF\xBB\xBF" + ten + end, bytes, 10)), ten + "\n") << "the mark is not of the line";
      EXPECT_EQ(cut("\xEF\xBB\xBF" + ten + "x" + end, bytes, 10).too_long_at, 3u);
    }
  }
}

TEST(LineFrames, LinesThatAreTooLongArePassedOver) {
  const std::string long_line(500, 'x');
  const std::vector<std::string> lines = {"a", long_line, "", "bb", long_line + "y", long_line, "ccc", "dddddddddd"};
  for (const std::string end : {"\n", "", "\nlast line, which is too long"})
    for (const uint64_t block_bytes : {1, 2, 7, 10, 11, 100, 499, 500, 501, 502, 1'000, 10'000}) {
      SCOPED_TRACE(block_bytes);
      std::string text;
      for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
      const TextFile file(text + end);
      Contents contents = Contents::open(file.path());
      LineFrames frames(contents, {.block_bytes = block_bytes, .record_bytes_max = 10, .passes_over = true});
      std::string seen;
      std::vector<uint64_t> places;
      RecordBlock block;
      RecordFrames::Step step;
      while ((step = frames.next(block)) == RecordFrames::Step::block) {
        seen += block.text();
        if (!block.passed_over) continue;
        EXPECT_EQ(block.end, 0u);
        EXPECT_EQ(block.passed_over->fault.record, 0);
        places.push_back(block.passed_over->fault.byte);
        const std::string& kept = block.passed_over->text;
        EXPECT_EQ(kept, (text + end).substr(places.back(), kept.size()));
        EXPECT_GT(kept.size(), 10u);
        block.passed_over.reset();
      }
      EXPECT_EQ(step, RecordFrames::Step::end);
      EXPECT_EQ(seen, "a\n\nbb\nccc\ndddddddddd\n");
      std::vector<uint64_t> expected = {2, 507, 1009};
      if (end.size() > 1) expected.push_back(text.size() + 1);
      EXPECT_EQ(places, expected);
    }
}

TEST(LineFrames, MemoryIsUsedAgain) {
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += std::to_string(i) + "\n";
  const TextFile file(text);
  Contents contents = Contents::open(file.path());
  LineFrames frames(contents, {.block_bytes = 100, .record_bytes_max = 1'000});
  RecordBlock block;
  ASSERT_EQ(frames.next(block), RecordFrames::Step::block);
  const std::byte* memory = block.bytes.data();
  while (frames.next(block) == RecordFrames::Step::block) EXPECT_EQ(block.bytes.data(), memory);
}

}  // namespace
}  // namespace sluice::line_frames_test
