// A chunk of a leaf that came late: no value is there, and its levels tell what the row group holds above it
// (parquet-format README, "Nested Encoding"). The pages are those that the chunk would have, had the leaf been known
// from the beginning.
//
//   NullChunk chunk(leaf, options);
//   chunk.add_like(levels_of_another_leaf, origin);    // or add_rows(1000), where the parent is there in every row
//   FinishedChunk finished = chunk.finish();
#pragma once

#include <cstdint>
#include <vector>

#include "files/amend_origins.h"
#include "pages/chunk_writer.h"
#include "pages/level_reader.h"
#include "schema/leaves.h"
#include "sluice/column.h"

namespace sluice {

class NullChunk {
 public:
  /// `leaf` must outlive it.
  NullChunk(const Leaf& leaf, const ChunkOptions& options);

  /// Rows with one null each, below nothing that may be missing or repeated.
  void add_rows(int64_t rows);
  /// Whole records that nest as another leaf of the same parent does.
  void add_like(const PageLevels& model, const LeafOrigin& origin);
  int64_t rows() const { return rows_; }
  /// Once.
  FinishedChunk finish() { return writer_.finish(); }

 private:
  void append(size_t slots, int64_t rows);

  const Leaf& leaf_;
  const Column nothing_;
  ChunkWriter writer_;
  std::vector<uint8_t> repetition_;
  std::vector<uint8_t> definition_;
  int64_t rows_ = 0;
};

}  // namespace sluice
