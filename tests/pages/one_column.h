// One column and the writer of its only leaf; whatever is finished is read back and held against what went in.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pages/chunk_check.h"
#include "pages/chunk_writer.h"
#include "support/make_columns.h"

namespace sluice::test {

inline constexpr uint64_t kPlenty = uint64_t{1} << 20;

inline ChunkOptions options_of(uint64_t page_bytes, int64_t page_rows, uint64_t dictionary_bytes,
                               Codec codec = Codec::none) {
  // Only dictionary and PLAIN: what is tested here is when one follows the other.
  return {{codec}, page_bytes, page_rows, dictionary_bytes, true};
}

/// One column of one field, and the writer of its only leaf.
class OneColumn {
 public:
  OneColumn(const std::string& schema_text, ChunkOptions options)
      : schema_(parse_schema(schema_text)), leaves_(leaves_of(schema_)), writer_(leaves_[0], options) {}

  void append(const Column& column) {
    if (column.length == 0) return;
    const LeafSlice slice = striper_.stripe(column, schema_[0], leaves_[0], 0, column.length);
    const std::vector<Slot> slots = slots_of(slice, leaves_[0]);
    expected_.insert(expected_.end(), slots.begin(), slots.end());
    writer_.append(slice);
  }
  /// Ends the chunk and checks all that it says.
  ReadChunk finish() {
    chunk_ = writer_.finish();
    return ChunkCheck(leaves_[0], chunk_).check(std::exchange(expected_, {}));
  }
  const FinishedChunk& chunk() const { return chunk_; }
  ChunkWriter& writer() { return writer_; }

 private:
  Schema schema_;
  std::vector<Leaf> leaves_;
  Striper striper_;
  ChunkWriter writer_;
  std::vector<Slot> expected_;
  FinishedChunk chunk_;
};

inline std::vector<size_t> rows_of_pages(const ReadChunk& chunk) {
  std::vector<size_t> rows;
  for (const ReadPage& page : chunk.pages)
    rows.push_back(static_cast<size_t>(
        std::count_if(page.slots.begin(), page.slots.end(), [](const Slot& slot) { return slot.repetition == 0; })));
  return rows;
}

inline std::string encodings_of(const ReadChunk& chunk) {
  std::string letters;
  for (const ReadPage& page : chunk.pages) letters += page.encoding() == Encoding::plain ? 'p' : 'd';
  return letters;
}

inline Column counted(int64_t first, int64_t count, int64_t distinct = INT64_MAX) {
  std::vector<std::optional<int64_t>> values;
  for (int64_t i = first; i < first + count; ++i) values.push_back(i % distinct);
  return make_int64(values);
}

inline Column texts(const std::vector<size_t>& sizes) {
  std::vector<std::optional<std::string>> values;
  for (const size_t size : sizes) values.push_back(std::string(size, 'x'));
  return make_text(string(), values);
}

}  // namespace sluice::test
