// A directory of files on a local disk, written out of sight. Its files grow as `<name>.part` in the staging directory
// beside the destination (storage/staging.h) and appear
//
//   * all at once, when all are finished: as the mode says by one rename that replaces nothing (create), by one
//   exchange
//     (overwrite), file by file under an intent that is completed whatever happens (append), or by an exchange for each
//     directory under such an intent (overwrite_partitions); or
//   * each as soon as it is finished: the destination is made at the beginning, and files are renamed into it.
//
// The order that makes files survive a power loss: data, then names, then the directory that holds the names. Where all
// appear at once the device gets the data in the background, some files behind the one that is written; where there are
// many, the whole file system is waited for, once.
//
//   DirectoryStaging staging("out", {.sync = true});
//   std::unique_ptr<Sink> file = staging.create("year=2026/out-0.parquet");   // publish() of it: finished
//   staging.publish();
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sluice/publish_options.h"
#include "sluice/storage.h"
#include "storage/part_file.h"
#include "storage/staging.h"

namespace sluice {

struct DirectoryStagingOptions {
  bool sync = true;        ///< see FileSinkOptions
  bool each_file = false;  ///< files appear as soon as they are finished; with create and append only
  PublishOptions publish{};
};

/// create(), and all calls of its sinks, may come from several threads at once; all else from one. Unless published,
/// what is not visible yet goes with it, or stays for recover() with OnFailure::keep.
class DirectoryStaging {
 public:
  /// Throws like create_file_sink, Error{conflict} also for what may not be replaced, Error{unsupported} where the file
  /// system cannot do what the mode needs. With `each_file` and create the destination may be an empty directory.
  DirectoryStaging(const std::string& path, DirectoryStagingOptions options);
  /// Takes over what a dead run has left: `finished` are its files, as create() took them, whose `.part` are whole.
  /// They are on the device already, where they are to be.
  DirectoryStaging(Staging adopted, std::vector<std::string> finished, bool sync);
  DirectoryStaging(const DirectoryStaging&) = delete;
  DirectoryStaging& operator=(const DirectoryStaging&) = delete;
  /// A destination that was made for files that did not come goes, too.
  ~DirectoryStaging() { abandon(); }

  /// Without slashes at the end.
  const std::string& path() const { return staging_.path(); }
  /// 16 digits, for names of files: `prefix-<run>-0.parquet`.
  const std::string& run() const { return staging_.run(); }
  /// Whether work in progress stands inside of the destination (storage/staging.h).
  bool is_inside() const { return staging_.is_inside(); }
  /// Paths of the staging directories that dead runs have left; behind publish() also of this one's, where something
  /// that is not ours came into what was replaced.
  std::vector<std::string> take_dead_runs() { return std::move(dead_runs_); }
  /// A file to come, `name` being its path in the destination: directories in it are made as needed. Must not outlive
  /// the staging. Its publish() finishes it, and makes it visible and durable only with `each_file`. Throws Error{io};
  /// Error{invalid} for a name that leaves the destination.
  std::unique_ptr<Sink> create(const std::string& name);
  /// Where a file is that is finished and not visible yet, for those who have to change it once more.
  std::string staged_path(const std::string& name) const;
  /// Of a run that appends: from here on it replaces all that is at its destination, at once, and what is to stay has
  /// to come along. Nothing where there is nothing. Throws as opening for PublishMode::overwrite does.
  void replace_all();
  bool replaces_all() const { return mode_ == PublishMode::overwrite; }
  /// The file `name` of the destination comes along as it is: by a second name for it, or, where the file system has no
  /// such, as a copy. Throws Error{io}.
  void take_along(const std::string& name);
  /// The finished file `name` gets the permissions of `like`, a file of the destination. Throws Error{io}.
  void take_permissions(const std::string& name, const std::string& like) const;
  /// Makes all files that were finished visible and durable; no sink may be open. No call is allowed after it. Throws
  /// Error{conflict} when the destination has come into being, or has changed meanwhile; then nothing was changed
  /// there. What fails behind the moment from which on it counts as published (append, overwrite_partitions) says so.
  /// Where all is visible and durable, and what was replaced could not be removed, take_dead_runs() says where it is.
  /// `check` is called once, when nothing is left to be done before the destination changes; what it throws leaves that
  /// as it was.
  void publish(const std::function<void()>& check = {});
  /// The run has failed. Sinks that are open must have gone.
  void abandon() noexcept;

 private:
  class FileInDirectory;
  struct Unsynced {
    Descriptor file;
    std::string path;
  };
  void open_destination();
  void copy_along(const std::string& name) const;
  void keep_directory_permissions() const;
  void check_overwrite() const;
  void make_directories(const std::string& name);
  void file_finished(PartFile& part, const std::string& name);
  void show_file(PartFile& part, const std::string& name);
  void sync_behind(PartFile& part);
  void sync_file(Unsynced file);
  void sync_names(const std::string& name);
  bool keeps() const { return options_.publish.on_failure == OnFailure::keep; }

  bool syncs_file_system() const;
  void give_names() const;
  void sync_staged() const;
  void become_destination(const std::function<void()>& check);
  Intent intent() const;
  void publish_by_intent(const std::function<void()>& check);

  const DirectoryStagingOptions options_;
  PublishMode mode_;  ///< as asked for, or what it came to
  Staging staging_;
  Descriptor data_;
  Descriptor destination_;  ///< with `each_file`
  bool made_destination_ = false;
  bool is_done_ = false;  ///< published, abandoned, or to be completed by others
  std::vector<std::string> dead_runs_;

  std::mutex mutex_;                   ///< of what follows
  std::vector<std::string> finished_;  ///< names of files that are finished and not visible
  std::deque<Unsynced> unsynced_;
  std::set<std::string, std::less<>> directories_;  ///< that were made
  bool has_journals_ = false;
};

}  // namespace sluice
