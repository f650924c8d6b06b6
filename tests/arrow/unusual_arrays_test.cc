// What producers may hand over and seldom do: slices of structs with validity of their own, columns of nothing with and
// without buffers, dictionaries of nulls, what lies under nulls, lists of nothing. Each is taken as the specification
// means it. (Arrow "Columnar Format"; "The Arrow C data interface".)
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "arrow/foreign_array.h"
#include "sluice/arrow.h"
#include "sluice/error.h"
#include "support/make_columns.h"

namespace sluice::unusual_arrays_test {
namespace {

using test::ForeignArray;
using test::ForeignSchema;
using test::show_all;
using Shown = std::vector<std::string>;

const uint8_t kSecondIsNull[] = {0b11111101, 0b11111111};
const uint8_t kThirdIsNull[] = {0b11111011, 0b11111111};
const uint8_t kNoneIsThere[] = {0, 0};
const int32_t kNumbers[] = {10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21};
const int32_t kZeros[] = {0, 0, 0, 0};

/// An array and its schema, with their children.
struct Node {
  Node(const char* format, int64_t length, std::vector<const void*> buffers, int64_t offset = 0, const char* name = "a")
      : array(length, std::move(buffers)), schema(format, name) {
    array.raw().offset = offset;
  }
  Node& add(Node& child) {
    array.add(child.array);
    schema.add(child.schema);
    return *this;
  }
  Node& set_dictionary(Node& values) {
    array.raw().dictionary = values.array.get();
    schema.raw().dictionary = values.schema.get();
    return *this;
  }
  ForeignArray array;
  ForeignSchema schema;
};

Batch batch_of(Node& column, int64_t rows, int64_t begin = 0) {
  Node record("+s", rows, {nullptr}, begin, "");
  record.add(column);
  return import_arrow(record.array.get(), record.schema.get());
}

Shown imported(Node& column, int64_t rows, int64_t begin = 0) {
  return show_all(batch_of(column, rows, begin).column(0));
}

std::string refusal(Node& column, int64_t rows) {
  try {
    imported(column, rows);
  } catch (const Error& error) {
    return error.what();
  }
  return "was accepted";
}

// A struct may be null where its fields have values, and the other way round; each has its own offset.
TEST(UnusualArrays, SlicedStructsWithValidity) {
  Node x("i", 9, {kThirdIsNull, kNumbers}, 1, "x");
  Node column("+s", 4, {kSecondIsNull}, 1);
  column.add(x);
  // Slot 1 of the struct is null; its child's slot 2 is null, which is the array's value 1 behind its offset.
  const Batch batch = batch_of(column, 2, 1);
  EXPECT_EQ(show_all(batch.column(0)), (Shown{"{13}", "{14}"}));
  Node same("i", 9, {kThirdIsNull, kNumbers}, 1, "x"), whole("+s", 4, {kSecondIsNull}, 1);
  whole.add(same);
  EXPECT_EQ(imported(whole, 4), (Shown{"null", "{13}", "{14}", "{15}"}));
  Node again("i", 9, {kThirdIsNull, kNumbers}, 0, "x"), both("+s", 4, {kSecondIsNull}, 0);
  both.add(again);
  EXPECT_EQ(imported(both, 4), (Shown{"{10}", "null", "{null}", "{13}"}));
}

TEST(UnusualArrays, OffsetsWithinBytesOfBits) {
  const uint8_t bits[] = {0b10110101, 0b00000001};
  Node column("b", 5, {kThirdIsNull, bits}, 2);
  EXPECT_EQ(imported(column, 5), (Shown{"null", "false", "true", "true", "false"}));
  Node later("b", 5, {kThirdIsNull, bits}, 4);
  EXPECT_EQ(imported(later, 2, 3), (Shown{"true", "true"}));
}

struct Nothing {
  const char* format;
  size_t buffers;
};

// Of no values producers give no buffers, or pointers that lead nowhere, wherever the slice of nothing begins.
TEST(UnusualArrays, ColumnsOfNothing) {
  for (const auto& [format, buffers] : std::initializer_list<Nothing>{{"n", 0},
                                                                      {"b", 2},
                                                                      {"c", 2},
                                                                      {"l", 2},
                                                                      {"e", 2},
                                                                      {"g", 2},
                                                                      {"u", 3},
                                                                      {"Z", 3},
                                                                      {"vu", 3},
                                                                      {"w:3", 2},
                                                                      {"d:9,2", 2},
                                                                      {"d:9,2,32", 2},
                                                                      {"tdD", 2},
                                                                      {"tdm", 2},
                                                                      {"ttn", 2},
                                                                      {"tsu:", 2}})
    for (const int64_t offset : {0, 5}) {
      Node column(format, 0, std::vector<const void*>(buffers, nullptr), offset);
      EXPECT_EQ(imported(column, 0), Shown()) << format << " at " << offset;
    }
  for (const char* format : {"+l", "+L", "+m", "+w:2", "+s", "+vl"})
    for (const int64_t offset : {0, 5}) {
      const std::string_view of = format;
      Node key("u", 0, {nullptr, nullptr, nullptr}, 0, "key"), value("i", 0, {nullptr, nullptr}, 0, "value"),
          pairs("+s", 0, {nullptr}, 0, "entries"), item("u", 0, {nullptr, nullptr, nullptr}, 0, "item");
      const size_t buffers = of == "+w:2" || of == "+s" ? 1 : of == "+vl" ? 3 : 2;
      Node column(format, 0, std::vector<const void*>(buffers, nullptr), offset);
      pairs.add(key).add(value);
      column.add(of == "+m" ? pairs : item);
      EXPECT_EQ(imported(column, 0), Shown()) << format << " at " << offset;
    }
}

TEST(UnusualArrays, ListsOfNothing) {
  for (const char* of : {"u", "i"}) {
    const std::vector<const void*> no_buffers(of[0] == 'u' ? 3 : 2, nullptr);
    Node item(of, 0, no_buffers, 0, "item"), column("+l", 3, {kSecondIsNull, kZeros});
    column.add(item);
    EXPECT_EQ(imported(column, 3), (Shown{"[]", "null", "[]"}));
  }
  const int64_t zeros[] = {7, 7, 7};  // of which nothing is taken
  Node item("i", 7, {nullptr, kNumbers}, 0, "item"), column("+L", 2, {nullptr, zeros});
  column.add(item);
  EXPECT_EQ(imported(column, 2), (Shown{"[]", "[]"}));
}

TEST(UnusualArrays, LargeListsOfSlices) {
  const int64_t offsets[] = {0, 1, 1, 3, 4};
  Node item("i", 6, {kThirdIsNull, kNumbers}, 1, "item"), column("+L", 3, {nullptr, offsets}, 1);
  column.add(item);
  EXPECT_EQ(imported(column, 3), (Shown{"[]", "[null,13]", "[14]"}));
}

// The null list has room for its values, and the values may be null on their own.
TEST(UnusualArrays, FixedListsOfSlicesAndOfNulls) {
  Node item("i", 7, {kThirdIsNull, kNumbers}, 1, "item"), column("+w:2", 2, {kSecondIsNull}, 1);
  column.add(item);
  EXPECT_EQ(imported(column, 2), (Shown{"null", "[15,16]"}));
  Node same("i", 7, {kThirdIsNull, kNumbers}, 1, "item"), first("+w:2", 2, {nullptr});
  first.add(same);
  EXPECT_EQ(imported(first, 2), (Shown{"[11,null]", "[13,14]"}));
  Node nothing("n", 4, {}, 0, "item"), nulls("+w:2", 2, {nullptr});
  nulls.add(nothing);
  EXPECT_EQ(imported(nulls, 2), (Shown{"[null,null]", "[null,null]"}));
}

TEST(UnusualArrays, ListsOfNoElementsAreRefused) {
  Node item("i", 0, {nullptr, kNumbers}, 0, "item"), column("+w:0", 2, {nullptr});
  column.add(item);
  EXPECT_EQ(refusal(column, 2), "Arrow field \"a\" has the format \"+w:0\", which is not built yet");
  Node empty("+s", 2, {nullptr});
  EXPECT_EQ(refusal(empty, 2), "Arrow field \"a\" is a struct without fields, which Parquet cannot hold");
}

// Sorted keys are a hint; entries may be a slice, and other values may lie between the maps.
TEST(UnusualArrays, MapsWithSortedKeys) {
  const int32_t offsets[] = {1, 2, 2, 4};
  Node key("i", 6, {nullptr, kNumbers}, 1, "key"), value("i", 7, {kThirdIsNull, kNumbers}, 0, "value"),
      entries("+s", 5, {nullptr}, 1, "entries"), column("+m", 2, {nullptr, offsets}, 1);
  key.schema.raw().flags = 0;
  entries.schema.raw().flags = 0;
  column.schema.raw().flags |= ARROW_FLAG_MAP_KEYS_SORTED;
  entries.add(key).add(value);
  column.add(entries);
  EXPECT_EQ(imported(column, 2), (Shown{"[]", "[{14,13},{15,14}]"}));
}

// Entries of a map are never null; a bitmap that says otherwise of one that is used is refused.
TEST(UnusualArrays, EntriesThatAreNullAreRefused) {
  const int32_t offsets[] = {0, 1, 2};
  Node key("i", 2, {nullptr, kNumbers}, 0, "key"), value("i", 2, {nullptr, kNumbers}, 0, "value"),
      entries("+s", 2, {kSecondIsNull}, 0, "entries"), column("+m", 2, {nullptr, offsets});
  entries.add(key).add(value);
  column.add(entries);
  EXPECT_EQ(refusal(column, 2), "column \"a[]\" is null in row 1, but the schema says not null");
}

TEST(UnusualArrays, DictionariesOfNullsAndOfNothing) {
  const int32_t texts[] = {0, 0, 0};
  const int8_t indices[] = {1, 0, 1};
  Node nulls("u", 2, {kNoneIsThere, texts, nullptr}, 0, ""), of_nulls("c", 3, {nullptr, indices});
  of_nulls.set_dictionary(nulls);
  EXPECT_EQ(imported(of_nulls, 3), (Shown{"null", "null", "null"}));
  // Under a null an index may be anything.
  const int8_t wild[] = {99, -1, 0};
  Node nothing("u", 0, {nullptr, nullptr, nullptr}, 0, ""), all_null("c", 3, {kNoneIsThere, wild});
  all_null.set_dictionary(nothing);
  EXPECT_EQ(imported(all_null, 3), (Shown{"null", "null", "null"}));
  Node again("u", 0, {nullptr, nullptr, nullptr}, 0, ""), one("c", 3, {nullptr, indices});
  one.set_dictionary(again);
  EXPECT_EQ(refusal(one, 3),
            "column \"a\" of the Arrow array has the index 1 at its value 0, but its dictionary has 0 values");
}

TEST(UnusualArrays, DictionariesThatAreSlices) {
  const int16_t indices[] = {9, 9, 1, 0, 2, 1};
  Node values("i", 3, {kThirdIsNull, kNumbers}, 1, ""), column("s", 4, {kThirdIsNull, indices}, 2);
  column.set_dictionary(values);
  // The third of the indices is null, and so is the second of the values.
  EXPECT_EQ(imported(column, 4), (Shown{"null", "11", "13", "null"}));
}

TEST(UnusualArrays, DictionariesOfStructs) {
  const uint8_t indices[] = {1, 0, 1};
  Node x("i", 2, {nullptr, kNumbers}, 0, "x"), values("+s", 2, {kSecondIsNull}, 0, ""),
      column("C", 3, {nullptr, indices});
  values.add(x);
  column.set_dictionary(values);
  EXPECT_EQ(imported(column, 3), (Shown{"null", "{10}", "null"}));
}

// Texts whose bytes are elsewhere: before the first offset, behind the last, under nulls.
TEST(UnusualArrays, TextThatBeginsLate) {
  const int32_t offsets[] = {3, 3, 5, 6};
  Node column("u", 3, {kSecondIsNull, offsets, "???abc!!!"});
  EXPECT_EQ(imported(column, 3), (Shown{"''", "null", "'c'"}));
  const int64_t large[] = {3, 3, 5, 6};
  Node wide("U", 3, {kSecondIsNull, large, "???abc!!!"});
  EXPECT_EQ(imported(wide, 3), (Shown{"''", "null", "'c'"}));
}

// A view that is null may lead anywhere. Without any data buffer all texts stand in their views.
TEST(UnusualArrays, ViewsUnderNullsAndWithoutBuffers) {
  std::string views(48, '\xff');
  const int32_t size = 3;
  for (const size_t at : {0, 32}) {
    views.replace(at, 4, reinterpret_cast<const char*>(&size), 4);
    views.replace(at + 4, 12, "abc" + std::string(9, '\0'));
  }
  Node column("vu", 3, {kSecondIsNull, views.data(), nullptr});
  EXPECT_EQ(imported(column, 3), (Shown{"'abc'", "null", "'abc'"}));
}

// A count of nulls that nobody counted, at every depth.
TEST(UnusualArrays, NullsMayBeUncounted) {
  const int32_t offsets[] = {0, 1, 3};
  for (const int64_t claimed : {-1, 0}) {
    Node x("i", 3, {kSecondIsNull, kNumbers}, 0, "x"), item("+s", 3, {kThirdIsNull}, 0, "item"),
        column("+l", 2, {kSecondIsNull, offsets});
    for (Node* node : {&x, &item, &column}) node->array.raw().null_count = claimed;
    item.add(x);
    column.add(item);
    const Batch batch = batch_of(column, 2);
    EXPECT_EQ(show_all(batch.column(0)), (Shown{"[{10}]", "null"}));
    EXPECT_EQ(batch.column(0).null_count, 1);
    EXPECT_EQ(batch.column(0).children[0].null_count, 1);
    EXPECT_EQ(batch.column(0).children[0].children[0].null_count, 1);
  }
}

// A column without a name is named as such, and not taken for the array as a whole.
TEST(UnusualArrays, ColumnsWithoutANameAreNamed) {
  Node x("i", 1, {nullptr, nullptr}, 0, "x"), column("+s", 1, {nullptr}, 0, "");
  column.add(x);
  EXPECT_EQ(refusal(column, 1), "column \".x\" of the Arrow array lacks a buffer of 4 bytes");
  Node bare("i", 1, {nullptr, nullptr}, 0, "");
  EXPECT_EQ(refusal(bare, 1), "column \"\" of the Arrow array lacks a buffer of 4 bytes");
}

}  // namespace
}  // namespace sluice::unusual_arrays_test
