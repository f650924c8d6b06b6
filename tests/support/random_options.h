// Options of a file drawn at random: every knob that changes bytes and not values.
#pragma once

#include <cstdint>
#include <string>

#include "sluice/file_writer.h"
#include "support/draw.h"

namespace sluice::test {

/// `rows`: of the table that will be written. The runtime and the sort order are left to the caller.
FileOptions draw_options(Draw& draw, const Schema& schema, int64_t rows);

/// Few rows in each group and page, as one wants to see them ruled out; otherwise drawn as above.
FileOptions draw_prunable_options(Draw& draw, const Schema& schema, int64_t rows);

/// What was drawn, a line for each option.
std::string to_text(const FileOptions& options);

}  // namespace sluice::test
