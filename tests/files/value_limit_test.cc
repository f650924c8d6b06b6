#include "files/value_limit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "columns/builder.h"
#include "sluice/error.h"
#include "sluice/file_writer.h"
#include "sluice/row_appender.h"
#include "support/make_columns.h"
#include "support/memory_sink.h"

namespace sluice::value_limit_test {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr uint64_t kBudget = 16_MiB;
constexpr size_t kLimit = kBudget / 8;

std::vector<uint64_t> bytes_in_rows(const Column& column, size_t leaf = 0) {
  const std::vector<Leaf> leaves = leaves_of(Schema{{"a", column.type}});
  std::vector<uint64_t> bytes;
  for (int64_t row = 0; row < column.length; ++row) bytes.push_back(bytes_in_row(column, leaves[leaf], row));
  return bytes;
}

TEST(BytesInRow, CountsValuesAndElements) {
  EXPECT_THAT(bytes_in_rows(make_text(string(), {"abc", "", std::nullopt})), ElementsAre(3, 0, 0));
  EXPECT_THAT(bytes_in_rows(make_int64({1, std::nullopt})), ElementsAre(8, 0));
  EXPECT_THAT(bytes_in_rows(make_fixed<int8_t>(int8(), {1})), ElementsAre(1));
  EXPECT_THAT(bytes_in_rows(make_null(1)), ElementsAre(0));
  const Column texts = make_text(string(), {"a", "", std::string(100, 'x'), "b"});
  EXPECT_THAT(bytes_in_rows(make_list({"element", string()}, texts, {2, 0, 1, std::nullopt, 1})),
              ElementsAre(16, 0, 100, 0, 8));
  const Column decimals = make_fixed<std::array<uint64_t, 2>>(decimal(20, 0), {{{1, 0}}, {{2, 0}}});
  EXPECT_THAT(bytes_in_rows(make_list({"element", decimal(20, 0)}, decimals, {2, 0})), ElementsAre(32, 0));
  EXPECT_THAT(bytes_in_rows(make_list({"element", null()}, make_null(1'000), {1'000})), ElementsAre(8'000));
  EXPECT_THAT(bytes_in_rows(make_list({"element", boolean()}, make_bool({true, false, true}), {1, 2})),
              ElementsAre(8, 16));
}

TEST(BytesInRow, EmptyListsAreElementsToo) {
  const Column inner = make_list({"element", int64()}, make_int64({1, 2}), {0, 0, 0, 2, std::nullopt});
  EXPECT_THAT(bytes_in_rows(make_list({"element", inner.type}, inner, {3, 1, 1, std::nullopt})),
              ElementsAre(24, 16, 8, 0));
}

TEST(BytesInRow, EachLeafForItself) {
  const Type type = struct_({{"x", string()}, {"y", fixed_list(int64(), 3)}});
  Column y;
  y.type = fixed_list(int64(), 3);
  y.length = 2;
  y.children = {make_int64({1, 2, 3, 4, 5, 6})};
  const Column column = make_struct(type, {make_text(string(), {"ab", "cd"}), y}, {true, false});
  EXPECT_THAT(bytes_in_rows(column, 0), ElementsAre(2, 0));
  EXPECT_THAT(bytes_in_rows(column, 1), ElementsAre(24, 0));
}

// Arrow lets anything lie under a null.
TEST(BytesInRow, NothingIsUnderANull) {
  Column column = make_list({"element", int64()}, make_int64(std::vector<std::optional<int64_t>>(10, 1)), {10});
  column.validity = make_bits({false});
  column.null_count = 1;
  EXPECT_THAT(bytes_in_rows(column), ElementsAre(0));
}

// --- what readers take of a page, however large the budget is

/// Texts of that many bytes that nobody reads.
Column texts_of(const std::vector<int32_t>& sizes) {
  Column column;
  column.type = string();
  column.length = static_cast<int64_t>(sizes.size());
  std::vector<int32_t> offsets{0};
  for (const int32_t size : sizes) offsets.push_back(offsets.back() + size);
  static const std::byte anything{};
  column.values = Buffer(ByteSpan(&anything, static_cast<size_t>(offsets.back())), nullptr);
  column.offsets = make_buffer(std::move(offsets));
  return column;
}

std::string refusal_of(const Column& column, uint64_t budget) {
  const Schema schema{{"a", column.type}};
  const std::vector<Leaf> leaves = leaves_of(schema);
  const Batch batch(std::make_shared<const Schema>(schema), {column}, column.length);
  for (int64_t row = 0; row < column.length; ++row) {
    try {
      check_row(batch, leaves, row, row, budget);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::data);
      EXPECT_EQ(error.place().row, row);
      return std::string(error.what()) + " " + error.hint();
    }
  }
  return "";
}

TEST(ValueLimit, PagesEndItFromSomeBudgetOn) {
  constexpr auto kMax = static_cast<int32_t>(kRowBytesMax);
  EXPECT_EQ(refusal_of(texts_of({kMax, kMax}), 768_MiB), "");
  EXPECT_THAT(refusal_of(texts_of({kMax}), 767_MiB), HasSubstr("memory budget of 767MiB allows 100532224"));
  EXPECT_THAT(refusal_of(texts_of({kMax}), 767_MiB), HasSubstr("--memory 768MiB allows it."));
  const std::string split = " in one row of a column Split it over several rows: readers take no larger pages.";
  const std::string bytes = "row 1: column a has 100663297 bytes; ";
  for (const uint64_t budget : {uint64_t{768_MiB}, uint64_t{64} << 30})
    EXPECT_EQ(refusal_of(texts_of({1, kMax + 1}), budget),
              bytes + "a page that readers take, which holds whole rows, allows 100663296" + split);
  EXPECT_EQ(refusal_of(texts_of({1, kMax + 1}), 100_MiB), bytes + "a memory budget of 100MiB allows 13107200" + split);
}

TEST(ValueLimit, ListsHaveLevelsInTheirPages) {
  constexpr auto kElements = static_cast<int32_t>(kListBytesMax / kElementBytes);
  const auto nulls = [](int32_t count) { return make_list({"element", null()}, make_null(count), {count}); };
  EXPECT_EQ(refusal_of(nulls(kElements), uint64_t{2} << 30), "");
  EXPECT_THAT(refusal_of(nulls(kElements + 1), uint64_t{2} << 30), HasSubstr("allows 50331648 in one row"));
}

// Rows that are passed without a look must be within both limits.
TEST(ValueLimit, SmallRowsNeedNoLook) {
  for (const uint64_t budget : {uint64_t{16_MiB}, uint64_t{384_MiB}, uint64_t{64} << 30}) {
    const uint64_t most = row_bytes_max(true, budget) / kElementBytes;
    EXPECT_LE(most * kElementBytes, row_bytes_max(false, budget));
    EXPECT_TRUE(is_within_limit(most, budget));
    EXPECT_FALSE(is_within_limit(most + 1, budget));
  }
}

// --- through the writer, wherever rows come from

struct Refusal {
  ErrorPlace place;
  std::string message;
  std::string hint;
};

/// What the writer says to rows in batches of `batch_rows`; nothing if it takes them all.
std::optional<Refusal> refusal(const Column& column, int64_t batch_rows) {
  const Schema schema{{"n", int64()}, {"a", column.type}};
  auto file = std::make_shared<MemoryFile>();
  FileOptions options{.compression = {Codec::none}, .sync = false};
  options.runtime = std::make_shared<Runtime>(RuntimeOptions{.threads = 1, .memory_bytes = kBudget});
  FileWriter writer(std::make_unique<MemorySink>(file), schema, options);
  const Column numbers = make_int64(std::vector<std::optional<int64_t>>(static_cast<size_t>(column.length), 1));
  const Batch whole(std::make_shared<const Schema>(schema), {numbers, column}, column.length);
  try {
    for (int64_t row = 0; row < column.length; row += batch_rows)
      writer.write(whole.slice(row, std::min(batch_rows, column.length - row)));
    EXPECT_EQ(writer.close().rows, column.length);
    return std::nullopt;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::data);
    EXPECT_FALSE(file->published);
    EXPECT_THROW(writer.write(whole), Error) << "the writer is closed";
    return Refusal{error.place(), error.what(), error.hint()};
  }
}

void expect_refused(const Column& column, int64_t row, const std::string& field, const std::string& bytes) {
  for (const int64_t batch_rows : {column.length, int64_t{1}, int64_t{2}}) {
    const std::optional<Refusal> refused = refusal(column, batch_rows);
    ASSERT_TRUE(refused) << batch_rows;
    EXPECT_EQ(refused->place.row, row) << batch_rows;
    EXPECT_EQ(refused->place.field, field);
    EXPECT_THAT(refused->message, HasSubstr("column " + field + " has " + bytes + " bytes"));
    EXPECT_THAT(refused->message, HasSubstr("16MiB allows 2097152"));
  }
}

TEST(ValueLimit, AnEighthOfTheBudgetPasses) {
  const std::string largest(kLimit, 'x');
  for (const int64_t batch_rows : {1, 2, 4})
    EXPECT_FALSE(refusal(make_text(string(), {"a", largest, largest, std::nullopt}), batch_rows)) << batch_rows;
  expect_refused(make_text(string(), {"a", largest, "b", largest + "x", largest}), 3, "a", "2097153");
}

TEST(ValueLimit, TheHintNamesABudgetThatIsEnough) {
  const std::optional<Refusal> refused = refusal(make_text(binary(), {std::string(kLimit + 1, 'x')}), 1);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->hint, "--memory 17MiB allows it.");
}

TEST(ValueLimit, ElementsOfOneRowCountTogether) {
  const auto lists = [](size_t bools) {
    const std::vector<std::optional<bool>> values(bools + 1, true);
    return make_list({"element", boolean()}, make_bool(values), {1, static_cast<int32_t>(bools), 0});
  };
  EXPECT_FALSE(refusal(lists(kLimit / 8), 3));
  expect_refused(lists(kLimit / 8 + 1), 1, "a[]", "2097160");
  const auto texts = [](size_t bytes) {
    return make_list({"element", string()}, make_text(string(), {"x", std::string(bytes, 'y')}), {2});
  };
  EXPECT_FALSE(refusal(texts(kLimit - 1), 1));
  expect_refused(texts(kLimit), 0, "a[]", "2097153");
}

// No more than 12 bytes of memory, and billions of elements.
TEST(ValueLimit, NullsWithoutMemory) {
  Column column;
  column.type = list(null());
  column.length = 1;
  column.offsets = make_buffer<int32_t>({0, INT32_MAX});
  column.children = {make_null(INT32_MAX)};
  expect_refused(column, 0, "a[]", "17179869176");
}

TEST(ValueLimit, RowAppenderHasItToo) {
  FileOptions options{.sync = false};
  options.runtime = std::make_shared<Runtime>(RuntimeOptions{.threads = 1, .memory_bytes = kBudget});
  FileWriter writer(std::make_unique<MemorySink>(std::make_shared<MemoryFile>()), Schema{{"a", string()}}, options);
  RowAppender append(writer);
  const std::string largest(kLimit, 'x');
  append("first");
  append(largest);
  try {
    append(largest + "x");
    append.flush();
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.place().row, 2);
    EXPECT_EQ(error.place().field, "a");
  }
}

}  // namespace
}  // namespace sluice::value_limit_test
