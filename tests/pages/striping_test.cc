#include "pages/striping.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "support/make_columns.h"
#include "support/random_table.h"
#include "support/reference_slots.h"

namespace sluice::striping_test {
namespace {

using namespace test;

/// A slice as text: "rd" for each slot, and "=value" where it carries one: "01=7 12 ...".
std::string show_slice(const LeafSlice& slice, const Leaf& leaf) {
  std::string text;
  size_t value = 0;
  for (size_t i = 0; i < slice.slots; ++i) {
    const int repetition = slice.repetition ? slice.repetition[i] : 0;
    const int definition = slice.definition ? slice.definition[i] : leaf.definition_level_max;
    text += (i > 0 ? " " : "") + std::to_string(repetition) + std::to_string(definition);
    if (definition != leaf.definition_level_max) continue;
    const int64_t position =
        slice.values.positions ? slice.values.positions[value] : slice.values.begin + static_cast<int64_t>(value);
    text += "=" + show(*slice.column, position);
    ++value;
  }
  EXPECT_EQ(value, slice.values.count);
  return text;
}

std::string stripe(const Column& column, const std::string& schema_text, size_t leaf = 0) {
  const Schema schema = parse_schema(schema_text);
  const std::vector<Leaf> leaves = leaves_of(schema);
  Striper striper;
  return show_slice(striper.stripe(column, schema[0], leaves[leaf], 0, column.length), leaves[leaf]);
}

// --- by hand

TEST(Striping, FlatColumns) {
  EXPECT_EQ(stripe(make_int64({7, 8}), "a int64 not null"), "00=7 00=8");
  EXPECT_EQ(stripe(make_int64({7, 8}), "a int64"), "01=7 01=8");
  EXPECT_EQ(stripe(make_int64({7, std::nullopt, 8}), "a int64"), "01=7 00 01=8");
  EXPECT_EQ(stripe(make_int64({std::nullopt, std::nullopt}), "a int64"), "00 00");
  EXPECT_EQ(stripe(make_null(3), "a null"), "00 00 00");
}

TEST(Striping, ListsAsTheHeaderShows) {
  const Column column = make_list({"element", int64()}, make_int64({1, std::nullopt}), {2, 0, std::nullopt});
  EXPECT_EQ(stripe(column, "a list<int64>"), "03=1 12 01 00");
}

TEST(Striping, ListsWithoutNulls) {
  const Column column = make_list({"element", int64(), false}, make_int64({1, 2, 3}), {1, 0, 2});
  EXPECT_EQ(stripe(column, "a list<int64 not null> not null"), "01=1 00 01=2 11=3");
  EXPECT_EQ(stripe(column, "a list<int64 not null>"), "02=1 01 02=2 12=3");
}

TEST(Striping, ListsOfLists) {
  // [[1, 2], []], [], null, [null, [3]]
  const Type inner_type = list(Field{"element", int64(), false});
  const Column inner = make_list({"element", int64(), false}, make_int64({1, 2, 3}), {2, 0, std::nullopt, 1});
  const Column outer = make_list({"element", inner_type}, inner, {2, 0, std::nullopt, 2});
  EXPECT_EQ(stripe(outer, "a list<list<int64 not null>>"), "04=1 24=2 13 01 00 02 14=3");
}

TEST(Striping, StructsInLists) {
  // [{1, "x"}, null], [], [{null, "y"}]
  const Type type = struct_({{"n", int64()}, {"s", string(), false}});
  const Column structs =
      make_struct(type, {make_int64({1, std::nullopt, std::nullopt}), make_text(string(), {"x", "hidden", "y"})},
                  {true, false, true});
  const Column column = make_list({"element", type}, structs, {2, 0, 1});
  const std::string schema = "a list<struct<n int64, s string not null>>";
  EXPECT_EQ(stripe(column, schema, 0), "04=1 12 01 03");
  EXPECT_EQ(stripe(column, schema, 1), "03='x' 12 01 03='y'");
}

TEST(Striping, ChainsOfNullableStructs) {
  // {{{5}}}, {{{null}}}, {{null}}, {null}, null
  const Type c = struct_({{"d", int64()}});
  const Type b = struct_({{"c", c}});
  const Type a = struct_({{"b", b}});
  const auto none = std::nullopt;
  const Column column =
      make_struct(a,
                  {make_struct(b, {make_struct(c, {make_int64({5, none, 6, 7, 8})}, {true, true, false, true, true})},
                               {true, true, true, false, true})},
                  {true, true, true, true, false});
  EXPECT_EQ(stripe(column, "a struct<b struct<c struct<d int64>>>"), "04=5 03 02 01 00");
}

TEST(Striping, NullListsMayHideElements) {
  // Arrow lets a null list have a length: [1], null over [2, 3], [4].
  Column column = make_list({"element", int64(), false}, make_int64({1, 2, 3, 4}), {1, 2, 1});
  set_validity(column, {true, false, true});
  EXPECT_EQ(stripe(column, "a list<int64 not null>"), "02=1 00 02=4");
}

// The example of the Dremel paper (VLDB 2010, figures 2 and 3): two documents and the levels of five columns.
class Dremel : public testing::Test {
 protected:
  // r1 has the Name.Language.Code values en-us, en; nothing; en-gb. r2 has a Name without a Language.
  std::string column_of(size_t leaf) const {
    const Schema schema = parse_schema(kSchema);
    const Field& root = schema[0];
    const auto none = std::nullopt;
    const Type& links_type = root.type.children()[1].type;
    const Type& name_type = root.type.children()[2].type.element().type;
    const Type& language_type = name_type.children()[0].type.element().type;
    const Column backward = make_list({"element", int64(), false}, make_int64({10, 30}), {0, 2});
    const Column forward = make_list({"element", int64(), false}, make_int64({20, 40, 60, 80}), {3, 1});
    const Column language = make_struct(
        language_type, {make_text(string(), {"en-us", "en", "en-gb"}), make_text(string(), {"us", none, "gb"})},
        {true, true, true});
    const Column name = make_struct(name_type,
                                    {make_list({"element", language_type, false}, language, {2, 0, 1, 0}),
                                     make_text(string(), {"http://A", "http://B", none, "http://C"})},
                                    {true, true, true, true});
    const Column document =
        make_struct(root.type,
                    {make_int64({10, 20}), make_struct(links_type, {backward, forward}, {true, true}),
                     make_list({"element", name_type, false}, name, {3, 1})},
                    {true, true});
    const std::vector<Leaf> leaves = leaves_of(schema);
    Striper striper;
    return show_slice(striper.stripe(document, root, leaves[leaf], 0, 2), leaves[leaf]);
  }

  // Repeated fields are lists that cannot be null, of elements that cannot be null: the levels are the paper's.
  static constexpr const char* kSchema =
      "document struct<docid int64 not null, "
      "links struct<backward list<int64 not null> not null, forward list<int64 not null> not null>, "
      "name list<struct<language list<struct<code string not null, country string> not null> not null, url string> "
      "not null> not null> not null";
};

TEST_F(Dremel, DocId) { EXPECT_EQ(column_of(0), "00=10 00=20"); }
TEST_F(Dremel, LinksBackward) { EXPECT_EQ(column_of(1), "01 02=10 12=30"); }
TEST_F(Dremel, LinksForward) { EXPECT_EQ(column_of(2), "02=20 12=40 12=60 02=80"); }
TEST_F(Dremel, NameLanguageCode) { EXPECT_EQ(column_of(3), "02='en-us' 22='en' 11 12='en-gb' 01"); }
TEST_F(Dremel, NameLanguageCountry) { EXPECT_EQ(column_of(4), "03='us' 22 11 13='gb' 01"); }
TEST_F(Dremel, NameUrl) { EXPECT_EQ(column_of(5), "02='http://A' 12='http://B' 11 02='http://C'"); }

// --- what is left out

TEST(Striping, LevelsThatAreAllAlikeAreNotMade) {
  const Schema schema = parse_schema("a struct<b int64>");
  const std::vector<Leaf> leaves = leaves_of(schema);
  const Column column = make_struct(schema[0].type, {make_int64({1, 2, 3})}, {true, true, true});
  Striper striper;
  const LeafSlice slice = striper.stripe(column, schema[0], leaves[0], 1, 2);
  EXPECT_EQ(slice.repetition, nullptr);
  EXPECT_EQ(slice.definition, nullptr);
  EXPECT_EQ(slice.values.positions, nullptr);
  EXPECT_EQ(slice.values.begin, 1);
  EXPECT_EQ(slice.first_row, 1);
}

TEST(Striping, ANullElsewhereDoesNotCount) {
  const Schema schema = parse_schema("a int64");
  const std::vector<Leaf> leaves = leaves_of(schema);
  const Column column = make_int64({std::nullopt, 2, 3, std::nullopt});
  Striper striper;
  EXPECT_EQ(striper.stripe(column, schema[0], leaves[0], 1, 2).definition, nullptr);
  EXPECT_NE(striper.stripe(column, schema[0], leaves[0], 1, 3).definition, nullptr);
}

// --- at random

TEST(Striping, SlicesAgreeWithTheReference) {
  const uint64_t seed = property_seed();
  for (uint64_t round = 0; round < 400; ++round) {
    Draw draw(seed, round);
    const RandomTable table = draw_table(draw, {.depth_max = 5, .rows_max = 300, .leaves_max = 2'000});
    if (table.rows == 0) continue;
    const std::vector<Leaf> leaves = leaves_of(table.schema);
    Striper striper;
    for (const Leaf& leaf : leaves) {
      const size_t root = leaf.steps[0];
      const Column column = make_column(draw, table.schema[root].type, table.columns[root]);
      const ReferenceSlots all = reference_slots(table.schema[root], leaf, table.columns[root]);
      for (int64_t begin = 0; begin < table.rows;) {
        const int64_t rows = draw.chance(30) ? table.rows - begin : draw.between(1, table.rows - begin);
        const LeafSlice slice = striper.stripe(column, table.schema[root], leaf, begin, rows);
        ASSERT_EQ(slots_of(slice, leaf), all.rows(begin, rows)) << "seed " << seed << ", round " << round << ", column "
                                                                << leaf.name << ", rows " << begin << " + " << rows;
        ASSERT_EQ(slice.rows, rows);
        ASSERT_EQ(slice.repetition == nullptr, leaf.repetition_level_max == 0);
        begin += rows;
      }
    }
  }
}

}  // namespace
}  // namespace sluice::striping_test
