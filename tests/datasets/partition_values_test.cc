#include "datasets/partition_values.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sluice/error.h"
#include "support/make_columns.h"

namespace sluice::partition_values_test {
namespace {

using Texts = std::vector<std::optional<std::string>>;

std::vector<ListedFile> files_with(const Texts& values) {
  std::vector<ListedFile> files;
  for (const auto& value : values) files.push_back({"f", {{"k", value}}});
  return files;
}

std::string type_of(const Texts& values, const std::string& declared = {}) {
  std::optional<Schema> schema;
  if (!declared.empty()) schema = parse_schema("k " + declared);
  return to_text(partition_schema(files_with(values), schema)[0].type);
}

TEST(PartitionValues, TakesTheTypeThatAllValuesHave) {
  EXPECT_EQ(type_of({"1", "-9223372036854775808", std::nullopt}), "int64");
  EXPECT_EQ(type_of({"1", "18446744073709551615"}), "uint64");
  EXPECT_EQ(type_of({"-1", "18446744073709551615"}), "string");
  EXPECT_EQ(type_of({"18446744073709551616"}), "string");
  EXPECT_EQ(type_of({"2024-02-29", "0001-01-01"}), "date");
  EXPECT_EQ(type_of({"2023-02-29"}), "string");
  EXPECT_EQ(type_of({"2024-02-29", "1"}), "string");
  // Numbers that would come back in other letters are none.
  for (const char* text : {"01", "+1", "-0", "1.0", "1e3", " 1", "", "0x1"})
    EXPECT_EQ(type_of({"1", text}), "string") << text;
  EXPECT_EQ(type_of({std::nullopt}), "string");
  EXPECT_EQ(partition_schema({}, {}), Schema());
}

TEST(PartitionValues, BelievesWhatFilesDeclare) {
  EXPECT_EQ(type_of({"1", "2"}, "string"), "string");
  EXPECT_EQ(type_of({"1", "2"}, "int8"), "int8");
  EXPECT_EQ(type_of({"1", "200"}, "int8"), "int64");
  EXPECT_EQ(type_of({"01"}, "int32"), "int32");
  EXPECT_EQ(type_of({"1.50"}, "decimal(5, 2)"), "decimal(5, 2)");
  EXPECT_EQ(type_of({"1"}, "list<int64>"), "int64");
}

std::string value_of(const std::string& type, const std::optional<std::string>& text) {
  try {
    return test::show(partition_value(parse_schema("k " + type)[0], text, "k=x/f.parquet"), 0);
  } catch (const Error& error) {
    return std::string(to_string(error.code()));
  }
}

TEST(PartitionValues, ReadsValuesOfAllTypes) {
  EXPECT_EQ(value_of("int8", "-128"), "-128");
  EXPECT_EQ(value_of("int8", "128"), "data");
  EXPECT_EQ(value_of("int64", "9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(value_of("int64", "9223372036854775808"), "data");
  EXPECT_EQ(value_of("uint8", "255"), "255");
  EXPECT_EQ(value_of("uint8", "-1"), "data");
  EXPECT_EQ(value_of("uint64", "18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(value_of("int32", "1.5"), "data");
  EXPECT_EQ(value_of("int32", "x"), "data");
  EXPECT_EQ(value_of("int32", "01"), "1");
  EXPECT_EQ(value_of("int32", "-007"), "-7");
  EXPECT_EQ(value_of("int32", "0"), "0");
  EXPECT_EQ(value_of("int32", "00"), "0");
  EXPECT_EQ(value_of("decimal(5, 2)", "01"), "data");
  EXPECT_EQ(value_of("decimal(5, 2)", "-123.45"), "-123.45");
  EXPECT_EQ(value_of("decimal(5, 2)", "1000"), "data");
  EXPECT_EQ(value_of("decimal(5, 2)", "1.234"), "data");
  EXPECT_EQ(value_of("decimal(60, 0)", "1" + std::string(59, '0')), "1" + std::string(59, '0'));
  EXPECT_EQ(value_of("float32", "0.5"), "0.500000");
  EXPECT_EQ(value_of("float64", "NaN"), "nan");
  EXPECT_EQ(value_of("float16", "2"), "2.000000");
  EXPECT_EQ(value_of("date", "1970-01-02"), "1");
  EXPECT_EQ(value_of("timestamp(us)", "1970-01-01 00:00:01"), "1000000");
  EXPECT_EQ(value_of("timestamp(ms, UTC)", "1970-01-01T00:00:01Z"), "1000");
  EXPECT_EQ(value_of("timestamp(s)", "1970-01-01T00:00:01.5"), "data");
  EXPECT_EQ(value_of("time(ms)", "00:00:01.5"), "1500");
  EXPECT_EQ(value_of("boolean", "true"), "true");
  EXPECT_EQ(value_of("boolean", "1"), "data");
  EXPECT_EQ(value_of("uuid", "550e8400-e29b-41d4-a716-446655440000"), "550e8400e29b41d4a716446655440000");
  EXPECT_EQ(value_of("string", ""), "''");
  EXPECT_EQ(value_of("string", std::nullopt), "null");
  EXPECT_EQ(value_of("list<int64>", std::nullopt), "null");
  EXPECT_EQ(value_of("list<int64>", "1"), "data");
}

}  // namespace
}  // namespace sluice::partition_values_test
