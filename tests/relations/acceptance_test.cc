// What people rely on who flattened with the package that is used for this today, point by point; where it was wrong,
// the right behaviour stands here, with a line that says so. What is tested elsewhere is named by its test.
//
//   inputs, empty ones, bad lines        sources.*, end_to_end.flattening_test
//   arrays in every mode, max_depth      Flatten.ListsOfScalarsStay..., ArraysAreText..., WhatIsDeeper...
//   keys of every strategy               KeyColumns.*          nulls, NaN, stringify      ValuePolicies.*
//   wrong options                        KeyColumns.OptionsThatContradictEachOther
//   late fields, shards, append          Flatten.LateFields..., end_to_end.flattening_test
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relations/flat_text.h"

namespace sluice::acceptance_test {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Acceptance, NestedKeysJoinToAnyDepth) {
  std::string text = "1";
  std::string column = "k";
  for (int i = 0; i < 60; ++i) text = "{\"k\":" + text + "}";
  for (int i = 1; i < 60; ++i) column += "_k";
  EXPECT_EQ(flat_of(text + "\n", {.name = "t"}).lines.at("t"), "{\"_id\":0,\"" + column + "\":1}\n");
}

TEST(Acceptance, NamesOfAnyKindSurvive) {
  const std::string names[] = {"\u00fcber", "123", "select", std::string(5'000, 'n'), "a b", "\u65e5\u672c"};
  std::string text = "{\"o\":{";
  for (const std::string& name : names) text += (text.size() > 6 ? ",\"" : "\"") + name + "\":true";
  const Flat flat = flat_of(text + "}}\n", {.name = "t"});
  for (const std::string& name : names) EXPECT_TRUE(flat.schemas.at("t").find("o_" + name)) << name.substr(0, 10);
}

TEST(Acceptance, ArraysOfAThousandItemsAreComplete) {
  std::string text = "{\"l\":[";
  for (int i = 0; i < 1'000; ++i) text += (i > 0 ? ",{\"v\":" : "{\"v\":") + std::to_string(i) + "}";
  const Flat flat = flat_of(text + "]}\n", {.name = "t"});
  EXPECT_THAT(flat.lines.at("t_l"), HasSubstr("{\"_id\":999,\"_parent_id\":0,\"_index\":999,\"v\":999}\n"));
}

// There they vanished, with all that tells [] from null.
TEST(Acceptance, EmptyArraysAndObjectsDoNotVanish) {
  const Flat flat = flat_of("{\"a\":[],\"o\":{}}\n{\"a\":null,\"o\":null}\n", {.name = "t"});
  EXPECT_EQ(flat.lines.at("t"), "{\"_id\":0,\"a_length\":0,\"o\":{}}\n{\"_id\":1,\"a_length\":null,\"o\":null}\n");
}

// There null, "", NaN and infinities were dropped by default.
TEST(Acceptance, ZeroFalseBlanksAndSmallNumbersStay) {
  const Flat flat = flat_of(R"({"z":0,"f":false,"b":"  ","s":1e-300,"l":1e300,"d":0.0,"e":""})"
                            "\n",
                            {.name = "t"});
  EXPECT_EQ(flat.lines.at("t"), R"({"_id":0,"z":0,"f":false,"b":"  ","s":1e-300,"l":1e+300,"d":0,"e":""})"
                                "\n");
}

// There {} gave no row: its number was lost to whoever counts.
TEST(Acceptance, RecordsOfNullsAloneKeepTheirRow) {
  const Flat flat = flat_of("{\"a\":1}\n{\"a\":null}\n{}\n", {.name = "t"});
  EXPECT_EQ(flat.lines.at("t"), "{\"_id\":0,\"a\":1}\n{\"_id\":1,\"a\":null}\n{\"_id\":2,\"a\":null}\n");
}

// There a float in a column that began with integers was cut: 1.9 became 1.
TEST(Acceptance, NoValueChangesWithTheTypesAroundIt) {
  const Flat flat = flat_of("{\"a\":1}\n{\"a\":1.9}\n{\"a\":2}\n", {.name = "t"});
  EXPECT_EQ(flat.lines.at("t"), "{\"_id\":0,\"a\":1}\n{\"_id\":1,\"a\":1.9}\n{\"_id\":2,\"a\":2}\n");
  const Flat mixed = flat_of("{\"a\":1}\n{\"a\":\"x\"}\n{\"a\":{\"b\":1.50}}\n", {.name = "t"});
  EXPECT_EQ(mixed.lines.at("t"), "{\"_id\":0,\"a\":1}\n{\"_id\":1,\"a\":\"x\"}\n{\"_id\":2,\"a\":{\"b\":1.50}}\n");
}

// There it was on by default, and a text.
TEST(Acceptance, OneTimeForAllRowsOfARun) {
  const std::chrono::system_clock::time_point time{std::chrono::seconds(1'700'000'000)};
  const Flat flat =
      flat_of("{\"l\":[{\"v\":1}]}\n{\"l\":[]}\n", {.name = "t", .time_column = "_timestamp", .time = time});
  EXPECT_EQ(flat.lines.at("t"),
            "{\"_id\":0,\"_timestamp\":\"2023-11-14T22:13:20.000000Z\",\"l_length\":1}\n"
            "{\"_id\":1,\"_timestamp\":\"2023-11-14T22:13:20.000000Z\",\"l_length\":0}\n");
  EXPECT_THAT(flat.lines.at("t_l"), HasSubstr("2023-11-14T22:13:20.000000Z"));
  EXPECT_FALSE(flat_of("{\"a\":1}\n", {.name = "t"}).schemas.at("t").find("_timestamp"));
}

TEST(Acceptance, KeysOfParentsAreThoseOfTheirRowsForEveryStrategy) {
  const std::string text = R"({"k":"p","l":[{"m":[{"x":1}]},{"m":[{"x":2}]}]})"
                           "\n";
  for (const KeyStrategy strategy :
       {KeyStrategy::ordinal, KeyStrategy::random, KeyStrategy::natural, KeyStrategy::hash, KeyStrategy::composite}) {
    FlattenOptions options{.name = "t", .id_generation = strategy};
    if (strategy == KeyStrategy::natural || strategy == KeyStrategy::composite) options.id_fields = {"k"};
    const Flat flat = flat_of(text, options);
    std::map<std::string, std::vector<std::string>> keys;
    for (const RelationBatch& part : flat.batches)
      for (const char* name : {"_id", "_parent_id"})
        if (const auto at = part.batch.schema().find(name))
          for (int64_t row = 0; row < part.batch.rows(); ++row)
            append_value_text(part.batch.column(*at), row, 100, keys[part.relation + "." + name].emplace_back());
    if (strategy == KeyStrategy::natural) keys["t._id"] = {"p"};
    EXPECT_THAT(keys["t_l._parent_id"], ElementsAre(keys["t._id"][0], keys["t._id"][0]));
    EXPECT_EQ(keys["t_l_m._parent_id"], keys["t_l._id"]);
    EXPECT_NE(keys["t_l._id"][0], keys["t_l._id"][1]);
  }
}

}  // namespace
}  // namespace sluice::acceptance_test
