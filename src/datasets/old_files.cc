#include "datasets/old_files.h"

#include <cerrno>

#include "sluice/error.h"
#include "storage/descriptor.h"
#include "storage/directory_tree.h"

namespace sluice {

KnownFiles old_files_of(const std::string& dataset) {
  KnownFiles files;
  const Descriptor opened = open_directory(dataset);
  int error = opened.is_open() ? 0 : errno;
  if (error == ENOENT) return files;
  if (opened.is_open()) error = parquet_files_below(opened.get(), files);
  if (error != 0)
    throw Error(ErrorCode::io, "cannot list " + dataset + ", which is to be replaced: " + system_reason(error),
                {.source = dataset});
  return files;
}

void check_unchanged(const std::string& dataset, const KnownFiles& old) {
  const KnownFiles there = old_files_of(dataset);
  for (const auto& [name, stamp] : old) {
    const auto found = there.find(name);
    if (found == there.end() || found->second != stamp) refuse_changed(dataset, name);
  }
  for (const auto& [name, stamp] : there)
    if (!old.contains(name)) refuse_changed(dataset, name);
}

void refuse_changed(const std::string& dataset, const std::string& name) {
  const std::string path = dataset + "/" + name;
  throw Error(ErrorCode::conflict, path + " has come, gone or changed while " + dataset + " was to be written anew",
              {.source = path}, "run again: nothing was changed");
}

}  // namespace sluice
