// Which file it is that stands under a name: another one that takes its place, or is written over, has another stamp. A
// second name for it leaves that as it is. (POSIX struct stat.)
#pragma once

#include <sys/stat.h>

#include <compare>
#include <cstdint>

namespace sluice {

struct FileStamp {
  uint64_t device = 0;
  uint64_t inode = 0;
  int64_t bytes = 0;
  int64_t seconds = 0;  ///< of its last change, since 1970
  int64_t nanoseconds = 0;

  auto operator<=>(const FileStamp&) const = default;
};

inline FileStamp stamp_of(const struct stat& status) {
  return {status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

}  // namespace sluice
