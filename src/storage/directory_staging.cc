// (Linux sync_file_range, fsync, syncfs, renameat2; POSIX mkdirat.)
#include "storage/directory_staging.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "sluice/error.h"
#include "storage/directory_tree.h"
#include "storage/exclusive_rename.h"

namespace sluice {

namespace {

/// Finished files whose data may be on their way to the device: their descriptors stay open, so that no failure of the
/// device is missed.
constexpr size_t kUnsyncedMax = 4;
constexpr const char* kDataName = "data";
constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

Descriptor open_directory(int parent, const std::string& name) {
  return Descriptor(uninterrupted([&] { return ::openat(parent, name.c_str(), kDirectoryFlags); }));
}

// Files that appear one by one are appended to what is there, from the first one on: so a dead run is treated.
RunRecord record_of(const DirectoryStagingOptions& options) {
  const PublishOptions& publish = options.publish;
  const bool replaces = publish.mode == PublishMode::overwrite || publish.mode == PublishMode::overwrite_partitions;
  if (options.each_file && replaces)
    throw Error(ErrorCode::invalid, "files that appear one by one cannot take the place of others: " +
                                        std::string(to_string(publish.mode)) + " publishes at the end");
  return {.mode = options.each_file ? PublishMode::append : publish.mode, .run_id = publish.run_id};
}

/// An errno, or 0, also where the file system has no permissions. We must be able to go on in a directory.
int copy_permissions(int from_directory, const std::string& from, int to_directory, const std::string& to) {
  struct stat status {};
  if (::fstatat(from_directory, from.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return errno;
  const mode_t mode = (status.st_mode & 07777) | (S_ISDIR(status.st_mode) ? S_IRWXU : 0);
  if (::fchmodat(to_directory, to.c_str(), mode, 0) == 0 || errno == EPERM || errno == EOPNOTSUPP) return 0;
  return errno;
}

void sync_or_throw(int directory, const std::string& path) { PartFile::sync_file(directory, path); }

}  // namespace

/// Goes through the staging when it is finished.
class DirectoryStaging::FileInDirectory : public Sink {
 public:
  FileInDirectory(DirectoryStaging& staging, const std::string& name)
      : staging_(staging),
        name_(name),
        part_(staging.data_.get(), name, staging.path() + "/" + name, staging.keeps()) {}

  const std::string& name() const override { return part_.path(); }
  bool positional() const override { return true; }
  bool readable() const override { return true; }
  bool recoverable() const override { return true; }
  void write_at(uint64_t offset, std::span<const std::byte> bytes) override { part_.write_at(offset, bytes); }
  void read_at(uint64_t offset, std::span<std::byte> into) override { part_.read_at(offset, into); }
  bool begin_copy() override {
    part_.begin_copy();
    return true;
  }
  void end_copy(bool sync) override { part_.end_copy(sync); }
  void release() override { part_.release(); }
  void publish() override { staging_.file_finished(part_, name_); }

  std::unique_ptr<ScratchFile> open_journal() override {
    is_name_synced_ = false;
    {
      const std::lock_guard guard(staging_.mutex_);
      staging_.has_journals_ = true;
    }
    return part_.open_journal();
  }
  void sync() override {
    part_.sync();
    if (!std::exchange(is_name_synced_, true)) staging_.sync_names(name_);
  }

 private:
  DirectoryStaging& staging_;
  std::string name_;
  PartFile part_;
  bool is_name_synced_ = false;
};

DirectoryStaging::DirectoryStaging(const std::string& path, DirectoryStagingOptions options)
    : options_(std::move(options)),
      mode_(options_.publish.mode),
      staging_(without_slashes_at_end(path), record_of(options_)),
      dead_runs_(staging_.dead_runs()) {
  if (::mkdirat(staging_.directory(), kDataName, 0777) != 0) PartFile::fail(this->path(), errno);
  data_ = open_directory(staging_.directory(), kDataName);
  if (!data_.is_open()) PartFile::fail(this->path(), errno);
  if (mode_ == PublishMode::overwrite || mode_ == PublishMode::overwrite_partitions) check_overwrite();
  if (!options_.each_file) return;
  try {
    open_destination();
  } catch (...) {
    abandon();
    throw;
  }
}

DirectoryStaging::DirectoryStaging(Staging adopted, std::vector<std::string> finished, bool sync)
    : options_{.sync = sync, .publish = {.mode = adopted.record().mode, .on_failure = OnFailure::keep}},
      mode_(options_.publish.mode),
      staging_(std::move(adopted)),
      data_(open_directory(staging_.directory(), kDataName)),
      finished_(std::move(finished)) {
  if (!data_.is_open()) PartFile::fail(path(), errno);
  for (const std::string& name : finished_)
    for (std::string_view folder = directory_part(name); !folder.empty(); folder = directory_part(folder))
      directories_.emplace(folder);
}

// --- opening

void DirectoryStaging::open_destination() {
  const std::string& name = staging_.name();
  made_destination_ = ::mkdirat(staging_.parent(), name.c_str(), 0777) == 0;
  if (!made_destination_ && errno != EEXIST) PartFile::fail(path(), errno);
  if (!made_destination_ && mode_ == PublishMode::create) {
    bool is_empty = true;
    const Descriptor there = open_directory(staging_.parent(), name);
    const auto visit = [&](const TreeEntry&) { return is_empty = false, 0; };
    if (!there.is_open() || walk_tree(there.get(), visit, [](const TreeEntry&) { return false; }) != 0)
      PartFile::fail(path(), errno);
    if (!is_empty)
      throw Error(ErrorCode::conflict, path() + " exists and is not empty", {.source = path()},
                  "write to another path, or append to it");
  }
  destination_ = open_directory(staging_.parent(), name);
  if (!destination_.is_open()) PartFile::fail(path(), errno);
  if (options_.sync && made_destination_) sync_or_throw(staging_.parent(), path());
}

void DirectoryStaging::check_overwrite() const {
  if (!staging_.is_destination_there()) return;
  const Descriptor there = open_directory(staging_.parent(), staging_.name());
  if (!there.is_open()) PartFile::fail(path(), errno);
  if (mode_ == PublishMode::overwrite) check_replaceable(there.get(), path());
  if (options_.publish.allow_window || can_exchange(staging_.publication(options_.sync))) return;
  throw Error(ErrorCode::unsupported, path() + " cannot be replaced at once: its file system does not exchange names",
              {.source = path()}, "--allow-window puts up with a moment in which neither the old nor the new is there");
}

void DirectoryStaging::replace_all() {
  if (replaces_all() || !staging_.is_destination_there()) return;
  staging_.turn_to_overwrite(options_.sync);
  mode_ = PublishMode::overwrite;
  check_overwrite();
}

// --- files

void DirectoryStaging::make_directories(const std::string& name) {
  const std::lock_guard guard(mutex_);
  for (size_t slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1)) {
    const std::string_view folder = std::string_view(name).substr(0, slash);
    if (directories_.contains(folder)) continue;
    if (::mkdirat(data_.get(), std::string(folder).c_str(), 0777) != 0 && errno != EEXIST)
      PartFile::fail(path() + "/" + name, errno);
    directories_.emplace(folder);
  }
}

std::unique_ptr<Sink> DirectoryStaging::create(const std::string& name) {
  if (!stays_inside(name))
    throw Error(ErrorCode::invalid, "\"" + name + "\" is not the name of a file in " + path(), {.source = path()});
  make_directories(name);
  return std::make_unique<FileInDirectory>(*this, name);
}

void DirectoryStaging::take_along(const std::string& name) {
  make_directories(name);
  const std::string from = staging_.name() + "/" + name;
  if (::linkat(staging_.parent(), from.c_str(), data_.get(), (name + ".part").c_str(), 0) != 0) {
    const int error = errno;
    if (error != EPERM && error != EXDEV && error != EMLINK && error != EOPNOTSUPP && error != ENOSYS)
      PartFile::fail(path() + "/" + name, error);
    copy_along(name);
  }
  const std::lock_guard guard(mutex_);
  finished_.push_back(name);
}

void DirectoryStaging::copy_along(const std::string& name) const {
  const std::string from_name = staging_.name() + "/" + name;
  const std::string to_name = name + ".part";
  const Descriptor from(
      uninterrupted([&] { return ::openat(staging_.parent(), from_name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC); }));
  if (!from.is_open()) PartFile::fail(path() + "/" + name, errno);
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  Descriptor to(uninterrupted([&] { return ::openat(data_.get(), to_name.c_str(), kFlags, 0666); }));
  if (!to.is_open()) PartFile::fail(path() + "/" + name, errno);
  if (const int error = copy_file(from.get(), to.get()); error != 0) PartFile::fail(path() + "/" + name, error);
  take_permissions(name, name);
  if (options_.sync) sync_or_throw(to.get(), path() + "/" + name);
  if (const int error = to.close(); error != 0) PartFile::fail(path() + "/" + name, error);
}

void DirectoryStaging::take_permissions(const std::string& name, const std::string& like) const {
  const int error = copy_permissions(staging_.parent(), staging_.name() + "/" + like, data_.get(), name + ".part");
  if (error != 0) PartFile::fail(path() + "/" + name, error);
}

// Those that were made for what comes in the place of others are as the umask says.
void DirectoryStaging::keep_directory_permissions() const {
  int error = copy_permissions(staging_.parent(), staging_.name(), staging_.directory(), kDataName);
  const auto keep = [&](const TreeEntry& entry) {
    if (entry.kind != TreeEntry::Kind::directory) return 0;
    const int failed =
        copy_permissions(staging_.parent(), staging_.name() + "/" + entry.path, entry.directory, entry.name);
    return failed == ENOENT ? 0 : failed;  // it is new
  };
  if (error == 0) error = walk_tree(data_.get(), keep);
  if (error != 0) PartFile::fail(path(), error);
}

std::string DirectoryStaging::staged_path(const std::string& name) const {
  return staging_.directory_path() + "/" + kDataName + "/" + name + ".part";
}

void DirectoryStaging::file_finished(PartFile& part, const std::string& name) {
  if (options_.each_file) return show_file(part, name);
  part.remove_journal();  // its directory becomes visible
  {
    const std::lock_guard guard(mutex_);
    finished_.push_back(name);
  }
  if (options_.sync) return sync_behind(part);
  part.close();
  part.keep();
}

void DirectoryStaging::show_file(PartFile& part, const std::string& name) {
  if (options_.sync) part.sync();
  part.close();
  for (size_t slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1))
    if (::mkdirat(destination_.get(), name.substr(0, slash).c_str(), 0777) != 0 && errno != EEXIST)
      PartFile::fail(part.path(), errno);
  const int error = rename_exclusively(data_.get(), part.part_name(), destination_.get(), name);
  if (error == EEXIST)
    throw Error(ErrorCode::conflict, part.path() + " has come into being while it was written; it was left as it is",
                {.source = part.path()}, "write to another path, or remove that file first");
  if (error != 0) PartFile::fail(part.path(), error);
  part.keep();
  if (!options_.sync) return;
  for (std::string_view folder = directory_part(name); !folder.empty(); folder = directory_part(folder)) {
    const Descriptor opened = open_below(destination_.get(), folder);
    if (!opened.is_open()) tell_not_durable(part.path(), errno);
    sync_or_throw(opened.get(), part.path());
  }
  sync_or_throw(destination_.get(), path());
}

// The device begins with this file now, and has had time for the one that is waited for: nobody stands still for long.
// Of many files none is waited for by itself.
void DirectoryStaging::sync_behind(PartFile& part) {
  Descriptor file = part.keep();
  ::sync_file_range(file.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
  std::optional<Unsynced> oldest;
  {
    const std::lock_guard guard(mutex_);
    if (finished_.size() > kSyncedOneByOneMax && can_sync_file_system()) return;
    unsynced_.push_back({std::move(file), part.path()});
    if (unsynced_.size() <= kUnsyncedMax) return;
    oldest = std::move(unsynced_.front());
    unsynced_.pop_front();
  }
  sync_file(std::move(*oldest));
}

void DirectoryStaging::sync_file(Unsynced file) {
  PartFile::sync_file(file.file.get(), file.path);
  if (const int error = file.file.close(); error != 0) PartFile::fail(file.path, error);
}

// From the file's own directory outwards, so that the way to it is on the device.
void DirectoryStaging::sync_names(const std::string& name) {
  for (std::string_view folder = directory_part(name); !folder.empty(); folder = directory_part(folder)) {
    const Descriptor opened = open_below(data_.get(), folder);
    if (!opened.is_open()) PartFile::fail(path(), errno);
    sync_or_throw(opened.get(), path());
  }
  sync_or_throw(data_.get(), path());
  staging_.sync();
}

// --- publishing

bool DirectoryStaging::syncs_file_system() const {
  return finished_.size() > kSyncedOneByOneMax && can_sync_file_system();
}

void DirectoryStaging::give_names() const {
  for (const std::string& name : finished_) {
    const int error = rename_exclusively(data_.get(), name + ".part", data_.get(), name);
    if (error != 0) PartFile::fail(path() + "/" + name, error);
  }
}

void DirectoryStaging::sync_staged() const {
  const int error = syncs_file_system() ? sync_file_system(data_.get()) : sync_directories(data_.get());
  if (error != 0) PartFile::fail(path(), error);
  if (staging_.is_inside()) staging_.sync();  // write_intent waits for what is beside the destination
}

void DirectoryStaging::become_destination(const std::function<void()>& check) {
  if (check) check();
  const int error = rename_directory_exclusively(staging_.directory(), kDataName, staging_.parent(), staging_.name());
  if (error == EEXIST) staging_.refuse_arrival();
  if (error != 0) PartFile::fail(path(), error);
  is_done_ = true;
  const bool is_durable = !options_.sync || uninterrupted([&] { return ::fsync(staging_.parent()); }) == 0;
  const int reason = errno;
  staging_.remove();
  if (!is_durable) tell_not_durable(path(), reason);
}

Intent DirectoryStaging::intent() const {
  Intent intent{.mode = mode_, .allow_window = options_.publish.allow_window};
  const Publication publication = staging_.publication(options_.sync);
  if (intent.mode == PublishMode::overwrite) {
    intent.swaps.push_back(swap_of(publication, "."));
    return intent;
  }
  std::set<std::string, std::less<>> partitions;
  for (const std::string& name : finished_) partitions.emplace(directory_part(name));
  if (intent.mode == PublishMode::append) {
    intent.directories.assign(directories_.begin(), directories_.end());  // in order: what is outside comes first
    const std::set<std::string> names(finished_.begin(), finished_.end());
    for (const std::string& name : names) intent.moves.push_back({name});
    return intent;
  }
  for (const std::string& partition : partitions) {
    if (partition.empty())
      throw Error(ErrorCode::invalid, "overwrite-partitions of " + path() + " has files outside of any partition");
    for (std::string_view folder = directory_part(partition); !folder.empty(); folder = directory_part(folder))
      intent.directories.emplace_back(folder);
    intent.swaps.push_back(swap_of(publication, partition));
  }
  std::sort(intent.directories.begin(), intent.directories.end());
  intent.directories.erase(std::unique(intent.directories.begin(), intent.directories.end()), intent.directories.end());
  return intent;
}

void DirectoryStaging::publish_by_intent(const std::function<void()>& check) {
  const Publication publication = staging_.publication(options_.sync);
  const Intent what = intent();
  check_intent(publication, what);
  std::string left = staging_.directory_path();
  dead_runs_.reserve(dead_runs_.size() + 1);  // nothing may fail behind the publishing
  if (check) check();
  is_done_ = true;  // from here on it is to be completed, if not by us
  try {
    write_intent(publication, what);
  } catch (...) {
    is_done_ = read_intent(publication.staging, path()).has_value();
    throw;
  }
  try {
    carry_out(publication, what);
  } catch (const Error& error) {
    throw Error(
        error.code(), error.what(), error.place(),
        error.hint().empty() ? "sluice recover " + path() + " completes it, and so does the next run" : error.hint());
  }
  if (!staging_.finish()) dead_runs_.push_back(std::move(left));
}

void DirectoryStaging::publish(const std::function<void()>& check) {
  if (options_.each_file) {
    made_destination_ = false;
    is_done_ = true;
    return staging_.remove();
  }
  for (; !unsynced_.empty(); unsynced_.pop_front()) sync_file(std::move(unsynced_.front()));
  const bool is_there = mode_ != PublishMode::create && staging_.is_destination_there();
  if (is_there && finished_.empty() && mode_ != PublishMode::overwrite) return abandon();
  if (!is_there || mode_ != PublishMode::append) give_names();
  if (is_there && mode_ != options_.publish.mode) keep_directory_permissions();
  if (options_.sync) sync_staged();
  if (is_there)
    publish_by_intent(check);
  else
    become_destination(check);
}

void DirectoryStaging::abandon() noexcept {
  unsynced_.clear();
  if (std::exchange(is_done_, true)) return staging_.keep();
  if (keeps() && (has_journals_ || !finished_.empty()))
    staging_.keep();
  else
    staging_.remove();
  // Not if there is something in it: rmdir refuses.
  if (std::exchange(made_destination_, false)) ::unlinkat(staging_.parent(), staging_.name().c_str(), AT_REMOVEDIR);
}

}  // namespace sluice
