#include "files/row_cutter.h"

#include <algorithm>

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

uint64_t bytes_of_values(const Column& column, int64_t begin, int64_t count);

// What varies with the values, where all of them are there.
uint64_t bytes_of_present(const Column& column, int64_t begin, int64_t count) {
  switch (column.type.kind()) {
    case TypeKind::struct_:
    case TypeKind::fixed_list: {
      const int64_t each = child_values(column.type);
      uint64_t bytes = 0;
      for (const Column& child : column.children) bytes += bytes_of_values(child, begin * each, count * each);
      return bytes;
    }
    case TypeKind::list:
    case TypeKind::map: {
      const int32_t* offsets = column.offsets_data();
      const int64_t first = offsets[begin];
      return bytes_of_values(column.children[0], first, offsets[begin + count] - first);
    }
    default: break;
  }
  if (!is_text(column.type.kind())) return 0;
  const int32_t* offsets = column.offsets_data();
  return static_cast<uint64_t>(offsets[begin + count] - offsets[begin]);
}

// The same for what a source leaves under nulls as for nothing there: cuts depend on the rows alone.
uint64_t bytes_of_values(const Column& column, int64_t begin, int64_t count) {
  const TypeKind kind = column.type.kind();
  uint64_t bytes = static_cast<uint64_t>(count) * account_width(column.type);
  if (!is_text(kind) && !column.type.is_nested()) return bytes;
  if (column.null_count == 0) return bytes + bytes_of_present(column, begin, count);
  const int64_t end = begin + count;
  for (int64_t at = begin; at < end;) {
    while (at < end && !column.is_valid(at)) ++at;
    const int64_t run = at;
    while (at < end && column.is_valid(at)) ++at;
    if (at > run) bytes += bytes_of_present(column, run, at - run);
  }
  return bytes;
}

}  // namespace

uint64_t bytes_of_rows(const Batch& batch, int64_t begin, int64_t rows) {
  if (rows == 0) return 0;
  uint64_t bytes = 0;
  for (const Column& column : batch.columns()) bytes += bytes_of_values(column, begin, rows);
  return bytes;
}

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
  if (piece.bytes > bytes_left) {
    int64_t too_few = 0;
    while (piece.rows - too_few > 1) {
      const int64_t middle = too_few + (piece.rows - too_few) / 2;
      (bytes_of_rows(batch, begin, middle) >= bytes_left ? piece.rows : too_few) = middle;
    }
    piece.bytes = bytes_of_rows(batch, begin, piece.rows);
  }
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
  // Before anything is known, only rows of many megabytes end a group: what they take in memory is near to what they
  // take encoded.
  double encoded_share = 1;
  if (slices_ > kSlicesBehind) {
    encoded_share =
        static_cast<double>(encoded_behind) / static_cast<double>(std::max<uint64_t>(bytes_behind_.front(), 1));
    bytes_behind_.pop_front();
  }
  // The group ends when another slice like the ones before would not fit.
  const double bytes_with_next =
      static_cast<double>(bytes_) * static_cast<double>(slices_ + 1) / static_cast<double>(slices_);
  return encoded_share * bytes_with_next > static_cast<double>(options_.row_group_bytes);
}

void RowCutter::start_row_group() {
  rows_in_slice_ = 0;
  bytes_in_slice_ = 0;
  rows_ = 0;
  bytes_ = 0;
  slices_ = 0;
  bytes_behind_.clear();
}

}  // namespace sluice
