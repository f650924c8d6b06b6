#include "files/null_chunk.h"

#include <algorithm>

#include "columns/builder.h"

namespace sluice {

namespace {

/// Levels in memory at a time.
constexpr size_t kSlotsMax = size_t{64} << 10;

}  // namespace

NullChunk::NullChunk(const Leaf& leaf, const ChunkOptions& options)
    : leaf_(leaf), nothing_(ColumnBuilder(leaf.type).finish()), writer_(leaf, options) {}

void NullChunk::add_rows(int64_t rows) {
  const auto slots_max = std::min(static_cast<uint64_t>(rows), uint64_t{kSlotsMax});
  repetition_.assign(slots_max, 0);
  definition_.assign(slots_max, 0);
  for (int64_t left = rows; left > 0;) {
    const int64_t some = std::min(left, static_cast<int64_t>(slots_max));
    append(static_cast<size_t>(some), some);
    left -= some;
  }
}

// The first slot of each item of the parent stays, and says how far the parent is there.
void NullChunk::add_like(const PageLevels& model, const LeafOrigin& origin) {
  repetition_.resize(model.slots());
  definition_.resize(model.slots());
  size_t slots = 0;
  int64_t rows = 0;
  for (size_t i = 0; i < model.slots(); ++i) {
    repetition_[slots] = model.repetition[i];
    definition_[slots] = std::min(model.definition[i], origin.definition_level);
    rows += model.repetition[i] == 0;
    slots += model.repetition[i] <= origin.repetition_level;
  }
  if (slots > 0) append(slots, rows);
}

void NullChunk::append(size_t slots, int64_t rows) {
  static constexpr int32_t kNoPosition = 0;
  LeafSlice slice;
  slice.column = &nothing_;
  slice.rows = rows;
  slice.slots = slots;
  if (leaf_.repetition_level_max > 0) slice.repetition = repetition_.data();
  slice.definition = definition_.data();
  slice.values = {0, 0, &kNoPosition};
  writer_.append(slice);
  rows_ += rows;
}

}  // namespace sluice
