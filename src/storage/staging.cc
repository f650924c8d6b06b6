// A lock belongs to an open directory, not to a process: two writers in one process see each other too. (Linux flock.)
#include "storage/staging.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "base/digest.h"
#include "sluice/error.h"
#include "storage/directory_tree.h"
#include "storage/staging_name.h"
#include "storage/staging_note.h"

namespace sluice {
namespace {

constexpr const char* kRunName = "run";
/// Of a note that is not in force yet.
constexpr const char* kNewEnding = ".new";

[[noreturn]] void fail(const std::string& path, const std::string& why) {
  throw Error(ErrorCode::io, "cannot write " + path + ": " + why, {.source = path});
}

std::string random_run(const std::string& path) {
  uint64_t number = 0;
  if (uninterrupted([&] { return ::getrandom(&number, sizeof number, 0); }) != sizeof number)
    fail(path, "the system gives no random numbers");
  return digest_text(number);
}

bool lock(int descriptor, int how) {
  return uninterrupted([&] { return ::flock(descriptor, how); }) == 0;
}

// Holds the lock on the destination's directory while a writer looks around and settles in.
class MomentaryLock {
 public:
  explicit MomentaryLock(const DestinationPlace& place) : descriptor_(place.parent.get()) {
    if (!lock(descriptor_, LOCK_EX)) fail(place.path, "its directory cannot be locked: " + system_reason(errno));
  }
  MomentaryLock(const MomentaryLock&) = delete;
  MomentaryLock& operator=(const MomentaryLock&) = delete;
  ~MomentaryLock() { lock(descriptor_, LOCK_UN); }

 private:
  int descriptor_;
};

Descriptor open_directory(int parent, const std::string& name) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  return Descriptor(uninterrupted([&] { return ::openat(parent, name.c_str(), kFlags); }));
}

/// Open and, unless its writer lives, locked.
struct Opened {
  Descriptor directory;
  bool is_alive = false;
  bool is_ours = false;
};

Opened open_left(const DestinationPlace& place, const std::string& name) {
  Opened opened{open_directory(place.parent.get(), name)};
  if (!opened.directory.is_open()) {
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == EACCES) return opened;
    fail(place.path, "what other runs have left cannot be looked at: " + system_reason(errno));
  }
  struct stat status {};
  opened.is_ours = ::fstat(opened.directory.get(), &status) == 0 && status.st_uid == ::geteuid();
  opened.is_alive = !lock(opened.directory.get(), LOCK_EX | LOCK_NB);
  // What cannot be locked is known neither to live nor to be dead.
  if (opened.is_alive && errno != EWOULDBLOCK)
    fail(place.path, "what another run has left cannot be locked: " + system_reason(errno));
  return opened;
}

Publication publication_of(const DestinationPlace& place, int staging, bool sync) {
  return {.staging = staging, .parent = place.parent.get(), .name = place.name, .path = place.path, .sync = sync};
}

/// Adds the names of staging directories in an open directory, with `before` in front. An errno, or 0.
int add_staging_names(int directory, std::string_view prefix, const std::string& before,
                      std::vector<std::string>& names) {
  const auto visit = [&](const TreeEntry& entry) {
    if (entry.kind == TreeEntry::Kind::directory && is_staging_of(entry.name, prefix))
      names.push_back(before + entry.name);
    return 0;
  };
  return walk_tree(directory, visit, [](const TreeEntry&) { return false; });
}

/// Beside the destination and inside of it.
std::vector<std::string> staging_names(const DestinationPlace& place) {
  std::vector<std::string> names;
  int error = add_staging_names(place.parent.get(), staging_prefix(place.name), "", names);
  if (error != 0) fail(place.path, "its directory cannot be listed: " + system_reason(error));
  const Descriptor inside = open_directory(place.parent.get(), place.name);
  if (inside.is_open())
    error = add_staging_names(inside.get(), kInnerPrefix, place.name + "/", names);
  else if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP && errno != EACCES)
    error = errno;
  if (error != 0) fail(place.path, "it cannot be listed: " + system_reason(error));
  std::sort(names.begin(), names.end());
  return names;
}

/// Nothing but the note, and directories.
bool is_without_data(int staging) {
  bool is_empty = true;
  const int error = walk_tree(staging, [&](const TreeEntry& entry) {
    is_empty = is_empty && (entry.kind == TreeEntry::Kind::directory || entry.path == kRunName ||
                            entry.path == std::string(kRunName) + kNewEnding);
    return 0;
  });
  return is_empty && error == 0;
}

/// A path from a staging directory.
bool is_of_others(std::string_view path) {
  const std::string_view top = path.substr(0, path.find('/'));
  return top == kArrivalsName || top.starts_with(kOldPrefix);
}

void remove_left(const DestinationPlace& place, const std::string& name, int directory) noexcept {
  try {
    remove_contents(directory);
  } catch (const std::bad_alloc&) {
    // It stays, as what resists does.
  }
  ::unlinkat(place.parent.get(), name.c_str(), AT_REMOVEDIR);
}

RunRecord record_in(const DestinationPlace& place, int staging) {
  const std::optional<std::string> text = read_note(staging, kRunName, place.path);
  std::optional<RunRecord> record = text ? parse_run_record(*text) : std::nullopt;
  if (record && record->destination == place.name) return std::move(*record);
  return {.destination = place.name};
}

[[noreturn]] void refuse_live(const std::string& path) {
  throw Error(ErrorCode::conflict, "another writer is at work on " + path, {.source = path},
              "wait for it, or write to another path");
}

// The caller holds the momentary lock.
void refuse_live_writers(const DestinationPlace& place) {
  for (const std::string& name : staging_names(place))
    if (open_left(place, name).is_alive) refuse_live(place.path);
}

/// What it has made visible; nothing where there was nothing to complete. The caller holds both locks.
std::vector<std::string> complete(const DestinationPlace& place, int staging) {
  const std::optional<Intent> intent = read_intent(staging, place.path);
  const Publication publication = publication_of(place, staging, /*sync=*/true);
  if (!intent || !is_pending(publication, *intent)) return {};
  roll_forward(publication, *intent);
  std::vector<std::string> paths;
  for (const Intent::Move& move : intent->moves) paths.push_back(place.path + "/" + move.path);
  for (const Intent::Swap& swap : intent->swaps)
    paths.push_back(swap.path == "." ? place.path : place.path + "/" + swap.path);
  return paths;
}

}  // namespace

// --- what others have left

std::string without_slashes_at_end(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

DestinationPlace open_place(const std::string& path) {
  DestinationPlace place{.path = path};
  const size_t slash = place.path.rfind('/');
  place.name = place.path.substr(slash + 1);
  if (place.name.empty() || place.name == "." || place.name == ".." || path.find('\0') != std::string::npos)
    throw Error(ErrorCode::invalid, "\"" + path + "\" is not the name of a destination", {.source = path});
  const std::string folder = slash == std::string::npos ? "." : place.path.substr(0, std::max<size_t>(slash, 1));
  place.parent = Descriptor(uninterrupted([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (place.parent.is_open()) return place;
  switch (errno) {
    case ENOENT: fail(path, "the directory " + folder + " does not exist");
    case ENOTDIR: fail(path, folder + " is not a directory");
    case EACCES: fail(path, "no permission to read the directory " + folder);
    default: fail(path, "the directory " + folder + " cannot be opened: " + system_reason(errno));
  }
}

std::vector<LeftStaging> left_stagings(const DestinationPlace& place) {
  const MomentaryLock moment(place);
  std::vector<LeftStaging> found;
  for (const std::string& name : staging_names(place)) {
    const Opened opened = open_left(place, name);
    const int directory = opened.directory.get();
    if (!opened.directory.is_open()) continue;
    LeftStaging left{
        .name = name, .record = {.destination = place.name}, .is_alive = opened.is_alive, .is_ours = opened.is_ours};
    if (left.is_ours) {
      struct stat status {};
      ::fstatat(directory, kRunName, &status, AT_SYMLINK_NOFOLLOW);
      left.begun = static_cast<int64_t>(status.st_mtim.tv_sec);
      left.record = record_in(place, directory);
      const std::optional<Intent> intent = read_intent(directory, place.path);
      left.is_pending =
          !left.is_alive && intent && is_pending(publication_of(place, directory, /*sync=*/true), *intent);
    }
    found.push_back(std::move(left));
  }
  std::ranges::stable_sort(found, {}, &LeftStaging::begun);
  return found;
}

std::vector<std::string> complete_pending_runs(const std::string& path) {
  const DestinationPlace place = open_place(path);
  const MomentaryLock moment(place);
  refuse_live_writers(place);
  std::vector<std::string> completed;
  for (const std::string& name : staging_names(place)) {
    const Opened opened = open_left(place, name);
    if (!opened.is_ours) continue;
    std::vector<std::string> paths = complete(place, opened.directory.get());
    if (!paths.empty() && is_without_data(opened.directory.get())) remove_left(place, name, opened.directory.get());
    completed.insert(completed.end(), std::make_move_iterator(paths.begin()), std::make_move_iterator(paths.end()));
  }
  return completed;
}

std::string path_beside(const DestinationPlace& place, const std::string& staging_name) {
  const size_t slash = place.path.rfind('/');
  return (slash == std::string::npos ? std::string() : place.path.substr(0, slash + 1)) + staging_name;
}

void remove_remains(const std::string& path, const std::string& run_id) {
  const DestinationPlace place = open_place(path);
  const std::string digits = run_of_id(run_id);
  for (const LeftStaging& left : left_stagings(place))
    if (left.is_ours && !left.is_alive && !left.is_pending && left.name.ends_with(digits))
      if (Staging dead = Staging::adopt(path, left.name); !holds_others(dead.directory())) dead.clean();
}

std::vector<std::string> dead_runs_of(const std::string& path) {
  const DestinationPlace place = open_place(path);
  std::vector<std::string> dead;
  for (const LeftStaging& left : left_stagings(place))
    if (!left.is_alive && left.is_ours) dead.push_back(path_beside(place, left.name));
  return dead;
}

bool holds_others(int staging) {
  bool is_found = false;
  const auto visit = [&](const TreeEntry& entry) {
    is_found = is_found || (entry.kind != TreeEntry::Kind::directory && is_of_others(entry.path));
    return 0;
  };
  const int error = walk_tree(staging, visit, [](const TreeEntry& entry) { return is_of_others(entry.path); });
  return is_found || error != 0;
}

std::string run_of_id(const std::string& run_id) { return digest_text(digest_of(as_bytes(run_id))); }

// --- one's own

Staging::Staging(const std::string& path, RunRecord record) : place_(open_place(path)), record_(std::move(record)) {
  record_.destination = name();
  run_ = record_.run_id.empty() ? random_run(path) : run_of_id(record_.run_id);
  const MomentaryLock moment(place_);
  settle_others();
  check_destination();
  make();
}

Staging::Staging(Staging&& other) noexcept
    : place_(std::move(other.place_)),
      other_(std::move(other.other_)),
      record_(std::move(other.record_)),
      run_(std::move(other.run_)),
      staging_name_(std::exchange(other.staging_name_, {})),
      directory_(std::move(other.directory_)),
      is_adopted_(other.is_adopted_),
      dead_runs_(std::move(other.dead_runs_)) {}

Staging Staging::adopt(const std::string& path, const std::string& staging_name) {
  Staging staging;
  staging.place_ = open_place(path);
  const MomentaryLock moment(staging.place_);
  Opened opened = open_left(staging.place_, staging_name);
  if (!opened.directory.is_open()) fail(staging.path(), staging_name + " is not there any more");
  if (opened.is_alive) refuse_live(staging.path());
  if (!opened.is_ours) fail(staging.path(), staging_name + " belongs to another user");
  staging.record_ = record_in(staging.place_, opened.directory.get());
  staging.run_ = staging_name.substr(staging_name.size() - kRunDigits);
  staging.directory_ = std::move(opened.directory);
  staging.staging_name_ = staging_name;
  staging.is_adopted_ = true;
  return staging;
}

void Staging::settle_others() {
  refuse_live_writers(place_);
  for (const std::string& name : staging_names(place_)) {
    const Opened opened = open_left(place_, name);
    if (!opened.is_ours) continue;
    const bool was_pending = !complete(place_, opened.directory.get()).empty();
    const bool is_same_run = !record_.run_id.empty() && name.ends_with(run_);
    const bool has_others =
        holds_others(opened.directory.get()) || (was_pending && read_intent(opened.directory.get(), path()));
    if ((is_same_run && !has_others) || is_without_data(opened.directory.get()))
      remove_left(place_, name, opened.directory.get());
    else
      dead_runs_.push_back(path_beside(place_, name));
  }
}

void Staging::check_destination() const {
  struct stat status {};
  if (::fstatat(parent(), name().c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT) fail(path(), system_reason(errno));
    return;
  }
  const bool is_file = record_.kind == RunRecord::Kind::file;
  const auto refuse = [&](const std::string& what, const char* hint) {
    throw Error(ErrorCode::conflict, path() + what, {.source = path()}, hint);
  };
  if (record_.mode == PublishMode::create)
    refuse(" exists", is_file ? "write to another path, or remove the old file first"
                              : "write to another path, or say append or overwrite (--mode)");
  if (S_ISLNK(status.st_mode)) refuse(" is a symbolic link", "name what it points to");
  if (is_file && !S_ISREG(status.st_mode)) refuse(" exists and is no file", "write to another path");
  if (!is_file && !S_ISDIR(status.st_mode))
    refuse(" exists and is no directory", "write to another path, or remove it first");
  if (!can_be_beside() && record_.mode == PublishMode::overwrite)
    throw Error(ErrorCode::unsupported,
                path() + " is on another file system than the directory around it, where work in progress stands",
                {.source = path()}, "write to a directory inside of it");
}

/// False where the destination is on another file system than the directory around it.
bool Staging::can_be_beside() const {
  struct stat status {};
  struct stat around {};
  if (::fstatat(parent(), name().c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return true;
  if (::fstat(parent(), &around) != 0) fail(path(), system_reason(errno));
  return around.st_dev == status.st_dev;
}

/// An errno, or 0: then it is this one's.
int Staging::make_directory(const std::string& name) {
  staging_name_ = name;
  if (::mkdirat(parent(), name.c_str(), 0777) == 0) return 0;
  staging_name_.clear();
  return errno;
}

// Inside of the destination only where it cannot be beside it, and the mode leaves what is there in its place.
void Staging::make() {
  int error = can_be_beside() ? make_directory(staging_prefix(name()) + run_) : EXDEV;
  const bool refuses = error == EACCES || error == EPERM || error == EROFS || error == EXDEV;
  const bool stays = record_.mode == PublishMode::append || record_.mode == PublishMode::overwrite_partitions;
  if (refuses && stays && is_destination_there())
    error = make_directory(name() + "/" + std::string(kInnerPrefix) + run_);
  if (error == EACCES) fail(path(), "no permission to write to its directory");
  if (error == EEXIST) fail(path(), "what a run of this id has left cannot be removed");
  if (error != 0) fail(path(), system_reason(error));
  directory_ = open_directory(parent(), staging_name_);
  if (!directory_.is_open() || !lock(directory_.get(), LOCK_EX | LOCK_NB)) {
    error = errno;
    remove();
    fail(path(), "its staging directory cannot be locked: " + system_reason(error));
  }
  try {
    write_note(directory_.get(), kRunName, to_text(record_), /*sync=*/false, path());
  } catch (...) {
    remove();
    throw;
  }
}

std::string Staging::directory_path() const { return path_beside(place_, staging_name_); }

Publication Staging::publication(bool sync) const { return publication_of(destination(), directory(), sync); }

bool Staging::is_destination_there() const {
  struct stat status {};
  if (::fstatat(parent(), name().c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return true;
  if (errno != ENOENT) fail(path(), system_reason(errno));
  return false;
}

void Staging::sync() const {
  constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC;
  const Descriptor note(uninterrupted([&] { return ::openat(directory(), kRunName, kFlags); }));
  const Descriptor around = open_below(place_.parent.get(), directory_part(staging_name_));
  for (const int descriptor : {note.get(), directory(), around.get()})
    if (uninterrupted([&] { return ::fsync(descriptor); }) != 0)
      fail(path(), "its staging directory: " + system_reason(errno));
}

namespace {

bool holds_others_or_unknown(int staging) noexcept {
  try {
    return holds_others(staging);
  } catch (const std::bad_alloc&) {
    return true;
  }
}

}  // namespace

void Staging::remove() noexcept {
  if (staging_name_.empty()) return;
  if (is_adopted_ && holds_others_or_unknown(directory())) {
    clean();
    return;
  }
  remove_left(place_, staging_name_, directory());
  staging_name_.clear();
  directory_.close();
}

bool Staging::finish() noexcept {
  if (staging_name_.empty()) return true;
  bool is_empty = false;
  try {
    is_empty = is_without_data(directory());
  } catch (const std::bad_alloc&) {
    // It stays: who finds it looks again.
  }
  if (is_empty)
    remove();
  else
    keep();
  return is_empty;
}

void Staging::keep() noexcept {
  staging_name_.clear();
  directory_.close();
}

bool Staging::clean() noexcept {
  const auto is_known = [](const std::string& path) {
    if (is_of_others(path)) return false;
    if (path == "intent" || path == "intent.new" || path == "run.new") return true;
    return path.ends_with(".parquet") || path.ends_with(".part") || path.ends_with(".journal");
  };
  try {
    walk_tree(directory(), [&](const TreeEntry& entry) {
      const bool is_directory = entry.kind == TreeEntry::Kind::directory;
      if (is_directory || (entry.kind == TreeEntry::Kind::file && is_known(entry.path)))
        ::unlinkat(entry.directory, entry.name.c_str(), is_directory ? AT_REMOVEDIR : 0);
      return 0;
    });
  } catch (const std::bad_alloc&) {
    // It stays.
  }
  return finish();
}

void Staging::turn_to_overwrite(bool sync) {
  if (is_inside())
    throw Error(ErrorCode::unsupported,
                path() +
                    " is to be replaced as a whole, but the directory around it, where the new one is made, gives no "
                    "permission to write, or is on another file system",
                {.source = path()}, "write to another path");
  RunRecord record = record_;
  record.mode = PublishMode::overwrite;
  const std::string unready = std::string(kRunName) + kNewEnding;
  write_note(directory(), unready, to_text(record), sync, path());
  if (::renameat(directory(), unready.c_str(), directory(), kRunName) != 0) fail(path(), system_reason(errno));
  record_ = std::move(record);
  if (sync && uninterrupted([&] { return ::fsync(directory()); }) != 0) fail(path(), system_reason(errno));
}

void Staging::publish_at(const std::string& path) {
  other_ = open_place(path);
  record_.mode = PublishMode::create;
  struct stat here {};
  struct stat there {};
  const bool is_one_file_system = ::fstat(place_.parent.get(), &here) == 0 &&
                                  ::fstat(other_->parent.get(), &there) == 0 && here.st_dev == there.st_dev;
  if (!is_one_file_system)
    throw Error(ErrorCode::unsupported, path + " is on another file system than " + place_.path, {.source = path},
                "name a path beside it, and move that afterwards");
  check_destination();
}

void Staging::refuse_arrival() const {
  throw Error(ErrorCode::conflict, path() + " has come into being while it was written; it was left as it is",
              {.source = path()}, "write to another path, or remove it first");
}

}  // namespace sluice
