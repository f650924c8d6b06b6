// Sources in order, and ranges of files.
#include "storage/input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "sluice/error.h"

namespace sluice {
namespace {

[[noreturn]] void fail(const std::string& name, const std::string& sentence, const std::string& hint = {}) {
  throw Error(ErrorCode::io, sentence, {.source = name}, hint);
}

Descriptor open_to_read(const std::string& path) {
  Descriptor file(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
  if (file.is_open()) return file;
  switch (errno) {
    case ENOENT: fail(path, path + " does not exist");
    case EACCES: fail(path, "no permission to read " + path);
    default: fail(path, "cannot read " + path + ": " + system_reason(errno));
  }
}

struct stat status_of(int descriptor, const std::string& name, const std::string& directory_hint = {}) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) fail(name, "cannot read " + name + ": " + system_reason(errno));
  if (S_ISDIR(status.st_mode)) fail(name, name + " is a directory", directory_hint);
  return status;
}

}  // namespace

Input Input::open(const std::string& path) {
  if (path == "-") return Input(Descriptor(), STDIN_FILENO, "stdin");
  Descriptor file = open_to_read(path);
  const int number = file.get();
  return Input(std::move(file), number, path);
}

Input::Input(Descriptor owned, int descriptor, std::string name)
    : owned_(std::move(owned)), descriptor_(descriptor), name_(std::move(name)) {
  const struct stat status =
      status_of(descriptor_, name_, "Name the files in it, or a pattern for them: '" + name_ + "/*'.");
  if (!S_ISREG(status.st_mode)) return;
  const off_t position = ::lseek(descriptor_, 0, SEEK_CUR);  // standard input may have been read from before
  size_ = static_cast<uint64_t>(std::max<off_t>(status.st_size - std::max<off_t>(position, 0), 0));
  ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);
}

size_t Input::read(std::span<std::byte> into) {
  const size_t known = std::min(into.size(), peeked_.size() - peeked_begin_);
  if (known > 0) {
    std::memcpy(into.data(), peeked_.data() + peeked_begin_, known);
    peeked_begin_ += known;
    into = into.subspan(known);
  }
  if (into.empty()) return known;
  paused_ = false;
  const bool waits = !patience_ || size_;
  const Transfer done = waits ? read_all(descriptor_, into)
                              : read_until(descriptor_, into, std::chrono::steady_clock::now() + *patience_, paused_);
  if (done.error != 0) fail(name_, "cannot read " + name_ + ": " + system_reason(done.error));
  return known + done.count;
}

ByteSpan Input::peek(size_t count) {
  const size_t known = peeked_.size() - peeked_begin_;
  if (known < count) {
    const Transfer done = read_all(descriptor_, {peeked_.prepare(count - known), count - known});
    if (done.error != 0) fail(name_, "cannot read " + name_ + ": " + system_reason(done.error));
    peeked_.advance(done.count);
  }
  return ByteSpan(peeked_).subspan(peeked_begin_, std::min(count, peeked_.size() - peeked_begin_));
}

RandomReader RandomReader::open(const std::string& path) {
  Descriptor file = open_to_read(path);
  const struct stat status = status_of(file.get(), path);
  if (!S_ISREG(status.st_mode)) fail(path, path + " is not a regular file");
  return RandomReader(std::move(file), path, static_cast<uint64_t>(status.st_size));
}

RandomReader::RandomReader(Descriptor file, std::string name, uint64_t size)
    : file_(std::move(file)), name_(std::move(name)), size_(size) {}

void RandomReader::read_at(uint64_t offset, std::span<std::byte> into) const {
  const Transfer done = read_all_at(file_.get(), offset, into);
  if (done.error != 0) fail(name_, "cannot read " + name_ + ": " + system_reason(done.error));
  if (done.count < into.size())
    throw Error(ErrorCode::io,
                name_ + " ends at byte " + std::to_string(offset + done.count) + ", but " +
                    std::to_string(into.size()) + " bytes at byte " + std::to_string(offset) + " were asked for",
                {.source = name_, .byte = static_cast<int64_t>(offset)});
}

}  // namespace sluice
