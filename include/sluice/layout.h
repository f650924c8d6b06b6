// What stands where in a Parquet file, as data: for `sluice inspect`, `sluice schema` and tests.
//
//   sluice::FileLayout file = sluice::read_layout("visits.parquet");
//   std::cout << file.rows << " rows in " << file.row_groups.size() << " row groups\n";
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/schema.h"

namespace sluice {
inline namespace v0 {

/// One column chunk. Bounds are in the text form of their type, ready to print.
struct ChunkLayout {
  size_t column = 0;                   ///< index into FileLayout::columns
  std::vector<std::string> encodings;  ///< of the values, in the order of first use: "dictionary", "plain"
  std::string codec;
  int64_t values = 0;  ///< nulls and empty lists included
  std::optional<int64_t> nulls;
  std::optional<std::string> min;
  std::optional<std::string> max;
  bool min_exact = false;
  bool max_exact = false;
  uint64_t offset = 0;     ///< of the chunk's first page
  uint64_t bytes = 0;      ///< in the file, page headers included
  uint64_t raw_bytes = 0;  ///< before compression, page headers included
  int64_t pages = 0;       ///< data pages; 0 where the file does not say
  bool column_index = false;
  bool offset_index = false;
  bool bloom_filter = false;
};

struct RowGroupLayout {
  int64_t rows = 0;
  uint64_t bytes = 0;      ///< in the file
  uint64_t raw_bytes = 0;  ///< before compression
  std::vector<ChunkLayout> chunks;
};

/// One leaf column.
struct ColumnLayout {
  std::string name;               ///< "user.tags[]"
  std::vector<std::string> path;  ///< as stored: "user", "tags", "list", "element"
  std::string physical_type;      ///< "INT64", "BYTE_ARRAY"
  std::string type;               ///< text form of the leaf's type, " not null" included where no level is nullable
  int definition_level_max = 0;
  int repetition_level_max = 0;
};

struct FileLayout {
  std::string path;
  uint64_t bytes = 0;
  int64_t rows = 0;
  std::string created_by;
  int32_t version = 0;
  uint64_t footer_bytes = 0;
  Schema schema;
  std::vector<ColumnLayout> columns;
  std::vector<RowGroupLayout> row_groups;
  std::vector<std::pair<std::string, std::string>> metadata;  ///< key-value metadata as stored
};

/// Reads the footer only. Every length and offset is checked against the file before it is used.
/// Throws Error{io}, or Error{corrupt} that names the file and what contradicts what.
FileLayout read_layout(const std::string& path);

}  // namespace v0
}  // namespace sluice
