// The schema of a file as its columns come out: Parquet's own elements (format/schema_elements.h), with what only the
// stored Arrow schema knows (key "ARROW:schema"): names of zones, seconds, durations, sizes of lists.
#pragma once

#include <string>

#include "format/file_metadata.h"
#include "sluice/read_options.h"
#include "sluice/schema.h"

namespace sluice {

/// Leaves and levels are those of the elements, in their order. An Arrow schema that does not describe the same tree is
/// passed over. `file` names the file in errors. Throws Error{corrupt} and Error{unsupported} as from_schema_elements
/// does.
Schema stored_schema(const FileMetaData& metadata, const std::string& file, Int96Unit int96, InvalidText invalid_text);

}  // namespace sluice
