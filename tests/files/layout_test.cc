// What read_layout tells of files: of our own, of damaged ones, and of other writers'.
#include "sluice/layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>

#include "arrow/ipc_schema.h"
#include "base/bytes.h"
#include "files/bound_text.h"
#include "files/footer_reader.h"
#include "sluice/error.h"
#include "sluice/file_writer.h"
#include "storage/temporary_directory.h"
#include "support/foreign_files.h"
#include "support/make_columns.h"
#include "support/rewritten_file.h"

namespace sluice::layout_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace sluice::test;

const Schema& sample_schema() {
  static const Schema schema = parse_schema(
      "id int64 not null, name string, ok bool, at timestamp(s, Europe/Berlin), tags list<string not null>, none null");
  return schema;
}

/// Rows `first` to `first + 2`.
Batch sample_batch(int64_t first) {
  const Field element = sample_schema()[4].type.element();
  return Batch(std::make_shared<const Schema>(sample_schema()),
               {make_int64({first, first + 1, first + 2}), make_text(string(), {"b", std::nullopt, "\xc3\xa4"}),
                make_bool({true, true, std::nullopt}),
                make_fixed<int64_t>(sample_schema()[3].type, {first, std::nullopt, first + 60}),
                make_list(element, make_text(string(), {"x", "y"}), {2, std::nullopt, 0}), make_null(3)},
               3);
}

std::string written_file(const TemporaryDirectory& folder, FileOptions options = {}) {
  std::string path = folder / "sample.parquet";
  options.sync = false;
  FileWriter writer(path, sample_schema(), options);
  for (int64_t first = 0; first < 9; first += 3) writer.write(sample_batch(first));
  writer.close();
  return path;
}

/// The message of the Error that read_layout throws; empty when it throws none.
std::string refusal(const std::string& path, ErrorCode code) {
  try {
    read_layout(path);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_THAT(error.what(), HasSubstr(path));
    return error.what();
  }
  return "";
}

TEST(Layout, TellsWhatWasWritten) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder, {.row_group_rows = 6, .metadata = {{"made by", "a test"}}});
  const FileLayout file = read_layout(path);
  EXPECT_EQ(file.path, path);
  EXPECT_EQ(file.bytes, std::filesystem::file_size(path));
  EXPECT_EQ(file.rows, 9);
  EXPECT_THAT(file.created_by, HasSubstr("sluice version "));
  EXPECT_EQ(file.schema, sample_schema());
  EXPECT_THAT(file.metadata, testing::Contains(testing::Pair("made by", "a test")));
  ASSERT_EQ(file.columns.size(), 6u);
  EXPECT_EQ(file.columns[0].type, "int64 not null");
  EXPECT_EQ(file.columns[0].physical_type, "INT64");
  EXPECT_EQ(file.columns[3].type, "timestamp(s, Europe/Berlin)");
  EXPECT_EQ(file.columns[4].name, "tags[]");
  EXPECT_THAT(file.columns[4].path, ElementsAre("tags", "list", "element"));
  EXPECT_EQ(file.columns[4].definition_level_max, 2);
  EXPECT_EQ(file.columns[4].repetition_level_max, 1);
  ASSERT_EQ(file.row_groups.size(), 2u);
  EXPECT_EQ(file.row_groups[0].rows, 6);
  EXPECT_EQ(file.row_groups[1].rows, 3);
}

TEST(Layout, TellsOfChunks) {
  const TemporaryDirectory folder;
  const FileLayout file = read_layout(written_file(folder, {.compression = {Codec::snappy}, .row_group_rows = 6}));
  const std::vector<ChunkLayout>& chunks = file.row_groups.at(1).chunks;
  ASSERT_EQ(chunks.size(), 6u);
  EXPECT_EQ(chunks[0].min, "6");
  EXPECT_EQ(chunks[0].max, "8");
  EXPECT_TRUE(chunks[0].min_exact);
  EXPECT_EQ(chunks[0].nulls, 0);
  EXPECT_EQ(chunks[0].pages, 1);
  EXPECT_EQ(chunks[0].codec, "none") << "three numbers do not shrink";
  EXPECT_TRUE(chunks[0].offset_index);
  EXPECT_TRUE(chunks[0].column_index);
  EXPECT_FALSE(chunks[0].bloom_filter);
  EXPECT_EQ(chunks[1].max, "\xc3\xa4");
  EXPECT_EQ(chunks[1].nulls, 1);
  EXPECT_EQ(chunks[2].min, "true");
  EXPECT_EQ(chunks[3].min, "1970-01-01T00:00:06.000Z") << "stored in milliseconds";
  EXPECT_EQ(chunks[4].values, 4);
  EXPECT_EQ(chunks[4].nulls, 2);
  EXPECT_EQ(chunks[5].min, std::nullopt);
  uint64_t bytes = 0;
  for (const ChunkLayout& chunk : chunks) {
    bytes += chunk.bytes;
    EXPECT_GT(chunk.bytes, 0u);
    EXPECT_LE(chunk.offset + chunk.bytes, file.bytes - file.footer_bytes - 8);
  }
  EXPECT_EQ(file.row_groups[1].bytes, bytes);
}

TEST(Layout, TellsWhyAndHowMuch) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder, {.sorted_by = {{"id"}, {"none", true, true}}});
  rewrite_footer(path, [](FileMetaData& file) {
    ColumnMetaData& name = *file.row_groups[0].columns[1].meta_data;
    name.key_value_metadata = {{"other", "note"}, {"sluice.encoding", "plain: 1.0 bytes a value"}};
    name.bloom_filter_offset = 4;
    ColumnMetaData& ok = *file.row_groups[0].columns[2].meta_data;
    ok.bloom_filter_offset = 4;
    ok.bloom_filter_length = 47;
  });
  const FileLayout file = read_layout(path);
  ASSERT_EQ(file.row_groups.size(), 1u);
  EXPECT_THAT(file.row_groups[0].sorted_by, ElementsAre(SortColumn{"id"}, SortColumn{"none", true, true}));
  const std::vector<ChunkLayout>& chunks = file.row_groups[0].chunks;
  EXPECT_EQ(chunks[1].reason, "plain: 1.0 bytes a value");
  EXPECT_EQ(chunks[0].text_bytes, std::nullopt);
  EXPECT_EQ(chunks[1].text_bytes, 9u);
  EXPECT_THAT(chunks[4].definition_levels, ElementsAre(3, 3, 6));
  EXPECT_THAT(chunks[4].repetition_levels, ElementsAre(9, 3));
  EXPECT_TRUE(chunks[1].bloom_filter);
  EXPECT_EQ(chunks[1].bloom_filter_bytes, std::nullopt) << "as older writers have it";
  EXPECT_EQ(chunks[2].bloom_filter_bytes, 47u);
}

TEST(Layout, NeedsNoStoredArrowSchema) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder);
  rewrite_footer(path, [](FileMetaData& file) {
    std::erase_if(file.key_value_metadata, [](const KeyValue& entry) { return entry.key == "ARROW:schema"; });
  });
  const Schema schema = read_layout(path).schema;
  EXPECT_EQ(schema[0], sample_schema()[0]);
  EXPECT_EQ(to_text(schema[3].type), "timestamp(ms, UTC)");
}

TEST(Layout, MissingFileIsAnIoError) {
  EXPECT_THAT(refusal("/nowhere/at all.parquet", ErrorCode::io), HasSubstr("/nowhere/at all.parquet"));
  EXPECT_THAT(refusal("/", ErrorCode::io), HasSubstr("directory"));
}

TEST(Layout, CutAnywhereIsCorrupt) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder);
  const std::string whole = read_file(path);
  for (size_t size = 0; size < whole.size(); ++size) {
    write_file(path, whole.substr(0, size));
    EXPECT_NE(refusal(path, ErrorCode::corrupt), "") << size << " bytes";
  }
}

TEST(Layout, FlippedFooterBytesNeverCrash) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder);
  rewrite_footer(path, [](FileMetaData&) {});
  const std::string whole = read_file(path);
  const size_t footer = whole.size() - read_footer(RandomReader::open(path)).place.bytes - 8;
  size_t refused = 0;
  size_t read = 0;
  constexpr int kMasks[] = {0x01, 0x10, 0x80, 0xff};
  for (size_t i = footer; i < whole.size(); ++i) {
    std::string bytes = whole;
    bytes[i] = static_cast<char>(bytes[i] ^ kMasks[i % std::size(kMasks)]);
    write_file(path, bytes);
    try {
      read_layout(path);
      ++read;
    } catch (const Error& error) {
      EXPECT_TRUE(error.code() == ErrorCode::corrupt || error.code() == ErrorCode::unsupported) << error.what();
      EXPECT_THAT(error.what(), HasSubstr(path));
      ++refused;
    }
  }
  EXPECT_GT(refused, 0u);
  EXPECT_GT(read, 0u) << "names and bounds may be anything";
}

/// A file whose footer was changed by `lie`.
class LayoutLies : public testing::Test {
 protected:
  std::string told(const std::function<void(FileMetaData&)>& lie, ErrorCode code = ErrorCode::corrupt) {
    const TemporaryDirectory folder;
    const std::string path = written_file(folder);
    rewrite_footer(path, lie);
    return refusal(path, code);
  }
  static ColumnMetaData& chunk(FileMetaData& file, size_t column) {
    return *file.row_groups.at(0).columns.at(column).meta_data;
  }
};

TEST_F(LayoutLies, TruthIsBelieved) {
  EXPECT_EQ(told([](FileMetaData&) {}), "");
}

TEST_F(LayoutLies, Rows) {
  EXPECT_THAT(told([](FileMetaData& file) { file.num_rows = 10; }), HasSubstr("claims 10 rows, its row groups have 9"));
  EXPECT_NE(told([](FileMetaData& file) { file.num_rows = -1; }), "");
  EXPECT_THAT(told([](FileMetaData& file) { file.row_groups[0].num_rows = -9; }), HasSubstr("row group 0 has -9 rows"));
  EXPECT_THAT(told([](FileMetaData& file) { chunk(file, 0).num_values = -1; }), HasSubstr("column id: -1 values"));
}

TEST_F(LayoutLies, Chunks) {
  EXPECT_THAT(told([](FileMetaData& file) { file.row_groups[0].columns.pop_back(); }),
              HasSubstr("row group 0 has 5 column chunks, the schema has 6"));
  EXPECT_THAT(told([](FileMetaData& file) { std::swap(chunk(file, 0), chunk(file, 1)); }), HasSubstr("physical type"));
  EXPECT_THAT(told([](FileMetaData& file) { std::swap(chunk(file, 1), chunk(file, 4)); }), HasSubstr("another column"));
  EXPECT_THAT(told([](FileMetaData& file) { file.row_groups[0].columns[0].meta_data.reset(); }),
              HasSubstr("no metadata"));
  EXPECT_THAT(
      told([](FileMetaData& file) { file.row_groups[0].columns[0].file_path = "b.parquet"; }, ErrorCode::unsupported),
      HasSubstr("b.parquet"));
}

TEST_F(LayoutLies, Places) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  for (const int64_t bytes : {int64_t{-1}, int64_t{1'000'000}, kMax, kMin})
    EXPECT_NE(told([&](FileMetaData& file) { chunk(file, 0).total_compressed_size = bytes; }), "") << bytes;
  for (const int64_t offset : {int64_t{-1}, int64_t{0}, int64_t{3}, int64_t{1'000'000}, kMax, kMin}) {
    const auto lie = [&](FileMetaData& file) {
      chunk(file, 3).dictionary_page_offset.reset();
      chunk(file, 3).data_page_offset = offset;
    };
    EXPECT_THAT(told(lie), HasSubstr("row group 0, column at: the chunk has")) << offset;
  }
  EXPECT_NE(told([&](FileMetaData& file) { chunk(file, 0).total_uncompressed_size = -1; }), "");
  const auto overflow = [&](FileMetaData& file) {
    for (size_t i = 0; i < 3; ++i) chunk(file, i).total_uncompressed_size = kMax;
  };
  EXPECT_THAT(told(overflow), HasSubstr("add up"));
}

TEST_F(LayoutLies, Indexes) {
  EXPECT_THAT(told([](FileMetaData& file) { file.row_groups[0].columns[0].index.offset_index_offset = 1'000'000; }),
              HasSubstr("offset index"));
  EXPECT_THAT(told([](FileMetaData& file) { file.row_groups[0].columns[0].index.column_index_length = -5; }),
              HasSubstr("column index"));
  EXPECT_THAT(told([](FileMetaData& file) { chunk(file, 0).bloom_filter_offset = 1'000'000; }),
              HasSubstr("bloom filter"));
}

TEST_F(LayoutLies, SortingColumns) {
  for (const int32_t column : {-1, 6, std::numeric_limits<int32_t>::max()})
    EXPECT_THAT(told([&](FileMetaData& file) {
                  file.row_groups[0].sorting_columns = {{column, false, false}};
                }),
                HasSubstr("row group 0 is sorted by column " + std::to_string(column) + " of 6"));
}

TEST_F(LayoutLies, Sizes) {
  EXPECT_THAT(told([](FileMetaData& file) { chunk(file, 1).size_statistics->unencoded_byte_array_data_bytes = -1; }),
              HasSubstr("column name: the size statistics have -1 bytes of text"));
  EXPECT_THAT(told([](FileMetaData& file) {
                chunk(file, 1).size_statistics->definition_level_histogram = {0, -2};
              }),
              HasSubstr("-2 slots of a definition level"));
  EXPECT_THAT(told([](FileMetaData& file) { chunk(file, 0).statistics->nan_count = 10; }),
              HasSubstr("10 NaNs among 9 values"));
}

TEST_F(LayoutLies, Statistics) {
  EXPECT_THAT(told([](FileMetaData& file) { chunk(file, 0).statistics->min_value = "abc"; }),
              HasSubstr("a bound of 3 bytes, which is no int64"));
  EXPECT_THAT(told([](FileMetaData& file) { chunk(file, 1).statistics->null_count = 10; }),
              HasSubstr("10 nulls among 9 values"));
  EXPECT_NE(told([](FileMetaData& file) { chunk(file, 1).statistics->null_count = -1; }), "");
}

template <typename T>
std::string plain(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

TEST(BoundText, OfEachType) {
  EXPECT_EQ(bound_text(boolean(), std::string(1, '\0')), "false");
  EXPECT_EQ(bound_text(int8(), plain(int32_t{-128})), "-128");
  EXPECT_EQ(bound_text(uint32(), plain(uint32_t{4294967295})), "4294967295");
  EXPECT_EQ(bound_text(int64(), plain(std::numeric_limits<int64_t>::min())), "-9223372036854775808");
  EXPECT_EQ(bound_text(uint64(), plain(std::numeric_limits<uint64_t>::max())), "18446744073709551615");
  EXPECT_EQ(bound_text(float32(), plain(0.1f)), "0.1");
  EXPECT_EQ(bound_text(float64(), plain(-0.0)), "-0");
  EXPECT_EQ(bound_text(float64(), plain(HUGE_VAL)), "inf");
  EXPECT_EQ(bound_text(date(), plain(int32_t{-1})), "1969-12-31");
  EXPECT_EQ(bound_text(timestamp(TimeUnit::nanosecond), plain(int64_t{1})), "1970-01-01T00:00:00.000000001");
  EXPECT_EQ(bound_text(timestamp(TimeUnit::millisecond, "UTC"), plain(int64_t{-1})), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(bound_text(string(), ""), "");
  EXPECT_EQ(bound_text(string(), "\xff"), "ff");
  EXPECT_EQ(bound_text(binary(), std::string("\0a", 2)), "0061");
}

TEST(BoundText, OfNewerTypes) {
  using P = PhysicalType;
  const std::string minus_two("\xff\xff\xfe", 3);
  EXPECT_EQ(bound_text(decimal(9, 2), plain(int32_t{-1250})), "-12.50");
  EXPECT_EQ(bound_text(decimal(18, 0), plain(int64_t{7})), "7");
  EXPECT_EQ(bound_text(decimal(5, 1), minus_two, P::fixed_len_byte_array), "-0.2");
  EXPECT_EQ(bound_text(decimal(5, 1), minus_two, P::byte_array), "-0.2");
  EXPECT_EQ(bound_text(decimal(5, 1), plain(int64_t{-2}), P::int64), "-0.2");
  EXPECT_EQ(bound_text(decimal(5, 1), plain(int64_t{-2}), P::int32), std::nullopt);
  EXPECT_EQ(bound_text(decimal(5, 1), "", P::byte_array), std::nullopt);
  EXPECT_EQ(bound_text(decimal(5, 1), std::string(33, 'x'), P::byte_array), std::nullopt);
  EXPECT_EQ(bound_text(float16(), plain(uint16_t{0xc000})), "-2");
  EXPECT_EQ(bound_text(float16(), plain(int32_t{0})), std::nullopt);
  EXPECT_EQ(bound_text(time(TimeUnit::millisecond), plain(int32_t{45'000'500})), "12:30:00.500");
  EXPECT_EQ(bound_text(time(TimeUnit::nanosecond), plain(int64_t{1})), "00:00:00.000000001");
  EXPECT_EQ(bound_text(time(TimeUnit::nanosecond), plain(int64_t{-1})), "-1");
  EXPECT_EQ(bound_text(uuid(), std::string(16, '\x11')), "11111111-1111-1111-1111-111111111111");
  EXPECT_EQ(bound_text(uuid(), std::string(15, '\x11')), std::nullopt);
  EXPECT_EQ(bound_text(fixed(2), "ab"), "6162");
  EXPECT_EQ(bound_text(fixed(2), "a"), std::nullopt);
  EXPECT_EQ(bound_text(enum_(), "red"), "red");
  EXPECT_EQ(bound_text(bson(), "a"), "61");
}

TEST(Layout, KeepsEveryType) {
  const TemporaryDirectory folder;
  const std::string path = folder / "types.parquet";
  const Schema schema = parse_schema(
      "a decimal(9, 2), b decimal(40, 2), c uuid, d fixed(3), e enum, f bson, g time(us), h duration(s), i float16, "
      "j map<string id 3, decimal(20, 1)>, k fixed_list<uuid, 2>, l geometry(\"EPSG:3857\"), m geography, "
      "n list<map<int8, fixed_list<enum not null, 3>>> not null");
  FileWriter(path, schema, {.sync = false}).close();
  EXPECT_EQ(to_text(read_layout(path).schema), to_text(schema));
}

/// The schema that is read of a file of `written` columns which somebody has given the stored Arrow schema `stored`.
std::string schema_with_stored(const std::string& written, const Schema& stored) {
  const TemporaryDirectory folder;
  const std::string path = folder / "stored.parquet";
  FileWriter(path, parse_schema(written), {.metadata = {{"BRROW:schema", stored_arrow_schema(stored)}}, .sync = false})
      .close();
  rewrite_footer(path, [](FileMetaData& file) {
    std::erase_if(file.key_value_metadata, [](const KeyValue& entry) { return entry.key == "ARROW:schema"; });
    for (KeyValue& entry : file.key_value_metadata)
      if (entry.key == "BRROW:schema") entry.key = "ARROW:schema";
  });
  return to_text(read_layout(path).schema);
}

std::string schema_with_stored(const std::string& written, const std::string& stored) {
  return schema_with_stored(written, parse_schema(stored));
}

// The stored Arrow schema is what somebody meant once; the columns are what the file has. Writers store nanoseconds as
// microseconds and keep the old schema.
TEST(Layout, UnitsAreThoseOfTheColumns) {
  EXPECT_EQ(schema_with_stored("a timestamp(us)", "a timestamp(ns)"), "a timestamp(us)");
  EXPECT_EQ(schema_with_stored("a timestamp(us, UTC)", "a timestamp(ns, Europe/Berlin)"),
            "a timestamp(us, Europe/Berlin)");
  EXPECT_EQ(schema_with_stored("a timestamp(ms)", "a timestamp(s)"), "a timestamp(s)") << "Parquet has no seconds";
  EXPECT_EQ(schema_with_stored("a timestamp(us)", "a timestamp(s)"), "a timestamp(us)");
  EXPECT_EQ(schema_with_stored("a timestamp(ms)", "a timestamp(us)"), "a timestamp(ms)");
  EXPECT_EQ(schema_with_stored("a time(us)", "a time(ns)"), "a time(us)");
  EXPECT_EQ(schema_with_stored("a time(ns)", "a time(ms)"), "a time(ns)");
}

TEST(Layout, AZoneIsNeitherGivenNorTaken) {
  EXPECT_EQ(schema_with_stored("a timestamp(us)", "a timestamp(us, UTC)"), "a timestamp(us)");
  EXPECT_EQ(schema_with_stored("a timestamp(us, UTC)", "a timestamp(us)"), "a timestamp(us, UTC)");
}

// One column about which the stored schema is wrong does not take from the others what only it knows.
TEST(Layout, LeavesAreTakenOneByOne) {
  EXPECT_EQ(schema_with_stored("a int64, b string, c int64, d list<decimal(9, 2)>",
                               "a duration(ms), b binary, c timestamp(us), d list<\"item\" decimal(9, 3)>"),
            "a duration(ms), b string, c int64, d list<\"item\" decimal(9, 2)>");
  EXPECT_EQ(schema_with_stored("a int64, b int64", "a duration(ms)"), "a int64, b int64") << "another shape";
  EXPECT_EQ(schema_with_stored("a int64", "b duration(ms)"), "a int64") << "another name";
}

TEST(Layout, FieldIdsAreThoseOfTheColumns) {
  EXPECT_EQ(
      schema_with_stored("a int64 id 1, b struct<c int8 id 3> id 2, d int8", "a duration(s), b struct<c int8>, d int8"),
      "a duration(s) id 1, b struct<c int8 id 3> id 2, d int8");
  EXPECT_EQ(schema_with_stored("a int64 id 1, d int8", "a int64 id 7, d int8 id 9"), "a int64 id 1, d int8");
}

TEST(BoundText, ExtremesOfTimeHaveText) {
  for (const int64_t ticks : {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()})
    for (const TimeUnit unit : {TimeUnit::millisecond, TimeUnit::microsecond, TimeUnit::nanosecond})
      EXPECT_TRUE(bound_text(timestamp(unit), plain(ticks))) << ticks;
  EXPECT_TRUE(bound_text(date(), plain(std::numeric_limits<int32_t>::min())));
}

TEST(BoundText, WrongWidthsHaveNone) {
  EXPECT_EQ(bound_text(boolean(), ""), std::nullopt);
  EXPECT_EQ(bound_text(int32(), plain(int64_t{1})), std::nullopt);
  EXPECT_EQ(bound_text(int64(), plain(int32_t{1})), std::nullopt);
  EXPECT_EQ(bound_text(float64(), ""), std::nullopt);
  EXPECT_EQ(bound_text(date(), "abc"), std::nullopt);
  EXPECT_EQ(bound_text(timestamp(TimeUnit::second), "abc"), std::nullopt);
}

TEST(Layout, ReadsFilesOfOtherWriters) {
  const auto files = test::foreign_files("data");
  if (files.empty()) GTEST_SKIP() << test::kNoForeignFiles;
  for (const auto& path : files) {
    if (path.extension() != ".parquet") continue;
    try {
      const FileLayout file = read_layout(path);
      EXPECT_GT(file.columns.size(), 0u) << path;
      EXPECT_EQ(parse_schema(to_text(file.schema)), file.schema) << path;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::unsupported) << error.what();
    }
  }
}

TEST(Layout, BadFilesOfOtherWritersDoNotCrash) {
  std::vector<std::filesystem::path> files = test::all_foreign_files("bad_data");
  if (files.empty()) GTEST_SKIP() << test::kNoForeignFiles;
  for (const char* folder : {"data", "variant", "shredded_variant"})
    for (const auto& path : test::all_foreign_files(folder))
      if (path.extension() != ".parquet") files.push_back(path);
  for (const auto& path : files) {
    try {
      read_layout(path);
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(path.string()));
    }
  }
}

// The stored Arrow schema has JSON as plain text, Parquet has neither seconds nor names of zones.
TEST(Layout, PutsTheSchemaTogetherFromBothOfTheFile) {
  const Schema schema = parse_schema(
      "j json, s string, n struct<j json not null, l list<json>, at timestamp(s, Europe/Berlin)> not null");
  const TemporaryDirectory folder;
  const std::string path = folder / "both.parquet";
  FileWriter(path, schema, {.sync = false}).close();
  EXPECT_EQ(to_text(read_layout(path).schema), to_text(schema));
}

}  // namespace
}  // namespace sluice::layout_test
