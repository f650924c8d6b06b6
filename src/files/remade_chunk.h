// The chunk of a field that has got a wider type since: its values are read back from the chunks that were written,
// made values of the type (columns/evolved.h), and written as the field's one chunk. A struct or list that became JSON
// text was several chunks. (DESIGN, "Inference and JSON": one run, one schema.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "files/written_row_group.h"
#include "pages/chunk_writer.h"
#include "schema/leaves.h"
#include "sluice/schema.h"

namespace sluice {

/// A row group as it was written.
struct WrittenChunks {
  const Schema& schema;  ///< of then
  const std::vector<Leaf>& leaves;
  const WrittenRowGroup& group;
  size_t group_index;
  /// Reads bytes of the file from where they were written.
  std::function<void(uint64_t offset, std::span<std::byte> into)> read;
  const std::string& file;
};

/// `leaf`: of the wider schema, at the place of the field. Holds the chunk, a page of each leaf, and some megabytes of
/// values. Throws what `read` throws; Error{data} that names the column where a value cannot become one of the type;
/// Error{corrupt} where chunks are not as they were written.
FinishedChunk remake_chunk(const WrittenChunks& from, const Leaf& leaf, const ChunkOptions& options);

}  // namespace sluice
