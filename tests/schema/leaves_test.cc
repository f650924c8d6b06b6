// Leaf columns: paths and levels against the worked examples of parquet-format's "Nested Encoding" rules.
#include "schema/leaves.h"

#include <gtest/gtest.h>

#include "sluice/error.h"

namespace sluice::leaves_test {
namespace {

using Steps = std::vector<size_t>;
using Path = std::vector<std::string>;

void expect_leaf(const Leaf& leaf, const Steps& steps, const Path& path, const std::string& name, const Type& type,
                 bool nullable, int definition, int repetition) {
  EXPECT_EQ(leaf.steps, steps) << name;
  EXPECT_EQ(leaf.path, path) << name;
  EXPECT_EQ(leaf.name, name);
  EXPECT_EQ(leaf.type, type) << name;
  EXPECT_EQ(leaf.nullable, nullable) << name;
  EXPECT_EQ(leaf.definition_level_max, definition) << name;
  EXPECT_EQ(leaf.repetition_level_max, repetition) << name;
}

TEST(Leaves, LevelsCountNullableFieldsAndLists) {
  const std::vector<Leaf> leaves = leaves_of(parse_schema(
      "id int64 not null, name string, tags list<string not null> not null, "
      "user struct<name string, posts list<struct<at date not null, words list<\"item\" string>>> not null>"));
  ASSERT_EQ(leaves.size(), 6u);
  expect_leaf(leaves[0], {0}, {"id"}, "id", int64(), false, 0, 0);
  expect_leaf(leaves[1], {1}, {"name"}, "name", string(), true, 1, 0);
  expect_leaf(leaves[2], {2, 0}, {"tags", "list", "element"}, "tags[]", string(), false, 1, 1);
  expect_leaf(leaves[3], {3, 0}, {"user", "name"}, "user.name", string(), true, 2, 0);
  expect_leaf(leaves[4], {3, 1, 0, 0}, {"user", "posts", "list", "element", "at"}, "user.posts[].at", date(), false, 3,
              1);
  expect_leaf(leaves[5], {3, 1, 0, 1, 0}, {"user", "posts", "list", "element", "words", "list", "element"},
              "user.posts[].words[]", string(), true, 6, 2);
}

// A column without a name is not the root: its fields are not the root's columns.
TEST(Leaves, FieldsOfAColumnWithoutAName) {
  const std::vector<Leaf> leaves = leaves_of(parse_schema("\"\" struct<a int8, \"\" struct<a int8>>, a int8"));
  ASSERT_EQ(leaves.size(), 3u);
  EXPECT_EQ(leaves[0].name, ".a");
  EXPECT_EQ(leaves[1].name, "..a");
  EXPECT_EQ(leaves[2].name, "a");
  EXPECT_EQ(leaves_of(parse_schema("\"\" list<int8>"))[0].name, "[]");
  EXPECT_EQ(leaves_of(parse_schema("\"\" int8"))[0].name, "");
}

TEST(Leaves, EmptySchemaHasNone) { EXPECT_TRUE(leaves_of(Schema{}).empty()); }

TEST(Leaves, StepsLeadToTheLeaf) {
  const Schema schema = parse_schema("a struct<b struct<c list<list<struct<d int8, e null>>>, f json>>");
  for (const Leaf& leaf : leaves_of(schema)) {
    const Field* field = &schema[leaf.steps[0]];
    for (size_t i = 1; i < leaf.steps.size(); ++i) field = &field->type.children()[leaf.steps[i]];
    EXPECT_EQ(field->type, leaf.type) << leaf.name;
  }
}

Schema nested_lists(size_t depth) {
  Type type = int8();
  for (size_t i = 0; i < depth; ++i) type = list(type);
  return Schema{{"deep", type}};
}

TEST(Leaves, DepthEndsAt64) {
  const std::vector<Leaf> leaves = leaves_of(nested_lists(kSchemaDepthMax));
  ASSERT_EQ(leaves.size(), 1u);
  EXPECT_EQ(leaves[0].definition_level_max, 129);
  EXPECT_EQ(leaves[0].repetition_level_max, 64);
  EXPECT_EQ(leaves[0].path.size(), 129u);
  try {
    leaves_of(nested_lists(kSchemaDepthMax + 1));
    FAIL() << "65 levels accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid);
    EXPECT_EQ(std::string(error.what()),
              "column \"deep\" nests more than 64 lists, maps and structs inside each other");
  }
}

}  // namespace
}  // namespace sluice::leaves_test
