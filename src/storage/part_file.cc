#include "storage/part_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <utility>

#include "sluice/error.h"

namespace sluice {

namespace {

constexpr int kPartFlags = O_RDWR | O_NOFOLLOW | O_CLOEXEC;

Descriptor open(int directory, const std::string& name, const std::string& path, int more_flags = 0) {
  Descriptor file(uninterrupted([&] { return ::openat(directory, name.c_str(), kPartFlags | more_flags, 0666); }));
  if (!file.is_open()) PartFile::fail(path, errno);
  return file;
}

Descriptor create(int directory, const std::string& name, const std::string& path) {
  return open(directory, name, path, O_CREAT | O_EXCL);
}

}  // namespace

PartFile::PartFile(int directory, const std::string& name, std::string path, bool is_left)
    : directory_(directory),
      part_name_(name + ".part"),
      journal_name_(name + ".journal"),
      copy_name_(part_name_ + kCopyEnding),
      path_(std::move(path)),
      file_(create(directory, part_name_, path_)),
      is_left_(is_left) {}

PartFile::~PartFile() {
  file_.close();
  if (has_copy_) ::unlinkat(directory_, copy_name_.c_str(), 0);
  if (is_left_ && !kept_) return;
  if (!kept_) ::unlinkat(directory_, part_name_.c_str(), 0);
  if (has_journal_) ::unlinkat(directory_, journal_name_.c_str(), 0);
}

int PartFile::handle() const {
  const std::lock_guard guard(opening_);
  if (!file_.is_open()) file_ = open(directory_, has_copy_ ? copy_name_ : part_name_, path_);
  return file_.get();
}

void PartFile::write_at(uint64_t offset, std::span<const std::byte> bytes) {
  const Transfer done = write_all_at(handle(), offset, bytes);
  if (done.error != 0) fail(path_, done.error);
}

void PartFile::read_at(uint64_t offset, std::span<std::byte> into) const {
  const Transfer done = read_all_at(has_copy_ ? before_.get() : handle(), offset, into);
  if (done.error == 0 && done.count == into.size()) return;
  throw Error(ErrorCode::io,
              "cannot read back what was written to " + path_ + ": " +
                  (done.error == 0 ? "it has become shorter" : system_reason(done.error)),
              {.source = path_});
}

void PartFile::begin_copy() {
  Descriptor copy = create(directory_, copy_name_, path_);
  has_copy_ = true;
  before_ = std::exchange(file_, std::move(copy));
  if (!before_.is_open()) before_ = open(directory_, part_name_, path_);
}

void PartFile::end_copy(bool sync) {
  if (!has_copy_) return;
  if (sync) sync_file(handle(), path_);
  if (::renameat(directory_, copy_name_.c_str(), directory_, part_name_.c_str()) != 0) fail(path_, errno);
  has_copy_ = false;
  before_.close();
}

std::unique_ptr<ScratchFile> PartFile::open_journal() {
  const auto reopen = [directory = directory_, name = journal_name_, path = path_] {
    return open(directory, name, path);
  };
  Descriptor journal = create(directory_, journal_name_, path_);
  has_journal_ = true;
  try {
    return std::make_unique<ScratchFile>(std::move(journal), "the journal of " + path_, reopen);
  } catch (...) {
    remove_journal();  // who finds no memory now may ask again
    throw;
  }
}

void PartFile::close() {
  if (const int error = file_.close(); error != 0) fail(path_, error);
}

void PartFile::remove_journal() {
  if (!std::exchange(has_journal_, false)) return;
  if (::unlinkat(directory_, journal_name_.c_str(), 0) != 0) fail(path_, errno);
}

Descriptor PartFile::keep() {
  kept_ = true;
  if (std::exchange(has_journal_, false)) ::unlinkat(directory_, journal_name_.c_str(), 0);
  return std::move(file_);
}

// A failed fsync is final: the system may have dropped the pages, and a second try would report success.
void PartFile::sync_file(int descriptor, const std::string& path) {
  if (uninterrupted([&] { return ::fsync(descriptor); }) != 0) fail(path, errno);
}

void PartFile::fail(const std::string& path, int error) {
  throw Error(ErrorCode::io, "cannot write " + path + ": " + system_reason(error), {.source = path});
}

}  // namespace sluice
