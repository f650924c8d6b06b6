// RowAppender: single values reach their columns unchanged, or the row is refused whole.
#include "sluice/row_appender.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>
#include <vector>

#include "sluice/error.h"
#include "sluice/layout.h"

namespace sluice::row_appender_test {
namespace {

class RowAppenderTest : public ::testing::Test {
 protected:
  RowAppenderTest()
      : path_(std::filesystem::temp_directory_path() / ("row_appender_" + std::to_string(getpid()) + ".parquet")) {
    std::filesystem::remove(path_);
  }
  ~RowAppenderTest() override { std::filesystem::remove(path_); }

  FileWriter writer(Schema schema) {
    return FileWriter(path_, std::move(schema),
                      {.sync = false, .runtime = std::make_shared<Runtime>(RuntimeOptions{.threads = 1})});
  }
  static ErrorCode code_of(const auto& action) {
    try {
      action();
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::bug;
  }

  std::filesystem::path path_;
};

TEST_F(RowAppenderTest, WritesEveryKindOfValue) {
  FileWriter file =
      writer({{"id", int64(), false}, {"name", string()}, {"score", float64()}, {"ok", boolean()}, {"day", date()}});
  RowAppender row(file);
  row(1, "Ada", 2.5, true, 20'000);
  const std::vector<std::optional<int>> days{std::nullopt};
  row(2, std::nullopt, null_value, false, days[0]);
  row(uint8_t{3}, std::string("Grace"), 7, true, -1);
  row.flush();
  const WriteResult result = file.close();
  EXPECT_EQ(result.rows, 3);
  const FileLayout layout = read_layout(path_);
  ASSERT_EQ(layout.row_groups.size(), 1u);
  const auto& chunks = layout.row_groups[0].chunks;
  EXPECT_EQ(chunks[0].min, "1");
  EXPECT_EQ(chunks[0].max, "3");
  EXPECT_EQ(chunks[1].nulls, 1);
  EXPECT_EQ(chunks[2].max, "7");
  EXPECT_EQ(chunks[4].min, "1969-12-31");
}

TEST_F(RowAppenderTest, WritesNewerTypes) {
  FileWriter file =
      writer(parse_schema("price decimal(5, 2), id uuid, hash fixed(2), at time(ms), lapse duration(us), "
                          "half float16, mood enum, wide decimal(40, 0)"));
  RowAppender row(file);
  row(7, "00000000-0000-0000-0000-000000000001", "ab", 86'399'999, -5, 0.5, "calm",
      uint64_t{18'446'744'073'709'551'615u});
  row("-12.5", null_value, "ba", 0, 5, 2, "calm", "-1");
  for (const auto& [price, hash, half] :
       {std::tuple<Cell, Cell, Cell>{"1.005", "ab", 1}, {1000, "ab", 1}, {1.5, "ab", 1}, {1, "abc", 1}, {1, "ab", 0.1}})
    EXPECT_EQ(
        code_of([&, cells = std::vector<Cell>{price, null_value, hash, 0, 0, half, "calm", 0}] { row.append(cells); }),
        ErrorCode::data);
  row.flush();
  EXPECT_EQ(file.close().rows, 2);
  const FileLayout layout = read_layout(path_);
  const auto& chunks = layout.row_groups[0].chunks;
  EXPECT_EQ(chunks[0].min, "-12.50");
  EXPECT_EQ(chunks[0].max, "7.00");
  EXPECT_EQ(chunks[1].max, "00000000-0000-0000-0000-000000000001");
  EXPECT_EQ(chunks[2].min, "6162");
  EXPECT_EQ(chunks[3].max, "23:59:59.999");
  EXPECT_EQ(chunks[5].max, "2");
  EXPECT_EQ(chunks[7].min, "-1");
  EXPECT_EQ(chunks[7].max, "18446744073709551615");
}

TEST_F(RowAppenderTest, RefusesWhatDoesNotFitAndKeepsTheRest) {
  FileWriter file = writer({{"name", string()}, {"small", int8(), false}});
  RowAppender row(file);
  row("a", 127);
  EXPECT_EQ(code_of([&] { row("b", 128); }), ErrorCode::data);
  EXPECT_EQ(code_of([&] { row("c", null_value); }), ErrorCode::data);
  EXPECT_EQ(code_of([&] { row("d", 1.0); }), ErrorCode::data);
  EXPECT_EQ(code_of([&] { row("\xff", 1); }), ErrorCode::data);
  EXPECT_EQ(code_of([&] { row("e"); }), ErrorCode::invalid);
  row("z", -128);
  row.flush();
  EXPECT_EQ(file.close().rows, 2);
  const auto chunks = read_layout(path_).row_groups[0].chunks;
  EXPECT_EQ(chunks[0].min, "a");
  EXPECT_EQ(chunks[0].max, "z");
  EXPECT_EQ(chunks[1].min, "-128");
}

TEST_F(RowAppenderTest, JsonIsOneValue) {
  FileWriter file = writer({{"j", json()}});
  RowAppender row(file);
  row("{\"a\": [1]}");
  for (const char* text : {"", "{", "{a: 1}", "1 2", "\xff"})
    EXPECT_EQ(code_of([&] { row(text); }), ErrorCode::data) << text;
  row(" null ");
  row.flush();
  EXPECT_EQ(file.close().rows, 2);
}

TEST_F(RowAppenderTest, TellsColumnRowAndValue) {
  FileWriter file = writer({{"n", uint16()}});
  RowAppender row(file);
  row(65'535);
  try {
    row(-1);
    FAIL() << "-1 went into a uint16";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "row 1: column n: -1 is not a uint16");
    EXPECT_EQ(error.place().field, "n");
    EXPECT_EQ(error.place().row, 1);
  }
}

TEST_F(RowAppenderTest, NumbersGoIntoFloatsOnlyWhenTheyAreExact) {
  FileWriter file = writer({{"f", float32()}, {"d", float64()}});
  RowAppender row(file);
  row(0.5, int64_t{1} << 53);
  row(std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(code_of([&] { row(0.1, 0); }), ErrorCode::data);
  EXPECT_EQ(code_of([&] { row(0, (int64_t{1} << 53) + 1); }), ErrorCode::data);
  EXPECT_EQ(code_of([&] { row(0, std::numeric_limits<int64_t>::max()); }), ErrorCode::data);
  EXPECT_EQ(code_of([&] { row(0, std::numeric_limits<uint64_t>::max()); }), ErrorCode::data);
  row(std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::min());
  row.flush();
  EXPECT_EQ(file.close().rows, 3);
}

TEST_F(RowAppenderTest, RefusesNestedColumns) {
  FileWriter file = writer({{"tags", list(string())}});
  EXPECT_EQ(code_of([&] { RowAppender row(file); }), ErrorCode::unsupported);
}

TEST_F(RowAppenderTest, RowsThatAreNotFlushedAreNotInTheFile) {
  FileWriter file = writer({{"n", int32()}});
  RowAppender row(file);
  for (int i = 0; i < 8'192 + 5; ++i) row(i);  // a batch of 8,192 goes by itself
  EXPECT_EQ(file.close().rows, 8'192);
}

TEST_F(RowAppenderTest, NullsOfWideColumnsFillABatchToo) {
  FileWriter file = writer(parse_schema("n int32, wide fixed(262144)"));
  RowAppender row(file);
  for (int i = 0; i < 10; ++i) row(i, null_value);  // four are a megabyte
  EXPECT_EQ(file.close().rows, 8);
}

}  // namespace
}  // namespace sluice::row_appender_test
