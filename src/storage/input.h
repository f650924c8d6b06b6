// Bytes in: a source read from its beginning to its end, or ranges of a file in any order.
//
//   Input input = Input::open("-");                     // standard input
//   while (const size_t count = input.read(buffer)) ...   // less than the buffer only at the end
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "storage/descriptor.h"

namespace sluice {

/// Bytes of a source in order: a file, or a descriptor such as standard input. Not thread-safe.
class Input {
 public:
  /// "-" is standard input, which stays open afterwards. `is_cut_off` is asked before each piece of a pipe, and again
  /// and again while nothing comes: true ends the input there. A named pipe is not waited for before it is read. Throws
  /// Error{io} for what is missing, a directory, or closed to us.
  static Input open(const std::string& path, std::function<bool()> is_cut_off = {});
  Input(Input&&) noexcept = default;
  Input& operator=(Input&&) noexcept = default;

  /// The path, or "stdin".
  const std::string& name() const { return name_; }
  /// Bytes that there were to read when it was opened; regular files only.
  std::optional<uint64_t> size() const { return size_; }
  /// Fills as much of `into` as there is; less than asked only at the end. Throws Error{io}.
  size_t read(std::span<std::byte> into) { return read_at_least(into.size(), into); }
  /// The same of what a pipe has ready: at least one byte, unless it ends.
  size_t read_some(std::span<std::byte> into) { return read_at_least(1, into); }
  /// From here on read() waits no longer than this for what does not come; then paused() says that there may be more.
  /// No effect on regular files.
  void set_patience(std::chrono::milliseconds patience) { patience_ = patience; }
  /// Whether the last read() was short because nothing came in time.
  bool paused() const { return paused_; }
  /// Whether the end is one that `is_cut_off` has made.
  bool was_cut_off() const { return was_cut_off_; }
  /// The next `count` bytes, which stay to be read; fewer only at the end. Valid until the next call. Throws Error{io}.
  ByteSpan peek(size_t count);

 private:
  Input(Descriptor owned, int descriptor, std::string name, std::function<bool()> is_cut_off);
  size_t read_at_least(size_t least, std::span<std::byte> into);
  size_t read_pipe(size_t least, std::span<std::byte> into);
  size_t checked(const Transfer& done) const;

  Descriptor owned_;  // none for standard input
  int descriptor_;
  std::string name_;
  std::optional<uint64_t> size_;
  Bytes peeked_;
  size_t peeked_begin_ = 0;  // what is before it has been read
  std::optional<std::chrono::milliseconds> patience_;
  bool paused_ = false;
  std::function<bool()> is_cut_off_;
  bool was_cut_off_ = false;
};

/// Any range of a regular file, or of bytes in memory. Thread-safe.
class RandomReader {
 public:
  /// Throws Error{io} as Input::open does, and for what is not a regular file.
  static RandomReader open(const std::string& path);
  /// `name`: for messages.
  static RandomReader over(Bytes bytes, std::string name);
  /// The first `bytes` bytes of the file, and `end` behind them. Throws Error{io} as open does, and for a shorter file.
  static RandomReader with_end(const std::string& path, uint64_t bytes, Bytes end);
  RandomReader(RandomReader&&) noexcept = default;
  RandomReader& operator=(RandomReader&&) noexcept = default;

  const std::string& name() const { return name_; }
  /// Bytes in the file when it was opened.
  uint64_t size() const { return size_; }
  /// Fills all of `into`, or throws Error{io}: also when the file ends before.
  void read_at(uint64_t offset, std::span<std::byte> into) const;
  /// Bytes [offset, offset + count) will be read soon: the system may fetch them meanwhile.
  void announce(uint64_t offset, uint64_t count) const;

 private:
  RandomReader(Descriptor file, Bytes bytes, std::string name, uint64_t size);

  Transfer read(uint64_t offset, std::span<std::byte> into) const;

  Descriptor file_;  ///< none where `bytes_` are all
  Bytes bytes_;      ///< the last of the `size_` bytes, where there is no file or it is not all
  std::string name_;
  uint64_t size_;
};

}  // namespace sluice
