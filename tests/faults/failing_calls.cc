// (POSIX and Linux calls; what the kernel would do is asked for by syscall().)
#include "faults/failing_calls.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <string_view>

namespace sluice::test {
namespace {

struct Armed {
  CallFault fault{};
  bool on = false;
  size_t calls = 0;
  const char* failed = nullptr;
  bool removal_failed = false;
};

Armed armed;

// Whether the call fails, with errno set.
bool fails(const char* name) {
  if (!armed.on) return false;
  ++armed.calls;
  const CallFault& fault = armed.fault;
  if (fault.at == 0 || armed.calls < fault.at || (armed.calls > fault.at && !fault.forever)) return false;
  if (fault.kills) ::raise(SIGKILL);
  if (armed.failed == nullptr) armed.failed = name;
  const std::string_view kind = name;
  armed.removal_failed |= kind == "unlinkat" || kind == "openat";  // a directory is opened to be listed
  errno = fault.error;
  return true;
}

// How many bytes are moved; 0: interrupted, with errno set.
size_t piece(size_t size) {
  if (!armed.on || !armed.fault.in_pieces) return size;
  if (++armed.calls % 2 == 0) {
    errno = EINTR;
    return 0;
  }
  return std::max<size_t>(size / 3, 1);
}

bool interrupted(size_t size, size_t moved) { return size > 0 && moved == 0; }

template <typename... Arguments>
auto ask(long number, Arguments... arguments) {
  return ::syscall(number, arguments...);
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

FailingCalls::FailingCalls(CallFault fault) { armed = {.fault = fault, .on = true}; }
FailingCalls::~FailingCalls() { armed.on = false; }
size_t FailingCalls::calls() const { return armed.calls; }
std::string FailingCalls::failed() const { return armed.failed == nullptr ? "" : armed.failed; }
bool FailingCalls::removal_failed() const { return armed.removal_failed; }

}  // namespace sluice::test

using sluice::test::ask;
using sluice::test::fails;
using sluice::test::interrupted;
using sluice::test::piece;

extern "C" {

int openat(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = sluice::test::mode_of(flags, arguments);
  va_end(arguments);
  return fails("openat") ? -1 : static_cast<int>(ask(SYS_openat, directory, path, flags, mode));
}

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = sluice::test::mode_of(flags, arguments);
  va_end(arguments);
  return fails("open") ? -1 : static_cast<int>(ask(SYS_openat, AT_FDCWD, path, flags, mode));
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t offset) {
  const size_t moved = piece(size);
  return interrupted(size, moved) || fails("pwrite") ? -1 : ask(SYS_pwrite64, file, bytes, moved, offset);
}

ssize_t pread(int file, void* bytes, size_t size, off_t offset) {
  const size_t moved = piece(size);
  return interrupted(size, moved) || fails("pread") ? -1 : ask(SYS_pread64, file, bytes, moved, offset);
}

ssize_t write(int file, const void* bytes, size_t size) {
  const size_t moved = file <= STDERR_FILENO ? size : piece(size);
  return interrupted(size, moved) || (file > STDERR_FILENO && fails("write")) ? -1 : ask(SYS_write, file, bytes, moved);
}

ssize_t read(int file, void* bytes, size_t size) {
  const size_t moved = piece(size);
  return interrupted(size, moved) || fails("read") ? -1 : ask(SYS_read, file, bytes, moved);
}

// As the kernel does it: the handle is gone whatever the answer.
int close(int file) {
  const bool failed = fails("close");
  const int error = errno;
  const auto result = static_cast<int>(ask(SYS_close, file));
  if (!failed) return result;
  errno = error;
  return -1;
}

int fsync(int file) { return fails("fsync") ? -1 : static_cast<int>(ask(SYS_fsync, file)); }
int fdatasync(int file) { return fails("fdatasync") ? -1 : static_cast<int>(ask(SYS_fdatasync, file)); }
int syncfs(int file) noexcept { return fails("syncfs") ? -1 : static_cast<int>(ask(SYS_syncfs, file)); }
int sync_file_range(int file, off64_t offset, off64_t bytes, unsigned flags) {
  return fails("sync_file_range") ? -1 : static_cast<int>(ask(SYS_sync_file_range, file, offset, bytes, flags));
}
int ftruncate(int file, off_t size) noexcept {
  return fails("ftruncate") ? -1 : static_cast<int>(ask(SYS_ftruncate, file, size));
}
// To let go of a lock never fails.
int flock(int file, int how) noexcept {
  return (how & LOCK_UN) == 0 && fails("flock") ? -1 : static_cast<int>(ask(SYS_flock, file, how));
}
int mkdirat(int directory, const char* path, mode_t mode) noexcept {
  return fails("mkdirat") ? -1 : static_cast<int>(ask(SYS_mkdirat, directory, path, mode));
}
int unlinkat(int directory, const char* path, int flags) noexcept {
  return fails("unlinkat") ? -1 : static_cast<int>(ask(SYS_unlinkat, directory, path, flags));
}
int linkat(int from, const char* old_path, int to, const char* path, int flags) noexcept {
  return fails("linkat") ? -1 : static_cast<int>(ask(SYS_linkat, from, old_path, to, path, flags));
}
int renameat2(int from, const char* old_path, int to, const char* path, unsigned flags) noexcept {
  return fails("renameat2") ? -1 : static_cast<int>(ask(SYS_renameat2, from, old_path, to, path, flags));
}
int renameat(int from, const char* old_path, int to, const char* path) noexcept {
  return fails("renameat") ? -1 : static_cast<int>(ask(SYS_renameat2, from, old_path, to, path, 0U));
}
int stat(const char* path, struct stat* status) noexcept {
  return fails("stat") ? -1 : static_cast<int>(ask(SYS_newfstatat, AT_FDCWD, path, status, 0));
}
ssize_t copy_file_range(int from, off64_t* from_offset, int to, off64_t* to_offset, size_t size, unsigned flags) {
  const size_t moved = piece(size);
  if (interrupted(size, moved) || fails("copy_file_range")) return -1;
  return ask(SYS_copy_file_range, from, from_offset, to, to_offset, moved, flags);
}

}  // extern "C"
