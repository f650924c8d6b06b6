// The Arrow schema that Parquet files carry beside their own, so that types which Parquet does not know come back as
// they were: base64 of an encapsulated IPC message, under the key "ARROW:schema".
// (Arrow "Serialization and Interprocess Communication", encapsulated message format.)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "arrow/array_form.h"
#include "arrow/flat_table.h"
#include "arrow/ipc_batch_slots.h"
#include "base/bytes.h"
#include "sluice/schema.h"

namespace sluice {

/// A field whose values come once, apart from the rows, which hold indices.
struct IpcDictionary {
  int64_t id = 0;  ///< of the dictionary batches that bring the values
  Type index;      ///< an integer
};

/// How a field comes in record batches, where its type does not say it all.
struct IpcField {
  ArrayForm form = ArrayForm::plain;
  std::optional<IpcDictionary> dictionary{};
  std::vector<IpcField> children{};  ///< as many as the field's type has
};

struct IpcSchema {
  Schema schema;                 ///< of the values, dictionaries looked up
  std::vector<IpcField> fields;  ///< one for each of the schema
};

/// The schema in a table of a schema message or of a file's footer, which has `buffer_bytes` in all. Throws
/// Error{corrupt} or Error{unsupported} that names the field, Error{invalid} for names that come twice. Safe for any
/// input, as parse_stored_arrow_schema is.
IpcSchema read_ipc_schema(const FlatTable& schema, size_t buffer_bytes);

/// The encapsulated schema message: continuation, length, FlatBuffer, zeros up to a multiple of 8 bytes.
Bytes encode_schema_message(const Schema& schema);

/// Appends the FlatBuffer of a file's footer, which has the schema again, and the places of its record batches: at most
/// as many as 1 GiB holds.
void append_file_footer(const Schema& schema, const std::vector<ipc::Block>& record_batches, Bytes& out);

/// The value for the key "ARROW:schema".
std::string stored_arrow_schema(const Schema& schema);

/// Nothing when `text` is malformed, or has a field of a type that is not built: a file is readable without it.
/// Safe for any input: memory and time stay in proportion to `text`, fields nest 64 levels deep at most.
std::optional<Schema> parse_stored_arrow_schema(std::string_view text);
/// The same for who wants to know why: throws Error{corrupt} when it is malformed, Error{unsupported} for a field of a
/// type that is not built, Error{invalid} for names that come twice.
Schema read_stored_arrow_schema(std::string_view text);

}  // namespace sluice
