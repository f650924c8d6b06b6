#include "schema/origins.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "schema/merge.h"

namespace sluice::origins_test {
namespace {

Schema schema_of(const std::vector<std::pair<std::string, std::optional<std::string>>>& columns) {
  std::vector<Field> fields;
  for (const auto& [name, origin] : columns) fields.push_back({name, int8(), true, std::nullopt, origin});
  return Schema(std::move(fields));
}

std::vector<std::string> origins_of(const Schema& schema) {
  std::vector<std::string> origins;
  for (const Field& field : schema.fields()) origins.push_back(field.origin.value_or("none"));
  return origins;
}

TEST(Origins, NoTwoFieldsHaveOne) {
  EXPECT_EQ(field_origin("", "id"), "id");
  EXPECT_EQ(field_origin("user", "id"), "user.id");
  EXPECT_EQ(field_origin("", "user.id"), "\"user.id\"");
  EXPECT_EQ(field_origin("", ""), "\"\"");
  EXPECT_EQ(field_origin(field_origin("", ""), "x"), "\"\".x");
  EXPECT_EQ(field_origin("", "tags[]"), "\"tags[]\"");
  EXPECT_EQ(field_origin("", "#tags"), "\"#tags\"");
  EXPECT_EQ(field_origin("", "a\".\"b"), "\"a\"\".\"\"b\"");
}

TEST(Origins, ComeBackFromTheirText) {
  const std::string odd("a\n\"b\", \0 --\xc3\xa9", 14);
  const Schema schema = schema_of({{"_id", "events[]"},
                                   {"id", "id"},
                                   {"a_b", "a.b"},
                                   {odd, field_origin("x", odd)},
                                   {"", field_origin("", "")},
                                   {"a b", field_origin("", "a b")}});
  Schema bare = schema_of({{"_id", {}}, {"id", {}}, {"a_b", {}}, {odd, {}}, {"", {}}, {"a b", {}}});
  EXPECT_TRUE(has_origins(schema));
  EXPECT_FALSE(has_origins(bare));
  EXPECT_EQ(origins_of(with_origins(bare, origins_text(schema))), origins_of(schema));
  EXPECT_EQ(origins_text(schema_of({{"id", "id"}})), "");
  EXPECT_EQ(origins_of(with_origins(bare, "")),
            (std::vector<std::string>{"_id", "id", "a_b", field_origin("", odd), "\"\"", "\"a b\""}));
}

TEST(Origins, WhatIsNoSuchTextSaysNothing) {
  const Schema bare = schema_of({{"a", {}}});
  for (const std::string text : {"a", "a b c", "a b,", "a b a c", "7", "\"a", "a \xff"})
    EXPECT_FALSE(has_origins(with_origins(bare, text))) << text;
  EXPECT_EQ(origins_of(with_origins(bare, "b x, a y")), std::vector<std::string>{"y"});
}

TEST(Origins, DoNotMakeSchemasDifferentAndOutliveTheirMerging) {
  const Schema one = schema_of({{"a", "x.a"}, {"b", {}}});
  EXPECT_EQ(one, schema_of({{"a", "y.a"}, {"b", {}}}));
  MergeConflict conflict;
  const Schema other(
      {{"b", int16(), true, std::nullopt, "x.b"}, {"a", int16()}, {"c", int8(), true, std::nullopt, "c"}});
  EXPECT_EQ(origins_of(*merged_schema(one, other, conflict)), (std::vector<std::string>{"x.a", "x.b", "c"}));
}

}  // namespace
}  // namespace sluice::origins_test
