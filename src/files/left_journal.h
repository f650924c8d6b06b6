// The journal beside a file whose writer is dead, read up to where it is not whole any more: what was noted last may
// have been cut off, and after a power loss may be anything.
//
//   LeftJournal journal(RandomReader::open("events.parquet.journal"));
//   while (journal.next()) use(*journal.head(), journal.totals(), journal.take_tails());
#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "files/chunk_tails.h"
#include "files/journal.h"
#include "files/journal_head.h"
#include "storage/input.h"

namespace sluice {

/// Holds one record at a time. The bytes may be hostile.
class LeftJournal {
 public:
  explicit LeftJournal(RandomReader file) : file_(std::move(file)) {}

  /// Goes to the record of the next row group; false behind the last one that is whole and stands behind a head. Throws
  /// Error{io}.
  bool next();
  /// What that record, and others with the same one, are to be understood by.
  const std::shared_ptr<const JournalHead>& head() const { return head_; }
  const RowGroupTotals& totals() const { return totals_; }
  /// All chunks of the row group; none of it was held against the head or the file. Once a record.
  ChunkTails take_tails() { return std::move(tails_); }

 private:
  bool parse_row_group(ByteSpan record);

  RandomReader file_;
  uint64_t at_ = 0;
  std::shared_ptr<const JournalHead> head_;
  RowGroupTotals totals_;
  ChunkTails tails_;
};

}  // namespace sluice
