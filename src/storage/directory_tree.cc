#include "storage/directory_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <vector>

#include "sluice/error.h"

namespace sluice {
namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

Descriptor open_one(int directory, const std::string& name) {
  return Descriptor(uninterrupted([&] { return ::openat(directory, name.c_str(), kFolderFlags); }));
}

/// Nothing, and errno, where the system does not say.
std::optional<TreeEntry::Kind> kind_of(int directory, const dirent& entry) {
  if (entry.d_type == DT_DIR) return TreeEntry::Kind::directory;
  if (entry.d_type == DT_REG) return TreeEntry::Kind::file;
  if (entry.d_type != DT_UNKNOWN) return TreeEntry::Kind::other;
  struct stat status {};
  const auto look = [&] { return ::fstatat(directory, entry.d_name, &status, AT_SYMLINK_NOFOLLOW); };
  if (uninterrupted(look) != 0) return std::nullopt;
  if (S_ISDIR(status.st_mode)) return TreeEntry::Kind::directory;
  return S_ISREG(status.st_mode) ? TreeEntry::Kind::file : TreeEntry::Kind::other;
}

class Walk {
 public:
  Walk(const std::function<int(const TreeEntry&)>& visit, const std::function<bool(const TreeEntry&)>& enters)
      : visit_(visit), enters_(enters) {}

  /// `path`: of `directory`, with a slash behind it unless it is empty.
  void go_through(int directory, const std::string& path, int depth) {
    // Another description of it: the position of a listing belongs to that.
    Descriptor listed = open_one(directory, ".");
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(listed.is_open() ? ::fdopendir(listed.get()) : nullptr,
                                                      ::closedir);
    if (!entries) return note(errno);
    listed.release();  // closedir closes it
    errno = 0;
    while (const dirent* entry = ::readdir(entries.get())) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") {
        if (const std::optional<TreeEntry::Kind> kind = kind_of(directory, *entry))
          meet({directory, std::string(name), path + std::string(name), *kind}, depth);
        else if (errno != ENOENT)  // gone meanwhile
          note(errno);
      }
      errno = 0;
    }
    note(errno);
  }

  int error() const { return error_; }

 private:
  void meet(const TreeEntry& entry, int depth) {
    if (entry.kind == TreeEntry::Kind::directory && (!enters_ || enters_(entry))) {
      const Descriptor below = open_one(entry.directory, entry.name);
      if (depth >= kTreeDepthMax)
        note(ELOOP);
      else if (below.is_open())
        go_through(below.get(), entry.path + "/", depth + 1);
      else
        note(errno);
    }
    note(visit_(entry));
  }
  void note(int error) {
    if (error_ == 0) error_ = error;
  }

  const std::function<int(const TreeEntry&)>& visit_;
  const std::function<bool(const TreeEntry&)>& enters_;
  int error_ = 0;
};

int sync_one(int directory) {
  return uninterrupted([&] { return ::fsync(directory); }) == 0 ? 0 : errno;
}

}  // namespace

std::string_view directory_part(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string name_part(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

Descriptor open_below(int directory, std::string_view path) {
  Descriptor reached = open_one(directory, ".");
  while (reached.is_open() && !path.empty()) {
    const size_t slash = path.find('/');
    reached = open_one(reached.get(), std::string(path.substr(0, slash)));
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return reached;
}

std::optional<struct stat> status_at(const std::string& path) {
  struct stat status {};
  if (uninterrupted([&] { return ::stat(path.c_str(), &status); }) == 0) return status;
  if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return std::nullopt;
  throw Error(ErrorCode::io, "cannot look at " + path + ": " + system_reason(errno), {.source = path});
}

bool is_directory(const std::string& path) {
  const auto status = status_at(path);
  return status && S_ISDIR(status->st_mode);
}

int walk_tree(int directory, const std::function<int(const TreeEntry&)>& visit,
              const std::function<bool(const TreeEntry&)>& enters) {
  Walk walk(visit, enters);
  walk.go_through(directory, "", 0);
  return walk.error();
}

Descriptor open_directory(const std::string& path) {
  return Descriptor(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
}

int list_names(const std::string& path, std::vector<std::string>& names) {
  const Descriptor directory = open_directory(path);
  if (!directory.is_open()) return errno;
  const auto visit = [&](const TreeEntry& entry) {
    names.push_back(entry.name);
    return 0;
  };
  return walk_tree(directory.get(), visit, [](const TreeEntry&) { return false; });
}

int remove_contents(int directory) {
  return walk_tree(directory, [](const TreeEntry& entry) {
    const int flags = entry.kind == TreeEntry::Kind::directory ? AT_REMOVEDIR : 0;
    return ::unlinkat(entry.directory, entry.name.c_str(), flags) == 0 ? 0 : errno;
  });
}

int sync_directories(int directory) {
  const int error = walk_tree(directory, [](const TreeEntry& entry) {
    if (entry.kind != TreeEntry::Kind::directory) return 0;
    const Descriptor opened = open_one(entry.directory, entry.name);
    return opened.is_open() ? sync_one(opened.get()) : errno;
  });
  return error != 0 ? error : sync_one(directory);
}

}  // namespace sluice
