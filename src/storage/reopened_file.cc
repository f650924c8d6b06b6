#include "storage/reopened_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <limits>

#include "sluice/error.h"

namespace sluice {

ReopenedFile::ReopenedFile(const std::string& path, FileSinkOptions options) : path_(path), options_(options) {
  constexpr int kFlags = O_RDWR | O_NOFOLLOW | O_CLOEXEC;
  file_ = Descriptor(uninterrupted([&] { return ::open(path.c_str(), kFlags); }));
  if (!file_.is_open()) fail(errno);
}

void ReopenedFile::fail(int error) const {
  throw Error(ErrorCode::io, "cannot write " + path_ + " again: " + system_reason(error), {.source = path_});
}

void ReopenedFile::write_at(uint64_t offset, std::span<const std::byte> bytes) {
  const Transfer done = write_all_at(file_.get(), offset, bytes);
  if (done.error != 0) fail(done.error);
}

void ReopenedFile::read_at(uint64_t offset, std::span<std::byte> into) {
  const Transfer done = read_all_at(file_.get(), offset, into);
  if (done.error == 0 && done.count == into.size()) return;
  throw Error(ErrorCode::io,
              "cannot read " + path_ + ": " + (done.error == 0 ? "it has become shorter" : system_reason(done.error)),
              {.source = path_});
}

void ReopenedFile::finish(uint64_t bytes) {
  if (bytes > static_cast<uint64_t>(std::numeric_limits<off_t>::max())) fail(EFBIG);
  if (uninterrupted([&] { return ::ftruncate(file_.get(), static_cast<off_t>(bytes)); }) != 0) fail(errno);
  if (options_.sync && uninterrupted([&] { return ::fsync(file_.get()); }) != 0) fail(errno);
  if (const int error = file_.close(); error != 0) fail(error);
}

void ReopenedFile::publish() { throw Error(ErrorCode::bug, path_ + " is not published by who writes it again"); }

}  // namespace sluice
