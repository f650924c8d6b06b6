// Open file descriptors: one that closes itself, and reads and writes that do all of what they are asked.
// (POSIX open, pread, pwrite; interrupted and short calls are repeated here and nowhere else.)
#pragma once

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "base/bytes.h"

namespace sluice {

/// Owns a descriptor; -1 is none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  int get() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  /// Gives the descriptor away, to be closed by whoever takes it.
  int release() { return std::exchange(number_, -1); }
  /// 0, or the errno of a write that the system had put off until now. The descriptor is gone either way.
  int close() noexcept;

 private:
  int number_ = -1;
};

/// Repeats `call`, which returns -1 and sets errno on failure, for as long as signals interrupt it.
template <typename Call>
auto uninterrupted(Call&& call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

/// Reads or writes until `bytes` is done, the input ends (`count` is short then), or the system refuses.
struct Transfer {
  size_t count = 0;
  int error = 0;  ///< errno, 0 = none
};

Transfer read_all(int descriptor, std::span<std::byte> into);
/// What comes first, if it comes within `timeout`: `late` tells that nothing came. Nothing, and not late, is the end.
Transfer read_within(int descriptor, std::span<std::byte> into, std::chrono::milliseconds timeout, bool& late);
Transfer read_all_at(int descriptor, uint64_t offset, std::span<std::byte> into);
Transfer write_all(int descriptor, ByteSpan bytes);
Transfer write_all_at(int descriptor, uint64_t offset, ByteSpan bytes);

/// Copies all of a file to the beginning of another, which is empty; an errno, or 0.
int copy_file(int from, int to);

/// The system's words for an errno: "No space left on device".
std::string system_reason(int error);

}  // namespace sluice
