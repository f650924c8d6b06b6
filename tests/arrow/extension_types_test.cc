// Types that Arrow knows as extensions of others: their names go out and come in, through the C interface and in IPC.
// (Arrow "Canonical Extension Types"; GeoArrow, "Extension metadata".)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "arrow/c_metadata.h"
#include "arrow/field_metadata.h"
#include "arrow/ipc_bytes.h"
#include "sluice/arrow.h"

namespace sluice::extension_types_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

struct Extension {
  Type type;
  Type storage;
  const char* name;
  const char* metadata;
};

std::vector<Extension> extensions() {
  return {
      {json(), string(), "arrow.json", ""},
      {uuid(), fixed(16), "arrow.uuid", ""},
      {enum_(), string(), "sluice.enum", ""},
      {bson(), binary(), "sluice.bson", ""},
      {geometry(), binary(), "geoarrow.wkb", "{\"crs\":\"OGC:CRS84\"}"},
      {geometry("srid:0"), binary(), "geoarrow.wkb", "{}"},
      {geometry("srid:5070"), binary(), "geoarrow.wkb", "{\"crs\":\"5070\",\"crs_type\":\"srid\"}"},
      {geometry("{\"type\":\"GeographicCRS\"}"), binary(), "geoarrow.wkb", "{\"crs\":{\"type\":\"GeographicCRS\"}}"},
      {geography("EPSG:4326", "karney"), binary(), "geoarrow.wkb", "{\"crs\":\"EPSG:4326\",\"edges\":\"karney\"}"}};
}

FieldNotes notes_of(const char* name, const char* metadata) {
  FieldNotes notes;
  notes.note("ARROW:extension:name", name);
  notes.note("ARROW:extension:metadata", metadata);
  return notes;
}

TEST(ExtensionTypes, AreNamedForOthers) {
  for (const Extension& extension : extensions())
    EXPECT_THAT(field_metadata({"a", extension.type}),
                ElementsAre(Pair("ARROW:extension:name", extension.name),
                            Pair("ARROW:extension:metadata", extension.metadata)));
  EXPECT_THAT(field_metadata({"a", string()}), IsEmpty());
}

TEST(ExtensionTypes, AreKnownByTheirNames) {
  for (const Extension& extension : extensions())
    EXPECT_EQ(with_extension(extension.storage, notes_of(extension.name, extension.metadata)), extension.type);
  // Others than ours, and those that do not go with what carries them.
  for (const Type& type : {string(), binary(), fixed(16)})
    EXPECT_EQ(with_extension(type, notes_of("somebody.else", "")), type);
  EXPECT_EQ(with_extension(int64(), notes_of("arrow.json", "")), int64());
  EXPECT_EQ(with_extension(fixed(15), notes_of("arrow.uuid", "")), fixed(15));
  EXPECT_EQ(with_extension(string(), notes_of("arrow.uuid", "")), string());
  EXPECT_EQ(with_extension(string(), notes_of("geoarrow.wkb", "")), string());
  EXPECT_EQ(with_extension(binary(), notes_of("geoarrow.wkb", "no JSON")), binary());
  EXPECT_EQ(with_extension(binary(), notes_of("geoarrow.wkb", "{\"edges\":\"unheard of\"}")), binary());
}

// A system that is named by no text is not known. It is not the one that Parquet means where none is named.
TEST(ExtensionTypes, SystemsWithoutANameAreUnknown) {
  const auto shape = [](const char* metadata) {
    return to_text(with_extension(binary(), notes_of("geoarrow.wkb", metadata)));
  };
  for (const char* metadata : {"", "{}", R"({"crs":null})", R"({"crs":""})", R"({"crs":"","crs_type":"srid"})",
                               R"({"crs":"0","crs_type":"srid"})", R"({"crs":"srid:0"})"})
    EXPECT_EQ(shape(metadata), "geometry(\"srid:0\")") << metadata;
  EXPECT_EQ(shape(R"({"crs":"","edges":"spherical"})"), "geography(\"srid:0\")");
  EXPECT_EQ(shape(R"({"crs":"OGC:CRS84"})"), "geometry");
  EXPECT_EQ(shape(R"({"crs":"OGC:CRS84","crs_type":"authority_code"})"), "geometry");
  EXPECT_EQ(shape(R"({"crs":"srid:7","crs_type":"srid"})"), "geometry(\"srid:7\")");
  for (const char* metadata : {R"({"crs":4326})", R"({"crs":[]})", R"({"crs":true})"})
    EXPECT_EQ(shape(metadata), "binary") << metadata;
}

Column values_of(const Extension& extension) {
  Column column = extension.storage == fixed(16)
                      ? test::make_fixed<std::array<int64_t, 2>>(uuid(), {{{1, 2}}, std::nullopt})
                      : test::make_text(extension.type, {"{}", std::nullopt});
  column.type = extension.type;
  return column;
}

TEST(ExtensionTypes, GoThroughTheCInterface) {
  for (const Extension& extension : extensions()) {
    const auto schema = std::make_shared<const Schema>(Schema{{"a", extension.type}});
    const Batch batch(schema, {values_of(extension)}, 2);
    ArrowArray array;
    ArrowSchema exported;
    export_arrow(batch, &array, &exported);
    const auto notes = decode_c_metadata(exported.children[0]->metadata);
    ASSERT_TRUE(notes);
    EXPECT_EQ(notes->extension, extension.name);
    EXPECT_EQ(notes->extension_metadata, extension.metadata);
    const Batch back = import_arrow(&array, &exported);
    EXPECT_EQ(back.schema(), *schema);
    EXPECT_EQ(test::show_all(back.column(0)), test::show_all(batch.column(0)));
  }
}

TEST(ExtensionTypes, GoThroughIpc) {
  for (const Extension& extension : extensions()) {
    const Schema schema{{"a", extension.type}};
    std::string stream(encode_schema_message(schema).view());
    EXPECT_NE(stream.find(extension.name), std::string::npos);
    EXPECT_NE(stream.find(extension.metadata), std::string::npos);
    stream += test::MessageMaker().record_batch(test::raw_batch(values_of(extension)));
    const std::vector<Batch> read = test::read_stream(stream);
    ASSERT_EQ(read.size(), 1u);
    EXPECT_EQ(read[0].schema(), schema);
    EXPECT_EQ(test::show_all(read[0].column(0)), test::show_all(values_of(extension)));
  }
}

}  // namespace
}  // namespace sluice::extension_types_test
