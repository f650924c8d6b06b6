// Relations become the records again, whatever these were, for every strategy of keys that tells rows apart.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "relations/flat_text.h"
#include "relations/record_text.h"
#include "support/draw.h"
#include "support/random_batches.h"
#include "support/random_table.h"

namespace sluice::unflatten_test {
namespace {

using namespace test;
using ::testing::HasSubstr;

/// Each record, nulls and the order of keys aside.
std::vector<std::string> texts_of(const Batch& batch) {
  std::vector<RecordText> columns;
  for (const Field& field : batch.schema().fields()) columns.emplace_back(field.type);
  std::vector<std::string> texts;
  for (int64_t row = 0; row < batch.rows(); ++row) {
    std::string& text = texts.emplace_back();
    for (size_t i = 0; i < columns.size(); ++i) {
      std::string value;
      if (columns[i].append(batch.column(i), row, value)) text += batch.schema()[i].name + "=" + value + ";";
    }
  }
  return texts;
}

void expect_the_records_again(const std::vector<Batch>& batches, const Schema& schema, const FlattenOptions& options) {
  std::vector<std::string> wanted;
  for (const Batch& batch : batches)
    for (std::string& text : texts_of(batch)) wanted.push_back(std::move(text));
  const Flat flat = take_all(flatten(std::make_unique<HeldStream>(schema, batches), options));
  const Batch records = unflatten(flat.relations, flat.record_schema, flat.batches);
  ASSERT_EQ(records.rows(), static_cast<int64_t>(wanted.size()));
  EXPECT_EQ(texts_of(records), wanted);
}

TEST(Unflatten, RandomNestedRecordsComeBack) {
  const char* const asked = std::getenv("SLUICE_RANDOM_SEED");
  const uint64_t seed = asked != nullptr ? std::strtoull(asked, nullptr, 10) : 7;
  const char* const count = std::getenv("SLUICE_RANDOM_FLATTENINGS");
  const uint64_t cases = count != nullptr ? std::strtoull(count, nullptr, 10) : 60;
  constexpr std::array kStrategies{KeyStrategy::ordinal, KeyStrategy::random, KeyStrategy::hash};
  for (uint64_t i = 0; i < cases; ++i) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", case " + std::to_string(i));
    Draw draw(seed, i);
    const RandomTable table = draw_table(draw, {.rows_max = 200, .leaves_max = 800, .leaves_max_large = 3'000});
    const std::vector<Batch> batches = draw_batches(draw, table, true);
    FlattenOptions options{.name = "t"};
    options.array_mode = draw.chance(50) ? ArrayMode::smart : ArrayMode::separate;
    options.id_generation = draw.one_of(kStrategies);
    options.count_equal_records = options.id_generation == KeyStrategy::hash;
    options.key_clash = KeyClash::rename;
    options.include_nulls = draw.chance(30);
    options.batch_size = draw.magnitude(1'000);
    if (draw.chance(30)) options.root_column = "_root_id";
    expect_the_records_again(batches, table.schema, options);
    if (HasFailure()) return;
  }
}

TEST(Unflatten, NaturalAndCompositeKeys) {
  const std::string text = R"({"k":"b","n":{"m":1},"l":[{"x":1,"y":[{"z":1},{"z":2}]},{"x":2}]}
{"k":"a","n":{"m":2},"l":[{"x":3,"y":[]}]}
)";
  for (const KeyStrategy strategy : {KeyStrategy::natural, KeyStrategy::composite}) {
    auto stream = records_of(text);
    const Schema schema = stream->schema();
    const std::optional<RelationBatch> batch = stream->next();
    FlattenOptions options{.name = "t", .id_generation = strategy};
    options.id_fields = {"k"};
    if (strategy == KeyStrategy::composite) options.id_fields.push_back("n.m");
    expect_the_records_again({batch->batch}, schema, options);
  }
}

TEST(Unflatten, WhatStayedTextStaysText) {
  const Flat flat =
      flat_of(R"({"a":{"b":{"c":1}},"l":[1,2],"s":["left out"]}
)",
              {.name = "t", .max_depth = 2, .array_modes = {{"l", ArrayMode::inline_}, {"s", ArrayMode::skip}}});
  std::string lines;
  append_lines(unflatten(flat.relations, flat.record_schema, flat.batches), lines);
  EXPECT_EQ(lines, "{\"a\":{\"b\":{\"c\":1}},\"l\":[1,2],\"s\":null}\n");
}

TEST(Unflatten, ListsThatWereEmptyAtFirst) {
  const auto batch_of = [](const std::string& text) { return records_of(text)->next()->batch; };
  const Batch empty = batch_of("{\"a\":[],\"b\":[null],\"c\":[[null]]}\n");
  const Batch full = batch_of("{\"a\":[1],\"b\":[{\"x\":2}],\"c\":[[3]]}\n");
  const Flat flat =
      take_all(flatten(std::make_unique<HeldStream>(empty.schema(), std::vector<Batch>{empty, full}), {.name = "t"}));
  std::string lines;
  append_lines(unflatten(flat.relations, flat.record_schema, flat.batches), lines);
  EXPECT_EQ(lines, R"({"a":[],"b":[null],"c":[[null]]}
{"a":[1],"b":[{"x":2}],"c":[[3]]}
)");
}

TEST(Unflatten, RowsInAnyOrderFindTheirPlaces) {
  Flat flat = flat_of(R"({"l":[{"x":1},{"x":2}]}
{"l":[{"x":3}]}
)",
                      {.name = "t", .batch_size = 1});
  std::ranges::reverse(flat.batches);
  std::string lines;
  append_lines(unflatten(flat.relations, flat.record_schema, flat.batches), lines);
  EXPECT_EQ(lines, "{\"l\":[{\"x\":3}]}\n{\"l\":[{\"x\":1},{\"x\":2}]}\n");
}

TEST(Unflatten, RowsThatBelongNowhereAreRefused) {
  const Flat flat = flat_of(R"({"l":[{"x":1},{"x":2}]}
{"l":[{"x":3}]}
)",
                            {.name = "t", .batch_size = 1});
  const auto without = [&](size_t left_out) {
    std::vector<RelationBatch> few = flat.batches;
    few.erase(few.begin() + static_cast<std::ptrdiff_t>(left_out));
    return few;
  };
  const auto words = [&](std::vector<RelationBatch> batches) {
    return std::string(refusal_of([&] { unflatten(flat.relations, flat.record_schema, std::move(batches)); }).what());
  };
  ASSERT_EQ(flat.batches[0].relation, "t");
  EXPECT_THAT(words(without(0)), HasSubstr("belongs to no row of t"));
  std::vector<RelationBatch> twice = flat.batches;
  twice.push_back(flat.batches[1]);
  EXPECT_THAT(words(twice), HasSubstr("are the same item of one list"));
  twice = flat.batches;
  twice.push_back(flat.batches[0]);
  EXPECT_THAT(words(twice), HasSubstr("two rows of t have the same key"));
}

}  // namespace
}  // namespace sluice::unflatten_test
