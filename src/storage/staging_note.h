// The small files in which a staging directory says what it is (storage/run_record.h).
#pragma once

#include <optional>
#include <string>

namespace sluice {

/// All of the file `name` in an open directory; nothing where it is not there, or is a link. `path`: of the
/// destination. Throws Error{io} that names it: a note that cannot be read now may be in force.
std::optional<std::string> read_note(int directory, const std::string& name, const std::string& path);
/// Makes it, in place of an earlier one. Throws Error{io} likewise.
void write_note(int directory, const std::string& name, const std::string& text, bool sync, const std::string& path);

}  // namespace sluice
