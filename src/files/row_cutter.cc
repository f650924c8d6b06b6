#include "files/row_cutter.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "base/bits.h"
#include "columns/widths.h"
#include "sluice/literals.h"

namespace sluice {

namespace {

// Long enough that handing a slice to a thread costs nothing beside encoding it (some 50 us a column), short enough
// that the columns of a batch can be encoded side by side in little memory.
constexpr int64_t kSliceRows = 8'192;
constexpr uint64_t kSliceBytesMax = 4_MiB;
constexpr uint64_t kSliceBytesMin = 4_KiB;
// What is under way unseen is then an eighth of the row group.
constexpr uint64_t kSlicesPerRowGroup = 32;

/// Which rows count, 64 to a word; empty: all of them.
using RowBits = std::vector<uint64_t>;

uint64_t bytes_of_values(const Column& column, int64_t begin, int64_t count, const RowBits& rows);

/// Those of `rows` that are there.
RowBits rows_there(const Column& column, int64_t begin, int64_t count, const RowBits& rows) {
  if (column.null_count == 0 || column.validity.empty()) return rows;
  RowBits there(static_cast<size_t>((count + 63) / 64));
  for (size_t word = 0; word < there.size(); ++word) {
    const int64_t row = static_cast<int64_t>(word) * 64;
    there[word] = bits_at(column.validity.as<uint8_t>(), column.offset + begin + row,
                          static_cast<size_t>(std::min<int64_t>(count - row, 64)));
    if (!rows.empty()) there[word] &= rows[word];
  }
  return there;
}

/// Calls `visit(first, end)` with each run of rows, counted from `begin` on.
template <typename Visit>
void each_run(const RowBits& rows, int64_t begin, int64_t count, Visit visit) {
  if (rows.empty()) return visit(begin, begin + count);
  for (size_t word = 0; word < rows.size(); ++word)
    for (uint64_t left = rows[word]; left != 0;) {
      const int first = std::countr_zero(left);
      const int length = std::countr_one(left >> first);
      const int64_t run = begin + static_cast<int64_t>(word) * 64 + first;
      visit(run, run + length);
      left = first + length == 64 ? 0 : left >> (first + length) << (first + length);
    }
}

/// The items of those lists.
uint64_t bytes_of_items(const Column& column, int64_t begin, int64_t count, const RowBits& rows) {
  const int32_t* const offsets = column.offsets_data();
  int64_t items = 0;
  each_run(rows, begin, count, [&](int64_t first, int64_t end) { items += offsets[end] - offsets[first]; });
  const Column& child = column.children[0];
  if (items == offsets[begin + count] - offsets[begin]) return bytes_of_values(child, offsets[begin], items, {});
  uint64_t bytes = 0;
  each_run(rows, begin, count, [&](int64_t first, int64_t end) {
    bytes += bytes_of_values(child, offsets[first], offsets[end] - offsets[first], {});
  });
  return bytes;
}

/// What a source leaves under nulls counts as nothing: cuts depend on the rows alone.
uint64_t bytes_of_values(const Column& column, int64_t begin, int64_t count, const RowBits& rows) {
  int64_t rows_that_count = rows.empty() ? count : 0;
  for (const uint64_t word : rows) rows_that_count += std::popcount(word);
  uint64_t bytes = static_cast<uint64_t>(rows_that_count) * account_width(column.type);
  const TypeKind kind = column.type.kind();
  if (rows_that_count == 0 || (!is_text(kind) && !column.type.is_nested())) return bytes;
  const RowBits there = rows_there(column, begin, count, rows);
  if (is_text(kind)) {
    const int32_t* const offsets = column.offsets_data();
    each_run(there, begin, count,
             [&](int64_t first, int64_t end) { bytes += static_cast<uint64_t>(offsets[end] - offsets[first]); });
  } else if (column.type.has_ranges()) {
    bytes += bytes_of_items(column, begin, count, there);
  } else if (kind == TypeKind::struct_) {
    for (const Column& child : column.children) bytes += bytes_of_values(child, begin, count, there);
  } else {
    const int64_t each = column.type.size();
    each_run(there, begin, count, [&](int64_t first, int64_t end) {
      bytes += bytes_of_values(column.children[0], first * each, (end - first) * each, {});
    });
  }
  return bytes;
}

}  // namespace

uint64_t bytes_of_rows(const Batch& batch, int64_t begin, int64_t rows) {
  if (rows == 0) return 0;
  uint64_t bytes = 0;
  for (const Column& column : batch.columns()) bytes += bytes_of_values(column, begin, rows, {});
  return bytes;
}

namespace {

/// The fewest rows that reach `bytes`, which those of the piece do. Each half is counted once, from where it begins.
void cut_at(const Batch& batch, int64_t begin, uint64_t bytes, RowCutter::Piece& piece) {
  int64_t too_few = 0;
  uint64_t bytes_of_too_few = 0;
  while (piece.rows - too_few > 1) {
    const int64_t half = (piece.rows - too_few) / 2;
    const uint64_t counted = bytes_of_too_few + bytes_of_rows(batch, begin + too_few, half);
    if (counted >= bytes) {
      piece.rows = too_few + half;
      piece.bytes = counted;
    } else {
      too_few += half;
      bytes_of_too_few = counted;
    }
  }
}

}  // namespace

RowCutter::RowCutter(const RowCutterOptions& options)
    : options_(options),
      slice_bytes_(std::clamp(options.row_group_bytes / kSlicesPerRowGroup, kSliceBytesMin, kSliceBytesMax)) {}

RowCutter::Piece RowCutter::next(const Batch& batch, int64_t begin) {
  const int64_t rows_left = std::min(kSliceRows - rows_in_slice_, options_.row_group_rows - rows_ - rows_in_slice_);
  const uint64_t bytes_left = slice_bytes_ - bytes_in_slice_;
  Piece piece;
  piece.rows = std::min(batch.rows() - begin, rows_left);
  piece.bytes = bytes_of_rows(batch, begin, piece.rows);
  piece.ends_slice = piece.rows == rows_left || piece.bytes >= bytes_left;
  if (piece.bytes > bytes_left) cut_at(batch, begin, bytes_left, piece);
  rows_in_slice_ += piece.rows;
  bytes_in_slice_ += piece.bytes;
  return piece;
}

bool RowCutter::slice_ended(uint64_t encoded_behind) {
  rows_ += rows_in_slice_;
  bytes_ += bytes_in_slice_;
  rows_in_slice_ = 0;
  bytes_in_slice_ = 0;
  ++slices_;
  bytes_behind_.push_back(bytes_);
  if (rows_ == options_.row_group_rows) return true;
  if (slices_ > kSlicesBehind) {
    encoded_share_ =
        static_cast<double>(encoded_behind) / static_cast<double>(std::max<uint64_t>(bytes_behind_.front(), 1));
    bytes_behind_.pop_front();
  }
  // The group ends when another slice like the ones before would not fit.
  const double bytes_with_next =
      static_cast<double>(bytes_) * static_cast<double>(slices_ + 1) / static_cast<double>(slices_);
  return encoded_share_ * bytes_with_next > static_cast<double>(options_.row_group_bytes);
}

void RowCutter::start_row_group() {
  rows_in_slice_ = 0;
  bytes_in_slice_ = 0;
  rows_ = 0;
  bytes_ = 0;
  slices_ = 0;
  bytes_behind_.clear();
  encoded_share_ = 1;
}

}  // namespace sluice
