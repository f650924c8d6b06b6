// A file without a name, for targets whose code reads files.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "base/bytes.h"

namespace sluice::fuzz {

class NamelessFile {
 public:
  NamelessFile() : file_(memfd_create("fuzz", 0)), path_("/proc/self/fd/" + std::to_string(file_)) {}
  ~NamelessFile() { close(file_); }
  NamelessFile(const NamelessFile&) = delete;
  NamelessFile& operator=(const NamelessFile&) = delete;

  const std::string& path() const { return path_; }
  /// In place of what it held.
  void write(ByteSpan bytes) {
    if (ftruncate(file_, 0) != 0) std::abort();
    if (pwrite(file_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) std::abort();
  }

 private:
  int file_;
  std::string path_;
};

}  // namespace sluice::fuzz
