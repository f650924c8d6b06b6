// Staging directories and their locks. A lock belongs to an open directory, not to a process: two writers in one
// process see each other too. (Linux flock.)
#include "storage/staging.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "sluice/error.h"
#include "storage/exclusive_rename.h"

namespace sluice {
namespace {

constexpr size_t kRunDigits = 16;

[[noreturn]] void fail(const std::string& path, const std::string& why) {
  throw Error(ErrorCode::io, "cannot write " + path + ": " + why, {.source = path});
}

std::string staging_prefix(const std::string& name) { return "." + name + ".sluice-"; }

bool is_staging_of(std::string_view entry, std::string_view prefix) {
  if (entry.size() != prefix.size() + kRunDigits || !entry.starts_with(prefix)) return false;
  return entry.find_first_not_of("0123456789abcdef", prefix.size()) == std::string_view::npos;
}

std::string random_run(const std::string& path) {
  uint64_t number = 0;
  if (uninterrupted([&] { return ::getrandom(&number, sizeof number, 0); }) != sizeof number)
    fail(path, "the system gives no random numbers");
  std::string digits(kRunDigits, '0');
  for (char& digit : digits) {
    digit = "0123456789abcdef"[number & 15];
    number >>= 4;
  }
  return digits;
}

bool lock(int descriptor, int how) {
  return uninterrupted([&] { return ::flock(descriptor, how); }) == 0;
}

// Holds the lock on the destination's directory while a writer looks around and settles in.
class MomentaryLock {
 public:
  MomentaryLock(int descriptor, const std::string& path) : descriptor_(descriptor) {
    if (!lock(descriptor_, LOCK_EX)) fail(path, "its directory cannot be locked: " + system_reason(errno));
  }
  MomentaryLock(const MomentaryLock&) = delete;
  MomentaryLock& operator=(const MomentaryLock&) = delete;
  ~MomentaryLock() { lock(descriptor_, LOCK_UN); }

 private:
  int descriptor_;
};

Descriptor open_directory(int parent, const char* name) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  return Descriptor(uninterrupted([&] { return ::openat(parent, name, kFlags); }));
}

}  // namespace

Staging::Staging(const std::string& path, Existing existing) : path_(path) {
  const size_t slash = path.rfind('/');
  name_ = slash == std::string::npos ? path : path.substr(slash + 1);
  if (name_.empty() || name_ == "." || name_ == ".." || path.find('\0') != std::string::npos)
    throw Error(ErrorCode::invalid, "\"" + path + "\" is not the name of a destination", {.source = path});
  open_parent(slash == std::string::npos ? "." : path.substr(0, std::max<size_t>(slash, 1)));
  const MomentaryLock moment(parent_.get(), path);
  if (existing == Existing::refused) refuse_existing();
  refuse_live_writers();
  make();
}

void Staging::open_parent(const std::string& folder) {
  parent_ = Descriptor(uninterrupted([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (parent_.is_open()) return;
  switch (errno) {
    case ENOENT: fail(path_, "the directory " + folder + " does not exist");
    case ENOTDIR: fail(path_, folder + " is not a directory");
    case EACCES: fail(path_, "no permission to read the directory " + folder);
    default: fail(path_, "the directory " + folder + " cannot be opened: " + system_reason(errno));
  }
}

void Staging::refuse_existing() const {
  struct stat status {};
  if (::fstatat(parent_.get(), name_.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0)
    throw Error(ErrorCode::conflict, path_ + " exists", {.source = path_},
                "write to another path, or remove the old file first");
  if (errno != ENOENT) fail(path_, system_reason(errno));
}

void Staging::refuse_live_writers() const {
  Descriptor listed = open_directory(parent_.get(), ".");
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(listed.is_open() ? ::fdopendir(listed.get()) : nullptr, ::closedir);
  if (!entries) fail(path_, "its directory cannot be listed: " + system_reason(errno));
  listed.release();  // closedir closes it
  const std::string prefix = staging_prefix(name_);
  while (const dirent* entry = ::readdir(entries.get())) {
    if (!is_staging_of(entry->d_name, prefix)) continue;
    const Descriptor other = open_directory(parent_.get(), entry->d_name);
    if (other.is_open() && !lock(other.get(), LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
      throw Error(ErrorCode::conflict, "another writer is at work on " + path_, {.source = path_});
  }
}

void Staging::make() {
  staging_name_ = staging_prefix(name_) + random_run(path_);
  if (::mkdirat(parent_.get(), staging_name_.c_str(), 0777) != 0) {
    const int error = errno;
    staging_name_.clear();
    if (error == EACCES) fail(path_, "no permission to write to its directory");
    fail(path_, system_reason(error));
  }
  directory_ = open_directory(parent_.get(), staging_name_.c_str());
  if (directory_.is_open() && lock(directory_.get(), LOCK_EX | LOCK_NB)) return;
  const int error = errno;
  remove();
  fail(path_, "its staging directory cannot be locked: " + system_reason(error));
}

void Staging::remove() noexcept {
  if (staging_name_.empty()) return;
  ::unlinkat(parent_.get(), staging_name_.c_str(), AT_REMOVEDIR);
  staging_name_.clear();
  directory_.close();
}

int Staging::publish_directory() noexcept {
  const int error = rename_directory_exclusively(parent_.get(), staging_name_, parent_.get(), name_);
  if (error != 0) return error;
  staging_name_.clear();
  directory_.close();
  return 0;
}

std::string Staging::directory_path() const { return path_.substr(0, path_.size() - name_.size()) + staging_name_; }

void Staging::refuse_arrival() const {
  throw Error(ErrorCode::conflict, path_ + " has come into being while it was written; it was left as it is",
              {.source = path_}, "write to another path, or remove it first");
}

void Staging::tell_not_durable(int error) const {
  throw Error(ErrorCode::io,
              path_ + " is complete and visible, but may not survive a power loss: its directory was not synced: " +
                  system_reason(error),
              {.source = path_});
}

}  // namespace sluice
