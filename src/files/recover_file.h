// A file that was cut off gets its footer from the journal beside it (files/journal.h).
//
//   const std::optional<RecoveredFile> file = recover_file("events.parquet.part", "events.parquet.journal", true);
//   if (file) publish(file->written);
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sluice/file_writer.h"
#include "sluice/schema.h"

namespace sluice {

struct RecoveredFile {
  WrittenFile written{};    ///< what its writer would have told if it had closed it there; under the path given
  Schema schema{};          ///< of the file: those of one run may differ, where it has grown (files/amend_file.h)
  bool was_whole = false;   ///< it had its footer, and was left as it is
  uint64_t bytes_lost = 0;  ///< behind the last whole row group; its indexes and footer are none
};

/// What could be had of a file by its footer, or else by its journal, neither of which need be there. Pages are not
/// read, and nothing is written. Nothing where there is no whole row group. Throws Error{io}.
std::optional<RecoveredFile> look_at_left_file(const std::string& part_path, const std::string& journal_path);

/// Writes the footer behind the last row group up to which all pages are as their checksums say, and cuts off what
/// follows; a file that is whole stays as it is. Row groups are left in their place, so this may be cut off and done
/// again, as long as the journal is there, which is not removed. With `sync` the file is on the device afterwards.
/// Where the file's schema grew while it was written, it gets the widest. Nothing, and the file untouched, where there
/// is no whole row group. Throws Error{io}.
std::optional<RecoveredFile> recover_file(const std::string& part_path, const std::string& journal_path, bool sync);

}  // namespace sluice
