// A Parquet file that is open for reading: its footer, held against the file and itself, its columns as they are stored
// and as they come out. What `inspect`, `verify`, readers and amendments have in common; made once for each file, so it
// says nothing in text and takes time by its leaves and chunks alone.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "files/footer_reader.h"
#include "pages/chunk_reader.h"
#include "pages/leaf_form.h"
#include "schema/leaves.h"
#include "sluice/budget.h"
#include "sluice/error.h"
#include "sluice/read_options.h"
#include "sluice/schema.h"
#include "storage/input.h"

namespace sluice {

/// A leaf of the file's schema, as the file has it and as we read it.
struct FileLeaf {
  Leaf leaf;                      ///< levels, and the place in StoredFile::schema()
  std::vector<std::string> path;  ///< the file's own names, without the root: legacy lists have their own
  size_t element = 0;             ///< index into FileMetaData::schema
  LeafForm form;
  /// Bounds that the file has mean something to us: a known order, and a type whose order it is. Of a chunk's
  /// deprecated ones: StoredFile::has_ordered_bounds.
  bool has_ordered_bounds = false;
};

/// Where a chunk lies: inside of the file, before the footer.
struct ChunkPlace {
  uint64_t begin = 0;
  uint64_t bytes = 0;
  /// Behind it, that its last page may go into: parquet-mr before 1.2.9 did not count the header of a dictionary.
  uint64_t slack = 0;

  uint64_t end() const { return begin + bytes; }
};

struct StoredFileOptions {
  Int96Unit int96 = Int96Unit::microsecond;
  InvalidText invalid_text = InvalidText::error;
  /// The digest of a footer of ours.
  bool checksums = true;
  /// Where given, the footer in memory counts there.
  std::shared_ptr<Budget> budget{};
};

/// Immutable and thread-safe.
class StoredFile {
 public:
  /// Throws Error{io}; Error{corrupt} that names the file and what contradicts what; Error{unsupported}: encrypted,
  /// chunks in other files, schemas that Sluice cannot express.
  static std::shared_ptr<const StoredFile> open(const std::string& path, const StoredFileOptions& options);
  static std::shared_ptr<const StoredFile> open(RandomReader file, const StoredFileOptions& options);

  const RandomReader& file() const { return file_; }
  const std::string& path() const { return file_.name(); }
  const FileFooter& footer() const { return footer_; }
  const FileMetaData& metadata() const { return footer_.metadata; }
  const std::shared_ptr<const Schema>& schema() const { return schema_; }
  const std::vector<FileLeaf>& leaves() const { return leaves_; }
  /// Leaves [first, second) are those below column `index` of the schema.
  std::pair<size_t, size_t> leaves_of_column(size_t index) const;
  int64_t rows() const { return rows_; }
  /// Written by Sluice with digests, and the footer's is right: the digests of chunks and indexes count. Never where
  /// `checksums` was false.
  bool is_ours() const { return is_ours_; }

  size_t row_groups() const { return footer_.metadata.row_groups.size(); }
  int64_t row_group_rows(size_t group) const { return footer_.metadata.row_groups[group].num_rows; }
  /// Requires both to be there; checked when the file was opened.
  const ColumnMetaData& chunk(size_t group, size_t leaf) const;
  ChunkPlace chunk_place(size_t group, size_t leaf) const;
  ChunkFacts chunk_facts(size_t group, size_t leaf) const;
  /// Whether the chunk has statistics whose bounds mean something to us, old ones included.
  bool has_ordered_bounds(size_t group, size_t leaf) const;
  /// The value of a key of the file's metadata; null where there is none.
  const std::string* metadata_value(std::string_view key) const;
  /// Likewise of a chunk's.
  const std::string* chunk_value(size_t group, size_t leaf, std::string_view key) const;
  /// "FILE: row group 0, column user.name", for messages.
  std::string chunk_name(size_t group, size_t leaf) const;
  /// Throws an Error whose sentence begins with that name.
  [[noreturn]] void refuse_chunk(size_t group, size_t leaf, const std::string& problem,
                                 ErrorCode code = ErrorCode::corrupt) const;

 private:
  StoredFile(RandomReader file, const StoredFileOptions& options);
  [[noreturn]] void refuse(ErrorCode code, const std::string& problem) const;
  void check_ends(const FooterBytes& footer, bool checksums);
  void check_writer() const;
  void read_schema(const StoredFileOptions& options);
  void read_leaf(size_t index, const StoredFileOptions& options);
  void check_row_groups();
  void check_chunk(size_t group, size_t leaf) const;

  RandomReader file_;
  FileFooter footer_;
  std::shared_ptr<const Schema> schema_;
  std::vector<FileLeaf> leaves_;
  std::vector<size_t> first_leaves_;  ///< of each column, and the number of leaves behind them
  int64_t rows_ = 0;
  bool is_ours_ = false;
  bool lacks_dictionary_headers_ = false;  ///< in the sizes of chunks
  Account account_;
};

}  // namespace sluice
