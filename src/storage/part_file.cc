#include "storage/part_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "sluice/error.h"

namespace sluice {

namespace {

constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

Descriptor create(int directory, const std::string& name, const std::string& path) {
  Descriptor file(uninterrupted([&] { return ::openat(directory, name.c_str(), kFlags, 0666); }));
  if (!file.is_open()) PartFile::fail(path, errno);
  return file;
}

}  // namespace

PartFile::PartFile(int directory, const std::string& name, std::string path)
    : directory_(directory),
      part_name_(name + ".part"),
      journal_name_(name + ".journal"),
      path_(std::move(path)),
      file_(create(directory, part_name_, path_)) {}

PartFile::~PartFile() {
  file_.close();
  if (!kept_) ::unlinkat(directory_, part_name_.c_str(), 0);
  if (has_journal_) ::unlinkat(directory_, journal_name_.c_str(), 0);
}

void PartFile::write_at(uint64_t offset, std::span<const std::byte> bytes) {
  const Transfer done = write_all_at(file_.get(), offset, bytes);
  if (done.error != 0) fail(path_, done.error);
}

void PartFile::read_at(uint64_t offset, std::span<std::byte> into) const {
  const Transfer done = read_all_at(file_.get(), offset, into);
  if (done.error == 0 && done.count == into.size()) return;
  throw Error(ErrorCode::io,
              "cannot read back what was written to " + path_ + ": " +
                  (done.error == 0 ? "it has become shorter" : system_reason(done.error)),
              {.source = path_});
}

std::unique_ptr<ScratchFile> PartFile::open_journal() {
  Descriptor journal = create(directory_, journal_name_, path_);
  has_journal_ = true;
  return std::make_unique<ScratchFile>(std::move(journal), "the journal of " + path_);
}

void PartFile::close() {
  if (const int error = file_.close(); error != 0) fail(path_, error);
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
