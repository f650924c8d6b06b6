// (Linux sync_file_range, fsync, renameat2; POSIX mkdirat.)
#include "storage/directory_staging.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string_view>
#include <utility>

#include "sluice/error.h"
#include "storage/exclusive_rename.h"

namespace sluice {

namespace {

/// Finished files whose data may be on their way to the device: their descriptors stay open, so that no failure of the
/// device is missed.
constexpr size_t kUnsyncedMax = 4;
constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::string without_slashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

using Listing = std::unique_ptr<DIR, int (*)(DIR*)>;

/// Of an open directory; null where it cannot be listed.
Listing list(int directory) {
  Descriptor again(uninterrupted([&] { return ::openat(directory, ".", kDirectoryFlags); }));
  Listing entries(again.is_open() ? ::fdopendir(again.get()) : nullptr, ::closedir);
  if (entries) again.release();  // closedir closes it
  return entries;
}

/// The next name, without "." and ".."; null at the end.
const char* next_name(const Listing& entries) {
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") return entry->d_name;
  }
  return nullptr;
}

}  // namespace

/// Goes through the staging when it is finished.
class DirectoryStaging::FileInDirectory : public Sink {
 public:
  FileInDirectory(DirectoryStaging& staging, const std::string& name)
      : staging_(staging), name_(name), part_(staging.staging_.directory(), name, staging.path() + "/" + name) {}

  const std::string& name() const override { return part_.path(); }
  bool positional() const override { return true; }
  bool readable() const override { return true; }
  void write_at(uint64_t offset, std::span<const std::byte> bytes) override { part_.write_at(offset, bytes); }
  void read_at(uint64_t offset, std::span<std::byte> into) override { part_.read_at(offset, into); }
  std::unique_ptr<ScratchFile> open_journal() override { return part_.open_journal(); }
  void publish() override { staging_.file_finished(part_, name_); }

 private:
  DirectoryStaging& staging_;
  std::string name_;
  PartFile part_;
};

DirectoryStaging::DirectoryStaging(const std::string& path, DirectoryStagingOptions options)
    : options_(options), staging_(without_slashes(path), options.each_file ? Existing::allowed : Existing::refused) {
  if (!options_.each_file) return;
  try {
    open_destination();
  } catch (...) {
    remove_files();
    throw;
  }
}

DirectoryStaging::~DirectoryStaging() { remove_files(); }

void DirectoryStaging::open_destination() {
  const std::string& name = staging_.name();
  made_destination_ = ::mkdirat(staging_.parent(), name.c_str(), 0777) == 0;
  if (!made_destination_ && errno != EEXIST) PartFile::fail(path(), errno);
  destination_ = Descriptor(uninterrupted([&] { return ::openat(staging_.parent(), name.c_str(), kDirectoryFlags); }));
  const char* const hint = "write to another path, or remove it first";
  if (!destination_.is_open() && (errno == ENOTDIR || errno == ELOOP))
    throw Error(ErrorCode::conflict, path() + " exists and is no directory", {.source = path()}, hint);
  if (!destination_.is_open()) PartFile::fail(path(), errno);
  const Listing entries = list(destination_.get());
  if (!entries) PartFile::fail(path(), errno);
  if (next_name(entries) != nullptr)
    throw Error(ErrorCode::conflict, path() + " exists and is not empty", {.source = path()}, hint);
  if (options_.sync && made_destination_) PartFile::sync_file(staging_.parent(), path());
}

std::unique_ptr<Sink> DirectoryStaging::create(const std::string& name) {
  return std::make_unique<FileInDirectory>(*this, name);
}

std::string DirectoryStaging::staged_path(const std::string& name) const {
  return staging_.directory_path() + "/" + name + ".part";
}

void DirectoryStaging::file_finished(PartFile& part, const std::string& name) {
  if (!options_.each_file) {
    finished_.push_back(name);
    if (options_.sync) return sync_behind(part);
    part.close();
    part.keep();
    return;
  }
  if (options_.sync) part.sync();
  part.close();
  const int error = rename_exclusively(staging_.directory(), part.part_name(), destination_.get(), name);
  if (error == EEXIST)
    throw Error(ErrorCode::conflict, part.path() + " has come into being while it was written; it was left as it is",
                {.source = part.path()}, "write to another path, or remove that file first");
  if (error != 0) PartFile::fail(part.path(), error);
  part.keep();
  if (options_.sync) PartFile::sync_file(destination_.get(), path());
}

// The device begins with this file now, and has had time for the one that is waited for: nobody stands still for long.
void DirectoryStaging::sync_behind(PartFile& part) {
  Descriptor file = part.keep();
  ::sync_file_range(file.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
  unsynced_.push_back({std::move(file), part.path()});
  if (unsynced_.size() > kUnsyncedMax) sync_oldest();
}

void DirectoryStaging::sync_oldest() {
  Unsynced oldest = std::move(unsynced_.front());
  unsynced_.pop_front();
  PartFile::sync_file(oldest.file.get(), oldest.path);
  if (const int error = oldest.file.close(); error != 0) PartFile::fail(oldest.path, error);
}

void DirectoryStaging::publish() {
  if (options_.each_file) {
    made_destination_ = false;
    return staging_.remove();
  }
  while (!unsynced_.empty()) sync_oldest();
  const int directory = staging_.directory();
  for (const std::string& name : finished_) {
    const int error = rename_exclusively(directory, name + ".part", directory, name);
    if (error != 0) PartFile::fail(path() + "/" + name, error);
  }
  if (options_.sync) PartFile::sync_file(directory, path());
  const int error = staging_.publish_directory();
  if (error == EEXIST) staging_.refuse_arrival();
  if (error != 0) PartFile::fail(path(), error);
  if (options_.sync && uninterrupted([&] { return ::fsync(staging_.parent()); }) != 0) staging_.tell_not_durable(errno);
}

// Everything in the staging directory is ours, whether its name is final already or not.
void DirectoryStaging::remove_files() noexcept {
  unsynced_.clear();
  if (staging_.directory() >= 0) {
    const Listing entries = list(staging_.directory());
    while (const char* name = entries ? next_name(entries) : nullptr) ::unlinkat(staging_.directory(), name, 0);
    staging_.remove();
  }
  // Not if there is something in it: rmdir refuses.
  if (std::exchange(made_destination_, false)) ::unlinkat(staging_.parent(), staging_.name().c_str(), AT_REMOVEDIR);
}

}  // namespace sluice
