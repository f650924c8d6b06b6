// (Linux renameat2, syncfs, fsync; POSIX mkdirat.)
#include "storage/publication.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <set>
#include <string_view>
#include <utility>

#include "sluice/error.h"
#include "storage/directory_tree.h"
#include "storage/staging_name.h"
#include "storage/staging_note.h"

namespace sluice {
namespace {

constexpr const char* kIntentName = "intent";
constexpr const char* kDataName = "data";

[[noreturn]] void fail(const std::string& path, int error) {
  throw Error(ErrorCode::io, "cannot publish " + path + ": " + system_reason(error), {.source = path});
}

struct Standing {
  bool is_there = false;
  struct stat status {};
};

Standing look(int directory, const std::string& name, const std::string& path) {
  Standing found;
  found.is_there = ::fstatat(directory, name.c_str(), &found.status, AT_SYMLINK_NOFOLLOW) == 0;
  if (!found.is_there && errno != ENOENT && errno != ENOTDIR) fail(path, errno);
  return found;
}

// Wraps around in the year 2262, which does no harm to a comparison.
int64_t changed_at(const struct stat& status) {
  const uint64_t seconds = static_cast<uint64_t>(status.st_mtim.tv_sec);
  return static_cast<int64_t>(seconds * 1'000'000'000 + static_cast<uint64_t>(status.st_mtim.tv_nsec));
}

bool is_same(const Standing& found, uint64_t device, uint64_t inode) {
  return found.is_there && found.status.st_dev == device && found.status.st_ino == inode;
}

/// Whether names in the directory may come and go. (A sandbox may know no faccessat2, which is asked first.)
bool is_writable(int directory) {
  return ::faccessat(directory, ".", W_OK | X_OK, AT_EACCESS) == 0 ||
         (errno == EPERM && ::faccessat(directory, ".", W_OK | X_OK, 0) == 0);
}

/// A place in the staging directory and its counterpart in the destination.
struct Ends {
  Descriptor from_directory;
  std::string from;
  Descriptor to_directory;
  std::string to;
};

/// One intent, carried out.
class Carrier {
 public:
  Carrier(const Publication& publication, const Intent& intent) : publication_(publication), intent_(intent) {}

  /// `is_left`: by another run, whose files may have been used or removed since.
  void carry_out(bool is_left);
  bool is_pending() const;
  bool must_be_completed() const;
  void check() const;

 private:
  bool is_whole() const { return intent_.swaps.size() == 1 && intent_.swaps[0].path == "."; }
  std::string path_of(const std::string& path) const {
    return path == "." ? publication_.path : publication_.path + "/" + path;
  }
  void check_directories(int root) const;
  void check_exchange(const Intent::Swap& swap, int replaced) const;
  Descriptor open_data(std::string_view path) const;
  Descriptor open_destination(std::string_view path) const;
  Ends ends_of(std::string_view path) const;

  void make_directories();
  void move_files(bool is_left);
  void move_file(const Ends& ends, const std::string& path, bool is_left) const;
  void swap(size_t number);
  void swap_with_window(const Ends& ends, const std::string& old, const std::string& path) const;
  /// What stands at the staged place of an exchange. Copies are unknown: what was exchanged nobody can tell by them.
  enum class Staged : uint8_t { nothing, fresh, replaced, unknown };
  Staged staged_of(const Standing& found, const Intent::Swap& swap) const;
  /// A number that was noted, as it is now: file systems may get others when they are mounted again.
  uint64_t device_now(const Intent::Swap& swap, uint64_t noted) const;
  bool is_replaced(const Standing& found, const Intent::Swap& swap) const;
  bool is_as_noted(const Standing& found, const Intent::Swap& swap) const;
  bool is_successor_there(const Intent::Swap& swap) const;
  /// How far a step has come.
  enum class Step : uint8_t { ahead, blocked, done };
  Step step_of(const Intent::Move& move) const;
  Step step_of(size_t swap) const;

  void make_durable() const;
  void sync_changed() const;
  /// Whether nothing is left of it.
  bool remove_old() const;
  void remove_old(const Intent::Swap& swap, const std::string& place) const;
  /// In the staging directory: where an exchange leaves it, and a window.
  std::vector<std::string> places_of_old(size_t swap) const;
  [[noreturn]] void refuse_changed(const std::string& path) const;
  [[noreturn]] void refuse_unknown(const std::string& path) const;

  const Publication& publication_;
  const Intent& intent_;
};

void Carrier::carry_out(bool is_left) {
  if (!is_whole()) make_directories();
  move_files(is_left);
  for (size_t i = 0; i < intent_.swaps.size(); ++i) swap(i);
  if (publication_.sync) make_durable();
  // All is visible: what cannot be removed now is left to whoever completes this run.
  try {
    if (!remove_old()) return;
  } catch (const std::bad_alloc&) {
    return;
  }
  ::unlinkat(publication_.staging, kIntentName, 0);
}

bool Carrier::is_pending() const {
  const bool is_there = look(publication_.parent, publication_.name, publication_.path).is_there;
  if (!is_whole()) return is_there || intent_.mode != PublishMode::append;
  const Intent::Swap& whole = intent_.swaps[0];
  switch (staged_of(look(publication_.staging, kDataName, publication_.path), whole)) {
    case Staged::unknown: return false;
    case Staged::fresh: break;
    default: return true;  // exchanged, not cleaned up
  }
  return !is_there && is_replaced(look(publication_.staging, std::string(kOldPrefix) + "0", publication_.path), whole);
}

uint64_t Carrier::device_now(const Intent::Swap& swap, uint64_t noted) const {
  struct stat status {};
  if (::fstat(publication_.staging, &status) != 0) fail(publication_.path, errno);
  return noted == swap.device ? status.st_dev : noted;
}

bool Carrier::is_replaced(const Standing& found, const Intent::Swap& swap) const {
  return swap.replaced_inode != 0 && is_same(found, device_now(swap, swap.replaced_device), swap.replaced_inode);
}

Carrier::Staged Carrier::staged_of(const Standing& found, const Intent::Swap& swap) const {
  if (!found.is_there) return Staged::nothing;
  if (is_same(found, device_now(swap, swap.device), swap.inode)) return Staged::fresh;
  return is_replaced(found, swap) ? Staged::replaced : Staged::unknown;
}

// A partition may have got more meanwhile, which comes to the new one.
bool Carrier::is_as_noted(const Standing& found, const Intent::Swap& swap) const {
  if (swap.replaced_device == 0 && swap.replaced_inode == 0) return !found.is_there;
  return is_replaced(found, swap) && (swap.path != "." || changed_at(found.status) == swap.replaced_mtime);
}

bool Carrier::is_successor_there(const Intent::Swap& swap) const {
  const std::string name = swap.path == "." ? publication_.name : publication_.name + "/" + swap.path;
  return staged_of(look(publication_.parent, name, publication_.path), swap) == Staged::fresh;
}

Carrier::Step Carrier::step_of(const Intent::Move& move) const {
  const Standing here = look(publication_.staging, kDataName + ("/" + move.path) + ".part", publication_.path);
  if (!here.is_there) return Step::done;
  const Standing there = look(publication_.parent, publication_.name + "/" + move.path, publication_.path);
  if (!there.is_there) return Step::ahead;
  return is_same(there, here.status.st_dev, here.status.st_ino) ? Step::done : Step::blocked;
}

Carrier::Step Carrier::step_of(size_t number) const {
  const Intent::Swap& swap = intent_.swaps[number];
  const bool is_all = swap.path == ".";
  const std::string staged = is_all ? kDataName : kDataName + ("/" + swap.path);
  const Staged what = staged_of(look(publication_.staging, staged, publication_.path), swap);
  if (what != Staged::fresh) return what == Staged::unknown ? Step::blocked : Step::done;
  const Standing there =
      look(publication_.parent, is_all ? publication_.name : publication_.name + "/" + swap.path, publication_.path);
  const std::string old = std::string(kOldPrefix) + std::to_string(number);
  if (!there.is_there && is_replaced(look(publication_.staging, old, publication_.path), swap))
    return Step::done;  // its first half
  return is_as_noted(there, swap) ? Step::ahead : Step::blocked;
}

bool Carrier::must_be_completed() const {
  bool is_begun = false;
  const auto goes_on = [&](Step step) {
    is_begun = is_begun || step == Step::done;
    return step != Step::blocked;
  };
  for (const Intent::Move& move : intent_.moves)
    if (!goes_on(step_of(move))) return false;
  for (size_t i = 0; i < intent_.swaps.size(); ++i)
    if (!goes_on(step_of(i))) return false;
  return is_begun;
}

void Carrier::check() const {
  const Descriptor root = open_below(publication_.parent, publication_.name);
  for (const Intent::Move& move : intent_.moves)
    if (root.is_open() && look(root.get(), move.path, path_of(move.path)).is_there)
      throw Error(ErrorCode::conflict, path_of(move.path) + " exists already", {.source = path_of(move.path)},
                  "a run id names one run: give this one another, or ask finished_run first");
  for (const Intent::Swap& swap : intent_.swaps) {
    if (swap.replaced_inode == 0) continue;
    const Descriptor replaced = open_destination(swap.path == "." ? "" : swap.path);
    check_replaceable(replaced.get(), path_of(swap.path));
    check_exchange(swap, replaced.get());
  }
  if (root.is_open()) check_directories(root.get());
}

// That files and directories can come to where they belong. Those of one directory come one behind the other.
void Carrier::check_directories(int root) const {
  std::optional<std::string_view> checked;
  const auto check_in = [&](std::string_view directory) {
    if (checked == directory) return;
    checked = directory;
    if (const Descriptor there = open_below(root, directory); !there.is_open() && errno == ENOENT)
      return;  // to be made
    const Descriptor around = open_destination(directory);
    if (!is_writable(around.get())) fail(path_of(directory.empty() ? "." : std::string(directory)), errno);
  };
  for (const std::string& directory : intent_.directories)
    if (!look(root, directory, path_of(directory)).is_there) check_in(directory_part(directory));
  for (const Intent::Move& move : intent_.moves) check_in(directory_part(move.path));
  for (const Intent::Swap& swap : intent_.swaps)
    if (swap.path != ".") check_in(directory_part(swap.path));
}

// What is replaced goes to the staging directory, and the new comes from there.
void Carrier::check_exchange(const Intent::Swap& swap, int replaced) const {
  const std::string path = path_of(swap.path);
  struct stat here {};
  struct stat there {};
  if (::fstat(publication_.staging, &here) != 0 || ::fstat(replaced, &there) != 0) fail(path, errno);
  if (here.st_dev != there.st_dev)
    throw Error(ErrorCode::unsupported,
                path + " cannot be replaced: it is on another file system than what is around it", {.source = path},
                "write to it as a dataset of its own, or append");
  if (swap.path == "." && !is_writable(publication_.parent)) fail(path, errno);
}

// --- places

Descriptor Carrier::open_data(std::string_view path) const {
  const Descriptor data = open_below(publication_.staging, kDataName);
  return data.is_open() ? open_below(data.get(), path) : Descriptor();
}

Descriptor Carrier::open_destination(std::string_view path) const {
  const Descriptor root = open_below(publication_.parent, publication_.name);
  Descriptor found = root.is_open() ? open_below(root.get(), path) : Descriptor();
  if (found.is_open()) return found;
  const std::string shown = path_of(path.empty() ? "." : std::string(path));
  if (errno == ELOOP || errno == ENOTDIR)
    throw Error(ErrorCode::conflict, shown + " is not a directory, or a link to one", {.source = shown},
                "name the directory itself, and move away what stands in the place of a partition");
  fail(shown, errno);
}

Ends Carrier::ends_of(std::string_view path) const {
  Ends ends;
  if (path == ".") {
    ends.from_directory = open_below(publication_.staging, "");
    if (!ends.from_directory.is_open()) fail(publication_.path, errno);
    ends.to_directory = open_below(publication_.parent, "");
    if (!ends.to_directory.is_open()) fail(publication_.path, errno);
    ends.from = kDataName;
    ends.to = publication_.name;
  } else {
    ends.from_directory = open_data(directory_part(path));
    // Only what is gone was done and cleaned up: any other failure must not be taken for that.
    const int error = ends.from_directory.is_open() ? 0 : errno;
    if (error != 0 && error != ENOENT) fail(path_of(std::string(path)), error);
    ends.to_directory = open_destination(directory_part(path));
    ends.from = ends.to = name_part(path);
  }
  return ends;
}

// --- steps

void Carrier::make_directories() {
  if (::mkdirat(publication_.parent, publication_.name.c_str(), 0777) != 0 && errno != EEXIST)
    fail(publication_.path, errno);
  for (const std::string& directory : intent_.directories) {
    const Descriptor around = open_destination(directory_part(directory));
    if (::mkdirat(around.get(), name_part(directory).c_str(), 0777) != 0 && errno != EEXIST)
      fail(path_of(directory), errno);
  }
}

// Files of one directory come one behind the other: its two ends are opened once.
void Carrier::move_files(bool is_left) {
  std::optional<std::string> opened;
  Ends ends;
  for (const Intent::Move& move : intent_.moves) {
    if (const std::string directory(directory_part(move.path)); opened != directory) {
      ends = ends_of(move.path);
      opened = directory;
    }
    ends.to = name_part(move.path);
    ends.from = ends.to + ".part";
    move_file(ends, move.path, is_left);
  }
}

void Carrier::move_file(const Ends& ends, const std::string& path, bool is_left) const {
  const int error = ends.from_directory.is_open()
                        ? rename_exclusively(ends.from_directory.get(), ends.from, ends.to_directory.get(), ends.to)
                        : ENOENT;
  if (error == 0) return;
  if (error != EEXIST && error != ENOENT) fail(path_of(path), error);
  const Standing there = look(ends.to_directory.get(), ends.to, path_of(path));
  if (error == ENOENT) {
    // Moved already; and what another run has moved may have been removed since.
    if (there.is_there || is_left) return;
    throw Error(ErrorCode::corrupt, path_of(path) + " is gone from the staging directory, and was not published",
                {.source = path_of(path)});
  }
  const Standing here = look(ends.from_directory.get(), ends.from, path_of(path));
  if (!is_same(here, there.status.st_dev, there.status.st_ino))
    throw Error(ErrorCode::conflict, path_of(path) + " exists, and is not the file that was to get this name",
                {.source = path_of(path)}, "move it away, and run again");
  // By a second name and the removal of the first, which had not come yet.
  if (::unlinkat(ends.from_directory.get(), ends.from.c_str(), 0) != 0) fail(path_of(path), errno);
}

void Carrier::swap(size_t number) {
  const Intent::Swap& swap = intent_.swaps[number];
  const std::string path = path_of(swap.path);
  const Ends ends = ends_of(swap.path);
  if (!ends.from_directory.is_open()) return;  // done, and cleaned up
  const Staged staged = staged_of(look(ends.from_directory.get(), ends.from, path), swap);
  if (staged == Staged::unknown) refuse_unknown(path);
  if (staged != Staged::fresh) return;  // done
  const std::string old = std::string(kOldPrefix) + std::to_string(number);
  const Standing there = look(ends.to_directory.get(), ends.to, path);
  const bool is_moved_away = !there.is_there && is_replaced(look(publication_.staging, old, path), swap);
  if (!is_moved_away && !is_as_noted(there, swap)) refuse_changed(path);
  int error = 0;
  if (there.is_there) {
    error = publication_.exchange(ends.from_directory.get(), ends.from, ends.to_directory.get(), ends.to);
    if (is_unable(error)) return swap_with_window(ends, old, path);
  } else {
    error = rename_directory_exclusively(ends.from_directory.get(), ends.from, ends.to_directory.get(), ends.to);
  }
  if (error == EEXIST) refuse_changed(path);
  if (error != 0) fail(path, error);
}

void Carrier::swap_with_window(const Ends& ends, const std::string& old, const std::string& path) const {
  if (!intent_.allow_window)
    throw Error(ErrorCode::unsupported, path + " cannot be replaced at once: its file system does not exchange names",
                {.source = path}, "--allow-window puts up with a moment in which neither the old nor the new is there");
  int error = rename_directory_exclusively(ends.to_directory.get(), ends.to, publication_.staging, old);
  if (error != 0) fail(path, error);
  error = rename_directory_exclusively(ends.from_directory.get(), ends.from, ends.to_directory.get(), ends.to);
  if (error == EEXIST) refuse_changed(path);
  if (error != 0) fail(path, error);
}

void Carrier::refuse_changed(const std::string& path) const {
  throw Error(ErrorCode::conflict, path + " has changed since a run was about to replace it", {.source = path},
              "sluice recover " + publication_.path + " --discard gives up what that run had written");
}

void Carrier::refuse_unknown(const std::string& path) const {
  throw Error(ErrorCode::conflict,
              "what a run has left for " + path + " is neither what it wrote nor what it replaced, as copies are",
              {.source = path}, "sluice recover " + publication_.path + " --discard gives it up");
}

// --- behind them

void Carrier::make_durable() const {
  try {
    sync_changed();
  } catch (const std::bad_alloc&) {
    tell_not_durable(publication_.path, ENOMEM);
  }
}

void Carrier::sync_changed() const {
  std::set<std::string, std::less<>> changed;
  if (!is_whole()) changed.emplace();
  for (const std::string& directory : intent_.directories) changed.emplace(directory_part(directory));
  for (const Intent::Move& move : intent_.moves) changed.emplace(directory_part(move.path));
  for (const Intent::Swap& swap : intent_.swaps)
    if (swap.path != ".") changed.emplace(directory_part(swap.path));
  int error = 0;
  if (changed.size() > kSyncedOneByOneMax && can_sync_file_system()) {
    error = sync_file_system(publication_.staging);
  } else {
    for (const std::string& directory : changed) {
      const Descriptor opened = open_destination(directory);
      if (uninterrupted([&] { return ::fsync(opened.get()); }) != 0) error = errno;
    }
    for (const int directory : {publication_.staging, publication_.parent})
      if (uninterrupted([&] { return ::fsync(directory); }) != 0) error = errno;
  }
  if (error != 0) tell_not_durable(publication_.path, error);
}

bool Carrier::remove_old() const {
  for (size_t i = 0; i < intent_.swaps.size(); ++i)
    for (const std::string& place : places_of_old(i)) remove_old(intent_.swaps[i], place);
  walk_tree(
      publication_.staging,
      [](const TreeEntry& entry) {
        if (entry.kind == TreeEntry::Kind::directory) ::unlinkat(entry.directory, entry.name.c_str(), AT_REMOVEDIR);
        return 0;
      },
      [](const TreeEntry& entry) {
        return entry.path.find('/') != std::string::npos || entry.name == kDataName || entry.name == kArrivalsName ||
               entry.name.starts_with(kOldPrefix);
      });
  for (size_t i = 0; i < intent_.swaps.size(); ++i)
    for (const std::string& place : places_of_old(i))
      if (struct stat status{}; ::fstatat(publication_.staging, place.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0)
        return false;
  return true;
}

// What cannot be opened stays, and what is not known to have been replaced.
void Carrier::remove_old(const Intent::Swap& swap, const std::string& place) const {
  const Descriptor old = open_below(publication_.staging, place);
  Standing found;
  found.is_there = old.is_open() && ::fstat(old.get(), &found.status) == 0;
  if (!is_replaced(found, swap)) return;
  // A window may have ended with somebody else's in the place of the new: the old is the only copy then.
  if (place.starts_with(kOldPrefix) && !is_successor_there(swap)) return;
  KnownFiles known = swap.old;
  if (const uint64_t now = device_now(swap, swap.device); now != swap.device)
    for (auto& [path, stamp] : known)
      if (stamp.device == swap.device) stamp.device = now;
  const std::string below = swap.path == "." ? "" : "/" + swap.path;
  const Descriptor successor = open_below(publication_.parent, publication_.name + below);
  remove_replaced({.old = old.get(),
                   .known = &known,
                   .successor = successor.get(),
                   .staging = publication_.staging,
                   .arrivals = std::string(kArrivalsName) + below,
                   .sync = publication_.sync});
}

std::vector<std::string> Carrier::places_of_old(size_t swap) const {
  const std::string& path = intent_.swaps[swap].path;
  return {path == "." ? kDataName : kDataName + ("/" + path), std::string(kOldPrefix) + std::to_string(swap)};
}

}  // namespace

bool can_sync_file_system() {
  static const bool answer = [] {
    utsname system{};
    if (::uname(&system) != 0) return false;
    char* rest = nullptr;
    const long major = std::strtol(system.release, &rest, 10);
    const long minor = *rest == '.' ? std::strtol(rest + 1, nullptr, 10) : 0;
    return std::pair(major, minor) >= std::pair(5L, 8L);
  }();
  return answer;
}

int sync_file_system(int directory) {
  return uninterrupted([&] { return ::syncfs(directory); }) == 0 ? 0 : errno;
}

std::optional<Intent> read_intent(int staging, const std::string& path) {
  const std::optional<std::string> text = read_note(staging, kIntentName, path);
  return text ? parse_intent(*text) : std::nullopt;
}

void write_intent(const Publication& publication, const Intent& intent) {
  const std::string unready = std::string(kIntentName) + ".new";
  write_note(publication.staging, unready, to_text(intent), publication.sync, publication.path);
  if (::renameat(publication.staging, unready.c_str(), publication.staging, kIntentName) != 0)
    fail(publication.path, errno);
  for (const int directory : {publication.staging, publication.parent})
    if (publication.sync && uninterrupted([&] { return ::fsync(directory); }) != 0) fail(publication.path, errno);
}

Intent::Swap swap_of(const Publication& publication, const std::string& path) {
  Intent::Swap swap{.path = path};
  const bool is_whole = path == ".";
  const std::string staged = is_whole ? kDataName : kDataName + ("/" + path);
  const Standing here = look(publication.staging, staged, publication.path);
  if (!here.is_there) fail(publication.path, ENOENT);
  const Standing there =
      look(publication.parent, is_whole ? publication.name : publication.name + "/" + path, publication.path);
  swap.device = here.status.st_dev;
  swap.inode = here.status.st_ino;
  if (!there.is_there) return swap;
  swap.replaced_device = there.status.st_dev;
  swap.replaced_inode = there.status.st_ino;
  swap.replaced_mtime = changed_at(there.status);
  const Descriptor replaced = open_below(publication.parent, publication.name + (is_whole ? "" : "/" + path));
  const int error = replaced.is_open() ? parquet_files_below(replaced.get(), swap.old) : errno;
  const bool is_none = !replaced.is_open() && (error == ELOOP || error == ENOTDIR);  // check_intent says so
  if (error != 0 && !is_none) fail(publication.path, error);
  return swap;
}

void carry_out(const Publication& publication, const Intent& intent) {
  Carrier(publication, intent).carry_out(/*is_left=*/false);
}

bool is_pending(const Publication& publication, const Intent& intent) {
  return Carrier(publication, intent).is_pending();
}

bool must_be_completed(const Publication& publication, const Intent& intent) {
  return Carrier(publication, intent).must_be_completed();
}

void roll_forward(Publication publication, const Intent& intent) {
  publication.sync = true;
  Carrier(publication, intent).carry_out(/*is_left=*/true);
}

void check_intent(const Publication& publication, const Intent& intent) { Carrier(publication, intent).check(); }

void check_replaceable(int directory, const std::string& path) {
  const auto is_leftover = [](const TreeEntry& entry) {
    return entry.kind == TreeEntry::Kind::directory && is_staging_name(entry.name);
  };
  std::optional<std::string> other;
  std::optional<std::string> closed = is_writable(directory) ? std::nullopt : std::optional(path);
  std::string checked;  // entries of one directory mostly come one behind the other
  const auto visit = [&](const TreeEntry& entry) {
    if (const std::string_view around = directory_part(entry.path); !closed && checked != around) {
      checked = around;
      if (!is_writable(entry.directory)) closed = path + "/" + checked;
    }
    const bool is_parquet = entry.kind == TreeEntry::Kind::file && entry.name.ends_with(".parquet");
    if (entry.kind != TreeEntry::Kind::directory && !is_parquet && !other) other = entry.path;
    return 0;
  };
  const int error = walk_tree(directory, visit, [&](const TreeEntry& entry) { return !is_leftover(entry); });
  if (other)
    throw Error(ErrorCode::conflict, path + "/" + *other + " is no Parquet file, and would go with " + path,
                {.source = path + "/" + *other}, "move it away, or write to another path");
  if (closed)
    throw Error(ErrorCode::io, "no permission to remove what is in " + *closed + ", which would be replaced",
                {.source = *closed});
  if (error != 0)
    throw Error(ErrorCode::io, "cannot look at all of " + path + ", which is to be replaced: " + system_reason(error),
                {.source = path});
}

bool can_exchange(const Publication& publication) {
  const std::string names[] = {"try-0", "try-1"};
  for (const std::string& name : names)
    if (::mkdirat(publication.staging, name.c_str(), 0777) != 0) fail(publication.path, errno);
  const int error = publication.exchange(publication.staging, names[0], publication.staging, names[1]);
  for (const std::string& name : names) ::unlinkat(publication.staging, name.c_str(), AT_REMOVEDIR);
  if (error != 0 && !is_unable(error)) fail(publication.path, error);
  return error == 0;
}

void tell_not_durable(const std::string& path, int error) {
  throw Error(ErrorCode::io,
              path + " is complete and visible, but may not survive a power loss: its directory was not synced: " +
                  system_reason(error),
              {.source = path});
}

}  // namespace sluice
