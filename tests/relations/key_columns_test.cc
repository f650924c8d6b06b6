// Keys of every strategy: what they are, when they are refused, and what they depend on.
#include "relations/key_columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "relations/flat_text.h"

namespace sluice::key_columns_test {
namespace {

using namespace test;
using ::testing::HasSubstr;

constexpr std::string_view kRecords = R"({"k":"b","n":{"m":1},"l":[{"x":1,"y":[{"z":1}]},{"x":2}]}
{"k":"a","n":{"m":2},"l":[{"x":3}]}
)";

/// The text of a column, value by value.
std::vector<std::string> values_of(const Flat& flat, const std::string& relation, const std::string& column) {
  std::vector<std::string> values;
  for (const RelationBatch& part : flat.batches) {
    if (part.relation != relation) continue;
    const size_t at = part.batch.schema().find(column).value();
    for (int64_t row = 0; row < part.batch.rows(); ++row) {
      std::string& text = values.emplace_back();
      append_value_text(part.batch.column(at), row, 1'000, text);
    }
  }
  return values;
}

Error refused(std::string_view records, const FlattenOptions& options) {
  return refusal_of([&] { flat_of(records, options); });
}

TEST(KeyColumns, OrdinalsGoOnWhereTheyAreToldTo) {
  FlattenOptions options{.name = "t"};
  options.first_ordinal = [](const std::string& relation) { return relation == "t" ? 100 : 7; };
  const Flat flat = flat_of(kRecords, options);
  EXPECT_EQ(values_of(flat, "t", "_id"), (std::vector<std::string>{"100", "101"}));
  EXPECT_EQ(values_of(flat, "t_l", "_id"), (std::vector<std::string>{"7", "8", "9"}));
  EXPECT_EQ(values_of(flat, "t_l", "_parent_id"), (std::vector<std::string>{"100", "100", "101"}));
  options.first_ordinal = [](const std::string&) { return INT64_MAX - 1; };
  EXPECT_THAT(refused(kRecords, options).what(), HasSubstr("has no keys left"));
}

TEST(KeyColumns, RandomOnesAreUuidsOfVersion7AndSeeded) {
  FlattenOptions options{.name = "t", .id_generation = KeyStrategy::random, .seed = 1};
  options.time = std::chrono::system_clock::time_point(std::chrono::milliseconds(0x0123'4567'89ab));
  const Flat flat = flat_of(kRecords, options);
  std::set<std::string> ids;
  for (const char* relation : {"t", "t_l", "t_l_y"})
    for (const std::string& id : values_of(flat, relation, "_id")) {
      EXPECT_EQ(id.substr(0, 15), "01234567-89ab-7") << id;
      EXPECT_THAT("89ab", HasSubstr(id.substr(19, 1))) << id;
      EXPECT_TRUE(ids.insert(id).second);
    }
  EXPECT_EQ(ids.size(), 6);
  EXPECT_EQ(values_of(flat, "t_l", "_parent_id")[2], values_of(flat, "t", "_id")[1]);
  EXPECT_EQ(flat_of(kRecords, options).lines, flat.lines);
  options.seed = 2;
  EXPECT_NE(flat_of(kRecords, options).lines, flat.lines);
  options.seed.reset();
  EXPECT_NE(flat_of(kRecords, options).lines, flat_of(kRecords, options).lines);
}

TEST(KeyColumns, ANaturalKeyIsTheFieldItself) {
  FlattenOptions options{.name = "t", .id_generation = KeyStrategy::natural};
  options.id_fields = {"n.m"};
  const Flat flat = flat_of(kRecords, options);
  EXPECT_EQ(to_text(flat.schemas.at("t")), "n_m int64, k string, l_length int32");
  EXPECT_EQ(values_of(flat, "t_l", "_parent_id"), (std::vector<std::string>{"1", "1", "2"}));
  options.id_fields = {"k"};
  EXPECT_EQ(values_of(flat_of(kRecords, options), "t_l", "_parent_id"), (std::vector<std::string>{"b", "b", "a"}));
  // Keys of items follow from their parents', whatever else is in the run.
  const std::string alone = R"({"k":"a","n":{"m":2},"l":[{"x":3}]}
)";
  EXPECT_EQ(values_of(flat_of(alone, options), "t_l", "_id")[0],
            values_of(flat_of(kRecords, options), "t_l", "_id")[2]);
}

TEST(KeyColumns, AUsualNameIsFound) {
  const FlattenOptions options{.name = "t", .id_generation = KeyStrategy::natural};
  const Flat flat = flat_of(R"({"code":1,"uuid":"u","l":[{"x":1}]}
)",
                            options);
  EXPECT_EQ(values_of(flat, "t_l", "_parent_id"), (std::vector<std::string>{"u"}));
  EXPECT_THAT(refused("{\"a\":1}\n", options).what(), HasSubstr("usual names"));
}

TEST(KeyColumns, NaturalKeysAreThereAndDiffer) {
  FlattenOptions options{.name = "t", .id_generation = KeyStrategy::natural};
  options.id_fields = {"k"};
  const Error missing = refused("{\"k\":1}\n{\"k\":null}\n", options);
  EXPECT_EQ(missing.code(), ErrorCode::data);
  EXPECT_THAT(missing.what(), HasSubstr("record 2 has no k, which is to be its key"));
  EXPECT_EQ(missing.place().record, 2);
  EXPECT_THAT(refused("{\"k\":\"\"}\n", options).what(), HasSubstr("record 1 has an empty k"));
  EXPECT_THAT(refused("{\"k\":1}\n{\"k\":2}\n{\"k\":1}\n", options).what(), HasSubstr("record 3 has the same k"));
  EXPECT_THAT(refused("{\"j\":1}\n", options).what(), HasSubstr("the records have no such field"));
  EXPECT_THAT(refused("{\"k\":[1]}\n", options).what(), HasSubstr("whose values are nested"));
  EXPECT_THAT(refused("{\"k\":null}\n", options).what(), HasSubstr("never has a value"));
}

TEST(KeyColumns, DigestsDoNotDependOnTheOrderOfKeysNorOnNulls) {
  const FlattenOptions options{.name = "t", .id_generation = KeyStrategy::hash};
  const auto id = [&](const std::string& record, const std::string& other) {
    return values_of(flat_of(other + "\n" + record + "\n", options), "t", "_id")[1];
  };
  const std::string wanted = id(R"({"a":1,"b":{"c":[{"d":2}],"e":"x"}})", R"({"a":0})");
  EXPECT_EQ(id(R"({"b":{"e":"x","c":[{"d":2}]},"a":1})", R"({"a":0})"), wanted);
  EXPECT_EQ(id(R"({"b":{"e":"x","c":[{"d":2,"q":null}]},"a":1,"z":null})", R"({"z":5,"y":6})"), wanted);
  EXPECT_NE(id(R"({"a":1,"b":{"c":[{"d":3}],"e":"x"}})", R"({"a":0})"), wanted);
  EXPECT_EQ(wanted.substr(14, 1), "8");
}

// What is in a mixed column is text, in which keys stood as they came.
TEST(KeyColumns, HashKeysDoNotSeeTheOrderOfKeysInMixedValues) {
  const FlattenOptions options{.name = "t", .id_generation = KeyStrategy::hash};
  const Error error = refused("{\"m\":[1,\"x\",{\"a\":1,\"b\":2}]}\n{\"m\":[1, \"x\", {\"b\":2,\"a\":1}]}\n", options);
  EXPECT_THAT(error.what(), HasSubstr("record 2 equals an earlier one"));
}

TEST(KeyColumns, EqualRecordsAreAnErrorOrCounted) {
  FlattenOptions options{.name = "t", .id_generation = KeyStrategy::hash};
  const std::string text = "{\"a\":1}\n{\"a\":2}\n{\"a\":1}\n";
  const Error error = refused(text, options);
  EXPECT_THAT(error.what(), HasSubstr("record 3 equals an earlier one"));
  EXPECT_THAT(error.hint(), HasSubstr("hash+ordinal"));
  options.count_equal_records = true;
  const std::vector<std::string> ids = values_of(flat_of(text, options), "t", "_id");
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 3);
}

TEST(KeyColumns, CompositeKeysAreOfTheirFieldsInAnyOrder) {
  FlattenOptions options{.name = "t", .id_generation = KeyStrategy::composite};
  options.id_fields = {"k", "n.m", "absent"};
  const std::vector<std::string> ids = values_of(flat_of(kRecords, options), "t", "_id");
  options.id_fields = {"absent", "n.m", "k"};
  EXPECT_EQ(values_of(flat_of(kRecords, options), "t", "_id"), ids);
  options.id_fields = {"absent"};
  EXPECT_THAT(refused(kRecords, options).what(), HasSubstr("record 2 has the same key fields"));
}

TEST(KeyColumns, OptionsThatContradictEachOther) {
  const auto words = [](FlattenOptions options) {
    const Error error = refused("{\"a\":1}\n", options);
    EXPECT_EQ(error.code(), ErrorCode::invalid);
    return std::string(error.what());
  };
  EXPECT_THAT(words({.name = ""}), HasSubstr("needs a name"));
  EXPECT_THAT(words({.max_depth = 0}), HasSubstr("max_depth is 0"));
  EXPECT_THAT(words({.batch_size = 0}), HasSubstr("batch_size is 0"));
  EXPECT_THAT(words({.id_column = "a", .parent_column = "a"}), HasSubstr("two key columns"));
  EXPECT_THAT(words({.index_column = ""}), HasSubstr("need a name"));
  EXPECT_THAT(words({.id_fields = {"a"}}), HasSubstr("neither natural nor composite"));
  EXPECT_THAT(words({.id_generation = KeyStrategy::composite}), HasSubstr("need the fields"));
  EXPECT_THAT(words({.id_generation = KeyStrategy::composite, .id_fields = {"a", "a"}}), HasSubstr("named twice"));
  EXPECT_THAT(words({.id_generation = KeyStrategy::natural, .id_fields = {"a", "b"}}), HasSubstr("several are"));
  EXPECT_THAT(words({.seed = 1}), HasSubstr("a seed was given"));
  EXPECT_THAT(words({.count_equal_records = true}), HasSubstr("only counted where"));
  EXPECT_THAT(words({.array_modes = {{"a", ArrayMode::skip}, {"a", ArrayMode::smart}}}), HasSubstr("two array modes"));
}

}  // namespace
}  // namespace sluice::key_columns_test
