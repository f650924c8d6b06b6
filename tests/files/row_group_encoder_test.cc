#include "files/row_group_encoder.h"

#include <gtest/gtest.h>

#include "schema/field_ids.h"
#include "sluice/error.h"
#include "support/page_reader.h"
#include "support/random_batches.h"
#include "support/random_table.h"

namespace sluice::row_group_encoder_test {
namespace {

using namespace test;

const ChunkOptions kChunk{{Codec::none}, 500, 100, 4'096, true};

class EncoderOnThreads : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(Threads, EncoderOnThreads, testing::Values(1u, 2u, 4u));

Batch counted(const Schema& schema, int64_t first, int64_t rows) {
  std::vector<Column> columns;
  for (size_t i = 0; i < schema.size(); ++i) {
    std::vector<std::optional<int64_t>> values;
    for (int64_t row = first; row < first + rows; ++row) values.push_back(row * static_cast<int64_t>(i + 1));
    columns.push_back(make_fixed(schema[i].type, values));
  }
  return Batch(std::make_shared<const Schema>(schema), std::move(columns), rows);
}

Schema wide_schema(size_t columns) {
  std::vector<Field> fields;
  for (size_t i = 0; i < columns; ++i) fields.push_back({"c" + std::to_string(i), int64()});
  return Schema(std::move(fields));
}

std::vector<Slot> slots_of_chunk(const Leaf& leaf, const FinishedChunk& chunk) {
  Bytes bytes;
  bytes.append(ByteSpan(chunk.dictionary_page));
  bytes.append(chunk.data_pages.joined());
  return SlowChunkReader(leaf, chunk.metadata.codec).read(bytes).slots();
}

void expect_counted(const Leaf& leaf, const FinishedChunk& chunk, int64_t factor, int64_t first, int64_t rows) {
  const std::vector<Slot> slots = slots_of_chunk(leaf, chunk);
  ASSERT_EQ(static_cast<int64_t>(slots.size()), rows);
  for (int64_t row = 0; row < rows; ++row)
    ASSERT_EQ(slots[static_cast<size_t>(row)].value,
              stored_number(leaf.type, static_cast<uint64_t>((first + row) * factor)));
}

// More leaves than queues (64) share them; each group has its own rows, and groups come in order.
TEST_P(EncoderOnThreads, GroupsFinishInOrderWithTheirRows) {
  for (const size_t columns : {1, 3, 64, 65, 200}) {
    Workers workers(GetParam());
    const Schema schema = wide_schema(columns);
    const std::vector<Leaf> leaves = leaves_of(schema);
    std::vector<FinishedRowGroup> finished;  // no lock: calls never overlap
    {
      RowGroupEncoder encoder(schema, leaves, std::vector<ChunkOptions>(leaves.size(), kChunk), workers);
      for (int64_t group = 0; group < 5; ++group) {
        for (int64_t begin = 0; begin < 300; begin += 150)
          encoder.append(counted(schema, group * 300, 300), begin, 150, 1, nullptr);
        encoder.finish([&](FinishedRowGroup chunks) { finished.push_back(std::move(chunks)); });
      }
    }
    ASSERT_EQ(finished.size(), 5u);
    for (size_t group = 0; group < 5; ++group) {
      ASSERT_EQ(finished[group].size(), columns);
      for (size_t i = 0; i < columns; i += 7)
        ASSERT_NO_FATAL_FAILURE(expect_counted(leaves[i], finished[group][i], static_cast<int64_t>(i + 1),
                                               static_cast<int64_t>(group) * 300, 300));
    }
  }
}

/// The columns of each batch over and over.
Batch repeated(const Batch& batch, size_t times) {
  std::vector<Field> fields;
  std::vector<Column> columns;
  for (size_t i = 0; i < times; ++i)
    for (size_t column = 0; column < batch.schema().size(); ++column) {
      fields.push_back(batch.schema()[column]);
      fields.back().name = std::to_string(1'000 + i) + fields.back().name;
      columns.push_back(batch.column(column));
    }
  return Batch(std::make_shared<const Schema>(std::move(fields)), std::move(columns), batch.rows());
}

FinishedRowGroup encoded(const std::vector<Batch>& batches, size_t times, Workers& workers) {
  const Schema schema = repeated(batches.front(), times).schema();
  const std::vector<Leaf> leaves = leaves_of(schema);
  const ChunkOptions options{{Codec::snappy}, 1'000, 100, 2'048};
  FinishedRowGroup group;
  RowGroupEncoder encoder(schema, leaves, std::vector<ChunkOptions>(leaves.size(), options), workers);
  for (const Batch& batch : batches)
    if (batch.rows() > 0) encoder.append(repeated(batch, times), 0, batch.rows(), 1, nullptr);
  std::atomic<bool> is_finished = false;
  encoder.finish([&](FinishedRowGroup chunks) { group = std::move(chunks), is_finished = true; });
  workers.help_until([&] { return is_finished.load(); });
  return group;
}

// Columns of one queue share the memory that they need while a page ends: each comes out as it would by itself.
TEST_P(EncoderOnThreads, ColumnsOfOneQueueComeOutAsAlone) {
  Workers workers(GetParam());
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Draw draw(seed);
    RandomTable table = draw_table(draw, {.rows_max = 400, .leaves_max = 600, .leaves_max_large = 600});
    table.schema = Schema(without_field_ids(table.schema.fields()));
    const std::vector<Batch> batches = draw_batches(draw, table, true);
    const size_t leaves = leaves_of(table.schema).size();
    if (leaves > 64 || table.rows == 0) continue;
    const FinishedRowGroup alone = encoded(batches, 1, workers);
    const FinishedRowGroup together = encoded(batches, 150 / leaves + 1, workers);
    for (size_t i = 0; i < together.size(); ++i) {
      const FinishedChunk& expected = alone[i % leaves];
      ASSERT_EQ(together[i].data_pages.joined().view(), expected.data_pages.joined().view()) << i;
      ASSERT_EQ(together[i].dictionary_page.view(), expected.dictionary_page.view()) << i;
      ASSERT_EQ(together[i].metadata.statistics, expected.metadata.statistics) << i;
      ASSERT_EQ(together[i].column_index, expected.column_index) << i;
      ASSERT_EQ(together[i].headers_digest, expected.headers_digest) << i;
    }
  }
}

TEST_P(EncoderOnThreads, MarksTellTheBytesUpToThem) {
  const Schema schema = wide_schema(70);
  const std::vector<Leaf> leaves = leaves_of(schema);
  std::vector<uint64_t> bytes;
  for (const unsigned threads : {1u, GetParam()}) {
    Workers workers(threads);
    RowGroupEncoder encoder(schema, leaves, std::vector<ChunkOptions>(leaves.size(), kChunk), workers);
    std::vector<std::shared_ptr<SliceMark>> marks;
    for (int64_t slice = 0; slice < 10; ++slice) {
      marks.push_back(std::make_shared<SliceMark>());
      encoder.append(counted(schema, slice * 77, 77), 0, 77, 1'000, marks.back());
    }
    for (const auto& mark : marks) {
      workers.help_until([&] { return mark->is_reached(); });
      bytes.push_back(mark->encoded_bytes);
    }
    workers.help_until([&] { return encoder.bytes_queued() == 0; });
  }
  for (size_t slice = 0; slice < 10; ++slice) EXPECT_EQ(bytes[slice], bytes[slice + 10]);
  for (size_t slice = 1; slice < 10; ++slice) EXPECT_GT(bytes[slice], bytes[slice - 1]);
  EXPECT_GE(bytes[9], 770u * 70 * 8 * 8 / 10);
}

TEST_P(EncoderOnThreads, AFailureStopsAllColumns) {
  Workers workers(GetParam());
  const Schema schema{{"fine", int64()}, {"at", timestamp(TimeUnit::second)}};
  const std::vector<Leaf> leaves = leaves_of(schema);
  const Batch bad(std::make_shared<const Schema>(schema),
                  {make_int64({1}), make_fixed<int64_t>(schema[1].type, {INT64_MAX})}, 1);
  std::atomic<int> finished = 0;
  RowGroupEncoder encoder(schema, leaves, std::vector<ChunkOptions>(leaves.size(), kChunk), workers);
  EXPECT_FALSE(encoder.has_failed());
  EXPECT_FALSE(encoder.failure());
  const auto mark = std::make_shared<SliceMark>();
  encoder.append(bad, 0, 1, 8, mark);
  encoder.finish([&](FinishedRowGroup) { ++finished; });
  workers.help_until([&] { return encoder.has_failed() && mark->is_reached() && encoder.bytes_queued() == 0; });
  ASSERT_TRUE(encoder.failure());
  try {
    std::rethrow_exception(encoder.failure());
  } catch (const Error& error) {
    EXPECT_EQ(error.place().field, "at");
  }
  // What comes later ends at once, and nothing is finished.
  encoder.append(bad, 0, 1, 8, std::make_shared<SliceMark>());
  encoder.finish([&](FinishedRowGroup) { ++finished; });
  workers.help_until([&] { return encoder.bytes_queued() == 0; });
  EXPECT_EQ(finished, 0);
}

TEST_P(EncoderOnThreads, StoppedItDropsWhatIsQueued) {
  Workers workers(GetParam());
  const Schema schema = wide_schema(5);
  const std::vector<Leaf> leaves = leaves_of(schema);
  std::atomic<int> finished = 0;
  {
    RowGroupEncoder encoder(schema, leaves, std::vector<ChunkOptions>(leaves.size(), kChunk), workers);
    encoder.stop();
    for (int i = 0; i < 20; ++i) encoder.append(counted(schema, 0, 100), 0, 100, 1, nullptr);
    encoder.finish([&](FinishedRowGroup) { ++finished; });
  }
  EXPECT_EQ(finished, 0);
}

}  // namespace
}  // namespace sluice::row_group_encoder_test
