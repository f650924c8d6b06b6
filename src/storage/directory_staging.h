// A directory of files on a local disk, written out of sight. Its files grow as `<name>.part` in the staging directory
// beside the destination (storage/staging.h) and appear
//
//   * all at once: when all are finished they get their names in there, and the staging directory becomes the
//     destination, by one rename that replaces nothing; or
//   * each as soon as it is finished: the destination is made at the beginning, and files are renamed into it.
//
// The order that makes files survive a power loss: data, then names, then the directory that holds the names. Where all
// appear at once the device gets the data in the background, some files behind the one that is written.
//
//   DirectoryStaging staging("out", {.sync = true});
//   std::unique_ptr<Sink> file = staging.create("out-0.parquet");      // publish() of it: finished
//   staging.publish();
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "sluice/storage.h"
#include "storage/part_file.h"
#include "storage/staging.h"

namespace sluice {

struct DirectoryStagingOptions {
  bool sync = true;        ///< see FileSinkOptions
  bool each_file = false;  ///< files appear as soon as they are finished
};

/// Not thread-safe; its sinks are as others. Unless published, what is not visible yet goes with it.
class DirectoryStaging {
 public:
  /// Throws like create_file_sink. With `each_file` the destination may be an empty directory.
  DirectoryStaging(const std::string& path, DirectoryStagingOptions options);
  DirectoryStaging(const DirectoryStaging&) = delete;
  DirectoryStaging& operator=(const DirectoryStaging&) = delete;
  /// A destination that was made for files that did not come goes, too.
  ~DirectoryStaging();

  /// Without slashes at the end.
  const std::string& path() const { return staging_.path(); }
  /// A file to come, `name` being its name in the destination. Must not outlive the staging. Its publish() finishes it,
  /// and makes it visible and durable only with `each_file`.
  std::unique_ptr<Sink> create(const std::string& name);
  /// Where a file is that is finished and not visible yet, for those who have to change it once more.
  std::string staged_path(const std::string& name) const;
  /// Makes all files that were finished visible and durable; no sink may be open. No call is allowed after it. Throws
  /// Error{conflict} when the destination has come into being meanwhile; then nothing was changed there.
  void publish();

 private:
  class FileInDirectory;
  struct Unsynced {
    Descriptor file;
    std::string path;
  };
  void open_destination();
  void file_finished(PartFile& part, const std::string& name);
  void sync_behind(PartFile& part);
  void sync_oldest();
  void remove_files() noexcept;

  const DirectoryStagingOptions options_;
  Staging staging_;
  Descriptor destination_;  ///< with `each_file`
  bool made_destination_ = false;
  std::vector<std::string> finished_;  ///< names of files that are finished and not visible
  std::deque<Unsynced> unsynced_;
};

}  // namespace sluice
