// The hidden directory beside a destination where work in progress lives: `.<name>.sluice-<run>/`, locked for as long
// as the writer lives, so that a second writer of the same destination learns of the first when it opens, and a lock
// goes with its process. Directories of dead writers are left alone here.
#pragma once

#include <string>

#include "storage/descriptor.h"

namespace sluice {

class Staging {
 public:
  /// Makes and locks the directory for the destination `path`.
  /// Throws Error{conflict} when `path` exists or another live writer is at work on it, Error{io} when the directory
  /// that is to hold it is missing or refuses, Error{invalid} when `path` names no file.
  explicit Staging(const std::string& path);
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  /// Removes the directory, if it is empty, unless remove() has done so.
  ~Staging() { remove(); }

  /// The directory of the destination, and the destination's name in it.
  int parent() const { return parent_.get(); }
  const std::string& name() const { return name_; }
  int directory() const { return directory_.get(); }
  /// Removes the directory, which must be empty by now, and gives up the lock.
  void remove() noexcept;

 private:
  void open_parent(const std::string& path, const std::string& folder);
  void refuse_existing(const std::string& path) const;
  void refuse_live_writers(const std::string& path) const;
  void make(const std::string& path);

  Descriptor parent_;
  std::string name_;
  std::string staging_name_;
  Descriptor directory_;
};

}  // namespace sluice
