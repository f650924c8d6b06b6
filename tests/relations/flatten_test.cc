// Structs become columns and lists become relations; what joins them; late fields. (docs/flattening.md.)
#include "sluice/flatten.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relations/flat_text.h"
#include "support/make_columns.h"

namespace sluice::flatten_test {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kPushes = R"({"type":"push","actor":{"id":7,"name":{"first":"Ada"}},)"
                                     R"("commits":[{"sha":"a","files":[{"f":"x"},{"f":"y"}]},{"sha":"b","files":[]}]})"
                                     "\n"
                                     R"({"type":"fork","actor":null,"commits":[]}
{"type":"push","actor":{"id":8,"name":null},"commits":[{"sha":"c","files":[{"f":"z"}]},{"sha":"d"}]}
)";

TEST(Flatten, StructsBecomeColumnsAndListsRelationsWithTheTrueParentAtEveryLevel) {
  const Flat flat = flat_of(kPushes, {.name = "events"});
  EXPECT_THAT(flat.order, ElementsAre("events", "events_commits", "events_commits_files"));
  EXPECT_EQ(flat.lines.at("events"),
            R"({"_id":0,"type":"push","actor_id":7,"actor_name_first":"Ada","commits_length":2}
{"_id":1,"type":"fork","actor_id":null,"actor_name_first":null,"commits_length":0}
{"_id":2,"type":"push","actor_id":8,"actor_name_first":null,"commits_length":2}
)");
  EXPECT_EQ(flat.lines.at("events_commits"),
            R"({"_id":0,"_parent_id":0,"_index":0,"sha":"a","files_length":2}
{"_id":1,"_parent_id":0,"_index":1,"sha":"b","files_length":0}
{"_id":2,"_parent_id":2,"_index":0,"sha":"c","files_length":1}
{"_id":3,"_parent_id":2,"_index":1,"sha":"d","files_length":null}
)");
  // The package before gave grandchildren the id of the record: the chain was lost.
  EXPECT_EQ(flat.lines.at("events_commits_files"),
            R"({"_id":0,"_parent_id":0,"_index":0,"f":"x"}
{"_id":1,"_parent_id":0,"_index":1,"f":"y"}
{"_id":2,"_parent_id":2,"_index":0,"f":"z"}
)");
}

TEST(Flatten, KeyColumnsAreNeverNullAndHaveTheirTypes) {
  const Flat flat = flat_of(kPushes, {.name = "e", .root_column = "_root_id", .time_column = "_timestamp"});
  EXPECT_THAT(to_text(flat.schemas.at("e")),
              ::testing::StartsWith("_id int64 not null, _timestamp timestamp(us, UTC) not null, "));
  EXPECT_THAT(to_text(flat.schemas.at("e_commits_files")),
              ::testing::StartsWith(
                  "_id int64 not null, _parent_id int64 not null, _root_id int64 not null, _index int32 not null, "
                  "_timestamp timestamp(us, UTC) not null, "));
  EXPECT_THAT(flat.lines.at("e_commits_files"), HasSubstr(R"("_parent_id":2,"_root_id":2,"_index":0)"));
}

TEST(Flatten, ListsOfScalarsStayUnlessAskedFor) {
  const std::string text = R"({"id":1,"tags":["a",null,"b"],"grid":[[1,2],[],[3]]}
{"id":2,"tags":[],"grid":null}
)";
  const Flat smart = flat_of(text, {.name = "t"});
  EXPECT_THAT(smart.order, ElementsAre("t"));
  EXPECT_EQ(smart.lines.at("t"), R"({"_id":0,"id":1,"tags":["a",null,"b"],"grid":[[1,2],[],[3]]}
{"_id":1,"id":2,"tags":[],"grid":null}
)");
  const Flat separate = flat_of(text, {.name = "t", .array_mode = ArrayMode::separate});
  EXPECT_THAT(separate.order, ElementsAre("t", "t_tags", "t_grid", "t_grid_value"));
  EXPECT_EQ(separate.lines.at("t"), R"({"_id":0,"id":1,"tags_length":3,"grid_length":3}
{"_id":1,"id":2,"tags_length":0,"grid_length":null}
)");
  EXPECT_EQ(separate.lines.at("t_tags"), R"({"_id":0,"_parent_id":0,"_index":0,"value":"a"}
{"_id":1,"_parent_id":0,"_index":1,"value":null}
{"_id":2,"_parent_id":0,"_index":2,"value":"b"}
)");
  EXPECT_EQ(separate.lines.at("t_grid_value"), R"({"_id":0,"_parent_id":0,"_index":0,"value":1}
{"_id":1,"_parent_id":0,"_index":1,"value":2}
{"_id":2,"_parent_id":2,"_index":0,"value":3}
)");
}

TEST(Flatten, ArraysAreTextOrLeftOutWhereThatIsAskedForPathByPath) {
  const std::string text = R"({"a":[{"x":1,"y":[{"z":2}]}],"b":[1.5,2],"c":["s"],"d":{"e":[{"f":3}]}}
)";
  FlattenOptions options{.name = "t"};
  options.array_modes = {{"a.y", ArrayMode::inline_},
                         {"b", ArrayMode::inline_},
                         {"c", ArrayMode::skip},
                         {"d.e", ArrayMode::skip},
                         {"nowhere", ArrayMode::skip}};
  const Flat flat = flat_of(text, options);
  EXPECT_EQ(flat.lines.at("t"), R"({"_id":0,"a_length":1,"b":[1.5,2]}
)");
  EXPECT_EQ(to_text(flat.schemas.at("t")), "_id int64 not null, a_length int32, b json");
  EXPECT_EQ(flat.lines.at("t_a"), R"({"_id":0,"_parent_id":0,"_index":0,"x":1,"y":[{"z":2}]}
)");
  ASSERT_EQ(flat.notes.size(), 3);
  EXPECT_EQ(flat.notes[0].path + ": " + flat.notes[0].remark, "c: left out, as was asked for");
  EXPECT_EQ(flat.notes[0].values, 1);
  EXPECT_EQ(flat.notes[1].path, "d.e");
  EXPECT_EQ(flat.notes[2].path, "nowhere");
}

TEST(Flatten, EmptyAndNullArraysOfUnknownContentsLeaveTheirLength) {
  const Flat flat = flat_of(R"({"a":[],"b":[null,null],"c":[[],[null]]}
{"a":null}
)",
                            {.name = "t"});
  EXPECT_EQ(flat.lines.at("t"), R"({"_id":0,"a_length":0,"b_length":2,"c_length":2}
{"_id":1,"a_length":null,"b_length":null,"c_length":null}
)");
  EXPECT_EQ(flat.lines.at("t_c"), R"({"_id":0,"_parent_id":0,"_index":0,"value_length":0}
{"_id":1,"_parent_id":0,"_index":1,"value_length":1}
)");
}

TEST(Flatten, MixedArraysKeepEachValuesOwnText) {
  const Flat flat = flat_of(R"({"a":[1,{"b":2},"x"]}
)",
                            {.name = "t"});
  EXPECT_EQ(flat.lines.at("t"), R"({"_id":0,"a":[1,{"b":2},"x"]}
)");
}

TEST(Flatten, NullItemsAreRows) {
  const Flat flat = flat_of(R"({"a":[{"x":1},null,{"x":null}]}
)",
                            {.name = "t"});
  EXPECT_EQ(flat.lines.at("t_a"), R"({"_id":0,"_parent_id":0,"_index":0,"x":1}
{"_id":1,"_parent_id":0,"_index":1,"x":null}
{"_id":2,"_parent_id":0,"_index":2,"x":null}
)");
}

// The package before let one of the two values win.
TEST(Flatten, NamesThatClashAreToldApartAndReported) {
  const Flat flat = flat_of(R"({"user_name":"flat","user":{"name":"nested"},"user_name_2":3}
)",
                            {.name = "t"});
  EXPECT_EQ(flat.lines.at("t"), R"({"_id":0,"user_name":"flat","user_name_2":"nested","user_name_2_2":3}
)");
  ASSERT_EQ(flat.notes.size(), 2);
  EXPECT_EQ(flat.notes[0].path + " " + flat.notes[0].remark, "user.name is column user_name_2, as user_name is taken");
}

/// What a run of these records leaves for those that come to it.
std::vector<FlattenOptions::RelationThere> there_behind(const std::string& text, const FlattenOptions& options) {
  std::vector<FlattenOptions::RelationThere> there;
  for (const auto& [name, schema] : flat_of(text, options).schemas) there.push_back({name, schema});
  return there;
}

TEST(Flatten, NamesOfEarlierRunsStayWithTheirFields) {
  FlattenOptions options{.name = "t"};
  const std::string both = "{\"a_b\":1,\"a\":{\"b\":2},\"l_m\":[{\"x\":1}],\"l\":{\"m\":[{\"x\":2}]}}\n";
  options.relations_there = there_behind(both, options);
  const Flat other = flat_of("{\"l\":{\"m\":[{\"x\":4}]},\"l_m\":[{\"x\":3}],\"a\":{\"b\":6},\"a_b\":5}\n", options);
  EXPECT_EQ(other.lines.at("t"), "{\"_id\":0,\"l_m_length_2\":1,\"l_m_length\":1,\"a_b_2\":6,\"a_b\":5}\n");
  EXPECT_EQ(other.lines.at("t_l_m"), "{\"_id\":0,\"_parent_id\":0,\"_index\":0,\"x\":3}\n");
  EXPECT_EQ(other.lines.at("t_l_m_2"), "{\"_id\":0,\"_parent_id\":0,\"_index\":0,\"x\":4}\n");
  const Flat one = flat_of("{\"a\":{\"b\":7},\"l\":{\"m\":[]}}\n", options);
  EXPECT_EQ(one.lines.at("t"), "{\"_id\":0,\"a_b_2\":7,\"l_m_length_2\":0}\n");
  // What is new finds no name that is somebody's.
  const Flat third = flat_of("{\"a_b_2\":8,\"l_m_2\":[{\"x\":9}]}\n", options);
  EXPECT_EQ(third.lines.at("t"), "{\"_id\":0,\"a_b_2_2\":8,\"l_m_2_length\":1}\n");
  EXPECT_THAT(third.order, ElementsAre("t", "t_l_m_2_2"));
}

TEST(Flatten, NamesOfEarlierRunsDoNotMeetKeys) {
  FlattenOptions options{.name = "t", .key_clash = KeyClash::rename};
  options.relations_there = there_behind("{\"_id\":1,\"_id_2\":2}\n", options);
  EXPECT_EQ(flat_of("{\"_id_2\":4,\"_id\":3}\n", options).lines.at("t"), "{\"_id\":0,\"_id_2_2\":4,\"_id_2\":3}\n");
  options.key_clash = KeyClash::error;
  EXPECT_THAT(refusal_of([&] { flat_of("{\"_id\":3}\n", options); }).what(), HasSubstr("name of a key column"));
  FlattenOptions natural{.name = "t", .id_generation = KeyStrategy::natural, .id_fields = {"user.id"}};
  natural.relations_there = there_behind("{\"user_id\":\"x\",\"user\":{\"id\":1}}\n", natural);
  EXPECT_EQ(flat_of("{\"user_id\":\"y\",\"user\":{\"id\":2}}\n", natural).lines.at("t"),
            "{\"user_id\":2,\"user_id_2\":\"y\"}\n");
}

TEST(Flatten, ColumnsSayWhatTheyAreOf) {
  const Flat flat = flat_of("{\"a\":{\"b.c\":1},\"l\":[[{\"x\":1}]],\"tags\":[1]}\n",
                            {.name = "t", .array_modes = {{"tags", ArrayMode::separate}}});
  const auto origins = [&](const std::string& relation) {
    std::vector<std::string> all;
    for (const Field& field : flat.schemas.at(relation).fields()) all.push_back(field.origin.value_or("none"));
    return all;
  };
  EXPECT_THAT(origins("t"), ElementsAre("id of t[]", "a.\"b.c\"", "#l", "#tags"));
  EXPECT_THAT(origins("t_l"), ElementsAre("id of t[].l[]", "parent id of t[].l[]", "index of t[].l[]", "#l[]"));
  EXPECT_THAT(origins("t_l_value"), ::testing::Contains("l[][].x"));
  EXPECT_THAT(origins("t_tags"), ::testing::Contains("tags[]"));
}

TEST(Flatten, RelationsWhoseNamesClashAreToldApart) {
  const Flat flat = flat_of(R"({"a":[{"b":[{"x":1}]}],"a_b":[{"y":2}]}
)",
                            {.name = "t"});
  EXPECT_THAT(flat.order, ElementsAre("t", "t_a", "t_a_b", "t_a_b_2"));
  EXPECT_EQ(flat.lines.at("t_a_b"), "{\"_id\":0,\"_parent_id\":0,\"_index\":0,\"x\":1}\n");
  EXPECT_EQ(flat.lines.at("t_a_b_2"), "{\"_id\":0,\"_parent_id\":0,\"_index\":0,\"y\":2}\n");
}

TEST(Flatten, AFieldNamedLikeAKeyIsNeverOverwritten) {
  const std::string text = R"({"_id":"mine","a":[{"_index":5}]}
)";
  const Error error = refusal_of([&] { flat_of(text); });
  EXPECT_EQ(error.code(), ErrorCode::data);
  EXPECT_THAT(error.what(), HasSubstr("field _id has the name of a key column"));
  EXPECT_THAT(error.hint(), HasSubstr("--id-column"));
  const Flat flat = flat_of(text, {.name = "t", .key_clash = KeyClash::rename});
  EXPECT_EQ(flat.lines.at("t"), R"({"_id":0,"_id_2":"mine","a_length":1}
)");
  EXPECT_EQ(flat.lines.at("t_a"), R"({"_id":0,"_parent_id":0,"_index":0,"_index_2":5}
)");
  EXPECT_THAT(flat_of(text, {.name = "t", .id_column = "key", .index_column = "at"}).lines.at("t"),
              HasSubstr(R"("key":0,"_id":"mine")"));
}

TEST(Flatten, HostileNamesStayWhatTheyAre) {
  const Flat flat = flat_of(R"({"a.b":1,"":2,"x/y":{"":3,"..":4},"l\n":[{"q\"":5}]}
)",
                            {.name = "t"});
  EXPECT_EQ(flat.lines.at("t"), R"({"_id":0,"a.b":1,"":2,"x/y_":3,"x/y_..":4,"l\n_length":1}
)");
  EXPECT_EQ(flat.lines.at("t_l\n"), R"({"_id":0,"_parent_id":0,"_index":0,"q\"":5}
)");
}

TEST(Flatten, SeparatorIsAnOption) {
  const Flat flat = flat_of(R"({"a":{"b":1,"c":[{"d":2}]}}
)",
                            {.name = "t", .separator = "."});
  EXPECT_EQ(flat.lines.at("t"), R"({"_id":0,"a.b":1,"a.c.length":1}
)");
  EXPECT_THAT(flat.order, ElementsAre("t", "t.a.c"));
}

TEST(Flatten, WhatIsDeeperStaysJsonTextAndIsCounted) {
  const std::string text = R"({"a":{"b":{"c":{"d":1}}},"l":[{"m":{"n":2}}]}
{"a":{"b":null}}
)";
  const Flat one = flat_of(text, {.name = "t", .max_depth = 1});
  EXPECT_EQ(one.lines.at("t"), R"({"_id":0,"a":{"b":{"c":{"d":1}}},"l":[{"m":{"n":2}}]}
{"_id":1,"a":{"b":null},"l":null}
)");
  EXPECT_THAT(one.order, ElementsAre("t"));
  ASSERT_EQ(one.notes.size(), 2);
  EXPECT_EQ(one.notes[0].path, "a");
  EXPECT_EQ(one.notes[0].values, 2);
  EXPECT_EQ(one.notes[1].values, 1);
  const Flat two = flat_of(text, {.name = "t", .max_depth = 2});
  EXPECT_EQ(two.lines.at("t"), R"({"_id":0,"a_b":{"c":{"d":1}},"l_length":1}
{"_id":1,"a_b":null,"l_length":null}
)");
  EXPECT_EQ(two.lines.at("t_l"), R"({"_id":0,"_parent_id":0,"_index":0,"m":{"n":2}}
)");
}

TEST(Flatten, TenThousandKeysInOneRecord) {
  std::string text = "{";
  for (int i = 0; i < 9'999; ++i) text += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":" + std::to_string(i);
  const Flat flat = flat_of(text + "}\n", {.name = "t"});
  EXPECT_EQ(flat.schemas.at("t").size(), 10'000);
}

TEST(Flatten, ListsCutIntoPiecesGiveTheSameRows) {
  std::string text;
  for (int record = 0; record < 40; ++record) {
    text += R"({"r":)" + std::to_string(record) + R"(,"l":[)";
    for (int i = 0; i < record % 7; ++i) text += (i > 0 ? "," : "") + ("{\"v\":" + std::to_string(i * record) + "}");
    text += "]}\n";
  }
  const Flat whole = flat_of(text, {.name = "t"});
  for (const int64_t size : {1, 3, 39}) {
    const Flat parts = flat_of(text, {.name = "t", .batch_size = size});
    EXPECT_EQ(parts.lines, whole.lines) << size;
  }
}

TEST(Flatten, ManyItemsOfOneRecordComeInPieces) {
  std::vector<std::optional<int64_t>> values(150'000, 7);
  const Schema schema{{"l", list(struct_({{"v", int64()}}))}};
  Column structs = make_struct(struct_({{"v", int64()}}), {make_int64(values)}, std::vector<bool>(values.size(), true));
  Column lists = make_list({"element", struct_({{"v", int64()}})}, std::move(structs), {150'000, std::nullopt});
  const Batch batch(std::make_shared<const Schema>(schema), {lists}, 2);
  const Flat flat = take_all(flatten(std::make_unique<HeldStream>(schema, std::vector<Batch>{batch}), {.name = "t"}));
  ASSERT_EQ(flat.batches.size(), 4);
  EXPECT_EQ(flat.batches[3].batch.rows(), 150'000 - 2 * 65'536);
  EXPECT_EQ(show(flat.batches[3].batch.column(2), 0), std::to_string(2 * 65'536));
  EXPECT_EQ(show(flat.batches[3].batch.column(0), 0), std::to_string(2 * 65'536));
}

TEST(Flatten, ColumnsWithoutRecordsMakeRelationsWithoutRows) {
  const Schema schema = parse_schema("a int64, l list<struct<b string>>");
  const Flat flat = take_all(flatten(std::make_unique<HeldStream>(schema, std::vector<Batch>()), {.name = "t"}));
  EXPECT_THAT(flat.order, ElementsAre("t", "t_l"));
  EXPECT_EQ(flat.lines.at("t_l"), "");
}

// --- fields that come late

Batch batch_of(const std::string& text) {
  auto stream = records_of(text);
  std::optional<RelationBatch> next = stream->next();
  return next ? next->batch : Batch();
}

/// Batches whose schemas grow, as a stream.
Flat flat_of_batches(std::vector<Batch> batches, FlattenOptions options) {
  const Schema first = batches[0].schema();
  return take_all(flatten(std::make_unique<HeldStream>(first, std::move(batches)), std::move(options)));
}

TEST(Flatten, LateFieldsComeBehindAndKeepNames) {
  const Batch first = batch_of(R"({"a":{"x":1},"z":1}
)");
  Batch second = batch_of(R"({"a":{"x":2,"y":3},"z":4,"l":[{"q":5}],"a_y":6}
)");
  const Flat flat = flat_of_batches({first, second}, {.name = "t"});
  EXPECT_EQ(to_text(flat.schemas.at("t")),
            "_id int64 not null, a_x int64, z int64, a_y int64, l_length int32, a_y_2 int64");
  EXPECT_EQ(flat.lines.at("t"), R"({"_id":0,"a_x":1,"z":1}
{"_id":1,"a_x":2,"z":4,"a_y":3,"l_length":1,"a_y_2":6}
)");
  EXPECT_EQ(flat.lines.at("t_l"), "{\"_id\":0,\"_parent_id\":1,\"_index\":0,\"q\":5}\n");
}

TEST(Flatten, AnEmptyListMayBecomeAnyOther) {
  const Batch empty = batch_of(R"({"a":[],"b":[],"c":null}
)");
  const Batch full = batch_of(R"({"a":[1],"b":[{"x":2}],"c":{"d":3}}
)");
  const Flat flat = flat_of_batches({empty, full}, {.name = "t"});
  EXPECT_EQ(flat.lines.at("t"), R"({"_id":0,"a_length":0,"b_length":0}
{"_id":1,"a_length":1,"b_length":1,"a":[1],"c_d":3}
)");
  EXPECT_EQ(flat.lines.at("t_b"), "{\"_id\":0,\"_parent_id\":1,\"_index\":0,\"x\":2}\n");
}

}  // namespace
}  // namespace sluice::flatten_test
