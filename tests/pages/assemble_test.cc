#include "pages/assemble.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "columns/column_check.h"
#include "columns/gather.h"
#include "pages/striping.h"
#include "schema/leaves.h"
#include "schema/nested.h"
#include "sluice/error.h"
#include "support/make_columns.h"
#include "support/random_table.h"
#include "support/reference_slots.h"

namespace sluice::assemble_test {
namespace {

using namespace test;
using ::testing::HasSubstr;

/// What a chunk reader makes of the rows of a column, for one leaf below it.
LeafPart part_of(const Column& root, const Field& field, const Leaf& leaf) {
  LeafPart part;
  part.rows = root.length;
  Striper striper;
  const LeafSlice slice = striper.stripe(root, field, leaf, 0, root.length);
  std::vector<ValuePlace> places;
  size_t value = 0;
  for (size_t i = 0; i < slice.slots; ++i) {
    const uint8_t definition = slice.definition != nullptr ? slice.definition[i] : leaf.definition_level_max;
    part.definition.push_back(definition);
    if (slice.repetition != nullptr) part.repetition.push_back(slice.repetition[i]);
    const bool is_there = definition == leaf.definition_level_max && leaf.type.kind() != TypeKind::null;
    const int64_t position = slice.values.positions != nullptr && is_there
                                 ? slice.values.positions[value]
                                 : slice.values.begin + static_cast<int64_t>(value);
    if (definition >= leaf.item_definition_level)
      places.push_back(is_there ? ValuePlace{0, static_cast<int32_t>(position)} : ValuePlace{});
    value += is_there;
  }
  uint64_t unlimited = UINT64_MAX;
  part.values = *gather({&slice.column, 1}, places, unlimited);
  if (leaf.repetition_level_max == 0 && leaf.definition_level_max <= 1) part.definition.clear();
  return part;
}

struct Kept {
  Field field;
  Column column;
};

/// The field with only some of its leaves, and the column of values for that. `kept`: of the leaves from `next` on.
std::optional<Kept> keep(const Field& field, const Column& column, const std::vector<bool>& kept, size_t& next) {
  if (!field.type.is_nested()) return kept[next++] ? std::optional(Kept{field, column}) : std::nullopt;
  std::vector<Field> parts;
  Column rest = column;
  rest.children.clear();
  for (size_t i = 0; i < column.children.size(); ++i) {
    std::optional<Kept> part = keep(field.type.children()[i], column.children[i], kept, next);
    if (!part) continue;
    parts.push_back(part->field);
    rest.children.push_back(part->column);
  }
  if (parts.empty()) return std::nullopt;
  Field field_left = field;
  field_left.type = rest.type = with_parts(field.type, parts);
  return Kept{field_left, rest};
}

bool has_map(const Type& type) {
  return type.kind() == TypeKind::map ||
         std::ranges::any_of(type.children(), [](const Field& part) { return has_map(part.type); });
}

class PoolTest : public testing::Test {
 protected:
  std::shared_ptr<BufferPool> pool_ = std::make_shared<BufferPool>(uint64_t{1} << 20);
};

class AssemblerTest : public PoolTest {
 protected:
  void expect_same(const Kept& expected, const std::vector<Leaf>& leaves, const std::vector<size_t>& kept,
                   std::vector<LeafPart> parts) {
    std::vector<AssemblyLeaf> below;
    for (size_t i = 0; i < kept.size(); ++i) below.push_back({&leaves[kept[i]], i});
    Assembler assembler(expected.field, below, "a file: column a");
    const Column found = assembler.assemble(parts, *pool_);
    EXPECT_EQ(found.type, expected.field.type);
    ASSERT_EQ(found.length, expected.column.length);
    ASSERT_EQ(show_all(found), show_all(expected.column));
    ColumnCheck(found.length).check(found, expected.field);
  }
};

TEST_F(AssemblerTest, PutsTogetherWhatStripingTookApart) {
  const uint64_t seed = property_seed();
  for (uint64_t round = 0; round < 150; ++round) {
    SCOPED_TRACE(round);
    Draw draw(seed, round);
    const RandomTable table = draw_table(draw, {.leaves_max = 1'000, .leaves_max_large = 3'000});
    if (table.rows == 0) continue;
    const std::vector<Leaf> leaves = leaves_of(table.schema);
    for (size_t root = 0, first = 0; root < table.schema.size(); ++root) {
      const Field& field = table.schema[root];
      const Column column = make_column(draw, field.type, table.columns[root]);
      size_t end = first;
      while (end < leaves.size() && leaves[end].steps[0] == root) ++end;
      std::vector<bool> keeps(end, true);
      if (!has_map(field.type) && draw.chance(40))
        for (size_t i = first; i < end; ++i) keeps[i] = draw.chance(50);
      std::vector<size_t> kept;
      std::vector<LeafPart> parts;
      for (size_t i = first; i < end; ++i) {
        if (!keeps[i]) continue;
        kept.push_back(i);
        parts.push_back(part_of(column, field, leaves[i]));
      }
      size_t next = first;
      const std::optional<Kept> expected = keep(field, column, keeps, next);
      first = end;
      if (!expected) continue;
      ASSERT_NO_FATAL_FAILURE(expect_same(*expected, leaves, kept, std::move(parts))) << to_text(field.type);
    }
  }
}

/// Levels by hand: "01 12" are two slots of repetition 0 and 1, definition 1 and 2.
LeafPart by_hand(const Leaf& leaf, int64_t rows, const std::vector<int>& slots) {
  LeafPart part;
  part.rows = rows;
  std::vector<std::optional<int64_t>> values;
  for (const int slot : slots) {
    part.repetition.push_back(static_cast<uint8_t>(slot / 10));
    part.definition.push_back(static_cast<uint8_t>(slot % 10));
    if (slot % 10 < leaf.item_definition_level) continue;
    values.push_back(slot % 10 == leaf.definition_level_max ? std::optional(slot) : std::nullopt);
  }
  if (leaf.repetition_level_max == 0) part.repetition.clear();
  part.values = make_int64(values);
  return part;
}

class LevelsByHand : public PoolTest {
 protected:
  /// One column; one list of slots for each leaf. What it shows, or what is wrong.
  std::string assembled(const std::string& type, int64_t rows, const std::vector<std::vector<int>>& slots) {
    const Schema schema = parse_schema("a " + type);
    const std::vector<Leaf> leaves = leaves_of(schema);
    std::vector<AssemblyLeaf> below;
    std::vector<LeafPart> parts;
    for (size_t i = 0; i < leaves.size(); ++i) {
      below.push_back({&leaves[i], i});
      parts.push_back(by_hand(leaves[i], rows, slots[i]));
    }
    Assembler assembler(schema[0], below, "a file: column a");
    try {
      const Column column = assembler.assemble(parts, *pool_);
      ColumnCheck(rows).check(column, schema[0]);
      std::string text;
      for (const std::string& value : show_all(column)) text += (text.empty() ? "" : " ") + value;
      return text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::corrupt);
      EXPECT_EQ(error.place().field, "a");
      return error.what();
    }
  }
};

TEST_F(LevelsByHand, Lists) {
  EXPECT_EQ(assembled("list<int64>", 4, {{3, 12, 13, 1, 0, 3}}), "[3,null,13] [] null [3]");
  EXPECT_EQ(assembled("list<int64 not null> not null", 3, {{0, 1, 11, 11, 1}}), "[] [1,11,11] [1]");
  EXPECT_EQ(assembled("list<list<int64 not null> not null> not null", 2, {{2, 22, 12, 11, 22 - 1, 0}}),
            assembled("list<list<int64 not null> not null> not null", 2, {{2, 22, 12, 11, 21, 0}}));
}

TEST_F(LevelsByHand, ListsGoOnOnlyWhereTheyAre) {
  // A list of nothing, and one that is null, that go on; items that end further up.
  for (const std::vector<int>& slots : std::vector<std::vector<int>>{{1, 13}, {0, 13}, {3, 11}, {3, 10}, {13}})
    EXPECT_THAT(assembled("list<int64>", 1, {slots}), HasSubstr("go on with a list that has no items"));
  for (const std::vector<int>& slots : std::vector<std::vector<int>>{{4, 12, 24}, {2, 24}, {1, 15}})
    EXPECT_THAT(assembled("list<list<int64>>", 1, {slots}), HasSubstr("go on with a list that has no items"))
        << slots.size();
}

TEST_F(LevelsByHand, StructsOfLeavesThatDisagree) {
  const std::string both = "struct<b int64, c int64>";
  EXPECT_EQ(assembled(both, 3, {{2, 1, 0}, {1, 2, 0}}), "{2,null} {null,2} null");
  EXPECT_THAT(assembled(both, 1, {{0}, {1}}), HasSubstr("a file: column a: columns a.b and a.c disagree"));
  EXPECT_THAT(assembled(both, 1, {{2}, {0}}), HasSubstr("disagree"));
  const std::string items = "list<struct<b int64, c int64>>";
  EXPECT_EQ(assembled(items, 2, {{4, 13, 12, 1}, {3, 14, 12, 1}}), "[{4,null},{null,14},null] []");
  EXPECT_THAT(assembled(items, 1, {{4, 14}, {4}}), HasSubstr("disagree"));
  EXPECT_THAT(assembled(items, 2, {{4, 14, 4}, {4, 4, 14}}), HasSubstr("disagree"));
  EXPECT_THAT(assembled(items, 1, {{4, 12}, {4, 13}}), HasSubstr("disagree"));
  const std::string lists = "struct<b list<int64>, c list<int64>>";
  EXPECT_EQ(assembled(lists, 2, {{4, 14, 1}, {2, 4, 13}}), "{[4,14],[]} {null,[4,null]}");
  EXPECT_THAT(assembled(lists, 2, {{4, 14, 1}, {2, 0}}), HasSubstr("disagree"));
  const std::string beside = "list<struct<b list<int64 not null> not null, c int64>>";
  EXPECT_EQ(assembled(beside, 2, {{4, 24, 13, 0}, {4, 13, 0}}), "[{[4,24],4},{[],null}] null");
  EXPECT_THAT(assembled(beside, 2, {{4, 24, 13, 0}, {4, 0}}), HasSubstr("disagree"));
  EXPECT_THAT(assembled(beside, 2, {{4, 24, 0}, {4, 13, 0}}), HasSubstr("disagree"));
  EXPECT_THAT(assembled(beside, 2, {{4, 24, 12, 0}, {4, 13, 0}}), HasSubstr("disagree"));
}

TEST_F(LevelsByHand, MapsOfKeysAndValuesThatDisagree) {
  EXPECT_EQ(assembled("map<int64, int64>", 2, {{2, 12, 0}, {3, 12, 0}}), "[{2,3},{12,null}] null");
  EXPECT_THAT(assembled("map<int64, int64>", 2, {{2, 12, 0}, {3, 0}}), HasSubstr("disagree"));
}

TEST_F(LevelsByHand, ListsOfFixedSize) {
  const std::string pairs = "fixed_list<int64, 2>";
  EXPECT_EQ(assembled(pairs, 3, {{3, 12, 0, 3, 13}}), "[3,null] null [3,13]");
  for (const std::vector<int>& slots : std::vector<std::vector<int>>{{3}, {3, 13, 13}, {1}})
    EXPECT_THAT(assembled(pairs, 1, {slots}), HasSubstr("a list of 2 items has"));
  EXPECT_EQ(assembled("struct<b fixed_list<int64, 2> not null>", 2, {{0, 3, 13}}), "null {[3,13]}");
  EXPECT_EQ(assembled("fixed_list<list<int64>, 2>", 2, {{0, 5, 25, 12}}), "null [[5,25],null]");
}

/// Levels that nobody checked: as many rows, and nothing else is sure.
std::vector<int> draw_slots(Draw& draw, const Leaf& leaf, int64_t rows) {
  std::vector<int> slots;
  while (rows > 0 || (!slots.empty() && draw.chance(40))) {
    const bool goes_on = leaf.repetition_level_max > 0 && !slots.empty() && (rows == 0 || draw.chance(40));
    const int64_t repetition = goes_on ? draw.between(1, leaf.repetition_level_max) : 0;
    if (!goes_on && rows-- == 0) break;
    const int64_t definition = draw.chance(50) ? leaf.definition_level_max : draw.between(0, leaf.definition_level_max);
    slots.push_back(static_cast<int>(repetition * 10 + definition));
  }
  return slots;
}

// Whatever is put together says just what its leaves say: taken apart again it gives the same levels.
TEST_F(PoolTest, AnyLevelsAreRefusedOrGivenBack) {
  const uint64_t seed = property_seed();
  const std::array<std::string, 7> types{"list<int64>",
                                         "struct<b int64, c list<int64>>",
                                         "list<struct<b int64, c int64 not null>>",
                                         "map<int64, list<int64> not null>",
                                         "fixed_list<struct<b int64 not null, c int64>, 2>",
                                         "list<list<int64> not null>",
                                         "struct<b struct<c int64, d int64 not null>, e int64> not null"};
  int accepted = 0;
  for (uint64_t round = 0; round < 4'000; ++round) {
    SCOPED_TRACE(round);
    Draw draw(seed, round);
    const Schema schema = parse_schema("a " + draw.one_of(types));
    const std::vector<Leaf> leaves = leaves_of(schema);
    const int64_t rows = draw.between(1, 3);
    std::vector<AssemblyLeaf> below;
    std::vector<LeafPart> parts;
    for (const Leaf& leaf : leaves) {
      below.push_back({&leaf, below.size()});
      parts.push_back(by_hand(leaf, rows, draw_slots(draw, leaf, rows)));
    }
    const std::vector<LeafPart> before = parts;
    Column column;
    try {
      column = Assembler(schema[0], below, "a file").assemble(parts, *pool_);
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), ErrorCode::corrupt) << error.what();
      continue;
    }
    ++accepted;
    ASSERT_EQ(column.length, rows);
    ColumnCheck(rows).check(column, schema[0]);
    for (size_t i = 0; i < leaves.size(); ++i) {
      const LeafPart again = part_of(column, schema[0], leaves[i]);
      ASSERT_EQ(again.repetition, before[i].repetition);
      ASSERT_TRUE(again.definition.empty() || again.definition == before[i].definition);
      ASSERT_EQ(show_all(again.values), show_all(before[i].values));
    }
  }
  EXPECT_GT(accepted, 300);
}

}  // namespace
}  // namespace sluice::assemble_test
