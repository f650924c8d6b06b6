#include "files/lane_sizes.h"

#include <algorithm>

namespace sluice {
namespace {

/// A batch of fewer rows takes longer to hand over than to make.
constexpr int64_t kStepRowsMin = 64;
/// Reads of less cost more than their bytes; more would not stay in the cache until they are unpacked.
constexpr uint64_t kReadBytesMin = 4'096;
constexpr uint64_t kReadBytesMax = uint64_t{256} << 10;

/// What is read in less time than it takes to have it done by others is not worth it.
constexpr uint64_t kAheadBytesMin = uint64_t{1} << 20;

/// What waits to be taken of a lane, in steps: enough to keep threads busy, little enough to stay near the processor.
constexpr double kStepsAhead = 2;

/// Bytes that the values of a chunk take in memory, as far as the footer can tell.
double bytes_of_chunk(const StoredFile& file, size_t row_group, size_t index) {
  const ColumnMetaData& meta = file.chunk(row_group, index);
  const FileLeaf& leaf = file.leaves()[index];
  const auto values = static_cast<double>(meta.num_values);
  double bytes = leaf.leaf.definition_level_max > 0 ? values / 8 : 0;
  if (leaf.leaf.repetition_level_max > 0) bytes += values * 2;
  switch (leaf.form.layout) {
    case ValueLayout::none: break;
    case ValueLayout::bits: bytes += values / 8; break;
    case ValueLayout::fixed: bytes += values * static_cast<double>(leaf.form.width); break;
    case ValueLayout::text: {
      const bool is_told = meta.size_statistics && meta.size_statistics->unencoded_byte_array_data_bytes;
      bytes += values * sizeof(int32_t) +
               static_cast<double>(is_told ? *meta.size_statistics->unencoded_byte_array_data_bytes
                                           : meta.total_uncompressed_size);
    }
  }
  return bytes;
}

/// Of all pages, by the footer.
double unpacked_bytes(const StoredFile& file, size_t row_group, std::span<const ShapedColumn* const> columns) {
  double bytes = 0;
  for (const ShapedColumn* const column : columns)
    for (const size_t leaf : column->leaves)
      bytes += static_cast<double>(file.chunk(row_group, leaf).total_uncompressed_size);
  return bytes;
}

uint64_t as_bytes(double bytes, uint64_t bytes_max) {
  return bytes < static_cast<double>(bytes_max) ? static_cast<uint64_t>(bytes) : bytes_max;
}

}  // namespace

LaneSizes size_lanes(const StoredFile& file, size_t row_group, std::span<const ShapedColumn* const> columns,
                     const LaneLimits& limits) {
  const uint64_t batch_bytes = std::min(limits.batch_bytes, limits.memory_bytes / 8);
  const auto rows = static_cast<double>(std::max<int64_t>(file.row_group_rows(row_group), 1));
  std::vector<double> row_bytes;
  double all = 1;
  for (const ShapedColumn* const column : columns) {
    double bytes = 0;
    for (const size_t leaf : column->leaves) bytes += bytes_of_chunk(file, row_group, leaf);
    row_bytes.push_back(bytes / rows);
    all += bytes / rows;
  }
  LaneSizes sizes;
  const double fitting = static_cast<double>(batch_bytes) / all;
  sizes.step_rows = limits.batch_rows;
  if (fitting < static_cast<double>(limits.batch_rows))
    sizes.step_rows =
        std::min(limits.batch_rows, std::max(static_cast<int64_t>(fitting) / kStepRowsMin, int64_t{1}) * kStepRowsMin);
  const size_t lanes = std::max<size_t>(columns.size(), 1);
  const uint64_t slack = std::clamp<uint64_t>(batch_bytes / lanes, 4'096, uint64_t{1} << 20);
  const double group_bytes = static_cast<double>(limits.memory_bytes / 2 / limits.groups);
  for (const double bytes : row_bytes) {
    const double step_bytes = bytes * static_cast<double>(sizes.step_rows);
    sizes.piece_bytes_max.push_back(as_bytes(2 * step_bytes, batch_bytes) + slack);
    const double ahead = kStepsAhead * step_bytes;
    sizes.waiting_bytes_max.push_back(as_bytes(std::min(ahead, group_bytes * bytes / all), limits.memory_bytes) +
                                      slack);
  }
  sizes.read_bytes = std::clamp(limits.memory_bytes / 8 / limits.groups / lanes, kReadBytesMin, kReadBytesMax);
  const double share = unpacked_bytes(file, row_group, columns) / static_cast<double>(limits.threads);
  sizes.ahead_bytes_min = limits.threads > 1 ? std::max(as_bytes(share, UINT64_MAX), kAheadBytesMin) : UINT64_MAX;
  sizes.ahead_bytes_max = limits.memory_bytes / 16 / limits.groups;
  return sizes;
}

}  // namespace sluice
