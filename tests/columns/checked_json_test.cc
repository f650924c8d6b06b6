// The mark of texts that are known to be JSON stays with its column, and with no other.
#include "columns/checked_json.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "columns/builder.h"
#include "support/make_columns.h"

namespace sluice::checked_json_test {
namespace {

Column marked_column() {
  ColumnBuilder builder(json());
  EXPECT_TRUE(builder.append_checked_json("{}"));
  builder.append_null();
  EXPECT_TRUE(builder.append_checked_json("[1]"));
  return builder.finish();
}

TEST(CheckedJson, BuildersMarkWhatWasCheckedAlone) {
  EXPECT_TRUE(is_checked_json(marked_column()));
  ColumnBuilder builder(json());
  EXPECT_FALSE(is_checked_json(builder.finish()));
  builder.append_nulls(3);
  EXPECT_FALSE(is_checked_json(builder.finish()));
  ASSERT_TRUE(builder.append_checked_json("1"));
  ASSERT_TRUE(builder.append_text("2"));
  EXPECT_FALSE(is_checked_json(builder.finish()));
  ASSERT_TRUE(builder.append_text("1"));
  ASSERT_TRUE(builder.append_checked_json("2"));
  EXPECT_FALSE(is_checked_json(builder.finish()));
  ASSERT_TRUE(builder.append_checked_json("1"));
  builder.text_bytes().append(std::string_view("2"));
  builder.end_text();
  EXPECT_FALSE(is_checked_json(builder.finish()));
}

TEST(CheckedJson, TruncatedBuildersRemember) {
  ColumnBuilder builder(json());
  for (const int64_t kept : {3, 2, 1}) {
    for (const char* text : {"1", "2", "3"}) ASSERT_TRUE(builder.append_checked_json(text));
    builder.append_null();
    builder.truncate(kept);
    EXPECT_TRUE(is_checked_json(builder.finish())) << kept;
  }
  // Whether the text that is not known to be JSON is gone is not looked into.
  ASSERT_TRUE(builder.append_text("x"));
  ASSERT_TRUE(builder.append_checked_json("1"));
  builder.truncate(1);
  ASSERT_TRUE(builder.append_checked_json("2"));
  EXPECT_FALSE(is_checked_json(builder.finish()));
  ASSERT_TRUE(builder.append_text("x"));
  builder.truncate(0);
  ASSERT_TRUE(builder.append_checked_json("2"));
  EXPECT_TRUE(is_checked_json(builder.finish()));
}

TEST(CheckedJson, CopiesAndSlicesKeepTheMark) {
  Column slice;
  {
    const Column column = marked_column();
    const std::vector<Column> copies(2, column);
    EXPECT_TRUE(is_checked_json(copies[1]));
    slice = copies[1].slice(1, 2).slice(1, 1);
  }
  ASSERT_TRUE(is_checked_json(slice));
  EXPECT_EQ(test::show_all(slice), std::vector<std::string>{"'[1]'"});
}

// What others put together from parts of a marked column is theirs to answer for.
TEST(CheckedJson, NoOtherColumnHasTheMark) {
  const Column column = marked_column();
  EXPECT_FALSE(is_checked_json(Column{}));
  EXPECT_FALSE(is_checked_json(test::make_text(json(), {"{}"})));

  Column with_nulls_shown = column;
  with_nulls_shown.validity = {};
  EXPECT_FALSE(is_checked_json(with_nulls_shown));

  Column cut_elsewhere = column;
  cut_elsewhere.offsets = test::make_text(json(), {"a", "b", "c"}).offsets;
  EXPECT_FALSE(is_checked_json(cut_elsewhere));

  Column shorter = column;
  shorter.offsets = Buffer(column.offsets.bytes().subspan(4), column.offsets.owner());
  EXPECT_FALSE(is_checked_json(shorter));

  Column other_text = column;
  const Column foreign = test::make_text(json(), {"{", "", "]]]"});
  other_text.values = Buffer(foreign.values.bytes(), column.values.owner());
  EXPECT_FALSE(is_checked_json(other_text));

  Column part_of_text = column;
  part_of_text.values = Buffer(column.values.bytes().first(3), column.values.owner());
  EXPECT_FALSE(is_checked_json(part_of_text));

  Column other_owner = column;
  other_owner.values = Buffer(column.values.bytes(), std::make_shared<int>(7));
  EXPECT_FALSE(is_checked_json(other_owner));
}

}  // namespace
}  // namespace sluice::checked_json_test
