#include "sources/csv_inference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sources/csv_text.h"

namespace sluice::csv_inference_test {
namespace {

using test::CsvReading;
using test::deliver_csv;
using test::DeliveredCsv;

// The type of the only column with these values, one a line.
std::string type_of(const std::vector<std::string>& values) {
  std::string text = "a,n\n";
  for (const std::string& value : values) text += value + ",\n";
  const DeliveredCsv all = deliver_csv(text);
  return all.error ? all.error->what() : to_text(all.schema[0].type);
}

TEST(CsvInference, NumbersStayWhatTheyAre) {
  EXPECT_EQ(type_of({"1", "-7", "9223372036854775807"}), "int64");
  EXPECT_EQ(type_of({"1", "9223372036854775808"}), "uint64");
  EXPECT_EQ(type_of({"-1", "9223372036854775808"}), "decimal(20, 0)");
  EXPECT_EQ(type_of({"18446744073709551616"}), "decimal(20, 0)");
  EXPECT_EQ(type_of({"1", "2.5", "1e3"}), "float64");
  EXPECT_EQ(type_of({"-0"}), "float64");
  EXPECT_EQ(type_of({"2.5", "9007199254740993"}), "string") << "no double keeps it";
  EXPECT_EQ(type_of({"0.123456789012345678"}), "string") << "more than 17 digits";
}

TEST(CsvInference, WhatIsNotANumberIsText) {
  for (const std::string value :
       {"007", "+1", ".5", "5.", "1_000", "NaN", "inf", "0x10", " 1", "1 ", "True", "TRUE", "-", "1e400", "\"\""})
    EXPECT_EQ(type_of({value}), "string") << value;
}

TEST(CsvInference, BooleansDatesAndTimestamps) {
  EXPECT_EQ(type_of({"true", "false"}), "bool");
  EXPECT_EQ(type_of({"2024-02-29", "1999-12-31"}), "date");
  EXPECT_EQ(type_of({"2024-02-29T12:00:00Z"}), "timestamp(ms, UTC)");
  EXPECT_EQ(type_of({"2024-02-29 12:00:00.123456"}), "timestamp(us)");
  EXPECT_EQ(type_of({"2023-02-29"}), "string");
  EXPECT_EQ(type_of({"2024-02-29", "2024-02-29T12:00:00Z"}), "string");
}

TEST(CsvInference, TwoKindsAreText) {
  EXPECT_EQ(type_of({"1", "x"}), "string");
  EXPECT_EQ(type_of({"1", "true"}), "string");
  EXPECT_EQ(type_of({"1", "2024-02-29"}), "string");
  EXPECT_EQ(type_of({"1", "\"\""}), "string") << "an empty text is a value";
  EXPECT_EQ(type_of({"1", "", "2"}), "int64") << "a null is none";
}

TEST(CsvInference, QuotesDoNotTellTheKind) {
  EXPECT_EQ(type_of({"\"1\"", "\"2\""}), "int64");
  EXPECT_EQ(type_of({"\"true\""}), "bool");
  EXPECT_EQ(type_of({"\"007\""}), "string");
}

TEST(CsvInference, ValuesOfMixedColumnsKeepTheirText) {
  const DeliveredCsv all = deliver_csv("a,b\n1,1.50\nx,0.123456789012345678\n");
  EXPECT_THAT(all.rows, testing::ElementsAre("{a:'1',b:'1.50'}", "{a:'x',b:'0.123456789012345678'}"));
  ASSERT_EQ(all.notes.size(), 2u);
  EXPECT_EQ(all.notes[0].remark, "numbers and text mixed (first in record 2)");
}

TEST(CsvInference, NotesAboutValuesAndNames) {
  const DeliveredCsv all = deliver_csv("id,ID,\n1,2,\n");
  std::vector<std::string> notes;
  for (const InferenceNote& note : all.notes) notes.push_back(note.field + ": " + note.remark);
  EXPECT_THAT(notes,
              testing::ElementsAre("column_3: never held a value", "column_3: column 3 has no name in the header",
                                   "ID: differs from the column \"id\" in case only"));
  EXPECT_EQ(to_text(all.schema), "id int64, ID int64, column_3 null");
}

TEST(CsvInference, HeaderAloneNamesTheColumns) {
  const DeliveredCsv all = deliver_csv("id,name\n");
  ASSERT_FALSE(all.error) << all.error->what();
  EXPECT_EQ(to_text(all.schema), "id null, name null");
  EXPECT_TRUE(all.rows.empty());
}

TEST(CsvInference, NullTextsDoNotCount) {
  CsvReading how;
  how.csv.null_texts = {"NA"};
  const DeliveredCsv all = deliver_csv("a,b\nNA,NA\n1,\"NA\"\n", how);
  EXPECT_EQ(to_text(all.schema), "a int64, b string");
  EXPECT_THAT(all.rows, testing::ElementsAre("{a:null,b:null}", "{a:1,b:'NA'}"));
}

TEST(CsvInference, BadRecordsDoNotCount) {
  const std::string text = "a,b\nx\n1,2\ny,\"2\"z\n\xFF,3\n5,6\n";
  const DeliveredCsv all = deliver_csv(text, test::skipping());
  ASSERT_FALSE(all.error) << all.error->what();
  EXPECT_EQ(to_text(all.schema), "a int64, b int64");
  EXPECT_THAT(all.rows, testing::ElementsAre("{a:1,b:2}", "{a:5,b:6}"));
  EXPECT_THAT(all.bad_numbers, testing::ElementsAre(1, 3, 4));
  const DeliveredCsv strict = deliver_csv(text);
  ASSERT_TRUE(strict.error);
  EXPECT_THAT(strict.error->what(),
              testing::EndsWith("malformed CSV in record 1 (byte 4): 1 field, expected 2 as in the header"));
}

TEST(CsvInference, SampleEndsWhereItIsToldTo) {
  CsvReading how;
  how.reading.options.sample_bytes = 5;  // the first record begins in them
  const DeliveredCsv all = deliver_csv("a,b\n1,2\n3,4.5\n", how);
  ASSERT_TRUE(all.error);
  EXPECT_THAT(all.error->what(), testing::HasSubstr("record 2 (byte 10): column b: 4.5 is not an int64"));
}

}  // namespace
}  // namespace sluice::csv_inference_test
