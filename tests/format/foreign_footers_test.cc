// The footers of files that other writers made (support/foreign_files.h).
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "format/file_metadata.h"
#include "format/footer.h"
#include "format/schema_elements.h"
#include "format/wire.h"
#include "sluice/error.h"
#include "support/foreign_files.h"

namespace sluice::foreign_footers_test {
namespace {

using test::bytes_of;
using test::foreign_files;
using test::read_back;

FileMetaData read_footer(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const ByteSpan bytes = as_bytes(text);
  const FooterPlace place = parse_trailer(bytes, bytes.size(), path.filename());
  return parse_file_metadata(bytes.subspan(place.offset, place.bytes), path.filename());
}

TEST(ForeignFooters, AreRead) {
  const auto files = foreign_files("data");
  if (files.empty()) GTEST_SKIP() << test::kNoForeignFiles;
  ptrdiff_t leaves_of_all = 0;
  for (const auto& path : files) {
    SCOPED_TRACE(path.string());
    if (path.extension() != ".parquet") continue;  // encrypted
    try {
      const FileMetaData file = read_footer(path);
      EXPECT_TRUE(read_back<FileMetaData>(bytes_of(file)) == file);
      const auto is_leaf = [](const SchemaElement& element) { return element.type.has_value(); };
      const auto leaves = std::count_if(file.schema.begin(), file.schema.end(), is_leaf);
      for (const RowGroup& group : file.row_groups) EXPECT_EQ(group.columns.size(), static_cast<size_t>(leaves));
      const Schema schema = from_schema_elements(file.schema, path.filename());
      EXPECT_EQ(schema.size(), static_cast<size_t>(file.schema[0].num_children.value_or(0)));
      leaves_of_all += leaves;
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
  }
  EXPECT_GT(leaves_of_all, 100);
}

TEST(ForeignFooters, BoxesAreRead) {
  int boxes = 0;
  for (const auto& path : foreign_files("data/geospatial")) {
    for (const RowGroup& group : read_footer(path).row_groups)
      for (const ColumnChunk& chunk : group.columns) {
        const auto& statistics = chunk.meta_data->geospatial_statistics;
        if (!statistics || !statistics->bbox) continue;
        ++boxes;
        EXPECT_LE(statistics->bbox->ymin, statistics->bbox->ymax) << path;
        EXPECT_FALSE(statistics->geospatial_types.empty()) << path;
      }
  }
  if (boxes == 0) GTEST_SKIP() << test::kNoForeignFiles;
  EXPECT_GT(boxes, 20);
}

TEST(ForeignFooters, DamagedOnesAreReadOrRefused) {
  const auto files = foreign_files("bad_data");
  if (files.empty()) GTEST_SKIP() << test::kNoForeignFiles;
  for (const auto& path : files) {
    try {
      from_schema_elements(read_footer(path).schema, path.filename());
    } catch (const Error& error) {
      EXPECT_TRUE(error.code() == ErrorCode::corrupt || error.code() == ErrorCode::unsupported) << error.what();
    }
  }
}

}  // namespace
}  // namespace sluice::foreign_footers_test
