#include "sources/csv_dialect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sluice/error.h"

namespace sluice::csv_dialect_test {
namespace {

CsvDialect guess(std::string_view text, CsvOptions options = {}, bool is_whole = true) {
  return guess_dialect(text, is_whole, options);
}

std::vector<std::string> names(std::vector<std::string> header, CsvOptions options = {}) {
  return make_shape({}, std::move(header), options).names;
}

std::vector<std::string> notes(std::vector<std::string> header, CsvOptions options = {}) {
  std::vector<std::string> all;
  for (const InferenceNote& note : make_shape({}, std::move(header), options).notes)
    all.push_back(note.field + ": " + note.remark);
  return all;
}

std::string error_of(auto call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(CsvDialect, DelimiterIsTheOneThatMakesRecordsAlike) {
  EXPECT_EQ(guess("a,b,c\n1,2,3\n").delimiter, ',');
  EXPECT_EQ(guess("a;b\n1,5;2,5\n3,5;4,5\n").delimiter, ';');
  EXPECT_EQ(guess("a\tb\nx,y\tz\n").delimiter, '\t');
  EXPECT_EQ(guess("a|b|c\r\n1|2,5|3\r\n").delimiter, '|');
  EXPECT_EQ(guess("\n\na;b\n1;2").delimiter, ';') << "blank lines, and no last line end";
  EXPECT_EQ(guess("a;b\n\"x;y,\n;\";2\n").delimiter, ';');
  EXPECT_EQ(guess("a,b;c\n1,2;3\n4,5,6;7\n").delimiter, ';') << "more records like the first";
  EXPECT_EQ(guess("a,b,c;d\n1,2,3;4\n").delimiter, ',') << "equally many: the one with more columns";
}

TEST(CsvDialect, CommaWhereNothingTells) {
  EXPECT_EQ(guess("").delimiter, ',');
  EXPECT_EQ(guess("one\n1\n2\n").delimiter, ',');
  EXPECT_EQ(guess("text\nhello, you\n").delimiter, ',');
}

TEST(CsvDialect, LastLineOfASampleMayBeCutShort) {
  const std::string text = "a,b;c\n1,2;3\n1,2,3;";
  EXPECT_EQ(guess(text, {}, /*is_whole=*/false).delimiter, ',') << "two and two: the first in order";
  EXPECT_EQ(guess(text, {}, /*is_whole=*/true).delimiter, ';');
  EXPECT_EQ(guess("a;b;c", {}, false).delimiter, ';') << "though cut, it is all there is";
}

TEST(CsvDialect, WhatIsGivenIsNotGuessed) {
  EXPECT_EQ(guess("a,b\n1,2\n", {.delimiter = ';'}).delimiter, ';');
  EXPECT_EQ(guess("'a,b';c\n", {.delimiter = ';', .quote = '"'}).quote, '"');
  EXPECT_FALSE(guess("\"a\",b\n", {.quote = '\0'}).has_quotes);
  EXPECT_EQ(guess("|a|,|b|\n|1|,|y,z|\n", {.quote = '|'}).delimiter, ',') << "the quote is no delimiter";
  EXPECT_NE(guess(",a,\n,1,\n", {.quote = ','}).delimiter, ',');
}

TEST(CsvDialect, SingleQuotesOnlyWhereNothingElseFits) {
  const CsvDialect single = guess("a,b\n'x,y',1\n'it''s',2\n");
  EXPECT_EQ(single.quote, '\'');
  EXPECT_TRUE(single.has_quotes);
  EXPECT_EQ(guess("a,b\n'x',1\n'y',2\n").quote, '"') << "the marks may belong to the values";
  EXPECT_EQ(guess("a,b\nit's,1\nx,y,2\n").quote, '"');
  EXPECT_EQ(guess("a,b\n5\" pipe,1\n").quote, '"') << "a bad record does not tell";
}

TEST(CsvDialect, OptionsThatCannotBeMeant) {
  EXPECT_NO_THROW(check_csv_options({}));
  EXPECT_THROW(check_csv_options({.delimiter = '\n'}), Error);
  EXPECT_THROW(check_csv_options({.delimiter = '\xE9'}), Error);
  EXPECT_THROW(check_csv_options({.quote = '\r'}), Error);
  EXPECT_THROW(check_csv_options({.delimiter = '"', .quote = '"'}), Error);
  EXPECT_THROW(check_csv_options({.record_bytes_max = 0}), Error);
}

TEST(CsvDialect, EveryColumnHasANameOfItsOwn) {
  EXPECT_EQ(names({"id", "name"}), (std::vector<std::string>{"id", "name"}));
  EXPECT_EQ(names({"", "column_1", ""}), (std::vector<std::string>{"column_1_2", "column_1", "column_3"}));
  EXPECT_EQ(names({"a", "a", "a_2", "a"}, {.duplicates = DuplicateNames::rename}),
            (std::vector<std::string>{"a", "a_3", "a_2", "a_4"}));
}

TEST(CsvDialect, WithoutAHeaderNamesComeFromTheSchemaByPlace) {
  const auto names_of = [](size_t columns, std::vector<std::string> declared) {
    return make_shape_by_place({}, columns, declared).names;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names_of(2, {}), (Names{"column_1", "column_2"}));
  EXPECT_EQ(names_of(3, {"a", "b"}), (Names{"a", "b", "column_3"}));
  EXPECT_EQ(names_of(1, {"a", "b"}), Names{"a"});
  EXPECT_EQ(names_of(2, {"column_2", "column_1"}), (Names{"column_1", "column_2"}));
  EXPECT_EQ(names_of(3, {"a", "column_3"}), (Names{"a", "column_2", "column_3"})) << "the second is the third";
  EXPECT_EQ(names_of(2, {"b", "column_1"}), (Names{"column_1", "column_2"})) << "only one can be the first";
  EXPECT_EQ(names_of(2, {"column_x", "column_0"}), (Names{"column_x", "column_0"})) << "numbers begin at 1";
}

TEST(CsvDialect, EqualNamesAreAnErrorThatNamesBothPlaces) {
  EXPECT_EQ(error_of([] { names({"a", "b", "a"}); }), "the header has the name \"a\" twice, for columns 1 and 3");
}

TEST(CsvDialect, NamesMustBeUtf8) {
  EXPECT_EQ(error_of([] { names({"a", "\xFF"}); }), "the header's name of column 2 is not UTF-8");
}

TEST(CsvDialect, NotesSayWhatIsOddAboutNames) {
  EXPECT_THAT(notes({"id", "", "ID"}), testing::ElementsAre("column_2: column 2 has no name in the header",
                                                            "ID: differs from the column \"id\" in case only"));
  EXPECT_THAT(notes({"a", "a"}, {.duplicates = DuplicateNames::rename}),
              testing::ElementsAre("a_2: the header has the name \"a\" more than once"));
  EXPECT_THAT(notes({"a", " b"}), testing::ElementsAre(" b: begins or ends with a blank"));
  EXPECT_THAT(notes({"a", "b"}), testing::IsEmpty());
}

}  // namespace
}  // namespace sluice::csv_dialect_test
