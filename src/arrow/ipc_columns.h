// Record batches from IPC messages, and rows of them with dictionary values in place of indices.
// (Arrow "Serialization and Interprocess Communication", RecordBatch message.)
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "arrow/dictionary_values.h"
#include "arrow/ipc_body.h"
#include "arrow/ipc_schema.h"
#include "sluice/batch.h"

namespace sluice {

/// What record batches of a schema hold: indices where there are dictionaries.
Schema wire_schema(const IpcSchema& schema);

/// Takes from `body` the columns of `wire`, a schema that wire_schema made. Shares the body's memory. Throws
/// Error{corrupt} that names the column, and what IpcBody throws.
Batch read_columns(IpcBody& body, const std::shared_ptr<const Schema>& wire);

/// The values of each dictionary by its id.
using Dictionaries = std::map<int64_t, DictionaryValues>;

/// Whether a part of the field comes as indices.
bool is_encoded(const IpcField& form);

/// The columns of `wire` under the schema proper. Nothing when what dictionaries add would have more than `bytes_max`.
/// Throws Error{corrupt} for indices without a value.
std::optional<Batch> look_up(const Batch& wire, const IpcSchema& schema, std::shared_ptr<const Schema> proper,
                             const Dictionaries& dictionaries, uint64_t bytes_max);

}  // namespace sluice
