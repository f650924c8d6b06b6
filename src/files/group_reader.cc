#include "files/group_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace sluice {

struct ColumnLane::LeafLane {
  LeafLane(const StoredFile& file, size_t row_group, size_t index, const ChunkIndex* page_index,
           const ChunkContext& context, const LaneOptions& options)
      : leaf(file.leaves()[index].leaf),
        is_ahead(page_index == nullptr && static_cast<uint64_t>(file.chunk(row_group, index).total_uncompressed_size) >=
                                              options.ahead_bytes_min),
        cursor(file, row_group, index,
               {.read_bytes = is_ahead ? kHeaderReadBytes : options.read_bytes,
                .page_bytes_max = context.page_bytes_max,
                .offset_index = page_index == nullptr ? nullptr : &page_index->offsets}),
        reader(leaf, file.leaves()[index].form, file.chunk_facts(row_group, index),
               source(file, page_rules(leaf, file.chunk_facts(row_group, index), context), options), context) {}

  PageSource& source(const StoredFile& file, const PageRules& rules, const LaneOptions& options) {
    if (!is_ahead) return cursor;
    PagesAheadOptions ahead_options = options.ahead;
    ahead_options.rules = rules;
    return ahead.emplace(file.file(), cursor, std::move(ahead_options));
  }

  uint64_t bytes_read() const { return cursor.bytes_read() + (ahead ? ahead->bytes_read() : 0); }
  uint64_t memory_bytes() const {
    return reader.memory_bytes() + cursor.memory_bytes() + (ahead ? ahead->memory_bytes() : 0);
  }
  void park() {
    reader.park();
    cursor.release_memory();
    if (ahead) ahead->release_memory();
  }

  /// How many rows there are to be taken: those that an earlier call has left, else at most `rows` new ones.
  int64_t fill(int64_t rows, uint64_t bytes_max) {
    if (!left) left = reader.read(rows, bytes_max);
    return std::min(rows, left->rows);
  }
  LeafPart take(int64_t rows) {
    if (rows < left->rows) return left->take_front(rows, leaf);
    LeafPart part = std::move(*left);
    left.reset();
    return part;
  }
  void skip(int64_t rows) {
    if (left) rows -= take(std::min(rows, left->rows)).rows;
    if (rows > 0) reader.skip(rows);
  }

  const Leaf& leaf;
  const bool is_ahead;
  PageCursor cursor;
  std::optional<PagesAhead> ahead{};  ///< the cursor's pages
  ChunkReader reader;
  std::optional<LeafPart> left;
};

ColumnLane::ColumnLane(const StoredFile& file, size_t row_group, const ShapedColumn& column,
                       const std::vector<const ChunkIndex*>& indexes, const ChunkContext& context,
                       const LaneOptions& options)
    : pool_(context.pool) {
  std::vector<AssemblyLeaf> assembly;
  LaneOptions of_leaf = options;
  of_leaf.read_bytes = std::max<uint64_t>(options.read_bytes / column.leaves.size(), 4'096);
  for (size_t i = 0; i < column.leaves.size(); ++i) {
    const ChunkIndex* const index = i < indexes.size() ? indexes[i] : nullptr;
    leaves_.push_back(std::make_unique<LeafLane>(file, row_group, column.leaves[i], index, context, of_leaf));
    assembly.push_back({&leaves_[i]->leaf, i});
  }
  if (column.stored_field.type.is_nested())
    assembler_ = std::make_unique<Assembler>(
        column.stored_field, std::move(assembly),
        file.path() + ": row group " + std::to_string(row_group) + ", column " + column.stored_field.name);
}

ColumnLane::~ColumnLane() = default;

// A leaf may stop early, where its values are long. What others have more is kept for the next call, so no leaf is
// ahead by more than one part.
Column ColumnLane::read(int64_t end, uint64_t bytes_max) {
  int64_t rows = end - row_;
  for (const std::unique_ptr<LeafLane>& leaf : leaves_) rows = leaf->fill(rows, bytes_max / leaves_.size());
  parts_.clear();
  for (const std::unique_ptr<LeafLane>& leaf : leaves_) parts_.push_back(leaf->take(rows));
  row_ += rows;
  return assembler_ ? assembler_->assemble(parts_, *pool_) : std::move(parts_[0].values);
}

bool ColumnLane::can_select() const { return !assembler_ && leaves_[0]->reader.can_select(); }

Column ColumnLane::read_selected(const uint8_t* rows_in, int64_t begin, int64_t end, uint64_t bytes_max) {
  LeafPart part = leaves_[0]->reader.read_selected(rows_in, begin, end - row_, bytes_max);
  row_ += part.rows;
  return std::move(part.values);
}

void ColumnLane::skip_to(int64_t row) {
  if (row == row_) return;
  for (const std::unique_ptr<LeafLane>& leaf : leaves_) leaf->skip(row - row_);
  row_ = row;
}

void ColumnLane::finish() {
  for (const std::unique_ptr<LeafLane>& leaf : leaves_) {
    leaf->reader.finish();
    leaf->cursor.check_digest();
  }
}

void ColumnLane::park() {
  for (const std::unique_ptr<LeafLane>& leaf : leaves_) leaf->park();
}

uint64_t ColumnLane::memory_bytes() const {
  uint64_t bytes = 0;
  for (const std::unique_ptr<LeafLane>& leaf : leaves_) bytes += leaf->memory_bytes();
  return bytes;
}

uint64_t ColumnLane::page_memory_bytes() const {
  uint64_t bytes = 0;
  for (const std::unique_ptr<LeafLane>& leaf : leaves_)
    bytes += sizeof(LeafLane) + leaf->reader.page_memory_bytes() + leaf->cursor.memory_bytes() +
             (leaf->ahead ? leaf->ahead->memory_bytes() : 0);
  return bytes;
}

ChunkTally ColumnLane::tally() const {
  ChunkTally sum;
  for (const std::unique_ptr<LeafLane>& leaf : leaves_) {
    sum.pages_decoded += leaf->reader.tally().pages_decoded;
    sum.pages_skipped += leaf->reader.tally().pages_skipped;
    sum.bytes_unpacked += leaf->reader.tally().bytes_unpacked;
  }
  return sum;
}

uint64_t ColumnLane::bytes_read() const {
  uint64_t bytes = 0;
  for (const std::unique_ptr<LeafLane>& leaf : leaves_) bytes += leaf->bytes_read();
  return bytes;
}

}  // namespace sluice
