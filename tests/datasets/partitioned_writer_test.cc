// Datasets with partitions: which files there are, that each is what its rows make, and what readers get.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <map>

#include "columns/gather.h"
#include "datasets/dataset_files.h"
#include "datasets/file_names.h"
#include "datasets/partition_names.h"
#include "datasets/partition_values.h"
#include "sluice/dataset_reader.h"
#include "sluice/error.h"
#include "support/draw.h"
#include "support/random_batches.h"
#include "support/random_table.h"

namespace sluice::partitioned_writer_test {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

DatasetOptions partitioned_by(const std::string& keys, unsigned threads = 1, uint64_t memory_bytes = 64_MiB) {
  DatasetOptions options{.partitions = {.keys = parse_partition_keys(keys)}};
  options.file.sync = false;
  options.file.runtime = std::make_shared<Runtime>(RuntimeOptions{threads, memory_bytes});
  return options;
}

Batch batch_of(const Schema& schema, std::vector<Column> columns) {
  const int64_t rows = columns[0].length;
  return Batch(std::make_shared<const Schema>(schema), std::move(columns), rows);
}

/// All files below, by their paths there.
std::map<std::string, std::string> files_below(const std::string& root) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root))
    if (entry.is_regular_file())
      files[std::filesystem::relative(entry.path(), root)] = read_file(entry.path().string());
  return files;
}

std::vector<std::string> names_of(const std::map<std::string, std::string>& files) {
  std::vector<std::string> names;
  for (const auto& [name, content] : files) names.push_back(name);
  return names;
}

/// What the files should be: the rows of each partition, picked one by one, through one writer, in the order in which
/// partitions first appear. That is what becomes of small ones.
std::map<std::string, std::string> expected_files(const Schema& schema, const std::vector<Batch>& batches,
                                                  const DatasetOptions& options, const std::string& prefix) {
  const std::vector<BoundPartitionKey> keys = bind_partition_keys(schema, options.partitions);
  std::map<std::string, std::vector<ValuePlace>> places;
  std::vector<std::string> directories;
  for (size_t b = 0; b < batches.size(); ++b)
    for (int64_t row = 0; row < batches[b].rows(); ++row) {
      std::string directory;
      for (const BoundPartitionKey& key : keys)
        directory += (directory.empty() ? "" : "/") +
                     partition_directory(key.field.name, partition_text(key, batches[b].column(key.column), row, row));
      if (!places.contains(directory)) directories.push_back(directory);
      places[directory].push_back({static_cast<uint32_t>(b), static_cast<int32_t>(row)});
    }
  FileOptions file = options.file;
  file.dataset_metadata.emplace_back(kPartitionSchemaKey, to_text(partition_key_schema(keys)));
  std::vector<Field> fields;
  for (const size_t c : columns_of_files(schema, keys, options.partitions)) fields.push_back(schema[c]);
  std::map<std::string, std::string> files;
  TemporaryDirectory dir;
  FileWriter writer(Schema(fields), file);
  for (const std::string& directory : directories) {
    std::vector<Column> columns;
    for (const size_t c : columns_of_files(schema, keys, options.partitions)) {
      std::vector<const Column*> pieces;
      for (const Batch& batch : batches) pieces.push_back(&batch.column(c));
      uint64_t bytes_left = UINT64_MAX;
      columns.push_back(gather(pieces, places[directory], bytes_left).value());
    }
    const std::string path = dir / (std::to_string(files.size()) + ".parquet");
    writer.start_file(create_file_sink(path, {.sync = false}));
    writer.write(batch_of(Schema(fields), columns));
    writer.finish_file();
    files[dataset_file_name(directory, prefix, "", 0)] = read_file(path);
  }
  return files;
}

// --- each file is what its rows make

TEST(PartitionedWriter, FilesOfSmallPartitionsAreWhatOneWriterMakesOfTheirRows) {
  constexpr uint64_t kSeed = 67;
  size_t cases = 0;
  for (uint64_t i = 0; i < 40; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    Draw draw(kSeed, i);
    const RandomTable table = draw_table(draw, {.depth_max = 3, .rows_max = 150, .leaves_max_large = 8'000});
    const std::vector<Batch> batches = draw_batches(draw, table, true);
    DatasetOptions options = partitioned_by("x", static_cast<unsigned>(draw.between(1, 2)));
    options.partitions = {.keep_columns = draw.chance(30)};
    for (size_t c = 0; c < table.schema.size() && options.partitions.keys.size() < 2; ++c)
      if (draw.chance(60) && !table.schema[c].type.is_nested())
        options.partitions.keys.push_back({table.schema[c].name});
    if (table.rows == 0 || options.partitions.keys.empty()) continue;
    std::map<std::string, std::string> expected;
    try {
      expected = expected_files(table.schema, batches, options, "out");
    } catch (const Error&) {
      continue;  // keys or values that make no names
    }
    if (names_of(expected).front().size() > 200) continue;
    TemporaryDirectory dir;
    DatasetWriter writer(dir / "out", table.schema, options);
    for (const Batch& batch : batches) writer.write(batch);
    const WriteResult result = writer.close();
    EXPECT_EQ(result.rows, table.rows);
    EXPECT_EQ(files_below(dir / "out"), expected);
    ++cases;
  }
  EXPECT_GT(cases, 2u);
}

const Schema kEvents{{"id", int64(), false}, {"country", string()}, {"at", timestamp(TimeUnit::second)}};

/// Events of a few countries, an hour apart.
Batch events(int64_t first, int64_t rows) {
  std::vector<std::optional<int64_t>> ids;
  std::vector<std::optional<int64_t>> times;
  std::vector<std::optional<std::string>> countries;
  for (int64_t id = first; id < first + rows; ++id) {
    ids.emplace_back(id);
    times.emplace_back(id * 3'600);
    if (id % 7 == 3)
      countries.emplace_back(std::nullopt);
    else
      countries.emplace_back(std::string("c") + std::to_string(id * id % 11));
  }
  return batch_of(kEvents, {make_int64(ids), make_text(string(), countries), make_fixed(kEvents[2].type, times)});
}

std::map<std::string, std::string> write_events(int64_t rows, int64_t batch_rows, const DatasetOptions& options) {
  TemporaryDirectory dir;
  DatasetWriter writer(dir / "out", kEvents, options);
  for (int64_t done = 0; done < rows; done += batch_rows) writer.write(events(done, std::min(batch_rows, rows - done)));
  EXPECT_EQ(writer.rows(), rows);
  EXPECT_EQ(writer.close().rows, rows);
  EXPECT_THAT(dir.names(), ElementsAre("out"));
  return files_below(dir / "out");
}

// With 16 MiB four million bytes wait in memory: rows go to the scratch file.
TEST(PartitionedWriter, NeitherThreadsNorBudgetNorBatchesChangeAByte) {
  constexpr int64_t kRows = 280'000;
  const auto files = write_events(kRows, kRows, partitioned_by("country"));
  EXPECT_GT(files.size(), 5u);
  EXPECT_EQ(write_events(kRows, 1'009, partitioned_by("country", 3, 16_MiB)), files);
}

TEST(PartitionedWriter, LargePartitionsGoThroughAllThreads) {
  constexpr int64_t kRows = 400'000;  // the one partition is longer than a third of 16 MiB
  DatasetOptions options = partitioned_by("year(at)");
  options.file.row_group_rows = 100'000;
  const Schema schema{{"at", date()}, {"id", int64()}, {"more", int64()}};
  const auto write = [&](unsigned threads, uint64_t memory_bytes) {
    TemporaryDirectory dir;
    options.file.runtime = std::make_shared<Runtime>(RuntimeOptions{threads, memory_bytes});
    DatasetWriter writer(dir / "out", schema, options);
    for (int64_t done = 0; done < kRows; done += 50'000) {
      std::vector<std::optional<int64_t>> ids;
      for (int64_t i = 0; i < 50'000; ++i) ids.emplace_back((done + i) * 7'919 % 104'729);
      const std::vector<std::optional<int32_t>> days(50'000, 100);
      writer.write(batch_of(schema, {make_fixed<int32_t>(date(), days), make_int64(ids), make_int64(ids)}));
    }
    writer.close();
    return files_below(dir / "out");
  };
  const auto files = write(1, 256_MiB);
  EXPECT_THAT(names_of(files), ElementsAre("year=1970/out-0.parquet"));
  EXPECT_EQ(write(2, 16_MiB), files);
}

const Schema kKeyed{{"key", string()}, {"id", int64()}, {"text", string()}};

/// With a factor of 0 the ids are all alike, with 1 they ascend, with 7,919 they seem to be drawn.
Batch keyed(const char* key, int64_t rows, int64_t factor, size_t text_bytes = 10) {
  std::vector<std::optional<int64_t>> ids;
  for (int64_t i = 0; i < rows; ++i) ids.emplace_back(i * factor % 104'729);
  const std::vector<std::optional<std::string>> keys(static_cast<size_t>(rows), key);
  const std::vector<std::optional<std::string>> texts(static_cast<size_t>(rows), std::string(text_bytes, 'x'));
  return batch_of(kKeyed, {make_text(string(), keys), make_int64(ids), make_text(string(), texts)});
}

std::map<std::string, std::string> write_keyed(const std::vector<Batch>& batches, unsigned threads) {
  TemporaryDirectory dir;
  DatasetWriter writer(dir / "out", kKeyed, partitioned_by("key", threads));
  for (const Batch& batch : batches) writer.write(batch);
  writer.close();
  return files_below(dir / "out");
}

// The first group is over at 4 MiB. The one behind it goes on with what it has found, on another thread.
TEST(PartitionedWriter, GroupsBeginWithWhatTheFirstOneHasFound) {
  const std::vector<Batch> batches{keyed("a", 1'000, 0, 3'000), keyed("b", 1'000, 7'919, 3'000),
                                   keyed("c", 1'000, 7'919), keyed("d", 1'000, 1)};
  const auto expected = expected_files(kKeyed, batches, partitioned_by("key"), "out");
  for (const unsigned threads : {1u, 3u}) EXPECT_EQ(write_keyed(batches, threads), expected) << threads << " threads";
  EXPECT_NE(write_keyed({batches[2], batches[3]}, 1).at("key=c/out-0.parquet"), expected.at("key=c/out-0.parquet"));
}

// From 21 MiB on a partition has another writer than small ones, which are put together anew on either side of it. All
// go on with what the first of them has found, whoever wrote it.
TEST(PartitionedWriter, LargePartitionsBeginWithWhatTheFirstOneHasFound) {
  const Batch large = keyed("large", 6'000, 7'919, 4'096);
  const Batch a = keyed("a", 1'000, 0);
  const Batch b = keyed("b", 1'000, 7'919);
  const Batch c = keyed("c", 1'000, 1);
  const auto expected = [](const std::vector<Batch>& batches) {
    return expected_files(kKeyed, batches, partitioned_by("key"), "out");
  };
  const auto files = write_keyed({a, large, b, c}, 2);
  EXPECT_EQ(files.at("key=large/out-0.parquet"), expected({a, large}).at("key=large/out-0.parquet"));
  for (const std::string name : {"key=b/out-0.parquet", "key=c/out-0.parquet"})
    EXPECT_EQ(files.at(name), expected({a, b, c}).at(name));
  EXPECT_EQ(write_keyed({large, b}, 2), expected({large, b}));
}

// What is wrong in a partition is told by its own row numbers, whoever had the writer before.
TEST(PartitionedWriter, SmallPartitionsHaveAnOrderAndNumbersOfTheirOwn) {
  const Schema schema{{"key", string()}, {"id", int64()}, {"text", string()}};
  const auto write = [&](const char* bad) {
    TemporaryDirectory dir;
    DatasetOptions options = partitioned_by("key");
    options.file.sorted_by = {{"id"}};
    DatasetWriter writer(dir / "out", schema, options);
    writer.write(batch_of(schema, {make_text(string(), {"a", "a", "b", "b"}), make_int64({5, 6, 1, 2}),
                                   make_text(string(), {"x", "y", "z", bad})}));
    writer.close();
  };
  EXPECT_NO_THROW(write("fine"));
  try {
    write("\xff");
    FAIL() << "text that is not UTF-8 was written";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("among the rows of key=b, the first being row 0: row 1: column text: "));
  }
}

// --- what readers get

TEST(PartitionedWriter, ReadersGetTheRowsAndTheTypesOfKeys) {
  TemporaryDirectory dir;
  DatasetOptions options = partitioned_by("country, year(at), month(at)");
  DatasetWriter writer(dir / "out", kEvents, options);
  writer.write(events(0, 2'000));
  const WriteResult result = writer.close();
  const DatasetReader reader(dir / "out");
  EXPECT_EQ(to_text(reader.schema()), "id int64 not null, at timestamp(s), country string, year int32, month int32");
  EXPECT_EQ(reader.rows(), 2'000);
  ASSERT_EQ(reader.files().size(), result.files.size());
  for (size_t i = 0; i < result.files.size(); ++i) EXPECT_EQ(reader.files()[i].path, result.files[i].path);
  std::vector<int> seen(2'000);
  const auto stream = reader.read();
  while (const auto next = stream->next())
    for (int64_t row = 0; row < next->batch.rows(); ++row) {
      const int64_t id = next->batch.column(0).data<int64_t>()[row];
      const Batch one = events(id, 1);
      ++seen[static_cast<size_t>(id)];
      EXPECT_EQ(show(next->batch.column(2), row), show(one.column(1), 0));
      EXPECT_EQ(show(next->batch.column(4), row), std::to_string(id < 744 ? 1 : id < 744 + 672 ? 2 : 3));
    }
  EXPECT_EQ(seen, std::vector<int>(2'000, 1));
  const auto some =
      reader.read({.columns = parse_columns("id"), .where = parse_predicate("month = 2 AND country IS NULL")});
  int64_t rows = 0;
  while (const auto next = some->next()) rows += next->batch.rows();
  EXPECT_EQ(rows, 96);
  EXPECT_GE(some->counters().files_pruned, 20);
}

TEST(PartitionedWriter, ColumnsStayOnRequest) {
  TemporaryDirectory dir;
  DatasetOptions options = partitioned_by("country");
  options.partitions.keep_columns = true;
  DatasetWriter writer(dir / "out", kEvents, options);
  writer.write(events(0, 3));
  writer.close();
  EXPECT_EQ(to_text(DatasetReader(dir / "out").schema()), to_text(kEvents));
}

TEST(PartitionedWriter, ShardsAreThoseOfAPartition) {
  TemporaryDirectory dir;
  DatasetOptions options = partitioned_by("country");
  options.shard_rows = 2;
  options.file_prefix = "e";
  const Schema schema{{"country", string()}, {"n", int64()}};
  DatasetWriter writer(dir / "out", schema, options);
  writer.write(batch_of(schema, {make_text(string(), {"b", "a", "b", "", "b"}), make_int64({1, 2, 3, 4, 5})}));
  const WriteResult result = writer.close();
  EXPECT_THAT(names_of(files_below(dir / "out")), ElementsAre("country=/e-0.parquet", "country=a/e-0.parquet",
                                                              "country=b/e-0.parquet", "country=b/e-1.parquet"));
  EXPECT_THAT(rows_of(result), ElementsAre(1, 1, 2, 1));
  EXPECT_EQ(result.files[3].path, dir / "out/country=b/e-1.parquet");
}

TEST(PartitionedWriter, AllFilesHaveTheColumnsThatComeLate) {
  for (const uint64_t memory_bytes : {16_MiB, 64_MiB}) {
    TemporaryDirectory dir;
    const Schema narrow{{"k", int64()}, {"s", struct_({{"a", int64()}})}};
    const Schema wide{{"k", int64()}, {"s", struct_({{"a", int64()}, {"b", string()}})}, {"late", string()}};
    DatasetWriter writer(dir / "out", narrow, partitioned_by("k", 1, memory_bytes));
    writer.write(
        batch_of(narrow, {make_int64({1, 2}), make_struct(narrow[1].type, {make_int64({1, 2})}, {true, true})}));
    writer.extend_schema(wide);
    writer.write(batch_of(
        wide, {make_int64({2}), make_struct(wide[1].type, {make_int64({3}), make_text(string(), {"x"})}, {true}),
               make_text(string(), {"y"})}));
    EXPECT_EQ(to_text(writer.schema()), to_text(wide));
    writer.close();
    const DatasetReader reader(dir / "out", {.schemas = SchemaMerge::strict});
    EXPECT_EQ(to_text(reader.schema()), "s struct<a int64, b string>, late string, k int64");
    const auto batch = reader.read()->next();
    ASSERT_TRUE(batch);
    EXPECT_EQ(reader.rows(), 3);
  }
}

// --- nothing, and what goes wrong

TEST(PartitionedWriter, WithoutARowThereIsNothing) {
  TemporaryDirectory dir;
  DatasetWriter writer(dir / "out", kEvents, partitioned_by("country"));
  writer.write(events(0, 0));
  const WriteResult result = writer.close();
  EXPECT_THAT(result.files, IsEmpty());
  EXPECT_THAT(dir.names(), IsEmpty());
}

Error refusal(const DatasetOptions& options) {
  TemporaryDirectory dir;
  Error error(ErrorCode::bug, "accepted");
  try {
    DatasetWriter writer(dir / "out", kEvents, options);
  } catch (const Error& refused) {
    error = refused;
  }
  EXPECT_THAT(dir.names(), IsEmpty());
  return error;
}

TEST(PartitionedWriter, WrongOptionsAreToldAtOnce) {
  EXPECT_EQ(refusal(partitioned_by("nothing")).code(), ErrorCode::invalid);
  DatasetOptions options = partitioned_by("country");
  options.publish = Publish::each;
  EXPECT_EQ(refusal(options).code(), ErrorCode::invalid);
  options = partitioned_by("country");
  options.shard_seconds = 1;
  EXPECT_EQ(refusal(options).code(), ErrorCode::invalid);
  options = partitioned_by("country");
  options.file.sorted_by = parse_sorted_by("country");  // which the files do not have
  EXPECT_EQ(refusal(options).code(), ErrorCode::invalid);
  options = {};
  options.partitions.keep_columns = true;
  EXPECT_EQ(refusal(options).code(), ErrorCode::invalid);
  options = {};
  options.target.mode = PublishMode::overwrite_partitions;
  EXPECT_EQ(refusal(options).code(), ErrorCode::invalid);
}

TEST(PartitionedWriter, AValueWithoutANameLeavesNothing) {
  TemporaryDirectory dir;
  DatasetWriter writer(dir / "out", kEvents, partitioned_by("country"));
  writer.write(events(0, 100));
  const Batch bad = batch_of(kEvents, {make_int64({1, 2}), make_text(string(), {"ok", std::string(250, 'x')}),
                                       make_fixed<int64_t>(kEvents[2].type, {0, 0})});
  try {
    writer.write(bad);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("row 101"));
  }
  EXPECT_THROW(writer.close(), Error);
  EXPECT_THAT(dir.names(), IsEmpty());
}

// What a file refuses is found when its partition is written, maybe while others are.
TEST(PartitionedWriter, AFileThatFailsLeavesNothing) {
  for (const unsigned threads : {1u, 4u}) {
    TemporaryDirectory dir;
    DatasetOptions options = partitioned_by("country", threads);
    options.file.sorted_by = parse_sorted_by("id");
    DatasetWriter writer(dir / "out", kEvents, options);
    writer.write(events(0, 500));
    writer.write(events(0, 1));  // id 0 once more
    try {
      writer.close();
      FAIL();
    } catch (const Error& error) {
      // The number is one of the partition's rows, and was told as if it were one of the input.
      EXPECT_THAT(error.what(), HasSubstr("among the rows of country="));
      EXPECT_EQ(error.place().row, std::nullopt);
    }
    EXPECT_THAT(dir.names(), IsEmpty());
  }
}

// It was found when its partition was written, and called row 1 then.
TEST(PartitionedWriter, ARowThatIsTooLargeHasItsNumberInTheInput) {
  TemporaryDirectory dir;
  const Schema schema{{"k", int64()}, {"text", string()}};
  DatasetWriter writer(dir / "out", schema, partitioned_by("k", 1, 16_MiB));
  std::vector<std::optional<int64_t>> keys;
  std::vector<std::optional<std::string>> texts;
  for (int64_t i = 0; i < 100; ++i) {
    keys.emplace_back(i / 3);
    texts.emplace_back(i == 77 ? std::string(3 << 20, 'x') : "short");
  }
  writer.write(batch_of(schema, {make_int64({0, 1}), make_text(string(), {"a", "b"})}));
  try {
    writer.write(batch_of(schema, {make_int64(keys), make_text(string(), texts)}));
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("row 79: column text has"));
    EXPECT_EQ(error.place().row, 79);
  }
  EXPECT_THAT(dir.names(), IsEmpty());
}

TEST(PartitionedWriter, CloseCanBeEnded) {
  TemporaryDirectory dir;
  DatasetWriter writer(dir / "out", kEvents, partitioned_by("country"));
  writer.write(events(0, 100));
  int asked = 0;
  const auto say_no = [&] {
    if (++asked == 2) throw Error(ErrorCode::cancelled, "enough");
  };
  EXPECT_THROW(writer.close(say_no), Error);
  EXPECT_EQ(asked, 2);
  EXPECT_THAT(dir.names(), IsEmpty());
}

TEST(PartitionedWriter, ABatchOfAnotherSchemaIsRefused) {
  TemporaryDirectory dir;
  DatasetWriter writer(dir / "out", kEvents, partitioned_by("country"));
  EXPECT_THROW(writer.write(numbers(0, 1)), Error);
  EXPECT_THAT(dir.names(), IsEmpty());
}

TEST(PartitionedWriter, ManyPartitionsNeedFewHandles) {
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  struct rlimit few = before;
  few.rlim_cur = 32;
  const Schema schema{{"k", int64()}, {"v", int64()}};
  TemporaryDirectory dir;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  try {
    DatasetWriter writer(dir / "out", schema, partitioned_by("k", 2, 16_MiB));
    std::vector<std::optional<int64_t>> values;
    for (int64_t i = 0; i < 100'000; ++i) values.emplace_back(i % 100);
    for (int i = 0; i < 2; ++i) writer.write(batch_of(schema, {make_int64(values), make_int64(values)}));
    EXPECT_EQ(writer.close().files.size(), 100u);
  } catch (const Error& error) {
    ADD_FAILURE() << error.what();
  }
  ::setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace
}  // namespace sluice::partitioned_writer_test
