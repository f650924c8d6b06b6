// What FileWriter::close tells of the file, beside what stands in it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "files/bound_order.h"
#include "files/journal.h"
#include "sluice/error.h"
#include "sluice/file_writer.h"
#include "storage/temporary_directory.h"
#include "support/file_reader.h"
#include "support/memory_sink.h"
#include "support/random_batches.h"

namespace sluice::write_result_test {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::shared_ptr<Runtime> small_runtime() { return std::make_shared<Runtime>(RuntimeOptions{2, 32_MiB}); }

struct Written {
  ReadFile file;
  WrittenFile result;
};

Written write_batches(const Schema& schema, const std::vector<Batch>& batches, FileOptions options) {
  const auto file = std::make_shared<MemoryFile>();
  if (!options.runtime) options.runtime = small_runtime();
  FileWriter writer(std::make_unique<MemorySink>(file), schema, options);
  for (const Batch& batch : batches) writer.write(batch);
  WriteResult result = writer.close();
  EXPECT_EQ(result.files.size(), 1u);
  return {read_parquet(file->bytes, schema), std::move(result.files[0])};
}

Batch one_batch(const Schema& schema, std::vector<Column> columns) {
  const int64_t rows = columns[0].length;
  return Batch(std::make_shared<const Schema>(schema), std::move(columns), rows);
}

TEST(WriteResult, TellsOfEachField) {
  const Schema schema = parse_schema("n int32, s string, f float64");
  const Batch first = one_batch(
      schema, {make_fixed<int32_t>(int32(), {{5, std::nullopt, -3}}), make_text(string(), {{"x", "b", std::nullopt}}),
               make_fixed<double>(float64(), {{1.5, -2.0, 0.0}})});
  const Batch second = one_batch(
      schema, {make_fixed<int32_t>(int32(), {{1'000, 7, 7}}), make_text(string(), {{std::string(70, 'z'), "c", "c"}}),
               make_fixed<double>(float64(), {{std::nan(""), std::nullopt, 1.0}})});
  const Written written = write_batches(schema, {first, second}, {.row_group_rows = 3});
  const WrittenFile& result = written.result;
  ASSERT_EQ(result.fields.size(), 3u);
  const FieldResult& n = result.fields[0];
  EXPECT_EQ(n.name, "n");
  EXPECT_EQ(n.type, int32());
  EXPECT_EQ(n.values, 6);
  EXPECT_EQ(n.nulls, 1);
  EXPECT_EQ(n.nans, std::nullopt);
  EXPECT_EQ(n.min_text(), "-3");
  EXPECT_EQ(n.max_text(), "1000");
  EXPECT_TRUE(n.min_exact && n.max_exact);
  const FieldResult& s = result.fields[1];
  EXPECT_EQ(s.min, "b");
  EXPECT_TRUE(s.min_exact);
  EXPECT_EQ(s.max, std::string(63, 'z') + "{");
  EXPECT_FALSE(s.max_exact);
  const FieldResult& f = result.fields[2];
  EXPECT_EQ(f.nans, 1);
  EXPECT_EQ(f.nulls, 1);
  EXPECT_EQ(f.min, std::nullopt);
  EXPECT_EQ(result.row_groups, 2);
  ASSERT_EQ(result.row_group_offsets.size(), 2u);
  for (size_t group = 0; group < 2; ++group)
    EXPECT_EQ(written.file.metadata.row_groups[group].file_offset,
              static_cast<int64_t>(result.row_group_offsets[group]));
}

TEST(WriteResult, OfNoRows) {
  const Written written = write_batches(parse_schema("a int64, b list<float32>"), {}, {});
  EXPECT_TRUE(written.result.row_group_offsets.empty());
  ASSERT_EQ(written.result.fields.size(), 2u);
  EXPECT_EQ(written.result.fields[1].name, "b[]");
  EXPECT_EQ(written.result.fields[1].values, 0);
  EXPECT_EQ(written.result.fields[1].nans, 0);
}

// Counted again from the slots of the file. Bounds must hold every value, and an exact one must be one.
void expect_field(const FieldResult& field, const std::vector<Slot>& slots) {
  int64_t nulls = 0;
  bool min_met = false;
  bool max_met = false;
  for (const Slot& slot : slots) {
    nulls += !slot.value;
    if (!slot.value) continue;
    if (field.min) {
      ASSERT_FALSE(compare_bounds(field.type, *slot.value, *field.min) < 0) << field.name;
      min_met |= compare_bounds(field.type, *slot.value, *field.min) == 0;
    }
    if (field.max) {
      ASSERT_FALSE(compare_bounds(field.type, *slot.value, *field.max) > 0) << field.name;
      max_met |= compare_bounds(field.type, *slot.value, *field.max) == 0;
    }
  }
  EXPECT_EQ(field.values, static_cast<int64_t>(slots.size()));
  EXPECT_EQ(field.nulls, nulls);
  EXPECT_TRUE(min_met || !field.min_exact) << field.name;
  EXPECT_TRUE(max_met || !field.max_exact) << field.name;
}

TEST(WriteResult, HoldsForAnyTable) {
  const uint64_t seed = property_seed();
  const auto runtime = small_runtime();
  size_t bounded = 0;
  for (uint64_t round = 0; round < 60; ++round) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", round " + std::to_string(round));
    Draw draw(seed, round);
    const RandomTable table = draw_table(draw, {.depth_max = 3, .rows_max = 1'000, .leaves_max = 3'000});
    const FileOptions options{
        .compression = {Codec::snappy}, .row_group_rows = draw.magnitude(1'000), .runtime = runtime};
    const Written written = write_batches(table.schema, draw_batches(draw, table, false), options);
    uint64_t bytes = 0;
    for (size_t i = 0; i < written.result.fields.size(); ++i) {
      expect_field(written.result.fields[i], written.file.slots(i));
      bytes += written.result.fields[i].bytes;
      bounded += written.result.fields[i].min.has_value();
    }
    uint64_t chunk_bytes = 0;
    for (const RowGroup& group : written.file.metadata.row_groups)
      chunk_bytes += static_cast<uint64_t>(*group.total_compressed_size);
    EXPECT_EQ(bytes, chunk_bytes);
  }
  EXPECT_GT(bounded, 20u);
}

// --- how many row groups there may be

Batch numbers(int64_t rows) {
  std::vector<std::optional<int64_t>> values(static_cast<size_t>(rows), 7);
  return one_batch(Schema{{"n", int64()}}, {make_int64(values)});
}

TEST(RowGroupsMax, OneMoreIsAnErrorThatNamesTheRow) {
  for (const int64_t rows : {10, 11, 25}) {
    const auto file = std::make_shared<MemoryFile>();
    FileWriter writer(std::make_unique<MemorySink>(file), Schema{{"n", int64()}},
                      {.row_group_rows = 2, .runtime = small_runtime(), .row_groups_max = 5});
    try {
      writer.write(numbers(rows));
      writer.close();
      EXPECT_EQ(rows, 10);
      EXPECT_TRUE(file->published);
    } catch (const Error& error) {
      EXPECT_GT(rows, 10);
      EXPECT_EQ(error.code(), ErrorCode::unsupported);
      EXPECT_EQ(error.place().row, 10);
      EXPECT_THAT(error.what(), HasSubstr("memory"));
      EXPECT_THAT(error.what(), HasSubstr("row_groups_max"));
      EXPECT_THAT(error.hint(), HasSubstr("row_group_rows"));
      EXPECT_FALSE(file->published);
      EXPECT_THROW(writer.write(numbers(1)), Error);
    }
  }
}

TEST(RowGroupsMax, IsWhereOrdinalsEnd) { EXPECT_EQ(FileOptions().row_groups_max, 32'767); }

// --- a journal that does not stay in memory

TEST(WriteResult, ManyColumnsAndRowGroupsGiveTheSameBytesOnDiskAndInMemory) {
  std::vector<Field> fields;
  constexpr int kCount = 110;  // columns, rows and row groups
  for (int i = 0; i < kCount; ++i) fields.push_back({"column " + std::to_string(i), string()});
  const Schema schema(std::move(fields));
  const std::string long_text(60, 'x');  // bounds are what is long in a footer
  std::vector<Column> columns;
  for (int i = 0; i < kCount; ++i)
    columns.push_back(make_text(string(), std::vector<std::optional<std::string>>(kCount, long_text)));
  const Batch batch = one_batch(schema, columns);
  const FileOptions options{
      .compression = {Codec::none}, .row_group_rows = 1, .sync = false, .runtime = small_runtime()};

  const auto memory = std::make_shared<MemoryFile>();
  FileWriter piped(std::make_unique<MemorySink>(memory, false), schema, options);
  piped.write(batch);
  const WriteResult result = piped.close();
  EXPECT_EQ(result.files[0].row_groups, kCount);

  const TemporaryDirectory folder;
  const std::string path = folder / "a.parquet";
  FileWriter writer(path, schema, options);
  writer.write(batch);
  ASSERT_EQ(folder.names().size(), 1u);
  EXPECT_GE(std::filesystem::file_size(folder / folder.names()[0] + "/a.parquet.journal"), Journal::kMemoryBytesMax);
  writer.close();
  EXPECT_THAT(folder.names(), ElementsAre("a.parquet"));
  EXPECT_TRUE(test::read_file(path) == as_text(memory->bytes));
}

}  // namespace
}  // namespace sluice::write_result_test
