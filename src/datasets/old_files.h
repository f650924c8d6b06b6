// The Parquet files of a dataset that its own rows, written anew, are about to replace: what has come, gone or changed
// since they were read must not go with them.
//
//   const KnownFiles old = old_files_of("out");
//   ...                                           // their rows are read and written elsewhere
//   staging.publish([&] { check_unchanged("out", old); });
#pragma once

#include <string>

#include "storage/replaced_files.h"

namespace sluice {

/// All of them, also what readers pass over; none where there is no directory. Throws Error{io}.
KnownFiles old_files_of(const std::string& dataset);

/// Throws Error{conflict} that names a file which is not as it was.
void check_unchanged(const std::string& dataset, const KnownFiles& old);
[[noreturn]] void refuse_changed(const std::string& dataset, const std::string& name);

}  // namespace sluice
