// Patterns in the names of sources, for callers without a shell, or with quotes: 'data/*.csv.gz'. (glob(7).)
#pragma once

#include <string>
#include <vector>

namespace sluice {

/// The paths that `path` stands for, in the order of their bytes whatever the locale. `*`, `?` and `[...]` match inside
/// one part of a path, none of them a dot that begins it; `\` takes the meaning from the next character. What has none
/// of these, or exists under this very name, stands for itself, and so does "-". Directories that match are given like
/// files: that they are no sources should be heard of.
/// Throws Error{io} for a pattern that nothing matches, and where a directory is closed to us.
std::vector<std::string> expand_pattern(const std::string& path);

}  // namespace sluice
