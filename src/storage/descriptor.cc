// Whole reads and writes over POSIX descriptors, and copies. (Linux copy_file_range.)
#include "storage/descriptor.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <system_error>
#include <vector>

namespace sluice {
namespace {

// A descriptor that others made non-blocking (a terminal, a pipe of node's) is waited for.
void wait_for(int descriptor, short events) {
  pollfd waited{.fd = descriptor, .events = events, .revents = 0};
  uninterrupted([&] { return ::poll(&waited, 1, -1); });
}

// `call(done)` moves some bytes beyond the first `done`, as read and write do.
template <typename Call>
Transfer transfer(int descriptor, size_t size, short events, Call&& call) {
  Transfer done;
  while (done.count < size) {
    const ssize_t moved = uninterrupted([&] { return call(done.count); });
    if (moved == 0) break;
    if (moved > 0) {
      done.count += static_cast<size_t>(moved);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      wait_for(descriptor, events);
    } else {
      done.error = errno;
      break;
    }
  }
  return done;
}

constexpr bool fits_offset(uint64_t offset, size_t size) {
  constexpr uint64_t kOffsetMax = std::numeric_limits<off_t>::max();
  return offset <= kOffsetMax && size <= kOffsetMax - offset;
}

// A write that moves nothing and gives no reason would be repeated forever.
Transfer complete(Transfer done, size_t size) {
  if (done.count < size && done.error == 0) done.error = EIO;
  return done;
}

}  // namespace

int Descriptor::close() noexcept {
  if (number_ < 0) return 0;
  const int result = ::close(std::exchange(number_, -1));
  return result == 0 || errno == EINTR ? 0 : errno;  // Linux has closed it also when interrupted
}

Transfer read_all(int descriptor, std::span<std::byte> into) {
  return transfer(descriptor, into.size(), POLLIN,
                  [&](size_t done) { return ::read(descriptor, into.data() + done, into.size() - done); });
}

Transfer read_within(int descriptor, std::span<std::byte> into, std::chrono::milliseconds timeout, bool& late) {
  pollfd waited{.fd = descriptor, .events = POLLIN, .revents = 0};
  const int patience = static_cast<int>(std::clamp<int64_t>(timeout.count(), 0, std::numeric_limits<int>::max()));
  late = uninterrupted([&] { return ::poll(&waited, 1, patience); }) == 0;
  if (late) return {};
  const ssize_t moved = uninterrupted([&] { return ::read(descriptor, into.data(), into.size()); });
  if (moved >= 0) return {.count = static_cast<size_t>(moved)};
  late = errno == EAGAIN || errno == EWOULDBLOCK;  // others read from it, too
  return {.count = 0, .error = late ? 0 : errno};
}

Transfer read_all_at(int descriptor, uint64_t offset, std::span<std::byte> into) {
  if (!fits_offset(offset, into.size())) return {.count = 0, .error = EINVAL};
  return transfer(descriptor, into.size(), POLLIN, [&](size_t done) {
    return ::pread(descriptor, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
  });
}

Transfer write_all(int descriptor, ByteSpan bytes) {
  const Transfer done = transfer(descriptor, bytes.size(), POLLOUT, [&](size_t count) {
    return ::write(descriptor, bytes.data() + count, bytes.size() - count);
  });
  return complete(done, bytes.size());
}

Transfer write_all_at(int descriptor, uint64_t offset, ByteSpan bytes) {
  if (!fits_offset(offset, bytes.size())) return {.count = 0, .error = EFBIG};
  const Transfer done = transfer(descriptor, bytes.size(), POLLOUT, [&](size_t count) {
    return ::pwrite(descriptor, bytes.data() + count, bytes.size() - count, static_cast<off_t>(offset + count));
  });
  return complete(done, bytes.size());
}

namespace {

/// Copies a file within the system, which does not show us its bytes: as many as it does so for, or all. No error also
/// where it does not do so between these files.
Transfer copy_within_system(int from, int to) {
  // Small enough for a signal to be heard now and then.
  constexpr size_t kPieceBytes = size_t{16} << 20;
  off_t from_place = 0;
  off_t to_place = 0;
  while (true) {
    const ssize_t moved =
        uninterrupted([&] { return ::copy_file_range(from, &from_place, to, &to_place, kPieceBytes, 0); });
    const bool cannot = moved < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP);
    if (moved <= 0) return {.count = static_cast<size_t>(to_place), .error = moved < 0 && !cannot ? errno : 0};
  }
}

}  // namespace

int copy_file(int from, int to) {
  constexpr size_t kPieceBytes = size_t{1} << 20;
  const Transfer copied = copy_within_system(from, to);
  if (copied.error != 0) return copied.error;
  uint64_t offset = copied.count;
  std::vector<std::byte> piece(kPieceBytes);
  while (true) {
    const Transfer read = read_all_at(from, offset, piece);
    if (read.error != 0 || read.count == 0) return read.error;
    const Transfer written = write_all_at(to, offset, ByteSpan(piece).first(read.count));
    if (written.error != 0) return written.error;
    offset += read.count;
  }
}

std::string system_reason(int error) { return std::system_category().message(error); }

}  // namespace sluice
