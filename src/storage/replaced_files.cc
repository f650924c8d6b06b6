// (POSIX openat, mkdirat; Linux renameat2.)
#include "storage/replaced_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <set>
#include <string_view>

#include "storage/descriptor.h"
#include "storage/directory_tree.h"
#include "storage/exclusive_rename.h"
#include "storage/staging_name.h"

namespace sluice {
namespace {

/// open_below, where what is missing is made.
Descriptor made_below(int directory, std::string_view path, bool sync) {
  Descriptor reached = open_below(directory, "");
  while (reached.is_open() && !path.empty()) {
    const size_t slash = path.find('/');
    const std::string name(path.substr(0, slash));
    if (::mkdirat(reached.get(), name.c_str(), 0777) == 0 && sync) ::fsync(reached.get());
    reached = open_below(reached.get(), name);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return reached;
}

bool is_same_file(int a_directory, const std::string& a, int b_directory, const std::string& b) {
  struct stat one {};
  struct stat other {};
  return ::fstatat(a_directory, a.c_str(), &one, AT_SYMLINK_NOFOLLOW) == 0 &&
         ::fstatat(b_directory, b.c_str(), &other, AT_SYMLINK_NOFOLLOW) == 0 && one.st_dev == other.st_dev &&
         one.st_ino == other.st_ino;
}

/// One directory that goes.
class Removal {
 public:
  explicit Removal(const ReplacedDirectory& directory) : directory_(directory) {
    for (const auto& [path, stamp] : *directory.known)
      if (!is_passed_over(path)) stamps_.insert(stamp);
  }

  void run() {
    walk_tree(
        directory_.old, [&](const TreeEntry& entry) { return remove(entry), 0; },
        [&](const TreeEntry& entry) { return !goes_whole(entry); });
  }

 private:
  // With its lock: a run may be at work in it. Any other directory may be a known one under another name.
  bool goes_whole(const TreeEntry& entry) const {
    if (!is_staging_name(entry.name)) return false;
    if (::unlinkat(entry.directory, entry.name.c_str(), AT_REMOVEDIR) != 0) move(entry);
    return true;
  }

  void remove(const TreeEntry& entry) const {
    const bool is_directory = entry.kind == TreeEntry::Kind::directory;
    if (is_directory || is_known(entry)) {
      ::unlinkat(entry.directory, entry.name.c_str(), is_directory ? AT_REMOVEDIR : 0);
      return;
    }
    move(entry);
  }

  void move(const TreeEntry& entry) const {
    // Of a known name: whether the new files have its rows nobody knows. So it does not stand beside them.
    const bool may_move = !directory_.known->contains(entry.path) || is_there_already(entry);
    if (may_move && moves_to(directory_.successor, "", entry)) return;
    moves_to(directory_.staging, directory_.arrivals + "/", entry);
  }

  /// Under whatever name: who gives a known file another one makes no other rows. But whoever gives one to a file that
  /// readers passed over shows rows that nobody has read before.
  bool is_known(const TreeEntry& entry) const {
    struct stat status {};
    if (::fstatat(entry.directory, entry.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return false;
    const auto of_its_name = directory_.known->find(entry.path);
    return stamps_.contains(stamp_of(status)) ||
           (of_its_name != directory_.known->end() && of_its_name->second == stamp_of(status));
  }

  /// By a second name: it has come along, or is on its way.
  bool is_there_already(const TreeEntry& entry) const {
    const Descriptor around = open_below(directory_.successor, directory_part(entry.path));
    return around.is_open() && is_same_file(entry.directory, entry.name, around.get(), entry.name);
  }

  bool moves_to(int root, const std::string& prefix, const TreeEntry& entry) const {
    const Descriptor around = made_below(root, directory_part(prefix + entry.path), directory_.sync);
    if (!around.is_open()) return false;
    const auto rename = entry.kind == TreeEntry::Kind::directory ? rename_directory_exclusively : rename_exclusively;
    int error = rename(entry.directory, entry.name, around.get(), entry.name);
    if (error == EEXIST && entry.kind != TreeEntry::Kind::directory &&
        is_same_file(entry.directory, entry.name, around.get(), entry.name))
      error = ::unlinkat(entry.directory, entry.name.c_str(), 0) == 0 ? 0 : errno;
    if (error == 0 && directory_.sync) ::fsync(around.get());
    return error == 0;
  }

  const ReplacedDirectory& directory_;
  std::set<FileStamp> stamps_;
};

}  // namespace

int parquet_files_below(int directory, KnownFiles& files) {
  return walk_tree(
      directory,
      [&](const TreeEntry& entry) {
        if (entry.kind != TreeEntry::Kind::file || !entry.name.ends_with(".parquet")) return 0;
        struct stat status {};
        if (::fstatat(entry.directory, entry.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
          return errno == ENOENT ? 0 : errno;  // gone meanwhile
        files.emplace(entry.path, stamp_of(status));
        return 0;
      },
      [](const TreeEntry& entry) { return !is_staging_name(entry.name); });
}

bool is_passed_over(std::string_view path) {
  return path.starts_with('.') || path.starts_with('_') || path.find("/.") != std::string_view::npos ||
         path.find("/_") != std::string_view::npos;
}

void remove_replaced(const ReplacedDirectory& directory) { Removal(directory).run(); }

}  // namespace sluice
