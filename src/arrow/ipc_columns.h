// The columns of a record batch as they lie in the body of its message: in the layout of whoever wrote them.
// (Arrow "Serialization and Interprocess Communication", RecordBatch message.)
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "arrow/ipc_body.h"
#include "arrow/ipc_schema.h"
#include "sluice/column.h"
#include "sluice/error.h"

namespace sluice {

/// Of its buffers nothing is checked but that they are within the body, and that there is a bit for each value. Lengths
/// of parts are in step: those of structs and of lists of a fixed size are as long as these need.
struct IpcColumn {
  int64_t length = 0;
  Buffer validity;                   ///< empty: all values are there
  Buffer offsets;                    ///< of text and lists, of 4 or of 8 bytes each
  Buffer values;                     ///< bits, fixed widths, bytes of text, views, indices
  std::vector<Buffer> view_buffers;  ///< what views point into
  std::vector<IpcColumn> children;
};

/// Some rows, not yet taken.
struct IpcRows {
  int64_t count = 0;
  uint64_t bytes = 0;       ///< of all buffers
  uint64_t made_bytes = 0;  ///< of those that do not share the memory of the message
  std::vector<IpcColumn> columns{};
};

/// Takes from `body` the columns of `schema`. Shares the body's memory. Throws Error{corrupt} that names the column,
/// and what IpcBody throws.
IpcRows read_rows(IpcBody& body, const IpcSchema& schema);

/// Whether the field, or a part of it, comes otherwise than our columns hold it.
bool is_reformed(const IpcField& form);

/// The name of a part of a field, after the field's own.
std::string part_path(const std::string& path, const Field& field, const Field& part);

/// The error, which comes without a column's name, with that of `path` before it.
[[noreturn]] void rethrow_for_column(const Error& error, const std::string& path);

}  // namespace sluice
