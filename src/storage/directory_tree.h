// What is below an open directory, without ever following a link out of it. (POSIX openat, O_NOFOLLOW.)
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/descriptor.h"

namespace sluice {

/// Directories inside each other that are looked at: those of a dataset (kListingDepthMax) and those around it.
inline constexpr int kTreeDepthMax = 40;

/// The directory `path` below an open one, part by part; "" and "." are the directory itself. Not open, with errno,
/// where a part is missing, is a link (ELOOP or ENOTDIR), or refuses.
Descriptor open_below(int directory, std::string_view path);
/// What stands before the last slash, or "".
std::string_view directory_part(std::string_view path);
/// What stands behind the last slash.
std::string name_part(std::string_view path);

/// What stands at `path`, links followed; nothing where nothing stands, or a link leads nowhere. Throws Error{io} where
/// the system does not say: who took that for nothing would pass over what is there.
std::optional<struct stat> status_at(const std::string& path);
/// Whether a directory stands there; throws as status_at does.
bool is_directory(const std::string& path);

struct TreeEntry {
  enum class Kind : uint8_t { directory, file, other };

  int directory = -1;  ///< the open directory that it stands in
  std::string name{};
  std::string path{};  ///< from where the walk began
  Kind kind = Kind::other;
};

/// Calls `visit` for everything below an open directory, a directory after what is in it; `enters`, where there is one,
/// says which directories are gone into. Both are called in no certain order of names. Goes on behind failures, and
/// returns the first errno (of the system's, or that `visit` returned), or 0. ELOOP for more than kTreeDepthMax.
int walk_tree(int directory, const std::function<int(const TreeEntry&)>& visit,
              const std::function<bool(const TreeEntry&)>& enters = {});

/// Opens a directory by its path, links included. Not open, with errno, where it is missing or refuses.
Descriptor open_directory(const std::string& path);
/// Adds the names in the directory `path`, links included, without "." and "..", in no certain order. An errno, or 0.
int list_names(const std::string& path, std::vector<std::string>& names);

/// Removes all that is below an open directory. What resists stays; returns the first errno, or 0.
int remove_contents(int directory);
/// Waits until the names in an open directory and in all below are on the device; 0 or an errno.
int sync_directories(int directory);

}  // namespace sluice
