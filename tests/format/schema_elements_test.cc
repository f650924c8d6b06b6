// Schemas out and in: each type's mapping, the specification's list and map examples, trees that are none.
#include "format/schema_elements.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "schema/leaves.h"
#include "sluice/error.h"

namespace sluice::schema_elements_test {
namespace {

using Elements = std::vector<SchemaElement>;

constexpr auto kRequired = FieldRepetitionType::required;
constexpr auto kOptional = FieldRepetitionType::optional;
constexpr auto kRepeated = FieldRepetitionType::repeated;

SchemaElement root(int32_t children) { return {.name = "m", .num_children = children}; }
SchemaElement leaf(FieldRepetitionType repetition, PhysicalType type, std::string name) {
  return {.type = type, .repetition_type = repetition, .name = std::move(name)};
}
SchemaElement text(FieldRepetitionType repetition, std::string name) {
  return {.type = PhysicalType::byte_array,
          .repetition_type = repetition,
          .name = std::move(name),
          .converted_type = ConvertedType::utf8};
}
SchemaElement group(FieldRepetitionType repetition, std::string name, int32_t children,
                    std::optional<ConvertedType> converted = {}) {
  return {
      .repetition_type = repetition, .name = std::move(name), .num_children = children, .converted_type = converted};
}

SchemaElement only_column(const Type& type) { return to_schema_elements(Schema{{"c", type}}).at(1); }

/// The one column of a file as the text form of its field.
std::string read_as(Elements elements) {
  elements.insert(elements.begin(), root(1));
  return to_text(from_schema_elements(elements, "f"));
}

std::string refusal(const Elements& elements, ErrorCode code) {
  try {
    from_schema_elements(elements, "f");
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
}

TEST(SchemaElements, PhysicalAndConvertedTypes) {
  using P = PhysicalType;
  using C = ConvertedType;
  const struct {
    Type type;
    P physical;
    std::optional<C> converted;
    LogicalKind kind;
  } cases[] = {
      {null(), P::int32, {}, LogicalKind::unknown},
      {boolean(), P::boolean, {}, {}},
      {int8(), P::int32, C::int_8, LogicalKind::integer},
      {int16(), P::int32, C::int_16, LogicalKind::integer},
      {int32(), P::int32, {}, {}},
      {int64(), P::int64, {}, {}},
      {uint8(), P::int32, C::uint_8, LogicalKind::integer},
      {uint16(), P::int32, C::uint_16, LogicalKind::integer},
      {uint32(), P::int32, C::uint_32, LogicalKind::integer},
      {uint64(), P::int64, C::uint_64, LogicalKind::integer},
      {float32(), P::float_, {}, {}},
      {float64(), P::double_, {}, {}},
      {string(), P::byte_array, C::utf8, LogicalKind::string},
      {binary(), P::byte_array, {}, {}},
      {json(), P::byte_array, C::json, LogicalKind::json},
      {date(), P::int32, C::date, LogicalKind::date},
      {timestamp(TimeUnit::millisecond, "UTC"), P::int64, C::timestamp_millis, LogicalKind::timestamp},
      {timestamp(TimeUnit::microsecond), P::int64, C::timestamp_micros, LogicalKind::timestamp},
      {timestamp(TimeUnit::nanosecond), P::int64, {}, LogicalKind::timestamp},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(to_text(one.type));
    const SchemaElement element = only_column(one.type);
    EXPECT_EQ(element.type, one.physical);
    EXPECT_EQ(element.converted_type, one.converted);
    EXPECT_EQ(element.logical_type.value_or(LogicalType{}).kind, one.kind);
    EXPECT_EQ(element.logical_type.has_value(), one.kind != LogicalKind::unrecognised);
    EXPECT_EQ(element.repetition_type, kOptional);
    EXPECT_FALSE(element.num_children.has_value());
  }
}

TEST(SchemaElements, TimestampsKnowZoneAndUnit) {
  const LogicalType zoned = *only_column(timestamp(TimeUnit::nanosecond, "Europe/Berlin")).logical_type;
  EXPECT_TRUE(zoned.is_adjusted_to_utc);
  EXPECT_EQ(zoned.unit, TimeUnit::nanosecond);
  const SchemaElement seconds = only_column(timestamp(TimeUnit::second));
  EXPECT_FALSE(seconds.logical_type->is_adjusted_to_utc);
  EXPECT_EQ(seconds.logical_type->unit, TimeUnit::millisecond);
  EXPECT_EQ(seconds.converted_type, ConvertedType::timestamp_millis);
}

TEST(SchemaElements, ListsTakeThreeLevels) {
  const Schema schema{{"tags", list(Field{"item", string(), false, 7}), true, 6}};
  const Elements elements = to_schema_elements(schema);
  const Elements expected = {
      {.name = "schema", .num_children = 1},
      {.repetition_type = kOptional,
       .name = "tags",
       .num_children = 1,
       .converted_type = ConvertedType::list,
       .field_id = 6,
       .logical_type = LogicalType{.kind = LogicalKind::list}},
      {.repetition_type = kRepeated, .name = "list", .num_children = 1},
      {.type = PhysicalType::byte_array,
       .repetition_type = kRequired,
       .name = "element",
       .converted_type = ConvertedType::utf8,
       .field_id = 7,
       .logical_type = LogicalType{.kind = LogicalKind::string}},
  };
  EXPECT_TRUE(elements == expected);
}

Schema wide_schema() {
  const Type point = struct_({{"x", float64(), false}, {"y", float32(), true, 3}});
  return Schema{{"nothing", null()},
                {"flag", boolean(), false},
                {"tiny", int8()},
                {"big", uint64(), false, 12},
                {"text", string()},
                {"doc", json()},
                {"raw", binary()},
                {"day", date()},
                {"local", timestamp(TimeUnit::microsecond)},
                {"instant", timestamp(TimeUnit::nanosecond, "UTC")},
                {"point", point, false},
                {"path", list(Field{"element", struct_({{"x", float64(), false}, {"y", float32()}}), false})},
                {"grid", list(list(Field{"element", int16()})), false},
                {"half", float16()},
                {"price", decimal(9, 2)},
                {"sum", decimal(18, 18), false},
                {"wide", decimal(38, 0)},
                {"widest", decimal(76, 38)},
                {"key", uuid()},
                {"hash", fixed(20), false},
                {"mood", enum_()},
                {"blob", bson()},
                {"clock", time(TimeUnit::millisecond)},
                {"fine", time(TimeUnit::nanosecond)},
                {"shape", geometry()},
                {"place", geography("EPSG:4326", "andoyer")},
                {"prices", map(Field{"", string(), false, 30}, Field{"", decimal(12, 2)})},
                {"deep", map(struct_({{"x", int8()}}), map(int8(), list(Field{"element", bson()}))), false}};
}

TEST(SchemaElements, ASchemaComesBack) {
  const Schema schema = wide_schema();
  EXPECT_EQ(from_schema_elements(to_schema_elements(schema), "f"), schema);
  EXPECT_EQ(from_schema_elements(to_schema_elements(Schema()), "f"), Schema());
}

/// Leaves with path and levels, told from the elements alone.
struct ElementWalk {
  const Elements& elements;
  size_t next = 1;
  std::vector<Leaf> leaves{};

  void visit(Leaf here) {
    const SchemaElement& element = elements[next++];
    here.path.push_back(element.name);
    here.definition_level_max += element.repetition_type != kRequired;
    here.repetition_level_max += element.repetition_type == kRepeated;
    if (element.type) leaves.push_back(here);
    for (int32_t i = 0; i < element.num_children.value_or(0); ++i) visit(here);
  }
};

TEST(SchemaElements, LevelsAreThoseOfTheLeaves) {
  const Schema schema = wide_schema();
  const Elements elements = to_schema_elements(schema);
  ElementWalk walk{elements};
  while (walk.next < elements.size()) walk.visit({});
  const std::vector<Leaf> expected = leaves_of(schema);
  ASSERT_EQ(walk.leaves.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(walk.leaves[i].path, expected[i].path);
    EXPECT_EQ(walk.leaves[i].definition_level_max, expected[i].definition_level_max) << expected[i].name;
    EXPECT_EQ(walk.leaves[i].repetition_level_max, expected[i].repetition_level_max) << expected[i].name;
  }
}

TEST(SchemaElements, ConvertedTypesAloneAreEnough) {
  const auto converted = [](PhysicalType type, ConvertedType annotation) {
    SchemaElement element = leaf(kOptional, type, "c");
    element.converted_type = annotation;
    if (element.type == PhysicalType::fixed_len_byte_array) element.type_length = 12;
    return read_as({element});
  };
  using P = PhysicalType;
  using C = ConvertedType;
  EXPECT_EQ(converted(P::int32, C::uint_8), "c uint8");
  EXPECT_EQ(converted(P::int32, C::uint_32), "c uint32");
  EXPECT_EQ(converted(P::int64, C::uint_64), "c uint64");
  EXPECT_EQ(converted(P::int32, C::int_16), "c int16");
  EXPECT_EQ(converted(P::int64, C::int_64), "c int64");
  EXPECT_EQ(converted(P::int64, C::int_8), "c int64");  // does not fit its carrier: ignored
  EXPECT_EQ(converted(P::int32, C::date), "c date");
  EXPECT_EQ(converted(P::int64, C::timestamp_millis), "c timestamp(ms, UTC)");
  EXPECT_EQ(converted(P::int64, C::timestamp_micros), "c timestamp(us, UTC)");
  EXPECT_EQ(converted(P::byte_array, C::utf8), "c string");
  EXPECT_EQ(converted(P::byte_array, C::enum_), "c enum");
  EXPECT_EQ(converted(P::byte_array, C::json), "c json");
  EXPECT_EQ(converted(P::byte_array, C::bson), "c bson");
  EXPECT_EQ(converted(P::int32, C::decimal), "c int32");  // of how many digits is not said
  EXPECT_EQ(converted(P::int32, C::time_millis), "c time(ms)");
  EXPECT_EQ(converted(P::int64, C::time_micros), "c time(us)");
  EXPECT_EQ(converted(P::int64, C::time_millis), "c int64");
  EXPECT_EQ(converted(P::fixed_len_byte_array, C::interval), "c fixed(12)");
  EXPECT_EQ(converted(P::int32, static_cast<C>(99)), "c int32");
}

TEST(SchemaElements, TypesThatSluiceDoesNotHave) {
  using P = PhysicalType;
  EXPECT_EQ(read_as({leaf(kRequired, P::int96, "c")}), "c timestamp(us) not null");
  SchemaElement uuid = leaf(kOptional, P::fixed_len_byte_array, "c");
  uuid.logical_type = LogicalType{.kind = LogicalKind::uuid};
  uuid.type_length = 15;
  EXPECT_EQ(read_as({uuid}), "c fixed(15)");
  uuid.type_length = 0;
  EXPECT_EQ(read_as({uuid}), "c binary");
  for (const std::optional<int32_t> length : {std::optional<int32_t>(), std::optional<int32_t>(-1)}) {
    uuid.type_length = length;
    EXPECT_EQ(refusal({root(1), uuid}, ErrorCode::corrupt),
              "f: schema element 1 \"c\" is of fixed length, but does not say of which");
  }
  SchemaElement odd = leaf(kOptional, P::int32, "c");
  odd.logical_type = LogicalType{.kind = LogicalKind::integer, .is_signed = true, .bit_width = 24};
  EXPECT_EQ(read_as({odd}), "c int32");
  SchemaElement later = leaf(kOptional, P::byte_array, "c");
  later.logical_type = LogicalType{};
  later.converted_type = ConvertedType::utf8;
  EXPECT_EQ(read_as({later}), "c string");
}

TEST(SchemaElements, DecimalsInAllCarriers) {
  using P = PhysicalType;
  const auto read = [](P physical, int32_t precision, int32_t scale, int32_t length = 0) {
    SchemaElement element = leaf(kOptional, physical, "c");
    element.logical_type = LogicalType{.kind = LogicalKind::decimal, .scale = scale, .precision = precision};
    if (physical == P::fixed_len_byte_array) element.type_length = length;
    const std::string with_logical = read_as({element});
    element.logical_type.reset();
    element.converted_type = ConvertedType::decimal;
    element.precision = precision;
    element.scale = scale;
    EXPECT_EQ(read_as({element}), with_logical);
    return with_logical;
  };
  EXPECT_EQ(read(P::int32, 9, 9), "c decimal(9, 9)");
  EXPECT_EQ(read(P::int32, 10, 0), "c int32");
  EXPECT_EQ(read(P::int64, 4, 1), "c decimal(4, 1)");
  EXPECT_EQ(read(P::int64, 19, 0), "c int64");
  EXPECT_EQ(read(P::byte_array, 76, 10), "c decimal(76, 10)");
  EXPECT_EQ(read(P::byte_array, 77, 10), "c binary");
  EXPECT_EQ(read(P::fixed_len_byte_array, 38, 3, 16), "c decimal(38, 3)");
  EXPECT_EQ(read(P::fixed_len_byte_array, 39, 3, 16), "c fixed(16)");
  EXPECT_EQ(read(P::fixed_len_byte_array, 5, 6, 16), "c fixed(16)");
  EXPECT_EQ(read(P::fixed_len_byte_array, 5, -1, 16), "c fixed(16)");
  EXPECT_EQ(read(P::double_, 5, 1), "c float64");
}

TEST(SchemaElements, GoldenElementsOfNewerTypes) {
  const SchemaElement price = only_column(decimal(11, 2));
  EXPECT_EQ(price.type, PhysicalType::int64);
  EXPECT_EQ(price.precision, 11);
  EXPECT_EQ(price.scale, 2);
  EXPECT_EQ(only_column(decimal(9, 2)).type, PhysicalType::int32);
  EXPECT_EQ(only_column(decimal(19, 2)).type_length, 9);
  EXPECT_EQ(only_column(decimal(76, 2)).type_length, 32);
  EXPECT_EQ(only_column(float16()).type_length, 2);
  EXPECT_EQ(only_column(uuid()).type_length, 16);
  EXPECT_EQ(only_column(fixed(7)).type_length, 7);
  EXPECT_FALSE(only_column(fixed(7)).logical_type);
  const SchemaElement clock = only_column(time(TimeUnit::second));
  EXPECT_EQ(clock.type, PhysicalType::int32);
  EXPECT_EQ(clock.logical_type->unit, TimeUnit::millisecond);
  EXPECT_EQ(clock.converted_type, ConvertedType::time_millis);
  EXPECT_FALSE(clock.logical_type->is_adjusted_to_utc);
  const SchemaElement lapse = only_column(duration(TimeUnit::second));
  EXPECT_EQ(lapse.type, PhysicalType::int64);
  EXPECT_FALSE(lapse.logical_type || lapse.converted_type);
  EXPECT_EQ(only_column(geography()).logical_type->algorithm, EdgeAlgorithm::spherical);
  EXPECT_EQ(only_column(geometry("srid:0")).logical_type->crs, "srid:0");
  EXPECT_EQ(only_column(geometry()).logical_type->crs, std::nullopt);
}

TEST(SchemaElements, IdsThatSayNothingAreDropped) {
  const auto number = [](std::string name, int32_t id) {
    SchemaElement element = leaf(kOptional, PhysicalType::int32, std::move(name));
    element.field_id = id;
    return element;
  };
  EXPECT_EQ(to_text(from_schema_elements({root(2), number("a", 1), number("b", 2)}, "f")),
            "a int32 id 1, b int32 id 2");
  EXPECT_EQ(to_text(from_schema_elements({root(2), number("a", 0), number("b", 0)}, "f")), "a int32, b int32");
}

TEST(SchemaElements, FixedListsAndDurationsAreListsAndIntegers) {
  const Schema schema{{"v", fixed_list(Field{"element", float32(), false}, 3)}, {"d", duration(TimeUnit::second)}};
  EXPECT_EQ(to_text(from_schema_elements(to_schema_elements(schema), "f")), "v list<float32 not null>, d int64");
}

TEST(SchemaElements, ListExamplesOfTheSpecification) {
  const auto list_of = [](Elements inner) {
    inner.insert(inner.begin(), group(kOptional, "my_list", 1, ConvertedType::list));
    return read_as(inner);
  };
  const auto number = [](FieldRepetitionType repetition, std::string name) {
    return leaf(repetition, PhysicalType::int32, std::move(name));
  };
  EXPECT_EQ(list_of({group(kRepeated, "list", 1), text(kOptional, "element")}), "my_list list<string>");
  EXPECT_EQ(list_of({group(kRepeated, "element", 1), text(kRequired, "str")}), "my_list list<string not null>");
  // Rules 1 to 5.
  EXPECT_EQ(list_of({number(kRepeated, "element")}), "my_list list<int32 not null>");
  EXPECT_EQ(list_of({group(kRepeated, "element", 2), text(kRequired, "str"), number(kRequired, "num")}),
            "my_list list<struct<str string not null, num int32 not null> not null>");
  EXPECT_EQ(list_of({group(kRepeated, "array", 1, ConvertedType::list), number(kRepeated, "array")}),
            "my_list list<list<int32 not null> not null>");
  EXPECT_EQ(list_of({group(kRepeated, "bag", 1), number(kRepeated, "x")}),
            "my_list list<struct<x list<int32 not null> not null> not null>");
  EXPECT_EQ(list_of({group(kRepeated, "array", 1), text(kRequired, "str")}),
            "my_list list<struct<str string not null> not null>");
  EXPECT_EQ(list_of({group(kRepeated, "my_list_tuple", 1), text(kRequired, "str")}),
            "my_list list<struct<str string not null> not null>");
  EXPECT_EQ(list_of({group(kRepeated, "element", 1), text(kOptional, "str")}), "my_list list<string>");
  // Lists of lists.
  EXPECT_EQ(list_of({group(kRepeated, "list", 1), group(kRequired, "element", 1, ConvertedType::list),
                     group(kRepeated, "list", 1), number(kRequired, "element")}),
            "my_list list<list<int32 not null> not null>");
  // Not the shape that LIST asks for: the struct that it is.
  EXPECT_EQ(list_of({number(kRequired, "x")}), "my_list struct<x int32 not null>");
}

TEST(SchemaElements, BareRepeatedFields) {
  EXPECT_EQ(read_as({leaf(kRepeated, PhysicalType::int32, "num")}), "num list<int32 not null> not null");
  EXPECT_EQ(
      read_as({group(kRepeated, "my_list", 2), leaf(kRequired, PhysicalType::int32, "num"), text(kOptional, "str")}),
      "my_list list<struct<num int32 not null, str string> not null> not null");
}

TEST(SchemaElements, MapExamplesOfTheSpecification) {
  for (const ConvertedType annotation : {ConvertedType::map, ConvertedType::map_key_value}) {
    EXPECT_EQ(read_as({group(kOptional, "my_map", 1, annotation), group(kRepeated, "key_value", 2),
                       text(kRequired, "key"), leaf(kOptional, PhysicalType::int32, "value")}),
              "my_map map<string, int32>");
  }
  // Keys that may be null are no keys: a list of what is there.
  EXPECT_EQ(read_as({group(kOptional, "my_map", 1, ConvertedType::map), group(kRepeated, "map", 2),
                     text(kOptional, "k"), leaf(kRequired, PhysicalType::int32, "v")}),
            "my_map list<struct<k string, v int32 not null> not null>");
  EXPECT_EQ(read_as({group(kRequired, "my_map", 1, ConvertedType::map),
                     group(kRepeated, "map", 1, ConvertedType::map_key_value), text(kRequired, "key")}),
            "my_map list<struct<key string not null> not null> not null");
}

TEST(SchemaElements, WhatIsNoTree) {
  const auto number = leaf(kRequired, PhysicalType::int32, "a");
  EXPECT_EQ(refusal({}, ErrorCode::corrupt), "f: the schema has no elements, expected at least its root");
  EXPECT_EQ(refusal({root(2), number}, ErrorCode::corrupt),
            "f: schema element 2 is missing: the groups announce 3 elements, the schema has 2");
  EXPECT_EQ(refusal({root(INT32_MAX), number}, ErrorCode::corrupt),
            "f: schema element 2 is missing: the groups announce 2147483648 elements, the schema has 2");
  EXPECT_EQ(refusal({root(0), number}, ErrorCode::corrupt),
            "f: schema element 1 \"a\" belongs to no group: the tree ended before it");
  EXPECT_EQ(refusal({root(-1)}, ErrorCode::corrupt), "f: schema element 0 \"m\" has -1 children");
  EXPECT_EQ(refusal({number}, ErrorCode::corrupt), "f: schema element 0 \"a\" is the root and has a physical type");
  SchemaElement both = number;
  both.num_children = 1;
  EXPECT_EQ(refusal({root(1), both, number}, ErrorCode::corrupt),
            "f: schema element 1 \"a\" has a physical type and children, expected one of them");
  SchemaElement odd = number;
  odd.type = static_cast<PhysicalType>(-7);
  EXPECT_EQ(refusal({root(1), odd}, ErrorCode::corrupt),
            "f: schema element 1 \"a\" has the physical type -7, expected 0 to 7");
  for (const auto repetition : {std::optional<FieldRepetitionType>(), std::optional(FieldRepetitionType{4}),
                                std::optional(FieldRepetitionType{-1})}) {
    SchemaElement unclear = number;
    unclear.repetition_type = repetition;
    EXPECT_EQ(refusal({root(1), unclear}, ErrorCode::corrupt),
              "f: schema element 1 \"a\" is neither required nor optional nor repeated");
  }
}

TEST(SchemaElements, WhatASchemaCannotHold) {
  const auto number = leaf(kRequired, PhysicalType::int32, "a");
  EXPECT_EQ(refusal({root(2), number, number}, ErrorCode::unsupported),
            "f: schema element 0 \"m\" has two fields of the name \"a\"");
  EXPECT_EQ(refusal({root(1), group(kOptional, "g", 2), number, number}, ErrorCode::unsupported),
            "f: schema element 1 \"g\" has two fields of the name \"a\"");
  EXPECT_EQ(refusal({root(1), group(kOptional, "g", 0)}, ErrorCode::unsupported),
            "f: schema element 1 \"g\" is a group without fields, which Sluice cannot express");
  SchemaElement vector = group(kRequired, "v", 1);
  vector.repetition_type = FieldRepetitionType::vector;
  EXPECT_EQ(refusal({root(1), vector, number}, ErrorCode::unsupported),
            "f: schema element 1 \"v\" is a fixed-size vector, which Sluice does not read");
}

Elements nested(size_t groups, FieldRepetitionType repetition, std::optional<ConvertedType> converted) {
  Elements elements = {root(1)};
  for (size_t i = 0; i < groups; ++i) elements.push_back(group(repetition, "g", 1, converted));
  elements.push_back(leaf(kRequired, PhysicalType::int32, "a"));
  return elements;
}

TEST(SchemaElements, NestingHasAnEnd) {
  EXPECT_EQ(refusal(nested(99, kOptional, {}), ErrorCode::unsupported), "");
  EXPECT_EQ(refusal(nested(100, kOptional, {}), ErrorCode::unsupported),
            "f: schema element 101 \"a\" nests deeper than 100 levels");
  for (const auto repetition : {kRequired, kOptional, kRepeated})
    for (const auto converted :
         {std::optional<ConvertedType>(), std::optional(ConvertedType::list), std::optional(ConvertedType::map)})
      EXPECT_NE(refusal(nested(100'000, repetition, converted), ErrorCode::unsupported), "");
  Type type = int64();
  for (int i = 0; i < 99; ++i) type = list(type);
  const Schema deepest{{"a", type}};
  EXPECT_EQ(from_schema_elements(to_schema_elements(deepest), "f"), deepest);
  EXPECT_THROW(to_schema_elements(Schema{{"a", list(type)}}), Error);
}

}  // namespace
}  // namespace sluice::schema_elements_test
