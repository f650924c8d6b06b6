// A directory that another one has taken the place of, and is about to go: with the files that were known when that was
// decided, and with no others. What has come into it since, or was changed, comes to the new one.
//
//   KnownFiles known;
//   parquet_files_below(old, known);                  // before the exchange
//   remove_replaced({.old = old, .known = &known, .successor = now, .staging = staging, .arrivals = "arrivals"});
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "storage/file_stamp.h"

namespace sluice {

/// By their paths from a directory.
using KnownFiles = std::map<std::string, FileStamp, std::less<>>;

/// Adds the Parquet files below an open directory, also those that readers pass over, but none of directories in which
/// runs have work in progress. An errno, or 0.
int parquet_files_below(int directory, KnownFiles& files);

/// Those whose names, or directories, begin with "." or "_" are no rows to readers: `path` is from the dataset.
bool is_passed_over(std::string_view path);

struct ReplacedDirectory {
  int old = -1;                       ///< open: what is to go
  const KnownFiles* known = nullptr;  ///< that were below it
  int successor = -1;                 ///< open: what stands in its place now; -1 where nothing does
  int staging = -1;                   ///< open, on the same file system
  std::string arrivals{};             ///< path from there: for what finds its name taken
  bool sync = true;                   ///< waits for the directories that something is moved to
};

/// Removes the known files below it: those that readers see under whatever name they have now, hidden ones under their
/// own. Others are moved: to the same place in the successor, where nothing stands there and no known file had the
/// name, for then both would have its rows; else to the same place in `arrivals`. Staging directories move whole. What
/// cannot be removed or moved stays, and so does `old` itself. May be called again wherever it was cut off.
void remove_replaced(const ReplacedDirectory& directory);

}  // namespace sluice
