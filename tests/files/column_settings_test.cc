#include "files/column_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sluice/error.h"

namespace sluice::column_settings_test {
namespace {

using ::testing::HasSubstr;

const Schema& schema() {
  static const Schema schema = parse_schema(
      "id int64 not null, name string, user struct<name string, tags list<string>>, at map<string, int32>, ok bool, "
      "price decimal(20, 2), half float16");
  return schema;
}

std::vector<ChunkOptions> settings_of(std::vector<ColumnOptions> columns) {
  return chunk_options_of({.dictionary_bytes = 77, .columns = std::move(columns)}, leaves_of(schema()));
}

size_t leaf(std::string_view name) {
  const std::vector<Leaf> leaves = leaves_of(schema());
  for (size_t i = 0; i < leaves.size(); ++i)
    if (leaves[i].name == name) return i;
  ADD_FAILURE() << name;
  return 0;
}

std::string refusal_of(ColumnOptions column) {
  try {
    settings_of({std::move(column)});
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid);
    return error.what();
  }
}

TEST(ColumnSettings, AreThoseOfTheFileUnlessAsked) {
  for (const ChunkOptions& chunk : settings_of({})) {
    EXPECT_EQ(chunk.dictionary_bytes, 77u);
    EXPECT_EQ(chunk.compression.codec, Codec::zstd);
    EXPECT_FALSE(chunk.encoding);
    EXPECT_FALSE(chunk.bloom_filter);
    EXPECT_TRUE(chunk.statistics);
    EXPECT_EQ(chunk.page, PageType::data_page);
  }
  const FileOptions second{.page_version = 2};
  EXPECT_EQ(chunk_options_of(second, leaves_of(schema()))[0].page, PageType::data_page_v2);
}

TEST(ColumnSettings, OneLeafAsks) {
  const auto chunks = settings_of({{.column = "user.tags[]",
                                    .compression = Compression{Codec::gzip, 9},
                                    .encoding = ValueEncoding::delta_length_byte_array,
                                    .dictionary_bytes = 0,
                                    .statistics = false,
                                    .bloom_filter = 0.02}});
  const ChunkOptions& tags = chunks[leaf("user.tags[]")];
  EXPECT_EQ(tags.compression.codec, Codec::gzip);
  EXPECT_EQ(tags.compression.level, 9);
  EXPECT_EQ(tags.encoding, Encoding::delta_length_byte_array);
  EXPECT_EQ(tags.dictionary_bytes, 0u);
  EXPECT_FALSE(tags.statistics);
  ASSERT_TRUE(tags.bloom_filter);
  EXPECT_EQ(tags.bloom_filter->false_positive_rate, 0.02);
  for (const char* other : {"id", "name", "user.name", "at[].key", "ok"}) {
    EXPECT_EQ(chunks[leaf(other)].compression.codec, Codec::zstd) << other;
    EXPECT_TRUE(chunks[leaf(other)].statistics) << other;
  }
}

TEST(ColumnSettings, AFieldAsksForAllInsideIt) {
  const auto chunks = settings_of({{.column = "user", .dictionary_bytes = 5}, {.column = "at", .dictionary_bytes = 6}});
  EXPECT_EQ(chunks[leaf("user.name")].dictionary_bytes, 5u);
  EXPECT_EQ(chunks[leaf("user.tags[]")].dictionary_bytes, 5u);
  EXPECT_EQ(chunks[leaf("at[].key")].dictionary_bytes, 6u);
  EXPECT_EQ(chunks[leaf("at[].value")].dictionary_bytes, 6u);
  EXPECT_EQ(chunks[leaf("name")].dictionary_bytes, 77u) << "the end of another name";
}

TEST(ColumnSettings, LaterEntriesCount) {
  const auto chunks = settings_of(
      {{.column = "user", .dictionary_bytes = 5, .statistics = false}, {.column = "user.name", .dictionary_bytes = 6}});
  EXPECT_EQ(chunks[leaf("user.name")].dictionary_bytes, 6u);
  EXPECT_FALSE(chunks[leaf("user.name")].statistics);
  EXPECT_EQ(chunks[leaf("user.tags[]")].dictionary_bytes, 5u);
}

TEST(ColumnSettings, DeltaIsThatOfTheType) {
  const auto chunks = settings_of({{.column = "id", .encoding = ValueEncoding::delta},
                                   {.column = "name", .encoding = ValueEncoding::delta},
                                   {.column = "price", .encoding = ValueEncoding::delta}});
  EXPECT_EQ(chunks[leaf("id")].encoding, Encoding::delta_binary_packed);
  EXPECT_EQ(chunks[leaf("name")].encoding, Encoding::delta_byte_array);
  EXPECT_EQ(chunks[leaf("price")].encoding, Encoding::delta_byte_array);
}

TEST(ColumnSettings, RefuseWhatDoesNotSuit) {
  EXPECT_THAT(refusal_of({.column = "nmae"}), HasSubstr("did you mean \"name\""));
  EXPECT_THAT(refusal_of({.column = "use"}), HasSubstr("does not exist"));
  EXPECT_THAT(refusal_of({.column = "name", .encoding = ValueEncoding::delta_binary_packed}),
              HasSubstr("column name is asked to be encoded as delta_binary_packed"));
  EXPECT_THAT(refusal_of({.column = "ok", .encoding = ValueEncoding::dictionary}), HasSubstr("BOOLEAN"));
  EXPECT_THAT(refusal_of({.column = "id", .encoding = ValueEncoding::rle}), HasSubstr("INT64"));
  EXPECT_THAT(refusal_of({.column = "id", .compression = Compression{Codec::zstd, 23}}), HasSubstr("1 to 22"));
  EXPECT_THAT(refusal_of({.column = "id", .dictionary_bytes = 64_MiB + 1}), HasSubstr("64 MiB"));
  EXPECT_THAT(refusal_of({.column = "id", .encoding = ValueEncoding::dictionary, .dictionary_bytes = 0}),
              HasSubstr("0 bytes"));
  for (const double share : {-0.1, 0.6, 1.0})
    EXPECT_THAT(refusal_of({.column = "id", .bloom_filter = share}), HasSubstr("false positives")) << share;
  EXPECT_THAT(refusal_of({.column = "ok", .bloom_filter = 0.01}), HasSubstr("bloom filter"));
  EXPECT_THAT(refusal_of({.column = "half", .bloom_filter = 0.01}), HasSubstr("float16"));
}

Schema with_id(std::string column, int32_t id) {
  return with_field_ids(schema(), {.columns = {{.column = std::move(column), .field_id = id}}});
}

TEST(ColumnSettings, FieldIdsReachEveryDepth) {
  EXPECT_EQ(with_id("id", 3)[0].id, 3);
  EXPECT_EQ(with_id("user", 4)[2].id, 4);
  EXPECT_EQ(with_id("user.name", 5)[2].type.children()[0].id, 5);
  EXPECT_EQ(with_id("user.tags[]", 6)[2].type.children()[1].type.element().id, 6);
  EXPECT_EQ(with_id("at[].key", 7)[3].type.element().type.children()[0].id, 7);
  EXPECT_EQ(with_id("at[].value", 8)[3].type.element().type.children()[1].id, 8);
  EXPECT_EQ(to_text(with_id("user.name", 5)),
            to_text(parse_schema("id int64 not null, name string, user struct<name string id 5, tags list<string>>, "
                                 "at map<string, int32>, ok bool, price decimal(20, 2), half float16")));
}

TEST(ColumnSettings, FieldIdsAreRefused) {
  EXPECT_THROW(with_id("nobody", 1), Error);
  EXPECT_THROW(with_id("at[]", 1), Error) << "the entries of a map are no field";
  EXPECT_THROW(
      with_field_ids(schema(), {.columns = {{.column = "id", .field_id = 1}, {.column = "ok", .field_id = 1}}}), Error);
}

}  // namespace
}  // namespace sluice::column_settings_test
