#include "arrow/ipc_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "arrow/ipc_bytes.h"
#include "support/draw.h"
#include "support/random_batches.h"
#include "support/random_table.h"

namespace sluice::ipc_reader_test {
namespace {

using test::end_of_stream;
using test::MessageMaker;
using test::RawBatch;
using test::read_stream;
using test::sentence_of;
using test::show_batches;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr uint64_t kSeed = 3;

std::string schema_bytes(const Schema& schema) { return std::string(encode_schema_message(schema).view()); }

std::string stream_of(const Schema& schema, const std::vector<Batch>& batches) {
  Bytes out = encode_schema_message(schema);
  for (const Batch& batch : batches) append_record_batch(batch, out);
  append_end_of_stream(out);
  return std::string(out.view());
}

Batch one_column(const Column& column) {
  return Batch(std::make_shared<const Schema>(Schema{{"values", column.type}}), {column}, column.length);
}

Column text(const std::vector<std::optional<std::string>>& values) { return test::make_text(string(), values); }

Column indices(const std::vector<std::optional<int32_t>>& values) { return test::make_fixed(int32(), values); }

// --- our own writer and the reader

TEST(IpcReader, BringsBackRandomTables) {
  for (uint64_t i = 0; i < 300; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    test::Draw draw(kSeed, i);
    const test::RandomTable table =
        test::draw_table(draw, {.rows_max = 300, .leaves_max = 1'000, .leaves_max_large = 3'000});
    const std::vector<Batch> batches = test::draw_batches(draw, table, true);
    const std::string stream = stream_of(table.schema, batches);
    EXPECT_EQ(stream.size() % 8, 0u);
    const std::vector<Batch> read = read_stream(stream);
    for (const Batch& batch : read) ASSERT_EQ(batch.schema(), table.schema);
    if (table.rows > 0) {
      ASSERT_EQ(show_batches(read), show_batches(batches));
    }
  }
}

TEST(IpcReader, SharesTheBody) {
  const std::string stream = stream_of(Schema{{"values", int64()}}, {one_column(test::make_int64({1, 2, 3}))});
  const std::vector<Batch> read = read_stream(stream);
  ASSERT_EQ(read.size(), 1u);
  EXPECT_NE(read[0].column(0).values.owner(), nullptr);
  EXPECT_THAT(show_batches(read), ElementsAre(ElementsAre("1", "2", "3")));
}

TEST(IpcReader, PassesOverBatchesWithoutRows) {
  const Schema schema{{"values", string()}};
  const Batch none = one_column(text({}));
  EXPECT_TRUE(read_stream(stream_of(schema, {})).empty());
  EXPECT_TRUE(read_stream(stream_of(schema, {none, none})).empty());
  EXPECT_EQ(read_stream(stream_of(schema, {none, one_column(text({"a"})), none})).size(), 1u);
}

// Writers may leave out the single offset of an empty column.
TEST(IpcReader, TakesEmptyColumnsWithoutOffsets) {
  RawBatch raw = test::raw_batch(one_column(text({})));
  raw.buffers = {"", "", ""};
  EXPECT_TRUE(read_stream(schema_bytes(Schema{{"values", string()}}) + MessageMaker().record_batch(raw)).empty());
}

// --- compression

TEST(IpcReader, DecompressesBuffers) {
  for (const uint8_t codec : {ipc::kLz4Frame, ipc::kZstd})
    for (uint64_t i = 0; i < 50; ++i) {
      SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
      test::Draw draw(kSeed, i);
      const test::RandomTable table =
          test::draw_table(draw, {.rows_max = 300, .leaves_max = 1'000, .leaves_max_large = 3'000});
      const std::vector<Batch> batches = test::draw_batches(draw, table, false);
      std::string stream = schema_bytes(table.schema);
      for (const Batch& batch : batches)
        stream += MessageMaker().record_batch(test::compress(test::raw_batch(batch), codec));
      if (table.rows > 0) {
        ASSERT_EQ(show_batches(read_stream(stream)), show_batches(batches));
      }
    }
}

std::string refusal_of_buffer(const std::string& buffer, uint8_t codec = ipc::kZstd) {
  RawBatch raw{.rows = 4, .nodes = {{4, 0}}, .buffers = {"", buffer}, .codec = codec};
  const std::string stream = schema_bytes(Schema{{"values", int64()}}) + MessageMaker().record_batch(raw);
  return sentence_of([&] { read_stream(stream); });
}

// A few bytes of the stream were a hundred thousand in memory that no account had.
TEST(IpcReader, CountsWhatItDecompresses) {
  const Batch batch = one_column(test::make_int64(std::vector<std::optional<int64_t>>(12'500, 7)));
  const std::string stream = schema_bytes(Schema{{"values", int64()}}) +
                             MessageMaker().record_batch(test::compress(test::raw_batch(batch), ipc::kZstd));
  IpcReaderLimits copying = test::kRoomyReaderLimits;
  copying.shared_bytes = 1;
  for (const IpcReaderLimits& limits : {test::kRoomyReaderLimits, copying}) {
    const auto budget = std::make_shared<Budget>(16_MiB);
    std::vector<Batch> batches = test::read_stream(stream, limits, budget);
    const uint64_t while_kept = budget->used();
    ASSERT_EQ(batches.size(), 1u);
    batches.clear();
    EXPECT_GE(while_kept, budget->used() + 100'000);
    EXPECT_LE(while_kept, budget->used() + 110'000);
  }
}

TEST(IpcReader, RefusesBuffersThatDoNotDecompress) {
  const std::string values(32, 'x');
  const auto sized = [](int64_t size, const std::string& rest) { return test::as_string(&size, 8) + rest; };
  for (const uint8_t codec : {ipc::kLz4Frame, ipc::kZstd}) {
    const std::string good = test::compressed(codec, values).substr(8);
    EXPECT_EQ(refusal_of_buffer(sized(32, good), codec), "");
    for (const int64_t size : {31, 33, 1 << 20})
      EXPECT_THAT(refusal_of_buffer(sized(size, good), codec), HasSubstr("does not decompress to the")) << size;
    EXPECT_THAT(refusal_of_buffer(sized(32, good.substr(0, good.size() - 1)), codec), HasSubstr("does not decompress"));
    EXPECT_THAT(refusal_of_buffer(sized(32, good + "x"), codec), HasSubstr("does not decompress"));
    EXPECT_THAT(refusal_of_buffer(sized(32, ""), codec), HasSubstr("does not decompress"));
    EXPECT_THAT(refusal_of_buffer(sized(INT64_MAX, good), codec), HasSubstr("memory budget"));
    EXPECT_THAT(refusal_of_buffer(sized(-2, good), codec), HasSubstr("negative size"));
    EXPECT_THAT(refusal_of_buffer("1234567", codec), HasSubstr("only 7 bytes"));
  }
  EXPECT_THAT(refusal_of_buffer(sized(32, values), 2), HasSubstr("codec 2"));
}

// --- what a message may say wrongly

std::string refusal_of(const RawBatch& raw, const Schema& schema) {
  const std::string stream = schema_bytes(schema) + MessageMaker().record_batch(raw);
  return sentence_of([&] { read_stream(stream); });
}

TEST(IpcReader, RefusesNodesAndBuffersThatContradict) {
  const Schema schema{{"values", string()}};
  const RawBatch good = test::raw_batch(one_column(text({"a", std::nullopt, "ccc"})));
  EXPECT_EQ(refusal_of(good, schema), "");
  const auto changed = [&](auto&& change) {
    RawBatch raw = good;
    change(raw);
    return refusal_of(raw, schema);
  };
  EXPECT_THAT(changed([](RawBatch& raw) { raw.nodes.clear(); }), HasSubstr("has no node"));
  EXPECT_THAT(changed([](RawBatch& raw) { raw.nodes.push_back({3, 0}); }), HasSubstr("1 nodes too many"));
  EXPECT_THAT(changed([](RawBatch& raw) { raw.buffers.pop_back(); }), HasSubstr("lacks a buffer"));
  EXPECT_THAT(changed([](RawBatch& raw) { raw.buffers.push_back(""); }), HasSubstr("1 buffers too many"));
  EXPECT_THAT(changed([](RawBatch& raw) { raw.nodes[0].length = -1; }), HasSubstr("impossible length"));
  EXPECT_THAT(changed([](RawBatch& raw) { raw.nodes[0].length = 4; }), HasSubstr("says that it has 1 nulls"));
  EXPECT_THAT(changed([](RawBatch& raw) { raw.nodes[0].length = INT64_MAX / 16; }), HasSubstr("validity bitmap"));
  EXPECT_THAT(changed([](RawBatch& raw) { raw.nodes[0].null_count = 0; }), HasSubstr("says that it has 0 nulls"));
  EXPECT_EQ(changed([](RawBatch& raw) { raw.nodes[0].null_count = -1; }), "");
  EXPECT_THAT(changed([](RawBatch& raw) { raw.buffers[0].clear(); }), HasSubstr("says that it has 1 nulls"));
  EXPECT_THAT(changed([](RawBatch& raw) { raw.rows = 2; }), HasSubstr("3 values where 2 are expected"));
  EXPECT_THAT(changed([](RawBatch& raw) { raw.rows = -1; }), HasSubstr("impossible number of rows"));
  EXPECT_THAT(changed([](RawBatch& raw) { raw.rows = int64_t{1} << 40; }), HasSubstr("impossible number of rows"));
  EXPECT_THAT(changed([](RawBatch& raw) { raw.buffers[1].pop_back(); }), HasSubstr("bytes of offsets"));
  EXPECT_THAT(changed([](RawBatch& raw) { raw.buffers[2].pop_back(); }), HasSubstr("an offset of 4 where only 3"));
  EXPECT_THAT(changed([](RawBatch& raw) { raw.buffers[2].pop_back(); }), HasSubstr("record batch 1 at byte"));
  EXPECT_THAT(changed([](RawBatch& raw) { raw.buffers[2].pop_back(); }), HasSubstr("column \"values\""));
}

TEST(IpcReader, RefusesNullsThatTheSchemaForbids) {
  const RawBatch raw = test::raw_batch(one_column(test::make_int64({1, std::nullopt})));
  EXPECT_THAT(refusal_of(raw, Schema{{"values", int64(), false}}), HasSubstr("is null in row 1"));
}

TEST(IpcReader, RefusesASecondSchema) {
  const std::string schema = schema_bytes(Schema{{"values", int64()}});
  EXPECT_THAT(sentence_of([&] { read_stream(schema + schema); }), HasSubstr("a second schema"));
}

// --- dictionaries

std::string dictionary_stream(const std::vector<std::string>& messages, int32_t index_bits = 32, bool in_list = false) {
  std::string stream = MessageMaker().dictionary_schema(7, index_bits, in_list);
  for (const std::string& message : messages) stream += message;
  return stream + end_of_stream();
}

std::string values_message(const std::vector<std::optional<std::string>>& values, bool is_delta = false) {
  return MessageMaker().dictionary(7, test::raw_batch(one_column(text(values))), is_delta);
}

std::string indices_message(const std::vector<std::optional<int32_t>>& values) {
  return MessageMaker().record_batch(test::raw_batch(one_column(indices(values))));
}

TEST(IpcReader, LooksUpDictionaries) {
  const auto read = read_stream(
      dictionary_stream({values_message({"a", std::nullopt, "ccc"}), indices_message({2, 0, std::nullopt, 1, 2})}));
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].schema(), (Schema{{"values", string()}}));
  EXPECT_THAT(show_batches(read), ElementsAre(ElementsAre("'ccc'", "'a'", "null", "null", "'ccc'")));
}

TEST(IpcReader, TakesDeltasAndReplacements) {
  const auto read = read_stream(dictionary_stream(
      {values_message({"a"}), indices_message({0}), values_message({"b", "c"}, true), indices_message({0, 1, 2}),
       values_message({}, true), values_message({"d"}, true), indices_message({3, 1}), values_message({"z"}),
       indices_message({0, 0}), values_message({"y"}, true), indices_message({1})}));
  EXPECT_THAT(show_batches(read),
              ElementsAre(ElementsAre("'a'", "'a'", "'b'", "'c'", "'d'", "'b'", "'z'", "'z'", "'y'")));
}

TEST(IpcReader, LooksUpWithinLists) {
  const Column items = indices({1, 0, std::nullopt, 1});
  const Column lists = test::make_list({"item", int32()}, items, {2, std::nullopt, 0, 2});
  const std::string batch = MessageMaker().record_batch(test::raw_batch(one_column(lists)));
  const std::string stream = dictionary_stream({values_message({"a", "b"}), batch}, 32, true);
  EXPECT_THAT(show_batches(read_stream(stream)), ElementsAre(ElementsAre("['b','a']", "null", "[]", "[null,'b']")));
  // The same in parts of two rows each.
  IpcReaderLimits tight = test::kRoomyReaderLimits;
  tight.part_bytes = 40;
  const auto parts = read_stream(stream, tight);
  EXPECT_EQ(parts.size(), 2u);
  EXPECT_EQ(show_batches(parts), show_batches(read_stream(stream)));
}

TEST(IpcReader, RefusesIndicesWithoutAValue) {
  for (const int32_t index : {-1, 2, INT32_MAX, INT32_MIN}) {
    const std::string stream = dictionary_stream({values_message({"a", "b"}), indices_message({0, index})});
    EXPECT_THAT(
        sentence_of([&] { read_stream(stream); }),
        HasSubstr("has the index " + std::to_string(index) + " at its value 1, but its dictionary has 2 values"));
  }
}

TEST(IpcReader, RefusesDictionariesThatAreMissing) {
  const std::string early = dictionary_stream({indices_message({0}), values_message({"a"})});
  EXPECT_THAT(sentence_of([&] { read_stream(early); }), HasSubstr("needs the dictionary 7"));
  const std::string other = dictionary_stream({MessageMaker().dictionary(8, test::raw_batch(one_column(text({"a"}))))});
  EXPECT_THAT(sentence_of([&] { read_stream(other); }), HasSubstr("the dictionary 8 is one of no field"));
  const auto nulls = read_stream(dictionary_stream({indices_message({std::nullopt, std::nullopt})}));
  EXPECT_THAT(show_batches(nulls), ElementsAre(ElementsAre("null", "null")));
}

TEST(IpcReader, PassesDictionariesOn) {
  const std::vector<std::optional<int32_t>> rows(100, 1);
  const auto read = read_stream(
      dictionary_stream({values_message({"a", "bb"}), indices_message(rows), indices_message({0, std::nullopt, 1}),
                         values_message({"x", std::string(1'000, 'y')}), indices_message({0}), indices_message(rows)}));
  ASSERT_EQ(read.size(), 4u);
  EXPECT_NE(read[0].column(0).dictionary, nullptr);
  EXPECT_EQ(read[0].column(0).dictionary, read[1].column(0).dictionary);
  EXPECT_THAT(test::show_all(read[1].column(0)), ElementsAre("'a'", "null", "'bb'"));
  // After a change: only where the rows themselves would take more.
  EXPECT_EQ(read[2].column(0).dictionary, nullptr);
  EXPECT_NE(read[3].column(0).dictionary, nullptr);
  EXPECT_EQ(test::show(read[3].column(0), 99), "'" + std::string(1'000, 'y') + "'");
}

// What a dictionary that has grown by deltas stands for is made anew.
TEST(IpcReader, CutsBatchesWhoseTextUnfolds) {
  const std::string long_text(1'000, 'x');
  const std::vector<std::optional<int32_t>> rows(5'000, 0);
  const std::string stream =
      dictionary_stream({values_message({long_text, "a", "b"}), values_message({"c"}, true), indices_message(rows)});
  IpcReaderLimits limits = test::kRoomyReaderLimits;
  limits.part_bytes = limits.row_bytes = 100'000;
  const std::vector<Batch> batches = read_stream(stream, limits);
  int64_t count = 0;
  for (const Batch& batch : batches) {
    count += batch.rows();
    EXPECT_LE(batch.column(0).values.size() + batch.column(0).offsets.size(), 100'000u);
  }
  EXPECT_EQ(count, 5'000);
  limits.part_bytes = limits.row_bytes = 999;
  EXPECT_THAT(sentence_of([&] { read_stream(stream, limits); }), HasSubstr("row 0 unfolds to more than the 999 bytes"));
}

TEST(IpcReader, HoldsDictionariesToTheirLimit) {
  const std::string stream = dictionary_stream(
      {values_message({std::string(600, 'x')}), values_message({std::string(600, 'y')}, true), indices_message({1})});
  const auto limited = [&](uint64_t bytes) {
    IpcReaderLimits limits = test::kRoomyReaderLimits;
    limits.dictionary_bytes = bytes;
    return sentence_of([&] { read_stream(stream, limits); });
  };
  EXPECT_EQ(limited(4'000), "");
  EXPECT_THAT(limited(1'000), HasSubstr("the dictionaries have more than the 1000 bytes"));
  EXPECT_THAT(limited(500), HasSubstr("the dictionaries have more than the 500 bytes"));
}

TEST(IpcReader, NeedsIndicesOfAKnownWidth) {
  const std::string stream = dictionary_stream({}, 24);
  EXPECT_THAT(sentence_of([&] { read_stream(stream); }),
              HasSubstr("field \"values\" of the Arrow schema has dictionary"));
}

// --- large batches

TEST(IpcReader, CopiesRowsOutOfLargeBatches) {
  for (uint64_t i = 0; i < 100; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    test::Draw draw(kSeed, i);
    const test::RandomTable table =
        test::draw_table(draw, {.rows_max = 300, .leaves_max = 1'000, .leaves_max_large = 3'000});
    const std::vector<Batch> batches = test::draw_batches(draw, table, true);
    IpcReaderLimits limits = test::kRoomyReaderLimits;
    limits.shared_bytes = 0;
    limits.part_bytes = 1 << draw.below(16);
    const std::vector<Batch> read = read_stream(stream_of(table.schema, batches), limits);
    if (table.rows > 0) {
      ASSERT_EQ(show_batches(read), show_batches(batches));
    }
  }
}

TEST(IpcReader, LetsGoOfLargeBatches) {
  const std::string stream = stream_of(Schema{{"values", int64()}}, {one_column(test::make_int64({1, 2, 3}))});
  IpcStream source(test::read_from(stream), test::kRoomyLimits, false);
  std::weak_ptr<const Bytes> body;
  IpcReaderLimits limits = test::kRoomyReaderLimits;
  limits.shared_bytes = 23;
  IpcReader reader(
      source.take_schema(),
      [&] {
        EXPECT_TRUE(body.expired());
        std::optional<IpcMessage> message = source.next();
        if (message) body = message->body;
        return message;
      },
      limits, true);
  std::vector<Batch> kept;
  while (std::optional<Batch> batch = reader.next()) kept.push_back(std::move(*batch));
  EXPECT_THAT(show_batches(kept), ElementsAre(ElementsAre("1", "2", "3")));
}

TEST(IpcReader, HoldsBatchesToTheirLimit) {
  const RawBatch raw = test::compress(test::raw_batch(one_column(text({std::string(100'000, 'x')}))), ipc::kZstd);
  const std::string stream = schema_bytes(Schema{{"values", string()}}) + MessageMaker().record_batch(raw);
  IpcReaderLimits limits = test::kRoomyReaderLimits;
  EXPECT_EQ(read_stream(stream, limits).size(), 1u);
  limits.batch_bytes = 100'000;  // of which the body takes some
  EXPECT_THAT(sentence_of([&] { read_stream(stream, limits); }),
              HasSubstr("column \"values\" unfolds to more than the"));
}

// --- bytes that are wrong

// One of everything: nested, texts, a dictionary with a delta, compressed bodies.
std::string small_stream() {
  const Column lists = test::make_list({"item", int32()}, indices({1, 0, std::nullopt}), {2, std::nullopt, 1});
  return dictionary_stream(
      {values_message({"a"}), values_message({"bb"}, true),
       MessageMaker().record_batch(test::raw_batch(one_column(lists))),
       MessageMaker().record_batch(test::compress(test::raw_batch(one_column(lists)), ipc::kZstd)),
       MessageMaker().record_batch(test::compress(test::raw_batch(one_column(lists)), ipc::kLz4Frame))},
      32, true);
}

std::string nested_stream() {
  test::Draw draw(kSeed);
  const test::RandomTable table = test::draw_table(draw, {.rows_max = 12, .leaves_max = 30, .leaves_max_large = 30});
  return stream_of(table.schema, test::draw_batches(draw, table, true));
}

TEST(IpcReader, StopsCleanlyWhenBytesEndAnywhere) {
  for (const std::string& stream : {small_stream(), nested_stream()}) {
    const size_t batches = read_stream(stream).size();
    for (size_t size = 0; size < stream.size(); ++size) try {
        // Only between two messages is an end without a mark allowed.
        EXPECT_LE(read_stream(stream.substr(0, size)).size(), batches) << size;
        EXPECT_EQ(size % 8, 0u);
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::corrupt) << error.what();
      }
  }
}

// SLUICE_MUTATIONS says how many.
TEST(IpcReader, SurvivesRandomChanges) {
  const char* wished = std::getenv("SLUICE_MUTATIONS");
  const uint64_t count = wished != nullptr ? std::strtoull(wished, nullptr, 10) : 20'000;
  const std::string streams[] = {small_stream(), nested_stream()};
  uint64_t refused = 0;
  for (uint64_t i = 0; i < count; ++i) {
    test::Draw draw(kSeed, i);
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    std::string stream = streams[draw.below(2)];
    for (int64_t changes = draw.magnitude(8); changes > 0; --changes) {
      const size_t at = draw.below(stream.size());
      if (draw.chance(60)) {
        stream[at] = static_cast<char>(draw.bits());
      } else if (draw.chance(50)) {
        constexpr int64_t kNumbers[] = {0, 1, -1, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, 1 << 16};
        const int64_t number = kNumbers[draw.below(std::size(kNumbers))];
        stream.replace(at / 8 * 8, 8, test::as_string(&number, 8));
      } else {
        stream.erase(at, draw.below(16));
      }
    }
    refused += sentence_of([&] { read_stream(stream); }).empty() ? 0 : 1;
  }
  EXPECT_GT(refused, count / 10);
}

}  // namespace
}  // namespace sluice::ipc_reader_test
