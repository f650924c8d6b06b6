#include "schema/merge.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sluice::merge_test {
namespace {

std::vector<Type> scalar_types() {
  return {null(),
          boolean(),
          int8(),
          int16(),
          int32(),
          int64(),
          uint8(),
          uint16(),
          uint32(),
          uint64(),
          float16(),
          float32(),
          float64(),
          decimal(3, 0),
          decimal(5, 2),
          decimal(5, 5),
          decimal(10, 0),
          decimal(20, 0),
          decimal(38, 3),
          decimal(76, 10),
          string(),
          binary(),
          json(),
          bson(),
          enum_(),
          fixed(4),
          fixed(5),
          uuid(),
          date(),
          time(TimeUnit::second),
          time(TimeUnit::millisecond),
          time(TimeUnit::nanosecond),
          timestamp(TimeUnit::second),
          timestamp(TimeUnit::microsecond),
          timestamp(TimeUnit::microsecond, "UTC"),
          timestamp(TimeUnit::nanosecond, "UTC"),
          duration(TimeUnit::second),
          duration(TimeUnit::microsecond),
          geometry(),
          geometry("EPSG:4326"),
          geography()};
}

bool is_integer(const Type& type) { return type.kind() >= TypeKind::int8 && type.kind() <= TypeKind::uint64; }

/// "int16 decimal(3, 0)": what a type widens to, itself left out.
std::string wider_than(const Type& from) {
  std::string words;
  for (const Type& to : scalar_types())
    if (!(to == from) && widens(from, to)) words += (words.empty() ? "" : " ") + to_text(to);
  return words;
}

TEST(Merge, SaysWhatEachTypeWidensTo) {
  EXPECT_EQ(wider_than(boolean()), "");
  EXPECT_EQ(
      wider_than(int8()),
      "int16 int32 int64 float32 float64 decimal(3, 0) decimal(5, 2) decimal(10, 0) decimal(20, 0) decimal(38, 3) "
      "decimal(76, 10)");
  EXPECT_EQ(wider_than(uint8()),
            "int16 int32 int64 uint16 uint32 uint64 float32 float64 decimal(3, 0) decimal(5, 2) decimal(10, 0) "
            "decimal(20, 0) decimal(38, 3) decimal(76, 10)");
  EXPECT_EQ(wider_than(int16()),
            "int32 int64 float32 float64 decimal(10, 0) decimal(20, 0) decimal(38, 3) decimal(76, 10)");
  EXPECT_EQ(wider_than(uint32()), "int64 uint64 float64 decimal(10, 0) decimal(20, 0) decimal(38, 3) decimal(76, 10)");
  EXPECT_EQ(wider_than(int32()), "int64 float64 decimal(10, 0) decimal(20, 0) decimal(38, 3) decimal(76, 10)");
  EXPECT_EQ(wider_than(int64()), "decimal(20, 0) decimal(38, 3) decimal(76, 10)");
  EXPECT_EQ(wider_than(uint64()), "decimal(20, 0) decimal(38, 3) decimal(76, 10)");
  EXPECT_EQ(wider_than(float16()), "float32 float64");
  EXPECT_EQ(wider_than(float32()), "float64");
  EXPECT_EQ(wider_than(float64()), "");
  EXPECT_EQ(wider_than(decimal(5, 2)), "decimal(38, 3) decimal(76, 10)");
  EXPECT_EQ(wider_than(decimal(5, 5)), "decimal(76, 10)");
  EXPECT_EQ(wider_than(decimal(76, 10)), "");
  EXPECT_EQ(wider_than(string()), "");
  EXPECT_EQ(wider_than(json()), "string");
  EXPECT_EQ(wider_than(enum_()), "string");
  EXPECT_EQ(wider_than(bson()), "binary");
  EXPECT_EQ(wider_than(fixed(4)), "");
  EXPECT_EQ(wider_than(uuid()), "");
  EXPECT_EQ(wider_than(date()), "");
  EXPECT_EQ(wider_than(time(TimeUnit::second)), "time(ms) time(ns)");
  EXPECT_EQ(wider_than(timestamp(TimeUnit::second)), "timestamp(us)");
  EXPECT_EQ(wider_than(timestamp(TimeUnit::microsecond, "UTC")), "timestamp(ns, UTC)");
  EXPECT_EQ(wider_than(duration(TimeUnit::second)), "duration(us)");
  EXPECT_EQ(wider_than(geometry()), "");
  for (const Type& type : scalar_types()) EXPECT_TRUE(widens(null(), type));
}

// Of all pairs: both widen to what they merge to, nothing narrower would do, and the order does not matter.
TEST(Merge, FindsTheNarrowestTypeOfAllPairs) {
  for (const Type& a : scalar_types())
    for (const Type& b : scalar_types()) {
      SCOPED_TRACE(to_text(a) + " and " + to_text(b));
      const std::optional<Type> merged = merged_type(a, b);
      EXPECT_EQ(merged, merged_type(b, a));
      if (merged) {
        EXPECT_TRUE(widens(a, *merged));
        EXPECT_TRUE(widens(b, *merged));
      }
      for (const Type& wide : scalar_types()) {
        if (!widens(a, wide) || !widens(b, wide)) continue;
        // Integers stay integers as long as one holds both, though a float or a short decimal might do too.
        if (is_integer(a) && is_integer(b) && merged && is_integer(*merged) && !is_integer(wide)) continue;
        ASSERT_TRUE(merged.has_value()) << to_text(wide);
        EXPECT_TRUE(widens(*merged, wide)) << to_text(wide);
      }
    }
}

TEST(Merge, KnowsPairsOfWhichNeitherIsTheWider) {
  EXPECT_EQ(merged_type(int8(), uint8()), int16());
  EXPECT_EQ(merged_type(uint32(), int8()), int64());
  EXPECT_EQ(merged_type(int64(), uint64()), decimal(20, 0));
  EXPECT_EQ(merged_type(float16(), int16()), float32());
  EXPECT_EQ(merged_type(float32(), int32()), float64());
  EXPECT_EQ(merged_type(int64(), float64()), std::nullopt);
  EXPECT_EQ(merged_type(int64(), decimal(5, 2)), decimal(21, 2));
  EXPECT_EQ(merged_type(decimal(5, 2), decimal(10, 0)), decimal(12, 2));
  EXPECT_EQ(merged_type(decimal(76, 76), decimal(1, 0)), std::nullopt);
  EXPECT_EQ(merged_type(enum_(), json()), string());
  EXPECT_EQ(merged_type(string(), int64()), std::nullopt);
  EXPECT_EQ(merged_type(timestamp(TimeUnit::second), timestamp(TimeUnit::second, "UTC")), std::nullopt);
}

// What types alone do not tell, a look at the values may.
TEST(Merge, GoesFurtherWhereValuesAreLookedAt) {
  const auto merged = [](const std::string& a, const std::string& b) -> std::string {
    MergeConflict conflict;
    const auto of = [](const std::string& type) { return parse_schema("v " + type); };
    const std::optional<Schema> both = merged_schema(of(a), of(b), conflict, MergeRule::values);
    const std::optional<Schema> turned = merged_schema(of(b), of(a), conflict, MergeRule::values);
    EXPECT_EQ(both, turned);
    return both ? to_text((*both)[0].type) : "none";
  };
  EXPECT_EQ(merged("int64", "float64"), "float64");
  EXPECT_EQ(merged("uint64", "float16"), "float64");
  EXPECT_EQ(merged("int32", "float32"), "float64");
  EXPECT_EQ(merged("int16", "float32"), "float32");
  EXPECT_EQ(merged("date", "timestamp(us)"), "timestamp(us)");
  EXPECT_EQ(merged("list<int64>", "list<float32>"), "list<float64>");
  EXPECT_EQ(merged("date", "timestamp(us, UTC)"), "none");
  EXPECT_EQ(merged("decimal(4, 2)", "float64"), "none");
  EXPECT_EQ(merged("int64", "string"), "none");
}

std::string merged_text(const std::string& a, const std::string& b) {
  MergeConflict conflict;
  const std::optional<Schema> merged = merged_schema(parse_schema(a), parse_schema(b), conflict);
  if (merged) return to_text(*merged);
  return conflict.column + ": " + to_text(conflict.a) + ", " + to_text(conflict.b);
}

TEST(Merge, PutsColumnsTogetherByName) {
  EXPECT_EQ(merged_text("a int64 not null, b string", "b string, a int64 not null"), "a int64 not null, b string");
  EXPECT_EQ(merged_text("a int64 not null", "b string not null"), "a int64, b string");
  EXPECT_EQ(merged_text("a int32 not null, b date", "c bool, b date, a int64"), "a int64, b date, c bool");
  EXPECT_EQ(merged_text("a null", "a struct<b int64 not null>"), "a struct<b int64 not null>");
}

TEST(Merge, GoesIntoWhatIsNested) {
  EXPECT_EQ(merged_text("u struct<a int32 not null, b string>", "u struct<b json, c date not null>"),
            "u struct<a int32, b string, c date>");
  EXPECT_EQ(merged_text("l list<int8 not null>", "l list<uint8>"), "l list<int16>");
  EXPECT_EQ(merged_text("m map<string, int32>", "m map<string, int64 not null>"), "m map<string, int64>");
  EXPECT_EQ(merged_text("f fixed_list<float32, 2>", "f fixed_list<float64, 2>"), "f fixed_list<float64, 2>");
}

TEST(Merge, NamesTheColumnThatStandsInTheWay) {
  EXPECT_EQ(merged_text("a int64", "a string"), "a: int64, string");
  EXPECT_EQ(merged_text("u struct<l list<struct<x date>>>", "u struct<l list<struct<x uuid>>>"), "u.l[].x: date, uuid");
  EXPECT_EQ(merged_text("m map<string, date>", "m map<string, bool>"), "m[].value: date, bool");
  EXPECT_EQ(merged_text("l list<int64>", "l int64"), "l: list<int64>, int64");
  EXPECT_EQ(merged_text("f fixed_list<int64, 2>", "f fixed_list<int64, 3>"),
            "f: fixed_list<int64, 2>, fixed_list<int64, 3>");
}

TEST(Merge, KeepsFieldIdsThatAgree) {
  MergeConflict conflict;
  const Field a{"a", int64(), true, 1};
  const auto merged = [&](const Schema& x, const Schema& y) { return merged_schema(x, y, conflict).value(); };
  EXPECT_EQ(merged(Schema({a}), Schema({a, {"b", int64(), true, 2}})), Schema({a, {"b", int64(), true, 2}}));
  EXPECT_EQ(merged(Schema({a}), Schema({{"a", int64(), true, 7}})), Schema({{"a", int64()}}));
  // One number for two columns tells nothing.
  EXPECT_EQ(merged(Schema({a}), Schema({{"b", int64(), true, 1}})), Schema({{"a", int64()}, {"b", int64()}}));
}

TEST(Merge, TellsWhatWidensPartByPart) {
  const auto does = [](const std::string& from, const std::string& to) {
    return widens(parse_schema("c " + from)[0].type, parse_schema("c " + to)[0].type);
  };
  EXPECT_TRUE(does("struct<a int8>", "struct<b date, a int64>"));
  EXPECT_FALSE(does("struct<a int8>", "struct<b date not null, a int64>"));
  EXPECT_FALSE(does("struct<a int8, b date>", "struct<a int8>"));
  EXPECT_FALSE(does("struct<a int8>", "struct<a int8 not null>"));
  EXPECT_TRUE(does("list<int8 not null>", "list<int16>"));
  EXPECT_FALSE(does("list<int8>", "list<int8 not null>"));
  EXPECT_FALSE(does("list<int8>", "fixed_list<int8, 2>"));
  EXPECT_TRUE(does("map<enum, null>", "map<string, list<int8>>"));
}

}  // namespace
}  // namespace sluice::merge_test
