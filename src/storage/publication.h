// Carries out an intent (storage/run_record.h), from wherever it was cut off: each step looks whether it has been done.
// The same code publishes, and completes what a run that was killed has begun.
//
//   write_intent(publication, intent);    // from here on it is to be completed, by whomever
//   carry_out(publication, intent);
#pragma once

#include <optional>
#include <string>

#include "storage/exclusive_rename.h"
#include "storage/run_record.h"

namespace sluice {

struct Publication {
  int staging = -1;    ///< the staging directory: open, locked
  int parent = -1;     ///< the destination's directory, open
  std::string name{};  ///< of the destination in there
  std::string path{};  ///< of the destination, for messages
  bool sync = true;
  int (*exchange)(int, const std::string&, int, const std::string&) = exchange_names;
};

/// Files and directories that are waited for one by one; of more than these, the whole file system is.
inline constexpr size_t kSyncedOneByOneMax = 64;
/// Whether syncfs tells of failed writes, as it does since Linux 5.8.
bool can_sync_file_system();
/// Waits until all that was written to the file system of an open directory is on the device; 0 or an errno.
int sync_file_system(int directory);

/// The intent that is in force; a damaged one never was. Throws Error{io}.
std::optional<Intent> read_intent(int staging, const std::string& path);
/// Puts it in force: when this returns, or throws in its last step, it may have to be completed. Throws Error{io}.
void write_intent(const Publication& publication, const Intent& intent);
/// What stands at both ends of an exchange of `path`, and the files that are to go. Throws Error{io}.
Intent::Swap swap_of(const Publication& publication, const std::string& path);

/// Does what is not done yet, makes it durable, and then removes what was replaced, as far as the intent lists it; what
/// others have put there comes to the new (storage/replaced_files.h). Then the intent goes, unless something of the old
/// could not: all is visible by then. May be called again wherever it was cut off.
/// Throws Error{io}, Error{conflict} where a name is taken, or what is to be replaced is not what it was,
/// Error{corrupt} where a file is neither here nor there.
void carry_out(const Publication& publication, const Intent& intent);
/// Whether an intent that another run has left has to be completed. Not where nothing of it has been done and nothing
/// need be: a whole dataset that was to be replaced is there as it was, or one to be appended to is gone.
bool is_pending(const Publication& publication, const Intent& intent);
/// Whether part of an intent that another run has left is done, and nothing stands in the way of the rest: it can only
/// be completed then, for to remove what is left would leave half of it.
bool must_be_completed(const Publication& publication, const Intent& intent);
/// carry_out for an intent that another run has left and that is pending: what was published may have gone since.
void roll_forward(Publication publication, const Intent& intent);

/// Whether everything can be done as things stand: before the intent is in force. Throws Error{conflict} for a name
/// that is taken, or a directory to be replaced that check_replaceable refuses; Error{unsupported} for one on another
/// file system; Error{io}, also where there is no permission for a step: who has begun could only go on.
void check_intent(const Publication& publication, const Intent& intent);
/// Throws Error{conflict} that names the first thing below an open directory, `path`, that is no Parquet file: what is
/// about to be replaced must hold nothing else but leftovers of ours. Throws Error{io}, also where it could not be
/// removed.
void check_replaceable(int directory, const std::string& path);
/// Whether the file system exchanges names: tried out in the staging directory. Throws Error{io}.
bool can_exchange(const Publication& publication);

/// Throws Error{io}: what publishing may come to.
[[noreturn]] void tell_not_durable(const std::string& path, int error);

}  // namespace sluice
