// Renaming without replacing. (Linux renameat2 with RENAME_NOREPLACE; POSIX linkat.)
#include "storage/exclusive_rename.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "storage/descriptor.h"

namespace sluice {

int link_exclusively(int from_directory, const std::string& from, int to_directory, const std::string& to) {
  if (uninterrupted([&] { return ::linkat(from_directory, from.c_str(), to_directory, to.c_str(), 0); }) != 0)
    return errno;
  uninterrupted([&] { return ::unlinkat(from_directory, from.c_str(), 0); });  // it has its new name either way
  return 0;
}

int rename_exclusively(int from_directory, const std::string& from, int to_directory, const std::string& to) {
  const int result = uninterrupted(
      [&] { return ::renameat2(from_directory, from.c_str(), to_directory, to.c_str(), RENAME_NOREPLACE); });
  if (result == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  return link_exclusively(from_directory, from, to_directory, to);
}

}  // namespace sluice
