// Lists and maps as writers of old have laid them out (parquet-format, LogicalTypes.md, "Backward-compatibility
// rules"): schema and levels written down by hand, by the file's own tree, and read as what they stand for.
#include <gtest/gtest.h>

#include <bit>

#include "columns/column_check.h"
#include "encodings/rle_hybrid.h"
#include "format/schema_elements.h"
#include "pages/assemble.h"
#include "pages/chunk_reader.h"
#include "pages/pages_in_memory.h"
#include "schema/leaves.h"
#include "support/make_columns.h"

namespace sluice::legacy_shapes_test {
namespace {

using namespace test;
using Elements = std::vector<SchemaElement>;
using Annotation = ConvertedType;

constexpr auto kRequired = FieldRepetitionType::required;
constexpr auto kOptional = FieldRepetitionType::optional;
constexpr auto kRepeated = FieldRepetitionType::repeated;

SchemaElement number(FieldRepetitionType repetition, std::string name) {
  return {.type = PhysicalType::int64, .repetition_type = repetition, .name = std::move(name)};
}
SchemaElement group(FieldRepetitionType repetition, std::string name, int32_t children,
                    std::optional<ConvertedType> converted = {}) {
  return {
      .repetition_type = repetition, .name = std::move(name), .num_children = children, .converted_type = converted};
}

/// Highest levels of a leaf by the file's tree.
struct Highest {
  int repetition = 0;
  int definition = 0;
};

/// Of each leaf below the elements from `at` on, which is moved behind them.
void walk(const Elements& elements, size_t& at, Highest around, std::vector<Highest>& leaves) {
  const SchemaElement& element = elements[at++];
  around.repetition += element.repetition_type == kRepeated;
  around.definition += element.repetition_type != kRequired;
  if (element.type) leaves.push_back(around);
  for (int32_t child = element.num_children.value_or(0); child > 0; --child) walk(elements, at, around, leaves);
}

void append_levels(const std::vector<uint8_t>& levels, int level_max, Bytes& to) {
  if (level_max == 0) return;
  Bytes runs;
  rle_hybrid::encode(std::span<const uint8_t>(levels), std::bit_width(static_cast<unsigned>(level_max)), runs);
  to.append_value(static_cast<uint32_t>(runs.size()));
  to.append(runs);
}

/// One page. Slots are written as "12": repetition 1, definition 2. Values that are there count from `value` on.
PagesInMemory make_page(const std::vector<int>& slots, const Highest& highest, int64_t value) {
  std::vector<uint8_t> repetition;
  std::vector<uint8_t> definition;
  for (const int slot : slots) {
    repetition.push_back(static_cast<uint8_t>(slot / 10));
    definition.push_back(static_cast<uint8_t>(slot % 10));
  }
  Bytes body;
  append_levels(repetition, highest.repetition, body);
  append_levels(definition, highest.definition, body);
  for (const uint8_t level : definition)
    if (level == highest.definition) body.append_value(value++);
  PageHeader header;
  header.data_page_header = DataPageHeader{static_cast<int32_t>(slots.size()), Encoding::plain};
  PagesInMemory pages;
  pages.add(header, body);
  return pages;
}

/// The type and the rows of a file with one column, whose leaves have these slots. Values of the first leaf count from
/// 1 on, of the second from 101.
std::string read(Elements elements, int64_t rows, const std::vector<std::vector<int>>& slots) {
  std::vector<Highest> highest;
  size_t at = 0;
  walk(elements, at, {}, highest);
  elements.insert(elements.begin(), {.name = "root", .num_children = 1});
  const Schema schema = from_schema_elements(elements, "a file");
  const std::vector<Leaf> leaves = leaves_of(schema);
  EXPECT_EQ(leaves.size(), slots.size());
  const auto pool = std::make_shared<BufferPool>(0);
  const LeafForm form = leaf_form(number(kRequired, ""), int64(), Int96Unit::microsecond, InvalidText::error);
  std::vector<LeafPart> parts;
  std::vector<AssemblyLeaf> below;
  for (size_t i = 0; i < leaves.size(); ++i) {
    EXPECT_EQ(leaves[i].repetition_level_max, highest[i].repetition);
    EXPECT_EQ(leaves[i].definition_level_max, highest[i].definition);
    PagesInMemory pages = make_page(slots[i], highest[i], 1 + 100 * static_cast<int64_t>(i));
    ChunkReader reader(leaves[i], form, {"a file", 0, rows, pages.slots(), pages.raw_bytes(), {}, false}, pages,
                       {pool, 1 << 20, 1 << 20, true, true});
    parts.push_back(reader.read(rows, 1 << 20));
    reader.finish();
    below.push_back({&leaves[i], i});
  }
  const Column column = Assembler(schema[0], below, "a file").assemble(parts, *pool);
  ColumnCheck(rows).check(column, schema[0]);
  std::string text = to_text(schema[0].type) + (schema[0].nullable ? ":" : " not null:");
  for (const std::string& value : show_all(column)) text += " " + value;
  return text;
}

TEST(LegacyShapes, RepeatedFieldsWithoutAnnotation) {
  EXPECT_EQ(read({number(kRepeated, "a")}, 3, {{1, 11, 0, 1}}), "list<int64 not null> not null: [1,2] [] [3]");
  EXPECT_EQ(read({group(kOptional, "a", 1), number(kRepeated, "b")}, 3, {{2, 12, 1, 0}}),
            "struct<b list<int64 not null> not null>: {[1,2]} {[]} null");
  EXPECT_EQ(
      read({group(kRepeated, "a", 2), number(kRequired, "b"), number(kOptional, "c")}, 2, {{1, 11, 0}, {1, 12, 0}}),
      "list<struct<b int64 not null, c int64> not null> not null: [{1,null},{2,101}] []");
  EXPECT_EQ(read({group(kRepeated, "a", 1), number(kRepeated, "b")}, 3, {{2, 22, 12, 11, 0, 1}}),
            "list<struct<b list<int64 not null> not null> not null> not null: [{[1,2]},{[3]},{[]}] [] [{[]}]");
}

TEST(LegacyShapes, ListsOfTwoLevels) {
  EXPECT_EQ(read({group(kOptional, "a", 1, Annotation::list), number(kRepeated, "array")}, 4, {{2, 12, 1, 0, 2}}),
            "list<int64 not null>: [1,2] [] null [3]");
  EXPECT_EQ(read({group(kRequired, "a", 1, Annotation::list), number(kRepeated, "array")}, 2, {{1, 11, 0}}),
            "list<int64 not null> not null: [1,2] []");
  // The repeated group is the item: it has two fields, or a name that says so.
  EXPECT_EQ(read({group(kOptional, "a", 1, Annotation::list), group(kRepeated, "item", 2), number(kOptional, "x"),
                  number(kOptional, "y")},
                 3, {{3, 12, 1, 0}, {2, 13, 1, 0}}),
            "list<struct<x int64, y int64> not null>: [{1,null},{null,101}] [] null");
  for (const std::string name : {"array", "a_tuple"})
    EXPECT_EQ(read({group(kOptional, "a", 1, Annotation::list), group(kRepeated, name, 1), number(kOptional, "x")}, 2,
                   {{3, 12, 1}}),
              "list<struct<x int64> not null>: [{1},{null}] []");
}

TEST(LegacyShapes, ListsOfTwoLevelsInEachOther) {
  EXPECT_EQ(read({group(kOptional, "a", 1, Annotation::list), group(kRepeated, "array", 1, Annotation::list),
                  number(kRepeated, "array")},
                 3, {{3, 23, 12, 1, 0}}),
            "list<list<int64 not null> not null>: [[1,2],[]] [] null");
}

TEST(LegacyShapes, ListsOfThreeLevelsWithOldNames) {
  EXPECT_EQ(
      read({group(kOptional, "a", 1, Annotation::list), group(kRepeated, "bag", 1), number(kOptional, "array_element")},
           3, {{3, 12, 1, 0}}),
      "list<int64>: [1,null] [] null");
}

TEST(LegacyShapes, MapsWithOldNames) {
  for (const Annotation annotation : {Annotation::map, Annotation::map_key_value})
    EXPECT_EQ(read({group(kOptional, "a", 1, annotation), group(kRepeated, "map", 2, Annotation::map_key_value),
                    number(kRequired, "k"), number(kOptional, "v")},
                   3, {{2, 12, 1, 0}, {3, 12, 1, 0}}),
              "map<int64, int64>: [{1,101},{2,null}] [] null");
}

TEST(LegacyShapes, MapsThatAreNone) {
  // A null key, and no values.
  EXPECT_EQ(read({group(kOptional, "a", 1, Annotation::map), group(kRepeated, "key_value", 2), number(kOptional, "key"),
                  number(kOptional, "value")},
                 2, {{3, 12, 0}, {2, 13, 0}}),
            "list<struct<key int64, value int64> not null>: [{1,null},{null,101}] null");
  EXPECT_EQ(
      read({group(kOptional, "a", 1, Annotation::map), group(kRepeated, "key_value", 1), number(kRequired, "key")}, 2,
           {{2, 12, 1}}),
      "list<struct<key int64 not null> not null>: [{1},{2}] []");
}

}  // namespace
}  // namespace sluice::legacy_shapes_test
