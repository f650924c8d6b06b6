#include "files/group_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace sluice {
struct ColumnLane::LeafLane {
  LeafLane(const StoredFile& file, size_t row_group, size_t index, const PageCursorOptions& options,
           const ChunkContext& context)
      : leaf(file.leaves()[index].leaf),
        cursor(file, row_group, index, options),
        reader(leaf, file.leaves()[index].form, file.chunk_facts(row_group, index), cursor, context) {}

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
  PageCursor cursor;
  ChunkReader reader;
  std::optional<LeafPart> left;
};

ColumnLane::ColumnLane(const StoredFile& file, size_t row_group, const ShapedColumn& column,
                       const std::vector<const ChunkIndex*>& indexes, const ChunkContext& context, uint64_t read_bytes)
    : pool_(context.pool) {
  std::vector<AssemblyLeaf> assembly;
  for (size_t i = 0; i < column.leaves.size(); ++i) {
    const ChunkIndex* const index = i < indexes.size() ? indexes[i] : nullptr;
    const PageCursorOptions options{.read_bytes = std::max<uint64_t>(read_bytes / column.leaves.size(), 4'096),
                                    .page_bytes_max = context.page_bytes_max,
                                    .offset_index = index == nullptr ? nullptr : &index->offsets};
    leaves_.push_back(std::make_unique<LeafLane>(file, row_group, column.leaves[i], options, context));
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
  for (const std::unique_ptr<LeafLane>& leaf : leaves_) {
    leaf->reader.park();
    leaf->cursor.release_memory();
  }
}

uint64_t ColumnLane::memory_bytes() const {
  uint64_t bytes = 0;
  for (const std::unique_ptr<LeafLane>& leaf : leaves_)
    bytes += leaf->reader.memory_bytes() + leaf->cursor.memory_bytes();
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
  for (const std::unique_ptr<LeafLane>& leaf : leaves_) bytes += leaf->cursor.bytes_read();
  return bytes;
}

}  // namespace sluice
