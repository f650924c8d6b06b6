// (Linux renameat2; POSIX linkat.)
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

namespace {

/// An errno, or 0; EINVAL and ENOSYS where the file system or the kernel cannot.
int rename_with(unsigned flags, int from_directory, const std::string& from, int to_directory, const std::string& to) {
  const int result =
      uninterrupted([&] { return ::renameat2(from_directory, from.c_str(), to_directory, to.c_str(), flags); });
  return result == 0 ? 0 : errno;
}

}  // namespace

bool is_unable(int error) { return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP; }

int exchange_names(int from_directory, const std::string& from, int to_directory, const std::string& to) {
  return rename_with(RENAME_EXCHANGE, from_directory, from, to_directory, to);
}

int rename_exclusively(int from_directory, const std::string& from, int to_directory, const std::string& to) {
  const int error = rename_with(RENAME_NOREPLACE, from_directory, from, to_directory, to);
  if (!is_unable(error)) return error;
  return link_exclusively(from_directory, from, to_directory, to);
}

int rename_directory_exclusively(int from_directory, const std::string& from, int to_directory, const std::string& to) {
  const int error = rename_with(RENAME_NOREPLACE, from_directory, from, to_directory, to);
  if (!is_unable(error)) return error;
  return replace_nothing_but_empty(from_directory, from, to_directory, to);
}

int replace_nothing_but_empty(int from_directory, const std::string& from, int to_directory, const std::string& to) {
  if (uninterrupted([&] { return ::renameat(from_directory, from.c_str(), to_directory, to.c_str()); }) == 0) return 0;
  // POSIX: what is there is a directory that is not empty, or no directory.
  return errno == ENOTEMPTY || errno == ENOTDIR ? EEXIST : errno;
}

}  // namespace sluice
