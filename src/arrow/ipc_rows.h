// Rows of a record batch under its schema: in the layout of our columns, with the values of dictionaries.
// (Arrow "Columnar Format", physical memory layout.)
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "arrow/dictionary_values.h"
#include "arrow/ipc_columns.h"
#include "sluice/batch.h"
#include "sluice/budget.h"

namespace sluice {

/// The values of each dictionary by its id.
using Dictionaries = std::map<int64_t, DictionaryValues>;

struct RowsToTake {
  int64_t begin = 0;
  int64_t count = 0;
  uint64_t bytes_max = 0;  ///< of memory that they need beside that of the message
  bool copied = false;     ///< they must not share the memory of the message
  /// Where the rows count for as long as anybody has them; what they share with a message that is not gone behind them
  /// is in its account.
  std::shared_ptr<Budget> budget{};
};

/// Some of `rows`, which must have them. `proper` is the schema in `schema`. Nothing when they need more than
/// `bytes_max`, or when there is more than one of them and their text or items need 64-bit offsets: fewer may do.
/// Throws Error that names the column for what contradicts itself.
std::optional<Batch> take_rows(const IpcRows& rows, const RowsToTake& part, const IpcSchema& schema,
                               std::shared_ptr<const Schema> proper, const Dictionaries& dictionaries);

}  // namespace sluice
