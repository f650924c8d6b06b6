// Giving a finished file or directory its name, without ever replacing one that is there; and exchanging two names.
// (Linux renameat2 with RENAME_NOREPLACE, RENAME_EXCHANGE; POSIX linkat where the file system lacks the former.)
#pragma once

#include <string>

namespace sluice {

/// All return 0 or an errno, EEXIST when the new name is taken; then nothing has changed.
/// Directories are open descriptors, names are relative to them.
int rename_exclusively(int from_directory, const std::string& from, int to_directory, const std::string& to);
/// By a second name and the removal of the first; files only. What rename_exclusively falls back on.
int link_exclusively(int from_directory, const std::string& from, int to_directory, const std::string& to);

/// Of a directory. Where the file system cannot forbid to replace, an empty directory of the new name may go.
int rename_directory_exclusively(int from_directory, const std::string& from, int to_directory, const std::string& to);
/// What it falls back on: the plain rename of a directory.
int replace_nothing_but_empty(int from_directory, const std::string& from, int to_directory, const std::string& to);

/// At once: at no moment is one of the names missing. EINVAL, ENOSYS or EOPNOTSUPP where the file system cannot.
int exchange_names(int from_directory, const std::string& from, int to_directory, const std::string& to);
/// Whether an errno of the above says that the file system cannot.
bool is_unable(int error);

}  // namespace sluice
