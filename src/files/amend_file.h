// A file that is finished, but that nobody sees yet, gets the columns that came up later in the run: its indexes and
// footer make room for chunks of the late leaves, and are written anew behind them. Where a column has a wider type by
// then, all of the file is written anew. What fails in the middle leaves a file without a footer; beside a file
// `<name>.part` it leaves `<name>.journal`, by which it can be recovered.
//
//   WrittenFile file = writer.close().files[0];                    // staged: it will be published with others
//   amend_file(staged_path, schema_of_the_file, final_schema, options, file);
#pragma once

#include <string>

#include "sluice/file_writer.h"
#include "sluice/schema.h"

namespace sluice {

/// Amends the file at `path`, which FileWriter wrote with `options` and the schema `before`; `wider` is as in
/// FileWriter::extend_schema. `file` is what the writer told and becomes what it would have told; its path stays.
/// With options.sync the file is on the device afterwards. Memory stays in proportion to the footer. Throws Error{io},
/// Error{invalid} and, where the file is not as it was written, Error{corrupt}.
void amend_file(const std::string& path, const Schema& before, const Schema& wider, const FileOptions& options,
                WrittenFile& file);

}  // namespace sluice
