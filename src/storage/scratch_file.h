// A file that one writer fills from front to back and reads again itself: what it must keep but not in memory.
//
//   ScratchFile scratch = ScratchFile::unnamed();     // gone with its process, whatever happens
//   scratch.append(bytes);
//   scratch.read_at(0, into);
#pragma once

#include <cstdint>
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
  /// In the directory that TMPDIR names, else in /tmp. Throws Error{io} that names the directory.
  static std::unique_ptr<ScratchFile> unnamed();
  /// Takes an empty file that is open to read and to write; `name` is for messages.
  ScratchFile(Descriptor file, std::string name) : file_(std::move(file)), name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  /// Bytes appended so far.
  uint64_t size() const { return size_; }
  /// Throws Error{io}; then the file is of no use any more.
  void append(ByteSpan bytes);
  /// Fills all of `into`, or throws Error{io}: also when the file ends before.
  void read_at(uint64_t offset, std::span<std::byte> into) const;

 private:
  Descriptor file_;
  std::string name_;
  uint64_t size_ = 0;
};

}  // namespace v0
}  // namespace sluice
