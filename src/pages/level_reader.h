// The levels of data pages, read back from pages that Sluice has written (parquet-format README, "Data Pages", "Nested
// Encoding"; Encodings.md, "RLE"): how the values of a leaf nest, without the values.
//
//   LevelReader reader(leaf, chunk_metadata, "visits.parquet");
//   const PageLevels& levels = reader.read(page);    // a data page of either version, header and body
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "format/file_metadata.h"
#include "pages/page_reader.h"
#include "schema/leaves.h"

namespace sluice {

/// One for each slot of a page. Zeros where the leaf has no such levels.
struct PageLevels {
  std::vector<uint8_t> repetition;
  std::vector<uint8_t> definition;

  size_t slots() const { return definition.size(); }
};

class LevelReader {
 public:
  /// Pages of one chunk of `leaf`, which must outlive the reader. What `chunk` says is the limit of what a page may
  /// unfold to. `file`: for errors.
  LevelReader(const Leaf& leaf, const ColumnMetaData& chunk, std::string file);

  /// The levels of a data page with whole records, checked against its checksum and against the leaf's levels. Valid
  /// until the next call. Throws Error{corrupt} that names file and column.
  const PageLevels& read(ByteSpan page);

 private:
  [[noreturn]] void refuse(const std::string& problem) const;
  OpenPage open(ByteSpan page);

  const Leaf& leaf_;
  const std::string file_;
  const PageRules rules_;
  const uint64_t slots_max_;
  const uint64_t raw_bytes_max_;
  PageReader page_reader_;
  PageLevels levels_;
};

}  // namespace sluice
