#include "datasets/partition_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>

#include "columns/scalar_text.h"
#include "datasets/file_listing.h"
#include "datasets/partition_values.h"
#include "sluice/error.h"
#include "storage/temporary_directory.h"
#include "support/draw.h"
#include "support/make_columns.h"
#include "support/random_scalar.h"
#include "support/value_tree.h"

namespace sluice::partition_names_test {
namespace {

using namespace test;
using ::testing::HasSubstr;
using Part = PartitionKey::Part;

BoundPartitionKey key_of(const Type& type, Part part = Part::value) {
  return bind_partition_keys(Schema{{"k", type}, {"other", int64()}}, {.keys = {{"k", part}}}).front();
}

std::optional<std::string> text_of(const Column& column, int64_t row = 0, Part part = Part::value) {
  return partition_text(key_of(column.type, part), column, row, 40 + row);
}

std::string refusal(const Column& column, Part part = Part::value) {
  try {
    text_of(column, 0, part);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::data);
    EXPECT_EQ(error.place().field, "k");
    EXPECT_EQ(error.place().row, 40);
    return error.what();
  }
  return "accepted";
}

std::string refused_keys(const Schema& schema, const std::string& keys, ErrorCode code = ErrorCode::invalid) {
  try {
    bind_partition_keys(schema, {.keys = parse_partition_keys(keys)});
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return std::string(error.what()) + " " + error.hint();
  }
  return "accepted";
}

// --- letters

TEST(PartitionNames, LettersThatNoReaderTakesForAnythingElseStay) {
  EXPECT_EQ(encoded_partition_text("aZ09_-.~"), "aZ09_-.~");
  EXPECT_EQ(encoded_partition_text(""), "");
  EXPECT_EQ(encoded_partition_text("a b/c=d%"), "a%20b%2Fc%3Dd%25");
  EXPECT_EQ(encoded_partition_text("\xC3\xA9"), "%C3%A9");
  EXPECT_EQ(encoded_partition_text("."), "%2E");
  EXPECT_EQ(encoded_partition_text(".."), "%2E%2E");
  EXPECT_EQ(encoded_partition_text("..."), "...");
  EXPECT_EQ(encoded_partition_text("NULL"), "%4EULL");
  EXPECT_EQ(encoded_partition_text("null"), "%6Eull");
  EXPECT_EQ(encoded_partition_text("nulls"), "nulls");
  EXPECT_EQ(partition_directory("a b", "x"), "a%20b=x");
  EXPECT_EQ(partition_directory("a", ""), "a=");
  EXPECT_EQ(partition_directory("a", std::nullopt), "a=__HIVE_DEFAULT_PARTITION__");
  EXPECT_EQ(partition_directory("_a", "_"), "%5Fa=_");
  EXPECT_EQ(partition_directory(".a", ".x"), "%2Ea=.x");
}

// Every byte, alone and beside others, through directories on the disk and the listing of them.
TEST(PartitionNames, TheListingReadsThemBack) {
  TemporaryDirectory dir;
  std::vector<std::string> texts{"", "..", "null", "NuLL", "a/../b", "%41", "a=b", "\xF0\x9F\x8C\x8A"};
  for (int byte = 1; byte < 128; ++byte) {
    texts.emplace_back(1, static_cast<char>(byte));
    texts.push_back("x" + texts.back() + "y");
  }
  for (int point = 0x80; point < 0x100; ++point)  // two bytes each: all that follow a first one
    texts.push_back({static_cast<char>(0xC0 | point >> 6), static_cast<char>(0x80 | (point & 0x3f))});
  for (const std::string key : {"k", "_id", ".dot", "a b", "k=v"}) {
    if (key != "k") texts.resize(4);
    const std::string root = dir / ("of" + std::to_string(key.size()) + key.substr(0, 1) + "s");
    for (const std::string& text : texts) {
      const std::string made = root + "/" + partition_directory(key, text);
      ASSERT_TRUE(std::filesystem::create_directories(made)) << made;
      std::ofstream(made + "/a.parquet") << text;
    }
    const std::vector<ListedFile> files = list_files(root, true);
    ASSERT_EQ(files.size(), texts.size()) << key;
    for (const ListedFile& file : files) {
      std::ifstream content(file.path);
      const std::string text{std::istreambuf_iterator<char>(content), {}};
      ASSERT_EQ(file.partition.size(), 1u) << file.path;
      EXPECT_EQ(file.partition[0].first, key);
      EXPECT_EQ(file.partition[0].second, text);
    }
  }
}

// --- values

TEST(PartitionNames, EveryValueIsReadBackOrRefused) {
  constexpr uint64_t kSeed = 62;
  const std::vector<Type> types{boolean(),
                                int8(),
                                int16(),
                                int32(),
                                int64(),
                                uint8(),
                                uint16(),
                                uint32(),
                                uint64(),
                                float32(),
                                float64(),
                                date(),
                                decimal(9, 2),
                                decimal(38, 0),
                                decimal(76, 76),
                                string(),
                                enum_(),
                                uuid(),
                                binary(),
                                time(TimeUnit::millisecond),
                                time(TimeUnit::nanosecond),
                                timestamp(TimeUnit::second),
                                timestamp(TimeUnit::nanosecond, "UTC"),
                                timestamp(TimeUnit::microsecond)};
  for (size_t t = 0; t < types.size(); ++t) {
    Draw draw(kSeed, t);
    const BoundPartitionKey key = key_of(types[t]);
    size_t read = 0;
    for (int i = 0; i < 200; ++i) {
      ColumnMaker maker(types[t], false);
      maker.append(i % 2 == 0 ? draw_ordinary(draw, types[t]) : draw_extreme(draw, types[t]));
      const Column column = maker.finish();
      std::optional<std::string> text;
      try {
        text = partition_text(key, column, 0, 0);
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::data);
        continue;
      }
      ASSERT_TRUE(text);
      ++read;
      const Column back = partition_value(key.field, text, "file");
      if (*text == "NaN") continue;  // one of many
      EXPECT_EQ(show(back, 0), show(column, 0)) << to_text(types[t]) << " " << *text;
    }
    EXPECT_GT(read, types[t] == binary() ? 10u : 90u) << "seed " << kSeed << ": " << to_text(types[t]);
  }
}

TEST(PartitionNames, ValuesLookAsPeopleWriteThem) {
  EXPECT_EQ(text_of(make_int64({-7})), "-7");
  EXPECT_EQ(text_of(make_int64({std::nullopt})), std::nullopt);
  EXPECT_EQ(text_of(make_bool({true})), "true");
  EXPECT_EQ(text_of(make_fixed<int32_t>(date(), {19'782})), "2024-02-29");
  EXPECT_EQ(text_of(make_fixed<double>(float64(), {0.1})), "0.1");
  EXPECT_EQ(text_of(make_fixed<double>(float64(), {std::numeric_limits<double>::quiet_NaN()})), "NaN");
  EXPECT_EQ(text_of(make_text(string(), {"a/b"})), "a/b");
  const auto entries = std::make_shared<const Column>(make_text(string(), {"x", "y"}));
  EXPECT_EQ(text_of(from_dictionary(make_int64({1, 0, 1}), entries), 2), "y");
}

TEST(PartitionNames, WhatNoReaderWouldGetIsRefused) {
  EXPECT_THAT(refusal(make_text(string(), {"\xFF"})), HasSubstr("row 40: the value of k is not UTF-8"));
  EXPECT_THAT(refusal(make_text(string(), {std::string("a\0b", 3)})), HasSubstr("NUL"));
  EXPECT_THAT(refusal(make_text(string(), {"__HIVE_DEFAULT_PARTITION__"})), HasSubstr("means null"));
  EXPECT_THAT(refusal(make_fixed<int32_t>(date(), {std::numeric_limits<int32_t>::max()})), HasSubstr("read back"));
}

// --- parts of dates

TEST(PartitionNames, PartsAreThoseOfTheCalendar) {
  const auto parts = [](const Column& column) {
    std::vector<std::optional<std::string>> texts;
    for (const Part part : {Part::year, Part::month, Part::day, Part::hour, Part::yearmonth})
      if (column.type.kind() != TypeKind::date || part != Part::hour) texts.push_back(text_of(column, 0, part));
    return texts;
  };
  using Texts = std::vector<std::optional<std::string>>;
  EXPECT_EQ(parts(make_fixed<int32_t>(date(), {19'782})), (Texts{"2024", "02", "29", "2024-02"}));
  const Type at = timestamp(TimeUnit::millisecond, "Europe/Berlin");  // instants: parts are those in UTC
  EXPECT_EQ(parts(make_fixed<int64_t>(at, {1'709'251'199'999})), (Texts{"2024", "02", "29", "23", "2024-02"}));
  EXPECT_EQ(parts(make_fixed<int64_t>(at, {-1})), (Texts{"1969", "12", "31", "23", "1969-12"}));
  EXPECT_EQ(parts(make_fixed<int64_t>(at, {0})), (Texts{"1970", "01", "01", "00", "1970-01"}));
  EXPECT_EQ(parts(make_fixed<int64_t>(timestamp(TimeUnit::second), {-62'135'596'800})),
            (Texts{"1", "01", "01", "00", "0001-01"}));
  EXPECT_EQ(text_of(make_fixed<int64_t>(at, {std::nullopt}), 0, Part::month), std::nullopt);
}

TEST(PartitionNames, PartsOutOfRangeAreRefused) {
  const Column late = make_fixed<int64_t>(timestamp(TimeUnit::second), {std::numeric_limits<int64_t>::max()});
  EXPECT_THAT(refusal(late, Part::year), HasSubstr("has no year"));
  EXPECT_THAT(refusal(late, Part::yearmonth), HasSubstr("has no yearmonth"));
  EXPECT_EQ(text_of(late, 0, Part::hour), "15");
  EXPECT_THAT(refusal(make_fixed<int32_t>(date(), {-800'000}), Part::yearmonth), HasSubstr("has no yearmonth"));
  EXPECT_EQ(text_of(make_fixed<int32_t>(date(), {-800'000}), 0, Part::year), "-221");
}

// --- keys

TEST(PartitionKeys, AreReadAndWritten) {
  const std::vector<PartitionKey> keys{{"a"}, {"born in"}, {"at", Part::year}, {"year"}, {"at", Part::yearmonth}};
  EXPECT_EQ(parse_partition_keys("a, \"born in\",year(at) , year, yearmonth( at )"), keys);
  EXPECT_EQ(to_text(keys), "a, \"born in\", year(at), year, yearmonth(at)");
  EXPECT_EQ(parse_partition_keys(to_text(keys)), keys);
  for (const std::string text : {"", "a,", "a b", "year(", "year()", "year(at", "week(at)", "year(at) x", "a..b"})
    EXPECT_THROW(parse_partition_keys(text), Error) << text;
}

TEST(PartitionKeys, MustGoWithTheSchema) {
  const Schema schema{{"country", string()},    {"at", timestamp(TimeUnit::second)},
                      {"tags", list(string())}, {"month", int64()},
                      {"day", date()},          {"half", float16()}};
  EXPECT_EQ(refused_keys(schema, "country, year(at), day"), "accepted");
  EXPECT_THAT(refused_keys(schema, "contry"), HasSubstr("Is country meant?"));
  EXPECT_THAT(refused_keys(schema, "year(country)"), HasSubstr("a part that type string has not"));
  EXPECT_THAT(refused_keys(schema, "hour(day)"), HasSubstr("type date"));
  EXPECT_THAT(refused_keys(schema, "month(at)"), HasSubstr("there is a column of that name"));
  EXPECT_THAT(refused_keys(schema, "year(at), year(day)"), HasSubstr("the name of another one"));
  EXPECT_THAT(refused_keys(schema, "country, country"), HasSubstr("the name of another one"));
  EXPECT_THAT(refused_keys(schema, "tags", ErrorCode::unsupported), HasSubstr("list<string>"));
  EXPECT_THAT(refused_keys(schema, "half", ErrorCode::unsupported), HasSubstr("float16"));
  EXPECT_THAT(refused_keys(Schema{{"a", int64()}, {"b", int64()}}, "b, a"), HasSubstr("leave no column"));
  EXPECT_EQ(refused_keys(Schema{{"at", date()}}, "year(at)"), "accepted");  // the column stays
}

TEST(PartitionKeys, LeaveTheFilesUnlessTheyAreKept) {
  const Schema schema{{"a", int64(), false}, {"at", date()}, {"b", string()}};
  PartitionOptions options{.keys = parse_partition_keys("a, year(at), yearmonth(at)")};
  const auto keys = bind_partition_keys(schema, options);
  EXPECT_EQ(columns_of_files(schema, keys, options), (std::vector<size_t>{1, 2}));
  EXPECT_EQ(to_text(partition_key_schema(keys)), "a int64, year int32, yearmonth string");
  options.keep_columns = true;
  EXPECT_EQ(columns_of_files(schema, keys, options), (std::vector<size_t>{0, 1, 2}));
}

}  // namespace
}  // namespace sluice::partition_names_test
