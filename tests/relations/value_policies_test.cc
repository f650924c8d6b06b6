// What options make of values: nulls, empty texts, NaN, text. (docs/flattening.md, "Values".)
#include "relations/value_policies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "relations/flat_text.h"
#include "support/make_columns.h"

namespace sluice::value_policies_test {
namespace {

using namespace test;
using ::testing::ElementsAre;

const std::string kRecords = R"({"n":null,"t":"","u":" ","z":0,"f":0.5,"b":false,"l":["","x",null]}
{"n":null,"t":"x","u":null,"z":1,"f":-0.0,"b":true,"l":[]}
)";

// The package before dropped null, "", NaN and infinities, and had no column for what was never there.
TEST(ValuePolicies, NothingIsDroppedUnlessAskedFor) {
  const Flat flat = flat_of(kRecords, {.name = "t"});
  EXPECT_EQ(flat.lines.at("t"), R"({"_id":0,"t":"","u":" ","z":0,"f":0.5,"b":false,"l":["","x",null]}
{"_id":1,"t":"x","u":null,"z":1,"f":-0,"b":true,"l":[]}
)");
}

TEST(ValuePolicies, IncludeNullsKeepsFieldsWithoutAValue) {
  const Flat flat = flat_of(kRecords, {.name = "t", .include_nulls = true});
  EXPECT_EQ(to_text(flat.schemas.at("t")),
            "_id int64 not null, n null, t string, u string, z int64, f float64, b bool, l list<string>");
}

TEST(ValuePolicies, EmptyTextsBecomeNull) {
  const Flat flat = flat_of(kRecords, {.name = "t", .empty_as_null = true});
  EXPECT_EQ(flat.lines.at("t"), R"({"_id":0,"t":null,"u":" ","z":0,"f":0.5,"b":false,"l":[null,"x",null]}
{"_id":1,"t":"x","u":null,"z":1,"f":-0,"b":true,"l":[]}
)");
}

TEST(ValuePolicies, EverythingBecomesText) {
  const Flat flat = flat_of(kRecords, {.name = "t", .stringify_values = true});
  EXPECT_EQ(flat.lines.at("t"), R"({"_id":0,"t":"","u":" ","z":"0","f":"0.5","b":"false","l":["","x",null]}
{"_id":1,"t":"x","u":null,"z":"1","f":"-0","b":"true","l":[]}
)");
  EXPECT_EQ(to_text(flat.schemas.at("t")),
            "_id int64 not null, t string, u string, z string, f string, b string, l list<string>");
}

TEST(ValuePolicies, NanAndInfinitiesBecomeNull) {
  const std::vector<std::optional<double>> values{1.0, NAN, INFINITY, -INFINITY, std::nullopt, -0.0, 1e300, 1e-300};
  const Column column = make_fixed(float64(), values);
  EXPECT_THAT(show_all(by_policies(column, {.nan_as_null = true}).slice(0, 5)),
              ElementsAre("1.000000", "null", "null", "null", "null"));
  EXPECT_EQ(by_policies(column, {.nan_as_null = true}).null_count, 4);
  EXPECT_EQ(by_policies(column, {}).null_count, 1);
  const Column few = by_policies(make_fixed<float>(float32(), {1.0F, NAN}).slice(1, 1), {.nan_as_null = true});
  EXPECT_EQ(few.null_count, 1);
}

TEST(ValuePolicies, DictionariesAreLookedUp) {
  auto entries = std::make_shared<const Column>(make_text(string(), {"", "x"}));
  const Column column = from_dictionary(make_fixed<int32_t>(int32(), {0, 1, 1, 0, std::nullopt, 1, 1, 1, 1}), entries);
  EXPECT_THAT(show_all(by_policies(column, {.empty_as_null = true}).slice(0, 5)),
              ElementsAre("null", "'x'", "'x'", "null", "null"));
  EXPECT_THAT(show_all(by_policies(column, {.stringify_values = true}).slice(3, 3)), ElementsAre("''", "null", "'x'"));
}

TEST(ValuePolicies, KeysOfMapsStayWhatTheyAre) {
  const Type entry = struct_({{"key", string(), false}, {"value", string()}});
  Column entries = make_struct(entry, {make_text(string(), {"", "k"}), make_text(string(), {"", "v"})}, {true, true});
  Column column = make_list({"entry", entry, false}, std::move(entries), {2});
  column.type = map(string(), string());
  column.children[0].type = column.type.element().type;
  EXPECT_EQ(show(by_policies(column, {.empty_as_null = true}), 0), "[{'',null},{'k','v'}]");
}

}  // namespace
}  // namespace sluice::value_policies_test
