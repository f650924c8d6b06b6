// Which types become which: the rules by themselves. Through the whole engine: tests/engine/evolution_test.cc.
#include "schema/evolution.h"

#include <gtest/gtest.h>

#include "sluice/schema.h"

namespace sluice::evolution_test {
namespace {

Type type_of(const std::string& text) { return parse_schema("a " + text)[0].type; }

TEST(Evolution, WhatEvolvesToWhat) {
  struct Case {
    const char* from;
    const char* to;
    bool evolves;
  };
  for (const auto& [from, to, expected] : {Case{"int64", "int64", true},
                                           Case{"null", "binary", true},
                                           Case{"int8", "int16", true},
                                           Case{"int64", "float64", true},
                                           Case{"int64", "uint64", true},
                                           Case{"int64", "float32", false},
                                           Case{"int64", "int32", false},
                                           Case{"float64", "int64", false},
                                           Case{"uint64", "int64", false},
                                           Case{"date", "timestamp(ns)", true},
                                           Case{"date", "timestamp(ns, UTC)", false},
                                           Case{"timestamp(ms)", "timestamp(us)", true},
                                           Case{"timestamp(us)", "timestamp(ms)", false},
                                           Case{"timestamp(us)", "timestamp(us, UTC)", false},
                                           Case{"uuid", "string", true},
                                           Case{"binary", "string", false},
                                           Case{"binary", "json", false},
                                           Case{"list<fixed(2)>", "json", false},
                                           Case{"struct<x map<string, list<int8>>>", "json", true},
                                           Case{"json", "string", true},
                                           Case{"list<int8>", "string", false},
                                           Case{"list<int8>", "list<json>", true},
                                           Case{"struct<x int8>", "struct<y int8, x float64>", true},
                                           Case{"struct<x int8>", "struct<y int8>", false},
                                           Case{"map<string, int8>", "map<string, float64>", true},
                                           Case{"list<int8>", "map<string, int8>", false}}) {
    EXPECT_EQ(evolves(type_of(from), type_of(to)), expected) << from << " to " << to;
  }
}

/// With values that any type keeps, or only those that hold all values of theirs.
std::string wider(const std::string& known, const std::string& seen, bool keeps = true, const Type& mixed = json()) {
  EXPECT_TRUE(can_widen(type_of(known), mixed));
  const Type type = wider_type(type_of(known), type_of(seen), mixed, [&](const Type&) { return keeps; });
  EXPECT_TRUE(evolves(type_of(known), type)) << known << " to " << to_text(type);
  EXPECT_NE(type, type_of(known));
  return to_text(type);
}

TEST(Evolution, NumbersWiden) {
  EXPECT_EQ(wider("int64", "float64"), "float64");
  EXPECT_EQ(wider("int64", "float64", false), "json");
  EXPECT_EQ(wider("int64", "float64", false, string()), "string");
  EXPECT_EQ(wider("int32", "float64", false), "float64");
  EXPECT_EQ(wider("int64", "uint64"), "uint64");
  EXPECT_EQ(wider("int64", "uint64", false), "decimal(20, 0)");
  EXPECT_EQ(wider("uint8", "int64", false), "int64");
  EXPECT_EQ(wider("float32", "float64", false), "float64");
  EXPECT_EQ(wider("float64", "int64"), "json");
  EXPECT_EQ(wider("decimal(5, 2)", "int64"), "decimal(21, 2)");
  EXPECT_EQ(wider("decimal(20, 0)", "float64"), "json");
  EXPECT_EQ(wider("int64", "bool"), "json");
}

TEST(Evolution, MomentsWiden) {
  EXPECT_EQ(wider("date", "timestamp(s)"), "timestamp(s)");
  EXPECT_EQ(wider("date", "timestamp(s)", false), "string");
  EXPECT_EQ(wider("date", "timestamp(s, UTC)"), "string");
  EXPECT_EQ(wider("timestamp(s)", "timestamp(ns)"), "timestamp(ns)");
  EXPECT_EQ(wider("timestamp(ns)", "timestamp(s)"), "string");
  EXPECT_EQ(wider("timestamp(s)", "int64"), "json");
  EXPECT_EQ(wider("time(s)", "string"), "string");
}

TEST(Evolution, TheRestBecomesText) {
  for (const char* known : {"bool", "string", "list<int8>", "struct<x int8>", "map<string, int8>", "duration(s)"})
    EXPECT_EQ(wider(known, "json"), "json");
  for (const char* none : {"binary", "fixed(3)", "bson", "geometry", "list<binary>", "json", "null"})
    EXPECT_FALSE(can_widen(type_of(none), json())) << none;
  EXPECT_FALSE(can_widen(string(), string())) << "a string of CSV holds any text";
  EXPECT_FALSE(can_widen(type_of("list<int8>"), string()));
}

}  // namespace
}  // namespace sluice::evolution_test
