// FileMetaData and its parts: golden bytes, every combination of optional fields, truncation, mutation.
#include "format/file_metadata.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "format/file_metadata_writer.h"
#include "format/schema_elements.h"
#include "format/wire.h"
#include "sluice/error.h"

namespace sluice::file_metadata_test {
namespace {

using test::bytes_of;
using test::expect_round_trip;
using test::from_hex;
using test::hex;
using test::read_back;

template <typename T>
void set_if(bool wanted, std::optional<T>& field, T value) {
  if (wanted) field = std::move(value);
}

Statistics some_statistics(unsigned mask) {
  Statistics out;
  set_if(mask & 1, out.null_count, int64_t{0});
  set_if(mask & 2, out.distinct_count, INT64_MAX);
  set_if(mask & 4, out.max_value, std::string("\xFF\0z", 3));
  set_if(mask & 8, out.min_value, std::string());
  set_if(mask & 16, out.is_max_value_exact, true);
  set_if(mask & 32, out.is_min_value_exact, false);
  set_if(mask & 64, out.nan_count, int64_t{7});
  return out;
}

SizeStatistics some_size_statistics(unsigned mask) {
  SizeStatistics out;
  set_if(mask & 1, out.unencoded_byte_array_data_bytes, int64_t{1} << 40);
  if (mask & 2) out.repetition_level_histogram = {3, 0, -1};
  if (mask & 4) out.definition_level_histogram = std::vector<int64_t>(20, 5);
  return out;
}

GeospatialStatistics some_geospatial_statistics() {
  return {.bbox = BoundingBox{.xmin = -1, .xmax = 2, .ymin = 3, .ymax = 4, .zmin = 5, .zmax = 6},
          .geospatial_types = {1, 1002}};
}

ColumnMetaData some_column(unsigned mask) {
  ColumnMetaData out;
  out.type = PhysicalType::byte_array;
  out.encodings = {Encoding::plain, Encoding::rle, Encoding::rle_dictionary};
  out.path_in_schema = {"user", "tags", "list", "element"};
  out.codec = CompressionCodec::zstd;
  out.num_values = 1'000'000;
  out.total_uncompressed_size = 5'000'000'000;
  out.total_compressed_size = 1'234'567;
  out.data_page_offset = 4;
  if (mask & 1) out.key_value_metadata = {{"k", "v"}, {"no value", std::nullopt}};
  set_if(mask & 2, out.index_page_offset, int64_t{0});
  set_if(mask & 4, out.dictionary_page_offset, int64_t{4});
  set_if(mask & 8, out.statistics, some_statistics(mask));
  if (mask & 16) out.encoding_stats = {{PageType::data_page, Encoding::rle_dictionary, 12}};
  set_if(mask & 32, out.bloom_filter_offset, int64_t{99});
  set_if(mask & 64, out.bloom_filter_length, int32_t{47});
  set_if(mask & 128, out.size_statistics, some_size_statistics(mask));
  set_if(mask & 256, out.geospatial_statistics, some_geospatial_statistics());
  return out;
}

ChunkIndexPlace some_place(unsigned mask) {
  ChunkIndexPlace out;
  set_if(mask & 1, out.offset_index_offset, int64_t{1} << 33);
  set_if(mask & 2, out.offset_index_length, int32_t{100});
  set_if(mask & 4, out.column_index_offset, int64_t{1} << 34);
  set_if(mask & 8, out.column_index_length, INT32_MAX);
  return out;
}

SchemaElement some_element(unsigned mask) {
  SchemaElement out;
  out.name = "n\xC3\xA4me";
  set_if(mask & 1, out.type, PhysicalType::fixed_len_byte_array);
  set_if(mask & 2, out.type_length, int32_t{16});
  set_if(mask & 4, out.repetition_type, FieldRepetitionType::repeated);
  set_if(mask & 8, out.num_children, int32_t{3});
  set_if(mask & 16, out.converted_type, ConvertedType::decimal);
  set_if(mask & 32, out.scale, int32_t{2});
  set_if(mask & 64, out.precision, int32_t{38});
  set_if(mask & 128, out.field_id, int32_t{-1});
  set_if(mask & 256, out.logical_type, LogicalType{.kind = LogicalKind::decimal, .scale = 2, .precision = 38});
  set_if(mask & 512, out.vector_length, int32_t{4});
  return out;
}

/// Two row groups with all kinds of fields in them.
FileMetaData some_file() {
  FileMetaData out;
  out.schema = to_schema_elements(Schema{{"id", int64(), false},
                                         {"at", timestamp(TimeUnit::microsecond, "UTC")},
                                         {"tags", list(struct_({{"k", string()}, {"v", float64()}}))}});
  out.num_rows = 2'000'001;
  for (unsigned group = 0; group < 2; ++group) {
    RowGroup row_group;
    for (unsigned column = 0; column < 4; ++column) {
      ColumnChunk chunk;
      chunk.meta_data = some_column(group * 97 + column * 61);
      chunk.index = some_place(15 - group * 3);
      row_group.columns.push_back(std::move(chunk));
    }
    row_group.total_byte_size = 1 << 20;
    row_group.num_rows = 1'000'000 + group;
    row_group.sorting_columns = {{0, true, false}};
    row_group.file_offset = 4;
    row_group.total_compressed_size = 77;
    row_group.ordinal = static_cast<int16_t>(group);
    out.row_groups.push_back(std::move(row_group));
  }
  out.key_value_metadata = {{"ARROW:schema", std::string(30, 'A')}};
  out.created_by = "sluice version 0.1.0";
  out.column_orders = {ColumnOrder::type_defined, ColumnOrder::ieee_754_total, ColumnOrder::unrecognised,
                       ColumnOrder::int96_timestamp};
  return out;
}

TEST(FileMetaData, GoldenBytes) {
  FileMetaData file;
  file.schema = {{.name = "schema", .num_children = 1},
                 {.type = PhysicalType::int64, .repetition_type = FieldRepetitionType::required, .name = "a"}};
  file.created_by = "x";
  file.column_orders = {ColumnOrder::type_defined};
  EXPECT_EQ(hex(bytes_of(file)),
            "15 02 "                             // version 1
            "19 2c "                             // schema: 2 structs
            "48 06 73 63 68 65 6d 61 15 02 00 "  // name "schema", num_children 1
            "15 04 25 00 18 01 61 00 "           // INT64, REQUIRED, "a"
            "16 00 "                             // num_rows 0
            "19 0c "                             // row_groups: none
            "28 01 78 "                          // created_by
            "19 1c 1c 00 00 "                    // column_orders: TYPE_ORDER
            "00");
}

TEST(FileMetaData, EveryCombinationOfOptionalFieldsComesBack) {
  for (unsigned mask = 0; mask < 128; ++mask) expect_round_trip(some_statistics(mask));
  for (unsigned mask = 0; mask < 8; ++mask) expect_round_trip(some_size_statistics(mask));
  for (unsigned mask = 0; mask < 512; ++mask) expect_round_trip(some_column(mask));
  for (unsigned mask = 0; mask < 1024; ++mask) expect_round_trip(some_element(mask));
  for (unsigned mask = 0; mask < 64; ++mask) {
    ColumnChunk chunk;
    chunk.index = some_place(mask);
    set_if(mask & 16, chunk.meta_data, some_column(mask));
    set_if(mask & 32, chunk.file_path, std::string("part-0.parquet"));
    expect_round_trip(chunk);
  }
  for (unsigned mask = 0; mask < 16; ++mask) {
    RowGroup group{.total_byte_size = -1, .num_rows = INT64_MAX};
    if (mask & 1) group.sorting_columns = {{0, true, false}, {INT32_MAX, false, true}};
    set_if(mask & 2, group.file_offset, int64_t{4});
    set_if(mask & 4, group.total_compressed_size, int64_t{0});
    set_if(mask & 8, group.ordinal, int16_t{INT16_MAX});
    expect_round_trip(group);
  }
}

TEST(FileMetaData, OldBoundsCountWhereThereAreNoOthers) {
  // Fields 1 and 2 are max and min, 5 and 6 max_value and min_value.
  const auto old = read_back<Statistics>(from_hex("18 01 39  18 01 31  16 04  00"));
  EXPECT_TRUE(old.are_deprecated);
  EXPECT_EQ(old.max_value, "9");
  EXPECT_EQ(old.min_value, "1");
  EXPECT_EQ(old.null_count, 2);
  expect_round_trip(old);
  const auto both = read_back<Statistics>(from_hex("18 01 39  18 01 31  38 01 37  18 01 33  00"));
  EXPECT_FALSE(both.are_deprecated);
  EXPECT_EQ(both.max_value, "7");
  EXPECT_EQ(both.min_value, "3");
  const auto mixed = read_back<Statistics>(from_hex("18 01 39  18 01 31  38 01 37  00"));
  EXPECT_FALSE(mixed.are_deprecated) << "one of the new ones";
  EXPECT_EQ(mixed.max_value, "7");
  EXPECT_EQ(mixed.min_value, std::nullopt);
  const auto low = read_back<Statistics>(from_hex("28 01 31  00"));
  EXPECT_TRUE(low.are_deprecated) << "one of the old ones";
  EXPECT_EQ(low.max_value, std::nullopt);
  EXPECT_EQ(low.min_value, "1");
  expect_round_trip(low);
  EXPECT_FALSE(read_back<Statistics>(from_hex("36 04 00")).are_deprecated) << "no bounds at all";
}

TEST(FileMetaData, AWholeFileComesBack) {
  expect_round_trip(FileMetaData{});
  expect_round_trip(some_file());
}

TEST(FileMetaData, LacksOfRequiredFieldsAreNamed) {
  const auto refusal = [](std::string_view text) -> std::string {
    try {
      parse_file_metadata(from_hex(text), "f");
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::corrupt);
      EXPECT_EQ(error.place().source, "f");
      return error.what();
    }
  };
  EXPECT_EQ(refusal("00"), "f: the footer is damaged at byte 1 of its 1: FileMetaData lacks its field 1");
  EXPECT_EQ(refusal("15 02 19 0c 29 0c 00"),
            "f: the footer is damaged at byte 7 of its 7: FileMetaData lacks its field 3");
  EXPECT_EQ(refusal("15 02 19 0c 16 00 19 0c 00"), "");
  EXPECT_EQ(refusal("15 02 19 1c 15 02 00 16 00 19 0c 00"),
            "f: the footer is damaged at byte 7 of its 12: SchemaElement lacks its field 4");
}

TEST(FileMetaData, EncryptedFilesAreRecognised) {
  EXPECT_TRUE(read_back<FileMetaData>(from_hex("15 02 19 0c 16 00 19 0c 4c 1c 00 00 00")).is_encrypted);
  const auto chunk = read_back<ColumnChunk>(from_hex("26 00 6c 1c 00 00 18 01 61 00"));
  EXPECT_TRUE(chunk.is_encrypted);
  EXPECT_FALSE(chunk.meta_data.has_value());
}

TEST(FileMetaData, StreamedIsTheSameAsWhole) {
  FileMetaData file = some_file();
  for (RowGroup& group : file.row_groups)
    for (ColumnChunk& chunk : group.columns) chunk.file_offset = 0;
  Bytes streamed;
  FileMetaDataWriter writer(streamed, file.schema, file.num_rows, file.row_groups.size());
  for (const RowGroup& group : file.row_groups) {
    writer.begin_row_group(group.columns.size());
    for (const ColumnChunk& chunk : group.columns) {
      Bytes finished;
      write_column_metadata(*chunk.meta_data, finished);
      writer.add_column_chunk(finished, chunk.index);
    }
    writer.end_row_group(group);
  }
  writer.finish(file.key_value_metadata, *file.created_by, file.column_orders);
  EXPECT_EQ(hex(streamed), hex(bytes_of(file)));
}

TEST(FileMetaData, OrdinalsEndWhereSixteenBitsDo) {
  for (const size_t groups : {size_t{32'767}, size_t{32'768}}) {
    Bytes bytes;
    FileMetaDataWriter writer(bytes, {}, 0, groups);
    for (size_t i = 0; i < groups; ++i) {
      writer.begin_row_group(0);
      writer.end_row_group({.ordinal = int16_t{-5}});
    }
    writer.finish({}, "", {});
    const auto file = read_back<FileMetaData>(bytes);
    ASSERT_EQ(file.row_groups.size(), groups);
    EXPECT_EQ(file.row_groups[0].ordinal.has_value(), groups == 32'767);
    if (groups == 32'767) {
      EXPECT_EQ(file.row_groups.back().ordinal, 32'766);
    }
    EXPECT_FALSE(file.created_by.has_value());
  }
}

TEST(FileMetaData, TheStreamKeepsItsAnnouncements) {
  Bytes bytes;
  FileMetaDataWriter writer(bytes, {}, 0, 1);
  EXPECT_THROW(writer.add_column_chunk({}, {}), Error);
  EXPECT_THROW(writer.finish({}, "", {}), Error);
  writer.begin_row_group(1);
  EXPECT_THROW(writer.begin_row_group(1), Error);
  EXPECT_THROW(writer.end_row_group({}), Error);
  Bytes column;
  write_column_metadata({}, column);
  writer.add_column_chunk(column, {});
  EXPECT_THROW(writer.add_column_chunk(column, {}), Error);
  writer.end_row_group({});
  EXPECT_THROW(writer.begin_row_group(1), Error);
  writer.finish({}, "", {});
  EXPECT_THROW(writer.finish({}, "", {}), Error);
}

TEST(FileMetaData, TruncationAnywhereIsACleanError) {
  const Bytes bytes = bytes_of(some_file());
  for (size_t size = 0; size < bytes.size(); ++size) {
    // A copy of its own size, so that a read past the end is seen.
    Bytes part(size);
    if (size > 0) std::memcpy(part.data(), bytes.data(), size);
    try {
      parse_file_metadata(part, "f");
      ADD_FAILURE() << "read " << size << " of " << bytes.size() << " bytes";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::corrupt);
    }
    ThriftReader in(part);
    try {
      FileMetaData::read(in);
    } catch (const ThriftError& error) {
      EXPECT_TRUE(error.ran_out()) << size << ": " << error.what();
    }
  }
}

/// Changes one or a few bytes, or moves, drops or repeats some.
Bytes mutated(const Bytes& original, std::mt19937_64& random) {
  std::string text(original.view());
  for (uint64_t changes = 1 + random() % 3; changes > 0 && !text.empty(); --changes) {
    const size_t at = random() % text.size();
    const size_t length = 1 + random() % std::min<size_t>(8, text.size() - at);
    switch (random() % 6) {
      case 0: text[at] = static_cast<char>(text[at] ^ (1 << random() % 8)); break;
      case 1: text[at] = static_cast<char>(random()); break;
      case 2: text.erase(at, length); break;
      case 3: text.insert(at, text.substr(at, length)); break;
      case 4: text.replace(at, length, length, '\xFF'); break;
      default: text.resize(at); break;
    }
  }
  Bytes out;
  out.append(text);
  return out;
}

TEST(FileMetaData, MutationsAreReadOrRefused) {
  constexpr uint64_t kSeed = 20260711;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  const Bytes original = bytes_of(some_file());
  int read = 0;
  int refused = 0;
  for (int i = 0; i < 100'000; ++i) {
    const Bytes bytes = mutated(original, random);
    try {
      FileMetaData file = parse_file_metadata(bytes, "f");
      ++read;
      file.is_encrypted = false;  // is read only
      for (RowGroup& group : file.row_groups)
        for (ColumnChunk& chunk : group.columns) chunk.is_encrypted = false;
      const Bytes again = bytes_of(file);
      // Bytes and not values: a bound may have become NaN, which equals nothing.
      ASSERT_EQ(bytes_of(parse_file_metadata(again, "f")).view(), again.view()) << i << ": " << hex(bytes);
      from_schema_elements(file.schema, "f");
    } catch (const Error& error) {
      ASSERT_TRUE(error.code() == ErrorCode::corrupt || error.code() == ErrorCode::unsupported)
          << i << ": " << error.what();
      ++refused;
    }
  }
  EXPECT_GT(read, 1000);
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace sluice::file_metadata_test
