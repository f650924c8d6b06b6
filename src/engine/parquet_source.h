// Parquet as a source of records for write(): a dataset's stream with what RecordStream tells beside the batches.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "sluice/dataset_reader.h"
#include "sluice/write.h"

namespace sluice {

/// Rows of `paths` (DatasetReader), one behind the other, schemas merged. What `select` keeps is pushed down into the
/// files; the caller does not select again. A `schema` in the options must be equal to what is read, else
/// Error{unsupported}, which standard input is too.
std::unique_ptr<RecordStream> open_parquet(const std::vector<std::string>& paths, const SourceOptions& options,
                                           SelectOptions select);

/// The first four bytes of a Parquet file, or of one whose footer is encrypted.
bool begins_like_parquet(ByteSpan start);

}  // namespace sluice
