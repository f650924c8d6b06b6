// A file that one writer fills from front to back and reads again itself: what it must keep but not in memory.
//
//   ScratchFile scratch = ScratchFile::unnamed();     // gone with its process, whatever happens
//   scratch.append(bytes);
//   scratch.read_at(0, into);
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "storage/descriptor.h"

namespace sluice {
inline namespace v0 {

/// Not thread-safe. Removing a file that has a name is up to whoever made it.
class ScratchFile {
 public:
  /// In `directory`; where that is empty in the one that TMPDIR names, else in /tmp. Throws Error{io} that names it.
  static std::unique_ptr<ScratchFile> unnamed(const std::string& directory = {});
  /// Takes an empty file that is open to read and to write; `name` is for messages. `reopen` opens it again, after
  /// release(); it throws Error{io}.
  ScratchFile(Descriptor file, std::string name, std::function<Descriptor()> reopen = {})
      : file_(std::move(file)), name_(std::move(name)), reopen_(std::move(reopen)) {}

  const std::string& name() const { return name_; }
  /// Bytes appended so far.
  uint64_t size() const { return size_; }
  /// Throws Error{io}; then the file is of no use any more.
  void append(ByteSpan bytes);
  /// Over what was appended; requires that it ends there. Throws Error{io}; then the file is of no use any more.
  void replace(uint64_t offset, ByteSpan bytes);
  /// Fills all of `into`, or throws Error{io}: also when the file ends before.
  void read_at(uint64_t offset, std::span<std::byte> into) const;
  /// Waits until what was appended is on the device. Throws Error{io}.
  void sync();
  /// Gives up the handle until it is needed again, where the file can be opened again. Throws Error{io}.
  void release();

 private:
  int handle() const;

  mutable Descriptor file_;
  std::string name_;
  std::function<Descriptor()> reopen_;
  uint64_t size_ = 0;
};

}  // namespace v0
}  // namespace sluice
