#include "sluice/file_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "files/footer_reader.h"
#include "sluice/error.h"
#include "sluice/layout.h"
#include "storage/temporary_directory.h"
#include "support/file_reader.h"
#include "support/memory_sink.h"
#include "support/random_batches.h"

namespace sluice::file_writer_test {
namespace {

using namespace test;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;

std::shared_ptr<Runtime> runtime_of(unsigned threads, uint64_t memory_bytes = 64_MiB) {
  return std::make_shared<Runtime>(RuntimeOptions{threads, memory_bytes});
}

Batch numbers(const Schema& schema, int64_t first, int64_t rows) {
  std::vector<std::optional<int64_t>> values;
  for (int64_t i = first; i < first + rows; ++i) values.push_back(i);
  return Batch(std::make_shared<const Schema>(schema), {make_int64(values)}, rows);
}

const Schema kNumbers{{"n", int64()}};

/// What writing these batches to memory gives.
struct Written {
  std::shared_ptr<MemoryFile> file = std::make_shared<MemoryFile>();
  WriteResult result;

  std::string_view bytes() const { return as_text(file->bytes); }
};

Written write_batches(const Schema& schema, const std::vector<Batch>& batches, FileOptions options,
                      bool positional = true) {
  Written written;
  if (!options.runtime) options.runtime = runtime_of(2);
  FileWriter writer(std::make_unique<MemorySink>(written.file, positional), schema, options);
  for (const Batch& batch : batches) writer.write(batch);
  EXPECT_FALSE(written.file->published);
  written.result = writer.close();
  EXPECT_TRUE(written.file->published);
  return written;
}

TEST(FileWriter, WritesWhatItWasGiven) {
  const std::vector<Batch> batches{numbers(kNumbers, 0, 1'000), numbers(kNumbers, 1'000, 500)};
  const Written written = write_batches(kNumbers, batches, {.row_group_rows = 600, .page_rows = 100});
  const ReadFile file = read_parquet(written.file->bytes, kNumbers);
  EXPECT_THAT(file.group_rows(), ElementsAre(600, 600, 300));
  const std::vector<Slot> slots = file.slots(0);
  ASSERT_EQ(slots.size(), 1'500u);
  for (uint64_t i = 0; i < 1'500; ++i) ASSERT_EQ(slots[i].value, stored_number(int64(), i));
  EXPECT_EQ(written.result.rows, 1'500);
  EXPECT_EQ(written.result.bytes, written.file->bytes.size());
  ASSERT_EQ(written.result.files.size(), 1u);
  EXPECT_EQ(written.result.files[0].path, "memory");
  EXPECT_EQ(written.result.files[0].rows, 1'500);
  EXPECT_EQ(written.result.files[0].row_groups, 3);
  EXPECT_EQ(written.result.files[0].bytes, written.file->bytes.size());
}

TEST(FileWriter, ZeroRows) {
  const Schema schema = parse_schema("a int64 not null, b list<struct<c string>>, d null");
  const Written written = write_batches(schema, {}, {});
  const ReadFile file = read_parquet(written.file->bytes, schema);
  EXPECT_EQ(file.metadata.num_rows, 0);
  EXPECT_TRUE(file.groups.empty());
  EXPECT_EQ(file.metadata.column_orders.size(), 3u);
  EXPECT_EQ(written.result.rows, 0);
  EXPECT_EQ(written.result.files[0].row_groups, 0);
  const Written empty = write_batches(kNumbers, {numbers(kNumbers, 0, 0), numbers(kNumbers, 0, 0)}, {});
  EXPECT_TRUE(read_parquet(empty.file->bytes, kNumbers).groups.empty());
}

TEST(FileWriter, TellsHowFarItIs) {
  const auto file = std::make_shared<MemoryFile>();
  FileWriter writer(std::make_unique<MemorySink>(file), kNumbers, {.row_group_rows = 100, .runtime = runtime_of(1)});
  EXPECT_EQ(writer.schema(), kNumbers);
  EXPECT_EQ(writer.rows(), 0);
  EXPECT_EQ(writer.bytes_written(), 4u);
  writer.write(numbers(kNumbers, 0, 150));
  EXPECT_EQ(writer.rows(), 150);
  EXPECT_EQ(writer.bytes_written(), file->bytes.size());
  EXPECT_GT(writer.bytes_written(), 4u);
  const WriteResult result = writer.close();
  EXPECT_EQ(writer.rows(), 150);
  EXPECT_EQ(writer.bytes_written(), result.bytes);
}

// --- the same bytes

TEST(FileWriter, BytesDependOnTheRowsAlone) {
  const uint64_t seed = property_seed();
  const std::vector<std::shared_ptr<Runtime>> runtimes{runtime_of(1), runtime_of(2), runtime_of(8)};
  for (uint64_t round = 0; round < 30; ++round) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", round " + std::to_string(round));
    Draw draw(seed, round);
    const RandomTable table = draw_table(draw, {.depth_max = 4, .rows_max = 3'000, .leaves_max = 5'000});
    constexpr std::array kCodecs{Codec::none, Codec::snappy, Codec::zstd};
    FileOptions options{.compression = {draw.one_of(kCodecs)},
                        .row_group_rows = draw.magnitude(3'000),
                        .page_bytes = static_cast<uint64_t>(draw.magnitude(20'000)),
                        .page_rows = draw.magnitude(3'000),
                        .dictionary_bytes = draw.chance(30) ? 0 : static_cast<uint64_t>(draw.magnitude(5'000))};
    // Of a writer's files only one order of bytes is right: that of one thread and whole batches.
    options.runtime = runtimes[0];
    const bool dirty = draw.chance(50);  // what lies under nulls takes part in the account of bytes
    const Written first = write_batches(table.schema, draw_batches(draw, table, dirty), options);
    const ReadFile read = read_parquet(first.file->bytes, table.schema);
    const std::vector<Leaf> leaves = leaves_of(table.schema);
    for (size_t i = 0; i < leaves.size(); ++i) {
      const size_t root = leaves[i].steps[0];
      ASSERT_EQ(read.slots(i), reference_slots(table.schema[root], leaves[i], table.columns[root]).all());
    }
    for (const auto& runtime : runtimes) {
      options.runtime = runtime;
      const bool positional = draw.chance(50);
      const Written again = write_batches(table.schema, draw_batches(draw, table, dirty), options, positional);
      ASSERT_TRUE(again.bytes() == first.bytes()) << runtime->threads() << " threads";
    }
  }
}

TEST(FileWriter, APipeGetsTheSameBytesInOrder) {
  std::vector<Batch> batches;
  for (int64_t i = 0; i < 20; ++i) batches.push_back(numbers(kNumbers, i * 5'000, 5'000));
  for (const unsigned threads : {1u, 2u, 8u}) {
    const FileOptions options{.row_group_rows = 7'000, .runtime = runtime_of(threads)};
    const Written positional = write_batches(kNumbers, batches, options, true);
    const Written pipe = write_batches(kNumbers, batches, options, false);  // the sink insists on the order
    EXPECT_TRUE(positional.bytes() == pipe.bytes()) << threads;
  }
}

// Row groups that end by bytes: cuts follow what the encoders say, which must not depend on who is how far.
TEST(FileWriter, RowGroupsByBytesDoNotDependOnThreads) {
  const Schema schema{{"n", int64()}, {"s", string()}, {"few", string()}};
  std::vector<Batch> batches;
  Draw draw(21);
  for (int batch = 0; batch < 40; ++batch) {
    std::vector<std::optional<int64_t>> n;
    std::vector<std::optional<std::string>> s;
    std::vector<std::optional<std::string>> few;
    for (int row = 0; row < 1'000; ++row) {
      n.push_back(static_cast<int64_t>(draw.bits()));
      s.push_back(std::string(draw.below(60), static_cast<char>('a' + draw.below(26))));
      few.push_back(batch < 20 ? "few" : std::to_string(draw.bits()));
    }
    batches.emplace_back(std::make_shared<const Schema>(schema),
                         std::vector<Column>{make_int64(n), make_text(string(), s), make_text(string(), few)}, 1'000);
  }
  std::string first;
  for (const unsigned threads : {1u, 2u, 8u}) {
    const Written written = write_batches(
        schema, batches, {.compression = {Codec::none}, .row_group_bytes = 256_KiB, .runtime = runtime_of(threads)});
    if (threads == 1) {
      first = written.bytes();
      const ReadFile file = read_parquet(written.file->bytes, schema);
      ASSERT_GT(file.metadata.row_groups.size(), 3u);
      for (const RowGroup& group : file.metadata.row_groups)
        EXPECT_LE(group.total_byte_size, static_cast<int64_t>(256_KiB + 256_KiB / 8));
    }
    EXPECT_TRUE(written.bytes() == first) << threads;
  }
}

TEST(FileWriter, AThirdOfTheBudgetBoundsRowGroups) {
  std::vector<Batch> batches;
  for (int64_t i = 0; i < 30; ++i) batches.push_back(numbers(kNumbers, i * 100'000, 100'000));
  const Written written = write_batches(kNumbers, batches,
                                        {.compression = {Codec::none},
                                         .profile = Profile::compat,
                                         .row_group_rows = 100'000'000,
                                         .dictionary_bytes = 0,
                                         .runtime = runtime_of(2, 16_MiB)});
  const ReadFile file = read_parquet(written.file->bytes, kNumbers);
  ASSERT_GT(file.metadata.row_groups.size(), 3u);
  for (const RowGroup& group : file.metadata.row_groups)
    EXPECT_LE(group.total_byte_size, static_cast<int64_t>(16_MiB / 3));
  EXPECT_EQ(file.metadata.num_rows, 3'000'000);
}

TEST(FileWriter, WritersShareARuntime) {
  const auto runtime = runtime_of(3);
  const auto file_a = std::make_shared<MemoryFile>();
  const auto file_b = std::make_shared<MemoryFile>();
  FileWriter a(std::make_unique<MemorySink>(file_a), kNumbers, {.row_group_rows = 1'000, .runtime = runtime});
  FileWriter b(std::make_unique<MemorySink>(file_b), kNumbers, {.row_group_rows = 1'000, .runtime = runtime});
  for (int64_t i = 0; i < 30; ++i) {
    a.write(numbers(kNumbers, i * 777, 777));
    b.write(numbers(kNumbers, i * 777, 777));
  }
  a.close();
  b.close();
  EXPECT_TRUE(file_a->bytes == file_b->bytes);
  EXPECT_EQ(read_parquet(file_a->bytes, kNumbers).metadata.num_rows, 30 * 777);
}

TEST(FileWriter, MayBeMoved) {
  const auto file = std::make_shared<MemoryFile>();
  FileWriter first(std::make_unique<MemorySink>(file), kNumbers, {.row_group_rows = 100, .runtime = runtime_of(2)});
  first.write(numbers(kNumbers, 0, 250));
  FileWriter second(std::move(first));
  second.write(numbers(kNumbers, 250, 250));
  const auto dropped = std::make_shared<MemoryFile>();
  FileWriter third(std::make_unique<MemorySink>(dropped), kNumbers, {.runtime = runtime_of(2)});
  third = std::move(second);
  third.close();
  EXPECT_EQ(read_parquet(file->bytes, kNumbers).metadata.num_rows, 500);
  EXPECT_FALSE(dropped->published);
}

// --- options and metadata

TEST(FileWriter, KeepsMetadataInOrder) {
  const Written written =
      write_batches(kNumbers, {numbers(kNumbers, 0, 1)}, {.metadata = {{"b", "1"}, {"a", ""}, {"", "\xff"}}});
  const ReadFile file = read_parquet(written.file->bytes, kNumbers);
  std::vector<std::string> keys;
  for (const KeyValue& entry : file.metadata.key_value_metadata) keys.push_back(entry.key);
  EXPECT_THAT(keys, ElementsAre("ARROW:schema", "b", "a", "", "sluice.digest.indexes", "sluice.digest.footer"));
  EXPECT_EQ(file.value_of("b"), "1");
  EXPECT_EQ(file.value_of(""), "\xff");
}

std::string refusal(const Schema& schema, FileOptions options) {
  const auto file = std::make_shared<MemoryFile>();
  options.runtime = runtime_of(1);
  try {
    FileWriter writer(std::make_unique<MemorySink>(file), schema, options);
    writer.close();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid);
    EXPECT_TRUE(file->bytes.empty());
    EXPECT_FALSE(file->published);
    return error.what();
  }
  return "";
}

TEST(FileWriter, RefusesOptionsOutOfRange) {
  EXPECT_THAT(refusal(kNumbers, {.row_group_rows = 0}), HasSubstr("row_group_rows is 0"));
  EXPECT_THAT(refusal(kNumbers, {.row_group_rows = -1}), HasSubstr("row_group_rows is -1"));
  EXPECT_EQ(refusal(kNumbers, {.row_group_rows = 1}), "");
  EXPECT_THAT(refusal(kNumbers, {.row_group_bytes = 128_KiB - 1}), HasSubstr("row_group_bytes is 131071"));
  EXPECT_EQ(refusal(kNumbers, {.row_group_bytes = 128_KiB}), "");
  EXPECT_EQ(refusal(kNumbers, {.row_group_bytes = UINT64_MAX}), "");
  EXPECT_THAT(refusal(kNumbers, {.page_bytes = 0}), HasSubstr("page_bytes is 0"));
  EXPECT_THAT(refusal(kNumbers, {.page_bytes = 64_MiB + 1}), HasSubstr("page_bytes is"));
  EXPECT_EQ(refusal(kNumbers, {.page_bytes = 64_MiB}), "");
  EXPECT_EQ(refusal(kNumbers, {.page_bytes = 1}), "");
  EXPECT_THAT(refusal(kNumbers, {.page_rows = 0}), HasSubstr("page_rows is 0"));
  EXPECT_THAT(refusal(kNumbers, {.page_rows = -5}), HasSubstr("page_rows is -5"));
  EXPECT_THAT(refusal(kNumbers, {.dictionary_bytes = 64_MiB + 1}), HasSubstr("dictionary_bytes is"));
  EXPECT_EQ(refusal(kNumbers, {.dictionary_bytes = 64_MiB}), "");
  EXPECT_THAT(refusal(kNumbers, {.row_groups_max = 0}), HasSubstr("row_groups_max is 0"));
  EXPECT_EQ(refusal(kNumbers, {.row_groups_max = 1}), "");
  EXPECT_THAT(refusal(Schema(), {}), HasSubstr("no columns"));
}

TEST(FileWriter, RefusesLevelsThatACodecDoesNotHave) {
  for (const Codec codec : {Codec::none, Codec::snappy, Codec::zstd, Codec::gzip, Codec::brotli, Codec::lz4}) {
    const CompressionLevels levels = levels_of(codec);
    EXPECT_EQ(refusal(kNumbers, {.compression = {codec, 0}}), "") << to_string(codec);
    EXPECT_THAT(refusal(kNumbers, {.compression = {codec, levels.max + 1}}), HasSubstr("level")) << to_string(codec);
    EXPECT_THAT(refusal(kNumbers, {.compression = {codec, -1}}), HasSubstr("level")) << to_string(codec);
    EXPECT_EQ(refusal(kNumbers, {.compression = {codec, levels.max}}), "") << to_string(codec);
    EXPECT_EQ(refusal(kNumbers, {.compression = {codec, levels.min}}), "") << to_string(codec);
  }
}

TEST(FileWriter, ReservesItsOwnMetadataKeys) {
  EXPECT_THAT(refusal(kNumbers, {.metadata = {{"ARROW:schema", "x"}}}), HasSubstr("\"ARROW:schema\" is reserved"));
  EXPECT_THAT(refusal(kNumbers, {.metadata = {{"ok", "x"}, {"sluice.x", "x"}}}), HasSubstr("\"sluice.x\" is reserved"));
  EXPECT_EQ(refusal(kNumbers, {.metadata = {{"sluice", "x"}, {"arrow:", "x"}, {"Sluice.x", "x"}}}), "");
}

// --- on a disk

TEST(FileWriter, FilesAreVisibleFromCloseOn) {
  const TemporaryDirectory folder;
  const std::string path = folder / "a.parquet";
  {
    FileWriter writer(path, kNumbers, {.row_group_rows = 10, .sync = false, .runtime = runtime_of(2)});
    writer.write(numbers(kNumbers, 0, 100));
    EXPECT_FALSE(std::filesystem::exists(path));
    const WriteResult result = writer.close();
    EXPECT_EQ(result.files[0].path, path);
    EXPECT_EQ(result.bytes, std::filesystem::file_size(path));
  }
  EXPECT_THAT(folder.names(), ElementsAre("a.parquet"));
  EXPECT_EQ(read_layout(path).rows, 100);
}

TEST(FileWriter, TheDestructorAbandons) {
  const TemporaryDirectory folder;
  for (const unsigned threads : {1u, 4u}) {
    FileWriter writer(folder / "a.parquet", kNumbers, {.row_group_rows = 10, .runtime = runtime_of(threads)});
    for (int i = 0; i < 50; ++i) writer.write(numbers(kNumbers, 0, 100));
    EXPECT_FALSE(folder.names().empty());
  }
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(FileWriter, RefusedOptionsLeaveNothing) {
  const TemporaryDirectory folder;
  EXPECT_THROW(FileWriter(folder / "a.parquet", kNumbers, {.page_rows = 0}), Error);
  EXPECT_THROW(FileWriter(folder / "a.parquet", Schema()), Error);
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(FileWriter, RefusesWhatExists) {
  const TemporaryDirectory folder;
  write_file(folder / "a.parquet", "mine");
  try {
    const FileWriter writer(folder / "a.parquet", kNumbers);
    ADD_FAILURE() << "was opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::conflict);
  }
  EXPECT_EQ(test::read_file(folder / "a.parquet"), "mine");
  EXPECT_THAT(folder.names(), ElementsAre("a.parquet"));
}

}  // namespace
}  // namespace sluice::file_writer_test
