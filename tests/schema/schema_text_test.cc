// The text form of schemas: golden forms, the position and words of each refusal, and text -> schema -> text on random
// schemas with hostile names.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "schema/field_ids.h"
#include "sluice/error.h"
#include "sluice/schema.h"

namespace sluice::schema_text_test {
namespace {

Error refusal(std::string_view text) {
  try {
    parse_schema(text);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "accepted: " << text;
  return Error(ErrorCode::bug, "");
}

void expect_refused(std::string_view text, const std::string& sentence, const std::string& hint = {}) {
  const Error error = refusal(text);
  EXPECT_EQ(error.code(), ErrorCode::invalid) << text;
  EXPECT_EQ(std::string(error.what()), "schema text, " + sentence) << text;
  if (!hint.empty()) {
    EXPECT_EQ(error.hint(), hint) << text;
  }
}

const Schema& every_type() {
  static const Schema schema{{"a", null()},
                             {"b", boolean(), false},
                             {"c", int8()},
                             {"d", int16()},
                             {"e", int32()},
                             {"f", int64(), false, 7},
                             {"g", uint8()},
                             {"h", uint16()},
                             {"i", uint32()},
                             {"j", uint64(), true, -1},
                             {"k", float32()},
                             {"l", float64()},
                             {"m", string()},
                             {"n", binary()},
                             {"o", json()},
                             {"p", date()},
                             {"q", timestamp(TimeUnit::second)},
                             {"r", timestamp(TimeUnit::millisecond, "UTC")},
                             {"s", timestamp(TimeUnit::microsecond, "Europe/Berlin")},
                             {"t", timestamp(TimeUnit::nanosecond, "+02:00")},
                             {"u", list(Field{"element", int64(), false})},
                             {"v", list(Field{"item", string(), true, 3})},
                             {"w", struct_({{"x", list(list(date()))}, {"y z", int32(), false, 9}}), false},
                             {"aa", float16()},
                             {"ab", decimal(1, 0)},
                             {"ac", decimal(76, 76), false},
                             {"ad", bson()},
                             {"ae", enum_()},
                             {"af", uuid()},
                             {"ag", fixed(2'147'483'647)},
                             {"ah", time(TimeUnit::second)},
                             {"ai", time(TimeUnit::nanosecond)},
                             {"aj", duration(TimeUnit::millisecond)},
                             {"ak", geometry()},
                             {"al", geometry("EPSG:3857")},
                             {"am", geography("{\"a\": 1}", "karney")},
                             {"an", geography()},
                             {"ao", fixed_list(Field{"item", float32(), false}, 3)},
                             {"ap", map(Field{"k", string(), true, 20}, Field{"v", list(int8()), false, 21})}};
  return schema;
}

TEST(SchemaText, GoldenForm) {
  EXPECT_EQ(to_text(every_type()),
            "a null, b bool not null, c int8, d int16, e int32, f int64 not null id 7, g uint8, h uint16, i uint32, "
            "j uint64 id -1, k float32, l float64, m string, n binary, o json, p date, q timestamp(s), "
            "r timestamp(ms, UTC), s timestamp(us, Europe/Berlin), t timestamp(ns, +02:00), u list<int64 not null>, "
            "v list<\"item\" string id 3>, w struct<x list<list<date>>, \"y z\" int32 not null id 9> not null, "
            "aa float16, ab decimal(1, 0), ac decimal(76, 76) not null, ad bson, ae enum, af uuid, "
            "ag fixed(2147483647), ah time(s), ai time(ns), aj duration(ms), ak geometry, al geometry(\"EPSG:3857\"), "
            "am geography(\"{\"\"a\"\": 1}\", karney), an geography, ao fixed_list<\"item\" float32 not null, 3>, "
            "ap map<string id 20, list<int8> not null id 21>");
  EXPECT_EQ(parse_schema(to_text(every_type())), every_type());
  EXPECT_EQ(to_text(Schema{}), "");
  EXPECT_EQ(to_text(list(struct_({{"a", int64()}, {"b", string()}}))), "list<struct<a int64, b string>>");
}

TEST(SchemaText, BlanksAndCommentsAreFree) {
  const Schema expected{
      {"id", int64(), false, 1}, {"tags", list(string())}, {"at", timestamp(TimeUnit::microsecond, "UTC")}};
  EXPECT_EQ(parse_schema("id int64 not null id 1,tags list<string>,at timestamp(us,UTC)"), expected);
  EXPECT_EQ(parse_schema("\n-- who\r\n  id\tint64 id 1 not -- really\n null , tags list < string > -- words\n,\n"
                         "at timestamp ( us , UTC )\n--"),
            expected);
  EXPECT_EQ(parse_schema(""), Schema{});
  EXPECT_EQ(parse_schema(" -- nothing"), Schema{});
}

TEST(SchemaText, AliasesAndNames) {
  EXPECT_EQ(parse_schema("a boolean, b float, c double"),
            (Schema{{"a", boolean()}, {"b", float32()}, {"c", float64()}}));
  EXPECT_EQ(
      parse_schema("not int8, id int8 id 4, null null, list list<null>, int64 int64"),
      (Schema{{"not", int8()}, {"id", int8(), true, 4}, {"null", null()}, {"list", list(null())}, {"int64", int64()}}));
  EXPECT_EQ(parse_schema("gr\xC3\xB6\xC3\x9F"
                         "e int8"),
            (Schema{{"gr\xC3\xB6\xC3\x9F"
                     "e",
                     int8()}}));
  EXPECT_EQ(parse_schema("\"a \"\"b\"\", -- <c>\" int8, \"\" int8"),
            (Schema{{"a \"b\", -- <c>", int8()}, {"", int8()}}));
  EXPECT_EQ(parse_schema("a timestamp(us, \"odd ) zone\")"),
            (Schema{{"a", timestamp(TimeUnit::microsecond, "odd ) zone")}}));
}

TEST(SchemaText, RefusalsNamePositionFoundAndExpected) {
  expect_refused("a int46", "line 1, column 3: expected a type, found \"int46\"", "did you mean int64?");
  expect_refused("a int64,\n  b strnig", "line 2, column 5: expected a type, found \"strnig\"", "did you mean string?");
  expect_refused("a INT64", "line 1, column 3: expected a type, found \"INT64\"", "did you mean int64?");
  expect_refused("a integer", "line 1, column 3: expected a type, found \"integer\"", "did you mean int32 or int64?");
  expect_refused("a text", "line 1, column 3: expected a type, found \"text\"", "did you mean string?");
  expect_refused("a zebra", "line 1, column 3: expected a type, found \"zebra\"", "the types: docs/schema_text.md");
  expect_refused("\xC3\xB6\xC3\xB6 x", "line 1, column 4: expected a type, found \"x\"");
  expect_refused("a", "line 1, column 2: expected a type, found the end");
  expect_refused("a,", "line 1, column 2: expected a type, found \",\"");
  expect_refused("a \"int64\"", "line 1, column 3: expected a type, found \"\\\"\"");
  const std::string name = "a column name (quoted where it is more than letters, digits and \"_\")";
  expect_refused(",", "line 1, column 1: expected " + name + ", found \",\"");
  expect_refused("a int64,", "line 1, column 9: expected " + name + ", found the end");
  expect_refused("a int64, 2b int8", "line 1, column 10: expected " + name + ", found \"2\"");
  const std::string rest = "\",\", \"not null\", \"id\" or the end";
  expect_refused("a int64 b int64", "line 1, column 9: expected " + rest + ", found \"b\"");
  expect_refused("a int64 null", "line 1, column 9: expected " + rest + ", found \"null\"");
  expect_refused("a int64 not null not null", "line 1, column 18: expected " + rest + ", found \"not\"");
  expect_refused("a int64 id 1 id 2", "line 1, column 14: expected " + rest + ", found \"id\"");
  expect_refused("a int64)", "line 1, column 8: expected " + rest + ", found \")\"");
  expect_refused("a int64 not", "line 1, column 12: expected \"null\" after \"not\", found the end");
  expect_refused("a int64 id", "line 1, column 11: expected a field id within int32, found the end");
  expect_refused("a int64 id 2147483648", "line 1, column 12: expected a field id within int32, found \"2147483648\"");
  expect_refused("a int64 id x", "line 1, column 12: expected a field id within int32, found \"x\"");
  expect_refused("a timestamp", "line 1, column 12: expected \"(\" and a unit, found the end",
                 "for instance timestamp(us) or timestamp(us, UTC)");
  expect_refused("a timestamp(m)", "line 1, column 13: expected a unit: s, ms, us or ns, found \"m\"");
  expect_refused("a timestamp(us", "line 1, column 15: expected \")\" or \",\" and a zone, found the end");
  expect_refused("a timestamp(us,)",
                 "line 1, column 16: expected a time zone such as UTC or Europe/Berlin, found \")\"");
  expect_refused("a timestamp(us, \"\")",
                 "line 1, column 17: expected a time zone such as UTC or Europe/Berlin, found \"\\\"\"");
  expect_refused("a timestamp(us, UTC", "line 1, column 20: expected \")\", found the end");
  expect_refused("a list", "line 1, column 7: expected \"<\" and the type of the elements, found the end");
  expect_refused("a list<>", "line 1, column 8: expected a type, found \">\"");
  expect_refused("a list<b int8>", "line 1, column 8: expected a type, found \"b\"");
  expect_refused("a list<int8", "line 1, column 12: expected \">\", \"not null\" or \"id\", found the end");
  expect_refused("a struct", "line 1, column 9: expected \"<\" and the fields of the struct, found the end");
  expect_refused("a struct<>", "line 1, column 10: expected " + name + ", found \">\"");
  expect_refused("a struct<b int8", "line 1, column 16: expected \",\", \">\", \"not null\" or \"id\", found the end");
  expect_refused("a int8, \"b int8", "line 1, column 9: this quote is never closed");
  expect_refused("a \xFF", "line 1, column 3: expected UTF-8, found a byte that is none");
}

TEST(SchemaText, RefusalsCarryTheField) {
  EXPECT_EQ(refusal("user struct<tags list<int46>>").place().field, "user.tags[]");
  EXPECT_EQ(refusal("user struct<tags list<int46>>").place().byte, 22);
  EXPECT_EQ(refusal("a int8, b struct<c int8>, d x").place().field, "d");
}

TEST(SchemaText, LongHostileWordsAreCut) {
  EXPECT_LT(std::string(refusal("a " + std::string(100'000, 'x')).what()).size(), 200u);
  EXPECT_EQ(std::string(refusal(std::string_view("a \0", 3)).what()),
            "schema text, line 1, column 3: expected a type, found \"\\u0000\"");
}

TEST(SchemaText, KnownTypesThatAreNotBuilt) {
  const Error error = refusal("a int8, b variant");
  EXPECT_EQ(error.code(), ErrorCode::unsupported);
  EXPECT_EQ(std::string(error.what()), "schema text, line 1, column 11: type variant is not built yet");
  EXPECT_EQ(error.place().field, "b");
}

TEST(SchemaText, PartsOfTypes) {
  expect_refused("a decimal",
                 "line 1, column 10: expected \"(\", the number of digits and of those behind the point, "
                 "found the end");
  expect_refused("a decimal(9)",
                 "line 1, column 12: expected \",\" and the number of digits behind the point, found \")\"");
  expect_refused("a decimal(0, 0)", "line 1, column 3: decimal(0,0) is no type: a decimal has 1 to 76 digits");
  expect_refused("a decimal(77, 0)", "line 1, column 3: decimal(77,0) is no type: a decimal has 1 to 76 digits");
  expect_refused("a decimal(5, 6)",
                 "line 1, column 3: decimal(5,6) is no type: of its digits, none or at most all are behind the point");
  expect_refused("a decimal(5, -1)",
                 "line 1, column 3: decimal(5,-1) is no type: of its digits, none or at most all are behind the point");
  expect_refused("a fixed(0)", "line 1, column 3: fixed(0) is no type: it needs at least one byte");
  expect_refused("a fixed(2147483648)", "line 1, column 9: expected a number of bytes, found \"2147483648\"");
  expect_refused("a time", "line 1, column 7: expected \"(\" and a unit, found the end", "for instance time(us)");
  expect_refused("a duration(us, UTC)", "line 1, column 14: expected \")\", found \",\"");
  expect_refused("a geometry(x)", "line 1, column 12: expected a coordinate reference system in quotes, found \"x\"");
  expect_refused(
      "a geography(\"x\", flat)",
      "line 1, column 3: a geography joins points by \"flat\", expected spherical, vincenty, thomas, andoyer "
      "or karney");
  expect_refused("a fixed_list<int8>", "line 1, column 18: expected \",\" and the number of elements, found \">\"");
  expect_refused("a fixed_list<int8, 0>", "line 1, column 3: a fixed_list of 0 elements: it needs at least one");
  expect_refused("a map<int8>", "line 1, column 11: expected \",\" and the type of the values, found \">\"");
  EXPECT_EQ(refusal("a map<int8, list<x>>").place().field, "a[].value[]");
}

TEST(SchemaText, DefaultsOfShapesAreOneType) {
  EXPECT_EQ(geometry("OGC:CRS84"), geometry());
  EXPECT_EQ(parse_schema("a geography(\"OGC:CRS84\", spherical)"), (Schema{{"a", geography()}}));
  EXPECT_FALSE(geometry() == geometry("srid:0"));
  EXPECT_FALSE(geography() == geography("", "thomas"));
}

TEST(Schema, IdsAreTheirOwn) {
  EXPECT_THROW((Schema{{"a", int8(), true, 1}, {"b", int8(), true, 1}}), Error);
  EXPECT_THROW((Schema{{"a", int8(), true, 1}, {"b", map(Field{"", int8(), true, 1}, Field{"", int8()})}}), Error);
  EXPECT_NO_THROW((Schema{{"a", int8(), true, 1}, {"b", list(Field{"", int8(), true, 2})}}));
}

TEST(SchemaText, TwoOfOneName) {
  EXPECT_EQ(refusal("a int8, a int8").code(), ErrorCode::invalid);
  EXPECT_EQ(refusal("s struct<a int8, a int8>").code(), ErrorCode::invalid);
}

TEST(SchemaText, DepthEndsAt64) {
  const auto nested = [](int depth) {
    std::string text = "a ";
    for (int i = 0; i < depth; ++i) text += "list<";
    return text + "int8" + std::string(static_cast<size_t>(depth), '>');
  };
  EXPECT_EQ(to_text(parse_schema(nested(64))), nested(64));
  expect_refused(nested(65), "line 1, column 323: more than 64 lists, maps and structs inside each other");
  expect_refused(nested(100'000), "line 1, column 323: more than 64 lists, maps and structs inside each other");
}

// ---- random schemas ----

rc::Gen<std::string> names() {
  return rc::gen::oneOf(rc::gen::element<std::string>("", "id", "not", "null", "int64", "list", "element", "a b", "a,b",
                                                      "\"", "\"\"", "a\"b", "--", "a--b", "-- c\n", "\n", "<", ">", "1",
                                                      "1a", "_", "\xC3\xBC", "\xE2\x80\xA8", "\xF0\x9F\x98\x80", "\t",
                                                      "struct<a int8>", std::string(300, 'n'), std::string("\0", 1)),
                        rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127)));
}

Type random_type(int depth);

Field random_field(std::string name, int depth) {
  Field field{std::move(name), random_type(depth), *rc::gen::arbitrary<bool>()};
  if (*rc::gen::inRange(0, 3) == 0) field.id = *rc::gen::arbitrary<int32_t>();
  return field;
}

std::vector<Field> random_fields(size_t count_min, int depth) {
  std::vector<std::string> drawn = *rc::gen::container<std::vector<std::string>>(names());
  drawn.resize(std::clamp<size_t>(drawn.size(), count_min, 8));
  std::ranges::sort(drawn);
  drawn.erase(std::unique(drawn.begin(), drawn.end()), drawn.end());
  std::vector<Field> fields;
  for (std::string& name : drawn) fields.push_back(random_field(std::move(name), depth));
  return fields;
}

Type random_type(int depth) {
  const int choice = *rc::gen::inRange(-8, depth > 0 ? 28 : 20);
  constexpr Type (*kScalars[])() = {null,   boolean, int8,    int16,   int32,  int64,  uint8, uint16,
                                    uint32, uint64,  float32, float64, string, binary, json,  date};
  switch (choice) {
    case -8: return decimal(*rc::gen::inRange(30, 77), *rc::gen::inRange(0, 31));
    case -7: return fixed(*rc::gen::inRange(1, INT32_MAX));
    case -6: return time(static_cast<TimeUnit>(*rc::gen::inRange(0, 4)));
    case -5: return duration(static_cast<TimeUnit>(*rc::gen::inRange(0, 4)));
    case -4: return geometry(*names());
    case -3: return geography(*names(), *rc::gen::element<std::string>("spherical", "vincenty", "karney"));
    case -2: return *rc::gen::element(uuid(), enum_());
    case -1: return *rc::gen::element(float16(), bson());
    case 26: return fixed_list(random_field(*names(), depth - 1), *rc::gen::inRange(1, INT32_MAX));
    case 27: return map(random_field("", depth - 1), random_field("", depth - 1));
    default: break;
  }
  if (choice < 16) return kScalars[choice]();
  if (choice < 20)
    return timestamp(
        static_cast<TimeUnit>(choice - 16),
        *rc::gen::oneOf(names(), rc::gen::element<std::string>("UTC", "Etc/GMT+5", "-03:30", "Port-au-Prince")));
  if (choice < 23)
    return list(random_field(*rc::gen::oneOf(rc::gen::just<std::string>("element"), names()), depth - 1));
  return struct_(random_fields(1, depth - 1));
}

RC_GTEST_PROP(SchemaTextProperty, WhatIsWrittenIsReadBack, ()) {
  std::vector<Field> fields = random_fields(0, 4);
  if (repeated_field_id(fields)) fields = without_field_ids(fields);
  const Schema schema(std::move(fields));
  const std::string text = to_text(schema);
  RC_LOG() << text << '\n';
  RC_ASSERT(parse_schema(text) == schema);
}

RC_GTEST_PROP(SchemaTextProperty, DamagedTextNeverDoesHarm, ()) {
  std::string text = to_text(every_type());
  const int edits = *rc::gen::inRange(1, 4);
  for (int i = 0; i < edits; ++i) {
    const size_t at = *rc::gen::inRange<size_t>(0, text.size());
    switch (*rc::gen::inRange(0, 3)) {
      case 0: text.erase(at, *rc::gen::inRange<size_t>(1, 9)); break;
      case 1: text.insert(at, 1, *rc::gen::element('"', '<', '>', '(', ')', ',', ' ', '-', '\n', '\xC3', '1')); break;
      default: text[at] = *rc::gen::arbitrary<char>(); break;
    }
  }
  try {
    const Schema schema = parse_schema(text);
    RC_ASSERT(parse_schema(to_text(schema)) == schema);
  } catch (const Error& error) {
    RC_ASSERT(error.code() == ErrorCode::invalid || error.code() == ErrorCode::unsupported);
  }
}

}  // namespace
}  // namespace sluice::schema_text_test
