// What stands where in a Parquet file, as data: for `sluice inspect`, `sluice schema` and tests.
//
//   sluice::FileLayout file = sluice::read_layout("visits.parquet");
//   std::cout << file.rows << " rows in " << file.row_groups.size() << " row groups\n";
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/schema.h"
#include "sluice/sort_column.h"

namespace sluice {
inline namespace v0 {

/// One column chunk. Bounds are in the text form of their type, ready to print.
struct ChunkLayout {
  size_t column = 0;                   ///< index into FileLayout::columns
  std::vector<std::string> encodings;  ///< of the values, in the order of first use: "dictionary", "plain"
  std::string codec;
  std::string reason;  ///< why these encodings, in the words of a writer that says so: Sluice; else empty
  int64_t values = 0;  ///< nulls and empty lists included
  std::optional<int64_t> nulls;
  std::optional<int64_t> nans;
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
  std::optional<uint64_t> bloom_filter_bytes;  ///< unknown in files of older writers
  std::optional<uint64_t> text_bytes;          ///< of all texts, before encoding and compression
  std::vector<int64_t> definition_levels;      ///< how many slots have each level from 0; empty: the file does not say
  std::vector<int64_t> repetition_levels;      ///< likewise
};

struct RowGroupLayout {
  int64_t rows = 0;
  uint64_t bytes = 0;                 ///< in the file
  uint64_t raw_bytes = 0;             ///< before compression
  std::vector<SortColumn> sorted_by;  ///< as the file claims, names as in ColumnLayout; nobody has checked it
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

enum class Checksum { absent, right, wrong, unchecked };

/// One page of a chunk, as its header tells, and the page indexes where they know more.
struct PageLayout {
  std::string kind;        ///< "dictionary", "data", "data_v2"; "index" or "unknown" for what readers skip
  std::string encoding;    ///< of the values; empty where the header has none
  uint64_t offset = 0;     ///< of the header, in the file
  uint64_t bytes = 0;      ///< in the file, header included
  uint64_t raw_bytes = 0;  ///< before compression, header included
  uint64_t header_bytes = 0;
  int64_t values = 0;                ///< nulls and empty lists included; of a dictionary: its entries
  std::optional<int64_t> first_row;  ///< in the row group
  std::optional<int64_t> rows;
  std::optional<int64_t> nulls;
  std::optional<std::string> min;  ///< in the text form of the type; it may have been cut
  std::optional<std::string> max;
  std::string definition_encoding;  ///< of levels; empty where the column has none, or the header does not say
  std::string repetition_encoding;
  std::optional<uint64_t> definition_bytes;  ///< of levels, where the header says
  std::optional<uint64_t> repetition_bytes;
  Checksum checksum = Checksum::absent;
};

/// The pages of a file, chunk by chunk. Not thread-safe.
///
///   sluice::FilePages pages("visits.parquet");
///   pages.read(0, 2, [](const sluice::PageLayout& page) { std::cout << page.encoding << "\n"; });
class FilePages {
 public:
  /// Reads the footer alone, as read_layout does.
  explicit FilePages(const std::string& path);
  ~FilePages();
  FilePages(FilePages&&) noexcept;
  FilePages& operator=(FilePages&&) noexcept;

  const FileLayout& layout() const;
  /// Calls `on_page` for each page of one chunk, in the order of the file. Holds one page header and the chunk's
  /// indexes at a time. `checksums`: also reads what the pages hold and compares; else they are `unchecked`.
  /// Requires row_group and column to be there. Throws Error{io}, or Error{corrupt} that names file, row group, column,
  /// page and what contradicts what; pages before that one have been told.
  void read(size_t row_group, size_t column, const std::function<void(const PageLayout&)>& on_page,
            bool checksums = true) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace v0
}  // namespace sluice
