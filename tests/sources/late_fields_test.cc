// Fields that come up behind the sample, and records that are left out: for any size of block and number of threads the
// same rows, the same schema, the same places.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sources/source_text.h"

namespace sluice::late_fields_test {
namespace {

using test::deliver;
using test::deliver_as;
using test::Delivered;
using test::Reading;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr uint64_t kBlockSizes[] = {1, 7, 64, 4'096, 1_MiB};

// Each way of reading gives the same; returns what it is.
Delivered deliver_every_way(std::string_view text, const SourceOptions& options) {
  std::optional<Delivered> first;
  for (const uint64_t block_bytes : kBlockSizes) {
    for (const unsigned threads : {1u, 3u}) {
      SCOPED_TRACE(std::to_string(block_bytes) + " bytes, " + std::to_string(threads) + " threads");
      const Delivered all = deliver(text, {.options = options, .block_bytes = block_bytes, .threads = threads});
      EXPECT_FALSE(all.error) << all.error->what();
      if (!first) first = all;
      EXPECT_EQ(all.schema, first->schema);
      EXPECT_EQ(all.bad_records.total, first->bad_records.total);
      EXPECT_EQ(all.rows.size(), first->rows.size());
    }
  }
  return std::move(*first);
}

TEST(LateFieldsOfRecords, BecomeColumns) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "{\"id\":" + std::to_string(i) + "}\n";
  text += "{\"id\":100,\"name\":\"x\",\"u\":{\"a\":1}}\n{\"id\":101,\"u\":{\"b\":[{\"c\":true}]}}\n{\"id\":102}\n";
  const Delivered all = deliver_every_way(text, {.sample_bytes = 10});
  EXPECT_EQ(to_text(all.schema), "id int64, name string, u struct<a int64, b list<struct<c bool>>>");
  ASSERT_EQ(all.rows.size(), 103u);
  EXPECT_EQ(all.rows[101], "{id:101,name:null,u:{a:null,b:[{c:true}]}}");
  ASSERT_EQ(all.notes.size(), 2u);
  EXPECT_THAT(all.notes[0].remark, HasSubstr("new at record 101"));
}

TEST(LateFieldsOfRecords, AreTypedByTheirNextValuesToo) {
  const Delivered all =
      deliver_every_way("{\"a\":1}\n{\"a\":2,\"x\":3}\n{\"a\":3,\"x\":0.5}\n{\"x\":null}\n", {.sample_bytes = 1});
  EXPECT_EQ(to_text(all.schema), "a int64, x float64");
}

TEST(LateFieldsOfRecords, NullsGetAType) {
  const Delivered all =
      deliver_every_way("{\"a\":null,\"l\":[]}\n{\"a\":\"2024-02-29\"}\n{\"l\":[1]}\n", {.sample_bytes = 1});
  EXPECT_EQ(to_text(all.schema), "a date, l list<int64>");
}

TEST(LateFieldsOfRecords, ComeOneAfterTheOther) {
  std::string text;
  for (int i = 0; i < 60; ++i)
    text += "{\"f" + std::to_string(i) + "\":" + std::to_string(i) + ",\"pad\":\"" + std::string(20'000, 'x') + "\"}\n";
  const Delivered all = deliver_every_way(text, {.sample_bytes = 1});
  EXPECT_EQ(all.schema.size(), 61u);
  EXPECT_EQ(all.rows.size(), 60u);
}

TEST(LateFieldsOfRecords, OfADeclaredSchemaOnlyWhenAsked) {
  SourceOptions options{.schema = parse_schema("a int64 not null")};
  EXPECT_TRUE(deliver("{\"a\":1,\"b\":2}\n", {.options = options}).error);
  options.evolution = Evolution::add;
  const Delivered all = deliver_every_way("{\"a\":1}\n{\"a\":1,\"b\":2}\n", options);
  EXPECT_EQ(to_text(all.schema), "a int64 not null, b int64");
}

// A key that nobody knows, and then something malformed: the record is bad, and its field no reason to grow.
TEST(LateFieldsOfRecords, OfMalformedRecordsAreNone) {
  const std::string good = "{\"a\":1,\"n\":null}\n";
  for (const std::string bad : {"{\"new\":1,\"a\":tru}", "{\"new\":1,\"a\":1", "{\"new\":{\"b\":1},\"a\":1}}",
                                "{\"n\":7,\"a\":[}", "{\"new\":1,\n\"a\":1}", "{\"a\":1,\"new\":2} x"}) {
    const std::string text = good + good + bad + "\n" + good;
    SourceOptions options{.sample_bytes = 1};
    const Delivered failed = deliver(text, {.options = options});
    ASSERT_TRUE(failed.error) << bad;
    EXPECT_THAT(failed.error->what(), HasSubstr("malformed JSON in record 3")) << bad;
    options.bad_records = BadRecords::skip;
    const Delivered all = deliver_every_way(text, options);
    EXPECT_EQ(to_text(all.schema), "a int64, n null") << bad;
    EXPECT_EQ(all.rows.size(), 3u) << bad;
    EXPECT_THAT(all.bad_records.reasons.front().words, "malformed JSON");
  }
}

TEST(BadRecordsOfSources, AreLeftOutAndNamed) {
  const std::string text =
      "{\"a\":1}\nnonsense\n{\"a\":\"x\"}\n{\"a\":2,\"b\":[1,{\"c\":1}]}\n{\"a\":3,\"b\":[2,{\"c\":}]}\n\n"
      "{\"a\":4,\"b\":[]}\n{\"a\":5\n{\"a\":6}";
  const std::string schema = "a int64, b list<json>";
  std::vector<std::string> seen;
  SourceOptions options{.schema = parse_schema(schema), .bad_records = BadRecords::skip};
  options.on_bad_record = [&](const BadRecord& bad) {
    seen.push_back(std::to_string(bad.record) + " " + std::to_string(bad.byte) + " " + std::string(bad.text));
  };
  for (const uint64_t block_bytes : kBlockSizes) {
    seen.clear();
    const Delivered all = deliver(text, {.options = options, .block_bytes = block_bytes, .threads = 2});
    ASSERT_FALSE(all.error) << all.error->what();
    EXPECT_THAT(all.rows, ElementsAre("{a:1,b:null}", "{a:2,b:['1','{\"c\":1}']}", "{a:4,b:[]}", "{a:6,b:null}"));
    EXPECT_THAT(
        seen, ElementsAre("2 8 nonsense", "3 22 {\"a\":\"x\"}", "5 70 {\"a\":3,\"b\":[2,{\"c\":}]}", "7 96 {\"a\":5"));
    EXPECT_EQ(all.bad_records.total, 4);
    ASSERT_EQ(all.bad_records.reasons.size(), 2u);
    EXPECT_EQ(all.bad_records.reasons[0].words, "malformed JSON");
    EXPECT_EQ(all.bad_records.reasons[0].count, 3);
    EXPECT_EQ(all.bad_records.reasons[1].words, "column a");
    EXPECT_THAT(all.bad_records.reasons[1].example, HasSubstr("\"x\" is not an int64"));
  }
}

TEST(BadRecordsOfSources, DoNotSpoilTheSample) {
  const Delivered all =
      deliver_every_way("{\"a\":1}\n{\"a\":\"x\",\"b\":}\n{\"a\":2}\n", {.bad_records = BadRecords::skip});
  EXPECT_EQ(to_text(all.schema), "a int64");
  EXPECT_EQ(all.bad_records.total, 1);
}

TEST(BadRecordsOfSources, HaveALimit) {
  SourceOptions options{.schema = parse_schema("a int64"), .bad_records = BadRecords::skip, .bad_records_max = 2};
  EXPECT_FALSE(deliver("x\n{\"a\":1}\nx\n", {.options = options}).error);
  const Delivered all = deliver("x\n{\"a\":1}\nx\n{}\nx\n", {.options = options});
  ASSERT_TRUE(all.error);
  EXPECT_EQ(all.error->place().record, 5);
  EXPECT_THAT(all.error->hint(), HasSubstr("More than 2 records are bad"));
}

}  // namespace
}  // namespace sluice::late_fields_test
