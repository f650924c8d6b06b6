// What to read of Parquet files, within which limits, and how much of the files that took.
//
//   reader.read({.select = {.columns = sluice::parse_columns("id, amount"),
//                           .where = sluice::parse_predicate("amount > 100")}});
#pragma once

#include <cstdint>
#include <memory>

#include "sluice/batch.h"
#include "sluice/literals.h"
#include "sluice/runtime.h"
#include "sluice/select.h"

namespace sluice {
inline namespace v0 {

/// What becomes of text columns whose bytes are not UTF-8.
enum class InvalidText : uint8_t {
  error,   ///< Error{corrupt} that names file, column and row
  binary,  ///< columns of text are read as binary, unchecked
};

/// What INT96, an old form of timestamps without a zone, is read as.
enum class Int96Unit : uint8_t {
  microsecond,  ///< Error{unsupported} for a value with a fraction of a microsecond
  nanosecond,   ///< Error{unsupported} for a value outside of 1677 to 2262
};

/// Limits on what a file may ask of the process. Who trusts its files may raise them.
struct ReadLimits {
  /// Of one page, as stored and unpacked. No page of ours comes near; others write up to 100 MiB.
  uint64_t page_bytes = 128_MiB;
  /// Of one value, and of all the values that one row has in one column, in memory. 0 = an eighth of the budget.
  uint64_t row_bytes = 0;
  /// Of the budget, for a read that shares it with somebody: with the writer of what is read. 0 = all of it.
  uint64_t memory_bytes = 0;
};

struct ReadOptions {
  /// Columns, down to fields of structs, and rows. Both decide how little of the files is read.
  SelectOptions select{};
  /// Rows of a batch at the most: few enough for its columns to stay in the processor's cache.
  int64_t batch_rows = 65'536;
  /// Bytes of a batch in memory, about; wide or long rows make batches of fewer rows. A row may exceed it.
  uint64_t batch_bytes = 8_MiB;
  /// Columns whose pages have a dictionary come in dictionary form (sluice/column.h), which costs less to make and to
  /// use. False: all columns are plain.
  bool dictionaries = true;
  /// Hold pages against their checksums, and in files of ours headers, indexes and footer against their digests.
  bool checksums = true;
  /// Statistics, bloom filters, dictionaries and page indexes rule out what `select.where` does not want. False: every
  /// row is looked at; the result is the same.
  bool prune = true;
  InvalidText invalid_text = InvalidText::error;
  Int96Unit int96 = Int96Unit::microsecond;
  ReadLimits limits{};
  /// Threads and budget; a fresh Runtime with its defaults when empty.
  std::shared_ptr<Runtime> runtime{};
};

/// How much a read has touched so far. "Pruned" was ruled out unread.
struct ReadCounters {
  int64_t files = 0;
  int64_t files_pruned = 0;  ///< by partition, or by the bounds of all their row groups
  int64_t row_groups = 0;
  int64_t row_groups_pruned = 0;  ///< of all files that were opened
  int64_t row_groups_pruned_by_bounds = 0;
  int64_t row_groups_pruned_by_bloom_filter = 0;
  int64_t row_groups_pruned_by_dictionary = 0;
  int64_t pages = 0;          ///< data pages of the wanted columns, where an offset index or the reading tells
  int64_t pages_pruned = 0;   ///< by the column index
  int64_t pages_skipped = 0;  ///< no row of them was left after the condition
  int64_t pages_decoded = 0;
  uint64_t bytes = 0;       ///< of all files
  uint64_t bytes_read = 0;  ///< footers and indexes included
  uint64_t bytes_unpacked = 0;
  int64_t rows = 0;         ///< of all files
  int64_t rows_tested = 0;  ///< by the condition
  int64_t rows_delivered = 0;
};

/// The rows of one file or of many, in their order. Columns are decoded ahead on the runtime's threads, within its
/// budget; where batches end depends on the files and the options alone. Destroying it early stops the work.
/// next() throws Error{io}, Error{corrupt} and Error{unsupported} that name file, row group, column and page; batches
/// before that one were right.
class ReadStream : public BatchStream {
 public:
  /// So far; complete once next() has given nothing. Any thread may ask.
  virtual ReadCounters counters() const = 0;
};

}  // namespace v0
}  // namespace sluice
