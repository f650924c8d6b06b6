// What runs that were cut off have left beside a destination, and what they had finished there.
//
//   for (const sluice::LeftRun& run : sluice::left_runs("out")) std::cout << run.staging << ": " << run.rows << "
//   rows\n"; sluice::RecoverResult done = sluice::recover("out");
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/file_writer.h"
#include "sluice/publish_options.h"

namespace sluice {
inline namespace v0 {

/// A run that has not published: dead, or still at work.
struct LeftRun {
  std::string staging;      ///< path of its directory
  std::string destination;  ///< path
  PublishMode mode = PublishMode::create;
  std::string run_id{};
  bool is_alive = false;    ///< its process works on
  bool is_pending = false;  ///< it was publishing: recover, or the next run, completes it
  size_t files = 0;         ///< with a finished row group
  size_t row_groups = 0;    ///< that are finished
  int64_t rows = 0;         ///< that recover would give back
  uint64_t bytes = 0;       ///< of all its files
  int64_t begun = 0;        ///< seconds since 1970
  /// Paths of what somebody else has put into what the run replaced, at the moment when it did, under the name of one
  /// of its old or new files: nothing removes these. What has a name of its own is where it was put.
  std::vector<std::string> arrivals{};
};

/// Of this destination, a file or a dataset, the one first that was begun first. Reads the footers and journals of dead
/// ones. Runs of other users are passed over. Throws Error{io}.
std::vector<LeftRun> left_runs(const std::string& destination);

struct RecoverOptions {
  /// Publish there instead, as a new file or dataset. Needed for runs that were to overwrite and had not begun to (a
  /// part of the new never takes the place of the whole old), and where the destination of a create exists by now. One
  /// run at a time: the oldest. On the same file system.
  std::string output{};
  /// Remove what is left instead. Of a pending run only while nothing of it can be seen, or where somebody has changed
  /// since what it was to replace; else Error{conflict}, for half of it would stay.
  bool discard = false;
  bool sync = true;
};

struct RecoverResult {
  std::vector<LeftRun> runs{};  ///< that were dealt with, as they were
  WriteResult written{};        ///< rows and files that are visible now
  uint64_t bytes_lost = 0;      ///< behind the last whole row groups
};

/// Completes pending runs; gives what the other dead ones had finished its footers, and publishes it by their own mode.
/// May be cut off anywhere, and called again. Throws Error{conflict} where a writer is at work, or `discard` would
/// leave half; Error{invalid} where it must be told `output` or `discard`; Error{data} where rows do not fit what they
/// are to be appended to; Error{io}.
RecoverResult recover(const std::string& destination, const RecoverOptions& options = {});

/// Removes dead runs of this destination that are not pending and, where it is a directory, of destinations in it; with
/// `dry_run` only lists them. What is not of a run stays where it is. Throws Error{io}.
std::vector<LeftRun> clean(const std::string& path, bool dry_run = false);

/// What the run of this id has published at `path`, a file or a dataset; nothing if it has not. Completes pending runs
/// before it looks. Throws Error{conflict} where a writer is at work, or another id has the same digits; Error{invalid}
/// for an id that is none; else what FileReader throws.
std::optional<WriteResult> finished_run(const std::string& path, const std::string& run_id);

}  // namespace v0
}  // namespace sluice
