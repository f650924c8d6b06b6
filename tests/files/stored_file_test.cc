#include "files/stored_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sluice/error.h"
#include "sluice/file_writer.h"
#include "storage/temporary_directory.h"
#include "support/foreign_files.h"
#include "support/make_columns.h"
#include "support/rewritten_file.h"

namespace sluice::stored_file_test {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Schema& sample_schema() {
  static const Schema schema = parse_schema(
      "id int64 not null, user struct<name string, tags list<string not null>>, at timestamp(s, Asia/Tokyo)");
  return schema;
}

std::string written_file(const TemporaryDirectory& folder) {
  const Type& user = sample_schema()[1].type;
  Column tags = make_list(user.children()[1].type.element(), make_text(string(), {"x"}), {1, 0, std::nullopt});
  Column users =
      make_struct(user, {make_text(string(), {"a", std::nullopt, "b"}), std::move(tags)}, {true, true, false});
  const std::string path = folder / "a.parquet";
  FileWriter writer(path, sample_schema(), {.metadata = {{"key", "value"}}, .sync = false});
  writer.write(Batch(std::make_shared<const Schema>(sample_schema()),
                     {make_int64({1, 2, 3}), users, make_fixed<int64_t>(sample_schema()[2].type, {1, 2, std::nullopt})},
                     3));
  writer.close();
  return path;
}

std::string refusal(const std::string& path, ErrorCode code, const StoredFileOptions& options = {}) {
  try {
    StoredFile::open(path, options);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_THAT(error.what(), HasSubstr(path));
    return error.what();
  }
  return "";
}

TEST(StoredFile, TellsWhatWasWritten) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder);
  const auto file = StoredFile::open(path, {});
  EXPECT_EQ(file->path(), path);
  EXPECT_EQ(*file->schema(), sample_schema());
  EXPECT_EQ(file->rows(), 3);
  EXPECT_TRUE(file->is_ours());
  ASSERT_EQ(file->row_groups(), 1u);
  EXPECT_EQ(file->row_group_rows(0), 3);
  ASSERT_EQ(file->leaves().size(), 4u);
  EXPECT_EQ(file->leaves()[2].leaf.name, "user.tags[]");
  EXPECT_THAT(file->leaves()[2].path, ElementsAre("user", "tags", "list", "element"));
  EXPECT_EQ(file->metadata().schema[file->leaves()[3].element].name, "at");
  EXPECT_TRUE(file->leaves()[0].has_ordered_bounds);
  EXPECT_EQ(file->leaves_of_column(0), (std::pair<size_t, size_t>{0, 1}));
  EXPECT_EQ(file->leaves_of_column(1), (std::pair<size_t, size_t>{1, 3}));
  EXPECT_EQ(file->leaves_of_column(2), (std::pair<size_t, size_t>{3, 4}));
  EXPECT_EQ(*file->metadata_value("key"), "value");
  EXPECT_EQ(file->metadata_value("yek"), nullptr);
  EXPECT_EQ(file->chunk_place(0, 0).begin, 4u);
  EXPECT_EQ(file->chunk_place(0, 1).begin, file->chunk_place(0, 0).end());
  EXPECT_EQ(file->chunk_facts(0, 2).values, 3);
  EXPECT_EQ(file->chunk_facts(0, 2).rows, 3);
  EXPECT_FALSE(StoredFile::open(path, {.checksums = false})->is_ours());
}

TEST(StoredFile, ReadsTextAsBinaryWhereAsked) {
  const TemporaryDirectory folder;
  const auto file = StoredFile::open(written_file(folder), {.invalid_text = InvalidText::binary});
  EXPECT_EQ(to_text(*file->schema()),
            "id int64 not null, user struct<name binary, tags list<binary not null>>, at "
            "timestamp(s, Asia/Tokyo)");
}

TEST(StoredFile, BeginsAndEndsWithTheMagic) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder);
  std::string bytes = read_file(path);
  bytes[0] = 'Q';
  write_file(path, bytes);
  EXPECT_THAT(refusal(path, ErrorCode::corrupt), HasSubstr("does not begin with \"PAR1\""));
  write_file(path, "");
  EXPECT_NE(refusal(path, ErrorCode::corrupt), "");
}

StoredFileOptions lenient() { return {.checksums = false}; }

void expect_refused(std::string content, const std::string& what) {
  Bytes bytes;
  bytes.append(std::string_view(content));
  try {
    StoredFile::open(RandomReader::over(std::move(bytes), "f"), {});
    ADD_FAILURE() << what;
  } catch (const Error& error) {
    EXPECT_TRUE(error.code() == ErrorCode::corrupt || error.code() == ErrorCode::unsupported) << error.what();
  }
}

TEST(StoredFile, AnyFlippedBitOfTheFooterIsFound) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder);
  const std::string whole = read_file(path);
  for (size_t i = StoredFile::open(path, lenient())->footer().place.offset; i < whole.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = whole;
      bytes[i] = static_cast<char>(bytes[i] ^ (1 << bit));
      expect_refused(bytes, "byte " + std::to_string(i));
    }
  }
}

// What tells a file of ours may have been damaged along with the rest.
TEST(StoredFile, DamageToTheMarksOfOurFilesHidesNothing) {
  const TemporaryDirectory folder;
  const std::string whole = read_file(written_file(folder));
  const std::vector<std::pair<size_t, size_t>> marks{{whole.rfind(kFooterDigestKey), 20},
                                                     {whole.rfind("sluice version "), 15}};
  for (size_t first = 0; first < 20; ++first) {
    for (size_t second = 0; second < 15; ++second) {
      std::string bytes = whole;
      bytes[marks[0].first + first] ^= 4;
      bytes[marks[1].first + second] ^= 1;
      expect_refused(bytes, std::to_string(first) + " and " + std::to_string(second));
    }
  }
}

// One alone of name, key and the digests of chunks tells that the digest of the footer must be there.
TEST(StoredFile, AnySignOfOursAsksForTheDigest) {
  const TemporaryDirectory folder;
  const std::string whole = read_file(written_file(folder));
  const std::string name = "sluice version ";
  const auto overwritten = [](std::string bytes, std::string_view mark, std::string_view by) {
    for (size_t at = bytes.find(mark); at != std::string::npos; at = bytes.find(mark, at))
      bytes.replace(at, by.size(), by);
    return bytes;
  };
  expect_refused(overwritten(whole, name, "DuckDB"), "another name, and printable");
  for (const char filler : {'\0', '\xff', '\x18', 'x'})
    for (size_t first = 0; first + 5 <= name.size(); ++first) {
      std::string bytes = whole;
      bytes.replace(bytes.rfind(name) + first, 5, 5, filler);
      expect_refused(bytes, "a rest of the name, from " + std::to_string(first));
    }
  expect_refused(overwritten(whole, kFooterDigestKey, "a key of somebody el"), "another key");
  const std::string without_file_keys = overwritten(overwritten(whole, name, "DuckDB"), "sluice.digest.", "others");
  expect_refused(without_file_keys, "the keys of chunks alone");
  // With all of them gone nobody can tell it from a file of others.
  Bytes bytes;
  bytes.append(std::string_view(overwritten(without_file_keys, kChunkDigestKey, "others")));
  EXPECT_FALSE(StoredFile::open(RandomReader::over(std::move(bytes), "f"), {})->is_ours());
}

TEST(StoredFile, OthersMayCopyOurMetadata) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder);
  const std::vector<KeyValue> ours = read_footer(RandomReader::open(path)).metadata.key_value_metadata;
  rewrite_footer(path, [&](FileMetaData& file) { file.key_value_metadata = ours; });
  EXPECT_FALSE(StoredFile::open(path, {})->is_ours());
}

TEST(StoredFile, LiesAreRefused) {
  const auto told = [](const std::function<void(FileMetaData&)>& lie, ErrorCode code = ErrorCode::corrupt) {
    const TemporaryDirectory folder;
    const std::string path = written_file(folder);
    rewrite_footer(path, lie);
    return refusal(path, code);
  };
  const auto chunk = [](FileMetaData& file) -> ColumnMetaData& { return *file.row_groups[0].columns[0].meta_data; };
  EXPECT_EQ(told([](FileMetaData&) {}), "");
  EXPECT_EQ(told([](FileMetaData& file) { file.num_rows = 0; }), "") << "some writers leave it out";
  EXPECT_THAT(told([](FileMetaData& file) { file.num_rows = 4; }), HasSubstr("claims 4 rows, its row groups have 3"));
  EXPECT_THAT(told([](FileMetaData& file) { file.row_groups[0].num_rows = -1; }), HasSubstr("row group 0 has -1 rows"));
  EXPECT_THAT(told([](FileMetaData& file) { file.row_groups[0].columns.pop_back(); }),
              HasSubstr("3 column chunks, the schema has 4 leaf columns"));
  EXPECT_THAT(told([&](FileMetaData& file) { chunk(file).num_values = -1; }), HasSubstr("column id: -1 values"));
  EXPECT_THAT(told([&](FileMetaData& file) { chunk(file).type = PhysicalType::int32; }), HasSubstr("INT32"));
  EXPECT_THAT(told([&](FileMetaData& file) { chunk(file).path_in_schema = {"di"}; }), HasSubstr("another column"));
  EXPECT_THAT(told([&](FileMetaData& file) { chunk(file).total_compressed_size = -1; }), HasSubstr("-1 bytes"));
  for (const int64_t bytes : {int64_t{1} << 20, INT64_MAX})
    EXPECT_THAT(told([&](FileMetaData& file) { chunk(file).total_compressed_size = bytes; }),
                HasSubstr("expected between byte 4 and the footer at byte"));
  for (const int64_t offset : {int64_t{-1}, int64_t{0}, int64_t{3}, int64_t{1} << 40, INT64_MAX, INT64_MIN})
    EXPECT_NE(told([&](FileMetaData& file) {
                chunk(file).data_page_offset = offset;
                chunk(file).dictionary_page_offset.reset();
              }),
              "")
        << offset;
  EXPECT_THAT(told([](FileMetaData& file) { file.row_groups[0].columns[0].file_path = "b"; }, ErrorCode::unsupported),
              HasSubstr("in another file, b"));
  EXPECT_THAT(told([](FileMetaData& file) { file.row_groups[0].columns[0].meta_data.reset(); }),
              HasSubstr("no metadata"));
}

TEST(StoredFile, OldWritersDidNotCountTheDictionarysHeader) {
  const TemporaryDirectory folder;
  for (const auto& [name, slack] : {std::pair{"parquet-mr version 1.2.8 (build 1)", true},
                                    {"parquet-mr version 1.2.9 (build 1)", false},
                                    {"parquet-mr version 1.10.0", false},
                                    {"parquet-mr", false}}) {
    std::filesystem::remove(folder / "a.parquet");
    const std::string path = written_file(folder);
    rewrite_footer(path, [&](FileMetaData& file) {
      file.created_by = name;
      ColumnMetaData& meta = *file.row_groups[0].columns[0].meta_data;
      meta.dictionary_page_offset = meta.data_page_offset;
    });
    EXPECT_EQ(StoredFile::open(path, {})->chunk_place(0, 0).slack > 0, slack) << name;
  }
}

TEST(StoredFile, OpensFilesOfOtherWriters) {
  const auto files = foreign_files("data");
  if (files.empty()) GTEST_SKIP() << test::kNoForeignFiles;
  int opened = 0;
  for (const auto& path : files) {
    const bool is_encrypted = path.extension() == ".encrypted";
    if (!is_encrypted && path.extension() != ".parquet") continue;
    SCOPED_TRACE(path.string());
    try {
      const auto file = StoredFile::open(path, {});
      EXPECT_FALSE(is_encrypted);
      EXPECT_FALSE(file->is_ours());
      ++opened;
    } catch (const Error& error) {
      EXPECT_TRUE(is_encrypted) << error.what();
      EXPECT_THAT(error.what(), HasSubstr("encrypted"));
      EXPECT_EQ(error.code(), ErrorCode::unsupported);
    }
  }
  EXPECT_GT(opened, 50);
}

TEST(StoredFile, Int96IsATimestamp) {
  for (const auto& path : foreign_files("data")) {
    if (path.filename() != "int96_from_spark.parquet") continue;
    EXPECT_EQ(to_text(StoredFile::open(path, {})->schema()->fields()[0].type), "timestamp(us)");
    const auto fine = StoredFile::open(path, {.int96 = Int96Unit::nanosecond});
    EXPECT_EQ(to_text(fine->schema()->fields()[0].type), "timestamp(ns)");
  }
}

}  // namespace
}  // namespace sluice::stored_file_test
