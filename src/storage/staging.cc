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

Staging::Staging(const std::string& path) {
  const size_t slash = path.rfind('/');
  name_ = slash == std::string::npos ? path : path.substr(slash + 1);
  if (name_.empty() || name_ == "." || name_ == ".." || path.find('\0') != std::string::npos)
    throw Error(ErrorCode::invalid, "\"" + path + "\" is not the name of a file", {.source = path});
  open_parent(path, slash == std::string::npos ? "." : path.substr(0, std::max<size_t>(slash, 1)));
  const MomentaryLock moment(parent_.get(), path);
  refuse_existing(path);
  refuse_live_writers(path);
  make(path);
}

void Staging::open_parent(const std::string& path, const std::string& folder) {
  parent_ = Descriptor(uninterrupted([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (parent_.is_open()) return;
  switch (errno) {
    case ENOENT: fail(path, "the directory " + folder + " does not exist");
    case ENOTDIR: fail(path, folder + " is not a directory");
    case EACCES: fail(path, "no permission to read the directory " + folder);
    default: fail(path, "the directory " + folder + " cannot be opened: " + system_reason(errno));
  }
}

void Staging::refuse_existing(const std::string& path) const {
  struct stat status {};
  if (::fstatat(parent_.get(), name_.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0)
    throw Error(ErrorCode::conflict, path + " exists", {.source = path},
                "write to another path, or remove the old file first");
  if (errno != ENOENT) fail(path, system_reason(errno));
}

void Staging::refuse_live_writers(const std::string& path) const {
  Descriptor listed = open_directory(parent_.get(), ".");
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(listed.is_open() ? ::fdopendir(listed.get()) : nullptr, ::closedir);
  if (!entries) fail(path, "its directory cannot be listed: " + system_reason(errno));
  listed.release();  // closedir closes it
  const std::string prefix = staging_prefix(name_);
  while (const dirent* entry = ::readdir(entries.get())) {
    if (!is_staging_of(entry->d_name, prefix)) continue;
    const Descriptor other = open_directory(parent_.get(), entry->d_name);
    if (other.is_open() && !lock(other.get(), LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
      throw Error(ErrorCode::conflict, "another writer is at work on " + path, {.source = path});
  }
}

void Staging::make(const std::string& path) {
  staging_name_ = staging_prefix(name_) + random_run(path);
  if (::mkdirat(parent_.get(), staging_name_.c_str(), 0777) != 0) {
    const int error = errno;
    staging_name_.clear();
    if (error == EACCES) fail(path, "no permission to write to its directory");
    fail(path, system_reason(error));
  }
  directory_ = open_directory(parent_.get(), staging_name_.c_str());
  if (directory_.is_open() && lock(directory_.get(), LOCK_EX | LOCK_NB)) return;
  const int error = errno;
  remove();
  fail(path, "its staging directory cannot be locked: " + system_reason(error));
}

void Staging::remove() noexcept {
  if (staging_name_.empty()) return;
  ::unlinkat(parent_.get(), staging_name_.c_str(), AT_REMOVEDIR);
  staging_name_.clear();
  directory_.close();
}

}  // namespace sluice
