// The Arrow schema that Parquet files carry beside their own, so that types which Parquet does not know come back as
// they were: base64 of an encapsulated IPC message, under the key "ARROW:schema".
// (Arrow "Serialization and Interprocess Communication", encapsulated message format.)
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "sluice/schema.h"

namespace sluice {

/// The encapsulated schema message: continuation, length, FlatBuffer, zeros up to a multiple of 8 bytes.
Bytes encode_schema_message(const Schema& schema);

/// The value for the key "ARROW:schema".
std::string stored_arrow_schema(const Schema& schema);

/// Nothing when `text` is malformed, or has a field of a type that is not built: a file is readable without it.
/// Safe for any input: memory and time stay in proportion to `text`, fields nest 64 levels deep at most.
std::optional<Schema> parse_stored_arrow_schema(std::string_view text);

}  // namespace sluice
