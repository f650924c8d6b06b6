#include "storage/reopened_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <limits>
#include <utility>

#include "sluice/error.h"
#include "storage/part_file.h"

namespace sluice {

ReopenedFile::ReopenedFile(const std::string& path, FileSinkOptions options) : path_(path), options_(options) {
  constexpr int kFlags = O_RDWR | O_NOFOLLOW | O_CLOEXEC;
  file_ = Descriptor(uninterrupted([&] { return ::open(path.c_str(), kFlags); }));
  if (!file_.is_open()) fail(errno);
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) fail(errno);
  if (status.st_nlink > 1)
    throw Error(ErrorCode::conflict, path_ + " has another name, too: to write it again would change what stands there",
                {.source = path_}, "copy it, and put the copy in its place");
}

void ReopenedFile::fail(int error) const {
  throw Error(ErrorCode::io, "cannot write " + path_ + " again: " + system_reason(error), {.source = path_});
}

void ReopenedFile::write_at(uint64_t offset, std::span<const std::byte> bytes) {
  const Transfer done = write_all_at(file_.get(), offset, bytes);
  if (done.error != 0) fail(done.error);
}

void ReopenedFile::read_at(uint64_t offset, std::span<std::byte> into) {
  const Transfer done = read_all_at(copy_path_.empty() ? file_.get() : before_.get(), offset, into);
  if (done.error == 0 && done.count == into.size()) return;
  throw Error(ErrorCode::io,
              "cannot read " + path_ + ": " + (done.error == 0 ? "it has become shorter" : system_reason(done.error)),
              {.source = path_});
}

ReopenedFile::~ReopenedFile() {
  if (!copy_path_.empty()) ::unlink(copy_path_.c_str());
}

// What is left of an earlier attempt gives way.
bool ReopenedFile::begin_copy() {
  constexpr int kFlags = O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
  copy_path_ = path_ + kCopyEnding;
  Descriptor copy(uninterrupted([&] { return ::open(copy_path_.c_str(), kFlags, 0666); }));
  if (!copy.is_open()) fail(errno);
  before_ = std::exchange(file_, std::move(copy));
  return true;
}

void ReopenedFile::finish(uint64_t bytes) {
  if (bytes > static_cast<uint64_t>(std::numeric_limits<off_t>::max())) fail(EFBIG);
  if (uninterrupted([&] { return ::ftruncate(file_.get(), static_cast<off_t>(bytes)); }) != 0) fail(errno);
  if (options_.sync && uninterrupted([&] { return ::fsync(file_.get()); }) != 0) fail(errno);
  if (const int error = file_.close(); error != 0) fail(error);
  if (copy_path_.empty()) return;
  if (::rename(copy_path_.c_str(), path_.c_str()) != 0) fail(errno);
  copy_path_.clear();
  before_.close();
}

void ReopenedFile::publish() { throw Error(ErrorCode::bug, path_ + " is not published by who writes it again"); }

}  // namespace sluice
