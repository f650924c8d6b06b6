// What a dead run has left in its staging directory, file by file (storage/staging.h).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sluice/recover.h"
#include "storage/staging.h"

namespace sluice {

struct LeftFile {
  std::string name{};     ///< its path in the destination; of a single file, the destination's name
  std::string part{};     ///< where it is now
  std::string journal{};  ///< where its journal is, if it has one
  bool has_name = false;  ///< it was finished, and about to be published: it ends in ".parquet" and not in ".part"
  /// Of what the run was to replace, by a second name or written anew (datasets/growing_dataset.h): the rows are still
  /// there, where they were.
  bool is_old = false;
};

/// In the order of their names. `staging`: path of the directory. Throws Error{io}.
std::vector<LeftFile> left_files(const std::string& staging, const RunRecord& record);
/// Bytes of all files in it.
uint64_t bytes_below(const std::string& directory);

/// What recover() would find. Reads footers and journals of dead runs.
LeftRun look_at_left_run(const DestinationPlace& place, const LeftStaging& left);

}  // namespace sluice
