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

using Clock = std::chrono::steady_clock;

// Whoever wants to end the input waits so long.
constexpr std::chrono::milliseconds kCutOffPatience{50};

[[noreturn]] void fail(const std::string& name, const std::string& sentence, const std::string& hint = {}) {
  throw Error(ErrorCode::io, sentence, {.source = name}, hint);
}

// Without O_NONBLOCK a named pipe would be waited for here; to files it means nothing.
Descriptor open_to_read(const std::string& path) {
  Descriptor file(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); }));
  if (file.is_open()) return file;
  switch (errno) {
    case ENOENT: fail(path, path + " does not exist");
    case EACCES: fail(path, "no permission to read " + path);
    default: fail(path, "cannot read " + path + ": " + system_reason(errno));
  }
}

/// What read_all_at does with a file.
Transfer copy_at(ByteSpan bytes, uint64_t offset, std::span<std::byte> into) {
  if (offset >= bytes.size() || into.empty()) return {};
  const size_t count = std::min(into.size(), bytes.size() - static_cast<size_t>(offset));
  std::memcpy(into.data(), bytes.data() + offset, count);
  return {count, 0};
}

/// The usual 64 KiB make reader and writer take turns thousands of times a second. Where the system does not grant
/// more, they do.
void widen_pipe(int descriptor) {
  constexpr int kPipeBytes = 1 << 20;
  if (::fcntl(descriptor, F_GETPIPE_SZ) < kPipeBytes) ::fcntl(descriptor, F_SETPIPE_SZ, kPipeBytes);
}

struct stat status_of(int descriptor, const std::string& name, const std::string& directory_hint = {}) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) fail(name, "cannot read " + name + ": " + system_reason(errno));
  if (S_ISDIR(status.st_mode)) fail(name, name + " is a directory", directory_hint);
  return status;
}

}  // namespace

Input Input::open(const std::string& path, std::function<bool()> is_cut_off) {
  if (path == "-") return Input(Descriptor(), STDIN_FILENO, "stdin", std::move(is_cut_off));
  Descriptor file = open_to_read(path);
  const int number = file.get();
  return Input(std::move(file), number, path, std::move(is_cut_off));
}

Input::Input(Descriptor owned, int descriptor, std::string name, std::function<bool()> is_cut_off)
    : owned_(std::move(owned)), descriptor_(descriptor), name_(std::move(name)), is_cut_off_(std::move(is_cut_off)) {
  const struct stat status =
      status_of(descriptor_, name_, "Name the files in it, or a pattern for them: '" + name_ + "/*'.");
  if (S_ISFIFO(status.st_mode)) widen_pipe(descriptor_);
  if (!S_ISREG(status.st_mode)) return;
  const off_t position = ::lseek(descriptor_, 0,
                                 SEEK_CUR);  // standard input may have been read from before
  size_ = static_cast<uint64_t>(std::max<off_t>(status.st_size - std::max<off_t>(position, 0), 0));
  ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);
}

size_t Input::read_at_least(size_t least, std::span<std::byte> into) {
  const size_t known = std::min(into.size(), peeked_.size() - peeked_begin_);
  if (known > 0) {
    std::memcpy(into.data(), peeked_.data() + peeked_begin_, known);
    peeked_begin_ += known;
    into = into.subspan(known);
  }
  if (known >= least || into.empty()) return known;
  return known + (size_ ? checked(read_all(descriptor_, into)) : read_pipe(least - known, into));
}

// A pipe is read until there are `least` bytes, it ends, or it has kept us waiting for too long.
size_t Input::read_pipe(size_t least, std::span<std::byte> into) {
  constexpr std::chrono::milliseconds kForEver = std::chrono::hours(1);
  const auto deadline = patience_ ? Clock::now() + *patience_ : Clock::time_point::max();
  paused_ = false;
  size_t count = 0;
  while (count < least) {
    was_cut_off_ = was_cut_off_ || (is_cut_off_ && is_cut_off_());
    if (was_cut_off_) break;
    auto timeout = is_cut_off_ ? kCutOffPatience : kForEver;
    timeout = std::min(timeout, std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()));
    bool late = false;
    const size_t more = checked(read_within(descriptor_, into.subspan(count), timeout, late));
    count += more;
    paused_ = late && Clock::now() >= deadline;
    if (paused_) break;
    if (more > 0 || late) continue;
    // What ends the input may have ended who writes it, a moment before.
    was_cut_off_ = is_cut_off_ && is_cut_off_();
    break;
  }
  return count;
}

size_t Input::checked(const Transfer& done) const {
  if (done.error != 0) fail(name_, "cannot read " + name_ + ": " + system_reason(done.error));
  return done.count;
}

ByteSpan Input::peek(size_t count) {
  const size_t known = peeked_.size() - peeked_begin_;
  if (known < count) {
    const size_t missing = count - known;
    const std::span<std::byte> room(peeked_.prepare(missing), missing);
    peeked_.advance(size_ ? checked(read_all(descriptor_, room)) : read_pipe(missing, room));
  }
  return ByteSpan(peeked_).subspan(peeked_begin_, std::min(count, peeked_.size() - peeked_begin_));
}

RandomReader RandomReader::open(const std::string& path) {
  Descriptor file = open_to_read(path);
  const struct stat status = status_of(file.get(), path);
  if (!S_ISREG(status.st_mode)) fail(path, path + " is not a regular file");
  return RandomReader(std::move(file), {}, path, static_cast<uint64_t>(status.st_size));
}

RandomReader RandomReader::over(Bytes bytes, std::string name) {
  const uint64_t size = bytes.size();
  return RandomReader(Descriptor(), std::move(bytes), std::move(name), size);
}

RandomReader RandomReader::with_end(const std::string& path, uint64_t bytes, Bytes end) {
  RandomReader file = open(path);
  if (file.size_ < bytes)
    fail(path, path + " has " + std::to_string(file.size_) + " bytes, and " + std::to_string(bytes) + " are needed");
  file.size_ = bytes + end.size();
  file.bytes_ = std::move(end);
  return file;
}

RandomReader::RandomReader(Descriptor file, Bytes bytes, std::string name, uint64_t size)
    : file_(std::move(file)), bytes_(std::move(bytes)), name_(std::move(name)), size_(size) {}

void RandomReader::announce(uint64_t offset, uint64_t count) const {
  // Only advice: whatever becomes of it, reading works.
  if (file_.is_open())
    ::posix_fadvise(file_.get(), static_cast<off_t>(offset), static_cast<off_t>(count), POSIX_FADV_WILLNEED);
}

Transfer RandomReader::read(uint64_t offset, std::span<std::byte> into) const {
  if (file_.is_open() && bytes_.empty()) return read_all_at(file_.get(), offset, into);
  const uint64_t in_file = size_ - bytes_.size();
  if (offset >= in_file) return copy_at(bytes_, offset - in_file, into);
  const std::span<std::byte> from_file =
      into.first(static_cast<size_t>(std::min<uint64_t>(into.size(), in_file - offset)));
  Transfer done = read_all_at(file_.get(), offset, from_file);
  if (done.count == from_file.size()) done.count += copy_at(bytes_, 0, into.subspan(done.count)).count;
  return done;
}

void RandomReader::read_at(uint64_t offset, std::span<std::byte> into) const {
  const Transfer done = read(offset, into);
  if (done.error != 0) fail(name_, "cannot read " + name_ + ": " + system_reason(done.error));
  if (done.count < into.size())
    throw Error(ErrorCode::io,
                name_ + " ends at byte " + std::to_string(offset + done.count) + ", but " +
                    std::to_string(into.size()) + " bytes at byte " + std::to_string(offset) + " were asked for",
                {.source = name_, .byte = static_cast<int64_t>(offset)});
}

}  // namespace sluice
