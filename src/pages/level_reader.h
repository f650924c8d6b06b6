// The levels of data pages, read back from pages that were written (parquet-format README, "Data Pages", "Nested
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
#include "format/page_header.h"
#include "schema/leaves.h"
#include "sluice/compression.h"

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
  ByteSpan body_of(const PlacedPageHeader& placed, ByteSpan page);
  ByteSpan unpacked(ByteSpan stored, size_t raw_bytes);
  ByteSpan take(ByteSpan& body, size_t size) const;
  ByteSpan take_framed(ByteSpan& body) const;
  void decode(ByteSpan bytes, uint8_t level_max, std::vector<uint8_t>& levels) const;

  const Leaf& leaf_;
  const std::string file_;
  Codec codec_ = Codec::none;
  const uint64_t slots_max_;
  const uint64_t raw_bytes_max_;
  Bytes raw_;
  PageLevels levels_;
};

}  // namespace sluice
