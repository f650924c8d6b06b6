// The hidden directory beside a destination where work in progress lives: `.<name>.sluice-<run>/`, locked for as long
// as the writer lives, so that a second writer of the same destination learns of the first when it opens, and a lock
// goes with its process. Directories of dead writers are left alone here.
#pragma once

#include <cstdint>
#include <string>

#include "storage/descriptor.h"

namespace sluice {

/// Whether the destination may be there already.
enum class Existing : uint8_t { refused, allowed };

class Staging {
 public:
  /// Makes and locks the directory for the destination `path`.
  /// Throws Error{conflict} when `path` exists and may not, or another live writer is at work on it, Error{io} when the
  /// directory that is to hold it is missing or refuses, Error{invalid} when `path` names nothing.
  explicit Staging(const std::string& path, Existing existing = Existing::refused);
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  /// Removes the directory, if it is empty, unless remove() has done so.
  ~Staging() { remove(); }

  /// The directory of the destination, and the destination's name in it.
  int parent() const { return parent_.get(); }
  const std::string& name() const { return name_; }
  const std::string& path() const { return path_; }
  int directory() const { return directory_.get(); }
  /// Removes the directory, which must be empty by now, and gives up the lock.
  void remove() noexcept;
  /// Gives the directory itself the destination's name, without replacing anything, and gives up the lock. Returns 0
  /// or an errno, EEXIST when something is there; then nothing has changed.
  int publish_directory() noexcept;
  /// The staging directory's path.
  std::string directory_path() const;

  /// What publishing may come to. Throws Error{conflict}.
  [[noreturn]] void refuse_arrival() const;
  /// Throws Error{io}.
  [[noreturn]] void tell_not_durable(int error) const;

 private:
  void open_parent(const std::string& folder);
  void refuse_existing() const;
  void refuse_live_writers() const;
  void make();

  std::string path_;
  Descriptor parent_;
  std::string name_;
  std::string staging_name_;
  Descriptor directory_;
};

}  // namespace sluice
