// The hidden directory beside a destination where work in progress lives, locked for as long as its writer lives, so
// that a second writer of the same destination learns of the first when it opens, and a lock goes with its process.
//
//   .<name>.sluice-<run>/              run: 16 hexadecimal digits, at random, or of the run id (run_of_id)
//       run                            what this run is (storage/run_record.h)
//       intent                         only while something is published that no single rename can publish
//       arrivals/                      what others have put into what was replaced, under names that were taken
//       old-0/                         what was there, where names cannot be exchanged, until all is done
//       data/                          a dataset: files `<path>.part`, each with `<path>.journal` beside it
//       <name>.part, <name>.journal    a single file
//
// The directory itself never becomes the destination (data/ does): so its lock and its notes hold until all is done.
//
// Where nothing can be made beside a dataset that gets more files, or other partitions, because the directory around it
// refuses or is on another file system, `.sluice-<run>/` stands inside of the dataset. Readers that do not pass over
// what is hidden meet it there: nothing else has it inside.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/descriptor.h"
#include "storage/publication.h"
#include "storage/run_record.h"

namespace sluice {

/// Where a destination stands, whether it is there or not.
struct DestinationPlace {
  std::string path{};
  std::string name{};  ///< of the destination in `parent`
  Descriptor parent{};
};

std::string without_slashes_at_end(std::string path);
/// Throws Error{io} when the directory that is to hold it is missing or refuses, Error{invalid} when `path` names
/// nothing.
DestinationPlace open_place(const std::string& path);

/// A staging directory of another run.
struct LeftStaging {
  std::string name{};       ///< ".out.sluice-0123456789abcdef", "out/.sluice-0123456789abcdef"
  RunRecord record{};       ///< what could be read of it
  bool is_alive = false;    ///< locked: its writer lives
  bool is_ours = false;     ///< belongs to our user: all others are never touched
  bool is_pending = false;  ///< has to be completed (storage/publication.h); of dead ones
  int64_t begun = 0;        ///< seconds since 1970
};

/// Of this destination, the one first that was begun first. Throws Error{io} where they cannot be listed, or a note
/// cannot be read.
std::vector<LeftStaging> left_stagings(const DestinationPlace& place);
/// Completes what dead runs were publishing to `path`: see roll_forward. Returns the paths of what that made visible:
/// files, and directories of files. Throws Error{conflict} for a run that lives.
std::vector<std::string> complete_pending_runs(const std::string& path);

/// Whether an open staging directory holds what was not written by its run, and may be the only copy: arrivals, or what
/// was moved away where names cannot be exchanged. True also where that cannot be seen.
bool holds_others(int staging);
/// Removes what is left of a dead run of this id, which is known to have published all that it had: by
/// the names that runs give, and nothing where it holds_others. Throws Error{io}.
void remove_remains(const std::string& path, const std::string& run_id);
/// Paths of the directories that dead runs of this destination have left.
std::vector<std::string> dead_runs_of(const std::string& path);
/// The path of a staging directory beside it.
std::string path_beside(const DestinationPlace& place, const std::string& staging_name);

/// The run digits of a run id.
std::string run_of_id(const std::string& run_id);

class Staging {
 public:
  /// Makes, locks and describes a directory for the destination `path`; `record.destination` is filled in. Before that,
  /// under a lock on the destination's directory: refuses where another live writer is at work, completes what dead
  /// runs were publishing, removes what they have left where there is no data in it, or where it was of the same run
  /// id, and looks whether the destination is one for this mode. Throws Error{conflict}, what open_place throws, and
  /// what roll_forward throws.
  Staging(const std::string& path, RunRecord record);
  /// Takes over what a dead run has left; it stays, unless one of the calls below removes it. Throws Error{conflict}
  /// when it is alive, Error{io} when it is not there or not ours.
  static Staging adopt(const std::string& path, const std::string& staging_name);
  Staging(Staging&& other) noexcept;
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  /// Removes the directory with all that is in it, unless one of the calls below has been made.
  ~Staging() { is_adopted_ ? keep() : remove(); }

  /// From here on the destination is another one, on the same file system, that must not be there. Throws
  /// Error{conflict}, Error{unsupported} for another file system, and what open_place throws.
  void publish_at(const std::string& path);

  /// From here on the run is one that replaces its destination, and whoever finds what it leaves treats it so. Throws
  /// Error{unsupported} where it stands inside of the destination, and Error{io}; then it is what it was, or, where the
  /// last step failed, what it was to be, and a power loss may undo that.
  void turn_to_overwrite(bool sync);

  int parent() const { return destination().parent.get(); }
  const std::string& name() const { return destination().name; }
  const std::string& path() const { return destination().path; }
  int directory() const { return directory_.get(); }
  std::string directory_path() const;
  const std::string& run() const { return run_; }
  const RunRecord& record() const { return record_; }
  Publication publication(bool sync) const;
  /// Whether it stands inside of the destination.
  bool is_inside() const { return staging_name_.find('/') != std::string::npos; }
  /// Whether anything stands at the destination now. Throws Error{io}.
  bool is_destination_there() const;

  /// Paths of what dead runs have left, as found when this one was opened.
  const std::vector<std::string>& dead_runs() const { return dead_runs_; }
  /// Waits until the directory, its name and its note are on the device. Throws Error{io}.
  void sync() const;

  /// Everything goes, and the lock; of one that was adopted and holds_others only what clean() removes.
  void remove() noexcept;
  /// After publishing: the notes and what is empty go, and the lock. False where something has stayed, which is then
  /// like the left of a dead run.
  bool finish() noexcept;
  /// Leaves the directory for recover(); the lock goes.
  void keep() noexcept;
  /// Removes what runs leave, by its names, but no others' (holds_others), and then like finish(). False where
  /// something else has stayed.
  bool clean() noexcept;

  /// What publishing may come to. Throws Error{conflict}.
  [[noreturn]] void refuse_arrival() const;

 private:
  Staging() = default;
  void settle_others();
  bool can_be_beside() const;
  void check_destination() const;
  int make_directory(const std::string& name);
  void make();
  const DestinationPlace& destination() const { return other_ ? *other_ : place_; }

  DestinationPlace place_;                 ///< beside which the directory is
  std::optional<DestinationPlace> other_;  ///< the destination, where it is another one
  RunRecord record_;
  std::string run_;
  std::string staging_name_;
  Descriptor directory_;
  bool is_adopted_ = false;
  std::vector<std::string> dead_runs_;
};

}  // namespace sluice
