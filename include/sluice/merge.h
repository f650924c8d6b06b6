// Many Parquet files become few. Row groups that are large enough go over byte by byte, which costs no more than to
// copy the files; small ones are read and written anew.
//
//   sluice::MergeResult done = sluice::merge({"events/2026-*"}, "events-2026", {.output = {.shard_bytes = 1_GiB}});
//   sluice::merge_in_place("events");               // one file for each partition
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sluice/dataset_writer.h"
#include "sluice/progress.h"

namespace sluice {
inline namespace v0 {

struct MergeOptions {
  /// What files look like whose rows are written anew, and where files end: behind the row group with which they reach
  /// `shard_rows` or `shard_bytes`. A user's key-value metadata are kept where all files have the same. Modes are
  /// create and overwrite; no partitions, which stay as they are, nor `sorted_by`, `shard_raw_bytes`, `shard_seconds`.
  DatasetOptions output{};
  /// A file is copied if its row groups have so many rows, or so many bytes on disk, on the average; its neighbours
  /// that do not are written anew together. Only files that Sluice wrote, and whose schema is the merged one, are
  /// copied.
  int64_t copy_rows_min = 100'000;
  uint64_t copy_bytes_min = 8_MiB;
  /// Called at most ten times a second, and once for each phase; see WriteOptions.
  ProgressCallback progress{};
};

struct MergeResult : WriteResult {
  size_t files_read = 0;
  int64_t row_groups_copied = 0;
  int64_t rows_encoded = 0;  ///< that were read and written anew
};

/// All rows of the files that `paths` stand for (DatasetReader), in their order, go to `destination`: a path that ends
/// in
/// ".parquet" is one file, "-" is standard output, and any other path a directory with a dataset. There rows stay in
/// their partitions, in directories of the same name; in one file partitions become columns. Schemas are merged as
/// DatasetReader does. The files stay as they are, unless `output.target` says to overwrite and they are there; then
/// they are read until the new ones take their place, in one exchange. All or nothing: on an Error nothing has changed.
/// Throws what DatasetReader and DatasetWriter throw; Error{corrupt} for a file of ours whose indexes are damaged.
/// (Damage of pages that are copied stays to be found: checksums go with them.)
MergeResult merge(const std::vector<std::string>& paths, const std::string& destination, MergeOptions options = {});
/// The same with a dataset, or one file, that is to be replaced by the result. Nobody else can write there meanwhile.
MergeResult merge_in_place(const std::string& path, MergeOptions options = {});

}  // namespace v0
}  // namespace sluice
