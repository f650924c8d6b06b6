#include "columns/builder.h"

#include <gtest/gtest.h>

#include <limits>

#include "sluice/batch.h"
#include "support/make_columns.h"
#include "support/random_table.h"
#include "support/reference_slots.h"

namespace sluice::builder_test {
namespace {

using namespace test;

/// Holds the column to the invariants of column.h, and gives its values as text.
std::vector<std::string> checked(const Column& column) {
  const Batch batch(std::make_shared<const Schema>(Schema{{"a", column.type}}), {column}, column.length);
  return show_all(batch.column(0));
}

using Texts = std::vector<std::string>;

TEST(ColumnBuilder, BeginsEmpty) {
  for (const char* type : {"null", "bool", "int8", "float64", "string", "list<int64>", "struct<a int8, b string>"}) {
    ColumnBuilder builder(parse_schema(std::string("a ") + type)[0].type);
    EXPECT_EQ(builder.length(), 0);
    const Column column = builder.finish();
    EXPECT_EQ(column.length, 0);
    EXPECT_EQ(column.null_count, 0);
    EXPECT_TRUE(column.validity.empty());
    EXPECT_TRUE(checked(column).empty()) << type;
  }
}

TEST(ColumnBuilder, EqualValuesHaveEqualBytes) {
  ColumnBuilder bools(boolean());
  for (int i = 0; i < 20; ++i) bools.append_bool(i % 3 == 0);
  EXPECT_EQ(bools.value_bytes(0), bools.value_bytes(18));
  EXPECT_NE(bools.value_bytes(0), bools.value_bytes(19));
  ColumnBuilder numbers(int32());
  for (const int32_t value : {7, -7, 7}) numbers.append(value);
  EXPECT_EQ(numbers.value_bytes(0), numbers.value_bytes(2));
  EXPECT_EQ(numbers.value_bytes(1), std::string_view("\xf9\xff\xff\xff"));
  ColumnBuilder texts(string());
  for (const char* text : {"", "ab", "a", "ab", ""}) ASSERT_TRUE(texts.append_text(text));
  EXPECT_EQ(texts.value_bytes(0), "");
  EXPECT_EQ(texts.value_bytes(3), "ab");
  EXPECT_EQ(texts.value_bytes(4), "");
}

template <typename T>
void expect_numbers(const Type& type) {
  ColumnBuilder builder(type);
  builder.append<T>(std::numeric_limits<T>::lowest());
  builder.append_null();
  builder.append<T>(std::numeric_limits<T>::max());
  EXPECT_EQ(builder.bytes(), 3 * sizeof(T) + 1);
  const Column column = builder.finish();
  checked(column);
  EXPECT_EQ(column.length, 3);
  EXPECT_EQ(column.null_count, 1);
  EXPECT_EQ(column.data<T>()[0], std::numeric_limits<T>::lowest());
  EXPECT_EQ(column.data<T>()[1], T{0}) << "equal columns have equal bytes";
  EXPECT_EQ(column.data<T>()[2], std::numeric_limits<T>::max());
  EXPECT_FALSE(column.is_valid(1));
}

TEST(ColumnBuilder, NumbersOfEveryWidth) {
  expect_numbers<int8_t>(int8());
  expect_numbers<int16_t>(int16());
  expect_numbers<int32_t>(int32());
  expect_numbers<int64_t>(int64());
  expect_numbers<uint8_t>(uint8());
  expect_numbers<uint16_t>(uint16());
  expect_numbers<uint32_t>(uint32());
  expect_numbers<uint64_t>(uint64());
  expect_numbers<float>(float32());
  expect_numbers<double>(float64());
  expect_numbers<int32_t>(date());
  expect_numbers<int64_t>(timestamp(TimeUnit::nanosecond));
}

// Bits of booleans and of validity, around the ends of bytes; the first null may come at any time.
TEST(ColumnBuilder, BitsAroundBytes) {
  for (int length = 0; length <= 20; ++length) {
    for (int first_null = 0; first_null <= length; ++first_null) {
      ColumnBuilder builder(boolean());
      Texts expected;
      for (int i = 0; i < length; ++i) {
        const bool is_null = i >= first_null && (i - first_null) % 3 == 0;
        if (is_null) {
          builder.append_null();
        } else {
          builder.append_bool(i % 2 == 0);
        }
        expected.push_back(is_null ? "null" : i % 2 == 0 ? "true" : "false");
      }
      const Column column = builder.finish();
      EXPECT_EQ(checked(column), expected);
      EXPECT_EQ(column.validity.empty(), first_null >= length);
      EXPECT_EQ(column.values.size(), static_cast<size_t>((length + 7) / 8));
    }
  }
}

TEST(ColumnBuilder, Text) {
  ColumnBuilder builder(string());
  EXPECT_TRUE(builder.append_text("ab"));
  EXPECT_TRUE(builder.append_text(""));
  builder.append_null();
  builder.text_bytes().append(std::string_view("made "));
  builder.text_bytes().append(std::string_view("in place"));
  builder.end_text();
  EXPECT_EQ(checked(builder.finish()), (Texts{"'ab'", "''", "null", "'made in place'"}));
  EXPECT_TRUE(builder.append_text("again"));
  EXPECT_EQ(checked(builder.finish()), Texts{"'again'"});
}

TEST(ColumnBuilder, TextEndsWhereOffsetsDo) {
  ColumnBuilder builder(binary());
  ASSERT_TRUE(builder.append_text("x"));
  // Only its size is looked at.
  EXPECT_FALSE(builder.append_text(std::string_view("y", ColumnBuilder::kTextBytesMax)));
  EXPECT_FALSE(builder.append_text(std::string_view("y", size_t{1} << 40)));
  EXPECT_EQ(checked(builder.finish()), Texts{"'x'"});
}

TEST(ColumnBuilder, Lists) {
  ColumnBuilder builder(list(int64()));
  builder.child(0).append<int64_t>(1);
  builder.child(0).append_null();
  builder.append_list();
  builder.append_list();
  builder.append_null();
  builder.child(0).append<int64_t>(2);
  builder.append_list();
  EXPECT_EQ(checked(builder.finish()), (Texts{"[1,null]", "[]", "null", "[2]"}));
  builder.append_list();
  EXPECT_EQ(checked(builder.finish()), Texts{"[]"});
}

TEST(ColumnBuilder, NullStructsGiveTheirChildrenSomething) {
  ColumnBuilder builder(parse_schema("a struct<b bool, c string, d list<int8>, e struct<f int8>, g null>")[0].type);
  for (int i = 0; i < 10; ++i) builder.append_null();
  const Column column = builder.finish();
  EXPECT_EQ(checked(column), Texts(10, "null"));
  for (const Column& child : column.children) {
    EXPECT_EQ(child.length, 10);
    EXPECT_EQ(child.null_count, 10);
  }
}

// Many nulls at once are as many nulls one by one, to the byte.
TEST(ColumnBuilder, ManyNulls) {
  for (const char* type : {"int16", "bool", "string", "null", "list<bool>", "fixed(3)", "map<string, int8>",
                           "fixed_list<struct<b bool, t string, f fixed_list<bool, 3>>, 5>"}) {
    for (int before = 0; before < 10; ++before) {
      for (const int64_t count : {0, 1, 6, 7, 8, 9, 17}) {
        ColumnBuilder many(parse_schema(std::string("a ") + type)[0].type);
        ColumnBuilder single(many.type());
        for (ColumnBuilder* builder : {&many, &single})
          for (int i = 0; i < before; ++i) builder->append_null();
        many.append_nulls(count);
        for (int64_t i = 0; i < count; ++i) single.append_null();
        ASSERT_EQ(many.bytes(), single.bytes()) << type;
        const Column column = many.finish();
        ASSERT_EQ(checked(column), Texts(static_cast<size_t>(before + count), "null")) << type;
        ASSERT_EQ(column.null_count, before + count);
      }
    }
  }
}

TEST(ColumnBuilder, NullTypeHasNoBuffers) {
  ColumnBuilder builder(null());
  for (int i = 0; i < 9; ++i) builder.append_null();
  builder.truncate(8);
  const Column column = builder.finish();
  EXPECT_EQ(column.length, 8);
  EXPECT_EQ(column.null_count, 8);
  EXPECT_TRUE(column.validity.empty() && column.values.empty());
}

TEST(ColumnBuilder, TruncatingToNothingStartsAnew) {
  ColumnBuilder builder(list(string()));
  ASSERT_TRUE(builder.child(0).append_text("x"));
  builder.append_list();
  builder.append_null();
  builder.truncate(0);
  EXPECT_EQ(builder.length(), 0);
  EXPECT_EQ(builder.null_count(), 0);
  EXPECT_EQ(builder.child(0).length(), 0);
  builder.append_list();
  EXPECT_EQ(checked(builder.finish()), Texts{"[]"});
}

// One text of 24 MB, and every batch to come had room for another one, which whoever kept it kept, too.
TEST(ColumnBuilder, RoomThatWasNotNeededIsGivenBack) {
  ColumnBuilder builder(list(string()));
  ASSERT_TRUE(builder.child(0).append_text(std::string(1'000'000, 'x')));
  builder.append_list();
  (void)builder.finish();
  builder.reserve_as_before();
  ASSERT_TRUE(builder.child(0).append_text("y"));
  builder.append_list();
  EXPECT_GE(builder.memory_bytes(), 1'000'000u);
  builder.shrink();
  EXPECT_LT(builder.memory_bytes(), 1'000u);
  EXPECT_EQ(checked(builder.finish()), Texts{"['y']"});
}

// What is well used, and what is small, stays where it is.
TEST(ColumnBuilder, RoomThatWasNeededStays) {
  ColumnBuilder builder(string());
  ASSERT_TRUE(builder.append_text(std::string(8'000, 'x')));
  (void)builder.finish();
  builder.reserve_as_before();
  ASSERT_TRUE(builder.append_text(std::string(4'300, 'y')));
  const uint64_t bytes = builder.memory_bytes();
  builder.shrink();
  EXPECT_EQ(builder.memory_bytes(), bytes);
}

// --- at random, with records that break off

void append_value(Draw& draw, ColumnBuilder& builder, const Value& value, int stop_percent, bool& stopped) {
  if (stopped || draw.chance(stop_percent)) {
    stopped = true;
    return;
  }
  if (value.is_null) return builder.append_null();
  const Type& type = builder.type();
  switch (type.kind()) {
    case TypeKind::boolean: return builder.append_bool(value.bits != 0);
    case TypeKind::list:
    case TypeKind::map:
      for (const Value& item : value.parts) append_value(draw, builder.child(0), item, stop_percent, stopped);
      if (!stopped) builder.append_list();
      return;
    case TypeKind::fixed_list:
      for (const Value& item : value.parts) append_value(draw, builder.child(0), item, stop_percent, stopped);
      if (!stopped) builder.append_struct();
      return;
    case TypeKind::struct_:
      for (size_t i = 0; i < value.parts.size(); ++i)
        append_value(draw, builder.child(i), value.parts[i], stop_percent, stopped);
      if (!stopped) builder.append_struct();
      return;
    case TypeKind::string:
    case TypeKind::binary:
    case TypeKind::json:
      builder.text_bytes().append(value.text);
      if (draw.chance(stop_percent)) {
        stopped = true;
        return;
      }
      return builder.end_text();
    default: break;
  }
  test::append_scalar(builder, value);
}

std::vector<Slot> slots_of_column(const Column& column, const Field& field, const Leaf& leaf) {
  if (column.length == 0) return {};
  Striper striper;
  return slots_of(striper.stripe(column, field, leaf, 0, column.length), leaf);
}

TEST(ColumnBuilder, ForgetsWhatIsTruncated) {
  const uint64_t seed = property_seed();
  for (uint64_t round = 0; round < 300; ++round) {
    Draw draw(seed, round);
    const RandomTable table = draw_table(draw, {.depth_max = 3, .rows_max = 200, .leaves_max = 500});
    for (size_t root = 0; root < table.schema.size(); ++root) {
      ColumnBuilder builder(table.schema[root].type);
      std::vector<Value> expected;
      const int stop_percent = draw.chance(50) ? 5 : 0;
      for (const Value& value : table.columns[root]) {
        bool stopped = false;
        const int64_t length = builder.length();
        append_value(draw, builder, value, stop_percent, stopped);
        expected.push_back(value);
        if (stopped) expected.pop_back(), builder.truncate(length);
        if (draw.chance(5)) {
          expected.resize(draw.below(expected.size() + 1));
          builder.truncate(static_cast<int64_t>(expected.size()));
        }
      }
      ASSERT_EQ(builder.length(), static_cast<int64_t>(expected.size()));
      const Column column = builder.finish();
      const Field& field = table.schema[root];
      ASSERT_NO_THROW(Batch(std::make_shared<const Schema>(Schema{field}), {column}, column.length));
      for (const Leaf& leaf : leaves_of(table.schema)) {
        if (leaf.steps[0] != root) continue;
        ASSERT_EQ(slots_of_column(column, field, leaf), reference_slots(field, leaf, expected).all())
            << "seed " << seed << ", round " << round << ", column " << leaf.name;
      }
    }
  }
}

}  // namespace
}  // namespace sluice::builder_test
