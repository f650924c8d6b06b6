// What of a file a condition rules out unread: row groups by their bounds, bloom filters and dictionaries, pages by the
// column index (parquet-format, PageIndex.md). Cheap means come first; bloom filters and dictionaries are asked only
// for values that the condition looks for one by one. The truth of a condition: docs/where.md.
//
// Unknown is "may match": whatever is missing, malformed, or of an order that we do not know rules out nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "columns/bound_predicate.h"
#include "files/file_shape.h"
#include "files/index_reader.h"
#include "pages/row_ranges.h"

namespace sluice {

enum class RuledOut : uint8_t { no, by_constants, by_bounds, by_bloom_filter, by_dictionary };

/// One file, one condition. One thread at a time.
class Pruner {
 public:
  /// `root`: bound to the shape's schema. All must outlive the pruner.
  Pruner(const StoredFile& file, const FileShape& shape, const BoundPart& root, IndexReader& indexes,
         const ChunkContext& context);
  ~Pruner();

  /// Whether no row of the file can match: by what its path says, and columns that it lacks. Reads nothing.
  RuledOut file();
  /// Throws Error{io}, Error{corrupt} as IndexReader does.
  RuledOut row_group(size_t group);
  /// Rows that may match, as far as the column indexes tell: of "and" the intersection, of "or" the union. Requires
  /// a row group that is not ruled out.
  RowRanges rows(size_t group);
  /// Whether all rows of the group match, told by its bounds: then nobody needs to look at them.
  bool matches_all(size_t group);

 private:
  struct Node;

  Node node_of(const BoundPart& part) const;
  void set_by_bounds(size_t group);
  bool set_by_filter(Node& node, size_t group);
  void set_by_dictionary(Node& node, size_t group);
  RowRanges rows_of(const Node& node, size_t group);
  RowRanges rows_of_pages(const Node& node, const ChunkIndex& index, size_t group) const;

  const StoredFile& file_;
  const FileShape& shape_;
  IndexReader& indexes_;
  const ChunkContext context_;
  std::vector<Node> nodes_;                                   ///< the root alone
  std::optional<size_t> group_{};                             ///< whose bounds the nodes tell of
  std::map<size_t, std::optional<ChunkIndex>> page_indexes_;  ///< of leaves, while rows() is at work
};

}  // namespace sluice
