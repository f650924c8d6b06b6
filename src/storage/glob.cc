#include "storage/glob.h"

#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <new>

#include "sluice/error.h"
#include "storage/descriptor.h"

namespace sluice {
namespace {

// What glob(3) has found, freed in the end.
struct Found : glob_t {
  Found() : glob_t{} {}
  Found(const Found&) = delete;
  Found& operator=(const Found&) = delete;
  ~Found() { ::globfree(this); }
};

bool is_pattern(const std::string& path) {
  struct stat status {};
  return path.find_first_of("*?[") != std::string::npos && ::lstat(path.c_str(), &status) != 0;
}

// glob(3) asks about a directory that it cannot open. One that is not there, as behind a broken link, has no files;
// what is closed to us may have some.
int may_hide_files(const char* /*directory*/, int error) {
  return error != ENOENT && error != ENOTDIR && error != ELOOP ? 1 : 0;
}

}  // namespace

std::vector<std::string> expand_pattern(const std::string& path) {
  if (!is_pattern(path)) return {path};
  Found found;
  const int result = ::glob(path.c_str(), GLOB_NOSORT, &may_hide_files, &found);
  if (result == GLOB_NOSPACE) throw std::bad_alloc();
  if (result == GLOB_ABORTED)
    throw Error(ErrorCode::io, "cannot look for files that match " + path + ": " + system_reason(errno),
                {.source = path});
  if (result != 0) throw Error(ErrorCode::io, "no file matches " + path, {.source = path});
  std::vector<std::string> paths(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace sluice
