// One column chunk held against all that the file says of it: headers and checksums page by page, then every value,
// then what footer, indexes and bloom filter claim. Behind damage it goes on with the next page where the offset index
// tells where rows are, else with the next chunk.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "files/bounds_watch.h"
#include "files/index_reader.h"
#include "files/page_cursor.h"
#include "files/stored_file.h"
#include "sluice/verify.h"

namespace sluice {

/// Findings of one file, in its order.
using ReportFinding = std::function<void(Finding)>;

class ChunkVerifier {
 public:
  /// All must outlive the verifier.
  ChunkVerifier(const StoredFile& file, IndexReader& indexes, size_t row_group, size_t leaf,
                const ChunkContext& context, const ReportFinding& report);

  /// Throws Error{io}.
  void run();
  int64_t pages() const { return static_cast<int64_t>(pages_.size()); }
  /// No page has a checksum.
  bool lacks_checksums() const { return checksums_ == 0 && !pages_.empty(); }
  uint64_t page_bytes_max() const { return page_bytes_max_; }
  /// Every page and every value could be read.
  bool is_whole() const { return is_whole_; }
  /// There is a dictionary page.
  bool has_dictionary() const { return has_dictionary_; }
  /// A data page has positions in it.
  bool uses_dictionary() const { return uses_dictionary_; }

 private:
  /// A data page, as its header tells.
  struct Page {
    uint64_t offset = 0;
    uint64_t bytes = 0;  ///< with the header
    int64_t slots = 0;
    std::optional<int64_t> rows{};
    bool is_damaged = false;
  };
  /// What was found in some slots.
  struct Sums {
    int64_t slots = 0;
    int64_t rows = 0;
    int64_t present = 0;
    int64_t items_missing = 0;  ///< slots that have a place in the column, and no value
    int64_t nans = 0;
    uint64_t text_bytes = 0;
    std::vector<int64_t> definition{};  ///< slots of each level
    std::vector<int64_t> repetition{};

    void add(const LeafPart& part, const Leaf& leaf);
    void add(const Sums& more);
    /// Whether a claim of so many nulls may be right: of lists, writers count all slots without a value, or those alone
    /// that are no items.
    bool may_have_nulls(int64_t claimed) const;
  };

  void find(FindingKind kind, std::string check, std::string words, std::optional<size_t> page = {},
            std::optional<uint64_t> offset = {}) const;
  void find(std::string check, const Error& error, std::optional<size_t> page = {}) const;

  // --- headers
  bool read_headers();
  void read_header(const PlacedPageHeader& placed, PageCursor& cursor);
  void check_checksum(const PlacedPageHeader& placed, PageCursor& cursor, bool is_data);
  void check_encoding_stats() const;
  void read_page_index();
  bool check_offset_index() const;

  // --- values
  void read_values();
  bool read_page(ChunkReader& reader, size_t page, int64_t rows);
  void read_whole(ChunkReader& reader);
  void take(const LeafPart& part, Sums& sums, BoundsWatch* bounds);
  int64_t first_row(size_t page) const;

  // --- claims
  void check_page_claims(size_t page, const Sums& sums, const BoundsWatch* bounds) const;
  void check_page_levels(size_t page, const Sums& sums) const;
  void check_column_index() const;
  void check_statistics() const;
  void check_bounds() const;
  void check_sizes() const;

  const StoredFile& file_;
  IndexReader& indexes_;
  const size_t row_group_;
  const size_t leaf_index_;
  const FileLeaf& leaf_;
  const ColumnMetaData& meta_;
  const ChunkContext context_;
  const ReportFinding& report_;

  std::vector<Page> pages_;
  bool dictionary_is_damaged_ = false;
  int64_t checksums_ = 0;
  uint64_t page_bytes_max_ = 0;
  uint64_t raw_bytes_ = 0;
  std::map<std::pair<PageType, Encoding>, int64_t> encodings_;
  std::optional<OffsetIndex> offsets_;  ///< of use: it says what headers say
  std::optional<ColumnIndex> column_index_;
  std::optional<BloomFilter> filter_;
  std::optional<std::string> missing_in_filter_;
  std::optional<BoundsWatch> bounds_;
  Sums sums_;
  bool is_complete_ = true;  ///< all values were seen
  bool is_whole_ = false;
  bool has_dictionary_ = false;
  bool uses_dictionary_ = false;
};

}  // namespace sluice
