// Gathers what goes to the end of a file while its row groups are finished, and writes it: column indexes, offset
// indexes and the footer (parquet-format README, "File format"; PageIndex.md), with the digests of docs/digests.md.
//
//   auto group = footer.begin({.rows = 1000, .offset = 4, .bytes = 5000}, 2);
//   group->parts[0].add(chunk);                  // by any thread, as all that follows
//   group->parts[1].add(other_chunk);
//   footer.finish(group);                        // goes into the journal as soon as the groups before it have
//   footer.write(schema, 5004, {}, sink);
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "files/journal.h"
#include "format/file_metadata.h"
#include "sluice/budget.h"
#include "sluice/schema.h"
#include "sluice/storage.h"

namespace sluice {

/// What a file has behind its last row group.
struct WrittenTail {
  uint64_t bytes = 0;
  std::vector<uint64_t> row_group_offsets;
};

class FooterBuilder {
 public:
  /// A row group on its way into the file.
  struct RowGroupTail {
    RowGroupTotals totals;
    std::vector<ChunkTails> parts;  ///< together all chunks, in the order of the schema
    bool is_last = false;           ///< the footer follows at once
    bool finished = false;
  };
  struct Limits {
    size_t memory_bytes_max = Journal::kMemoryBytesMax;
    /// Sizes in a footer are 31 bits wide, and so is what readers take for its length.
    uint64_t footer_bytes_max = INT32_MAX;
    /// What the journal holds in memory counts there, where there is one.
    std::shared_ptr<Budget> budget{};
  };

  /// `open_journal` as Journal wants it; `file` names the file in errors.
  FooterBuilder(std::function<std::unique_ptr<ScratchFile>()> open_journal, std::string file)
      : FooterBuilder(std::move(open_journal), std::move(file), Limits()) {}
  FooterBuilder(std::function<std::unique_ptr<ScratchFile>()> open_journal, std::string file, Limits limits)
      : journal_(std::move(open_journal), limits.memory_bytes_max),
        file_(std::move(file)),
        limits_(std::move(limits)),
        account_(limits_.budget) {}

  /// From here on the journal is to be of use to others, if the writer dies: the record of each row group but the last
  /// one goes to its file as soon as the group is finished. `make_head`: files/journal_head.h; asked for once.
  /// `on_device`: and is on the device then; the row group's pages must be, before it is finished.
  void settle_row_groups(std::function<Bytes()> make_head, bool on_device);
  /// Makes the journal's file, where records go there.
  void open_journal();
  /// All records go to the file, and it may be closed until there is another one.
  void settle_and_release();
  /// Rows of row groups whose records others would find.
  int64_t settled_rows() const;

  /// Announces the next row group of the file.
  std::shared_ptr<RowGroupTail> begin(const RowGroupTotals& totals, size_t parts, bool is_last = false);
  /// All parts of `group` are there, and its pages are written; the group is not touched any more. Throws Error{io}
  /// for the journal, and Error{unsupported} as soon as it is clear that the footer cannot be written.
  void finish(const std::shared_ptr<RowGroupTail>& group);

  /// What has been gathered. Not while row groups are on their way.
  const Journal& journal() const { return journal_; }

  /// Writes everything behind the last row group, which ends at `offset`, in pieces: memory does not depend on the
  /// number of row groups. `metadata` comes behind the entries that every file has. All groups must be finished.
  WrittenTail write(const Schema& schema, const std::vector<SortingColumn>& sorting_columns, uint64_t offset,
                    const std::vector<std::pair<std::string, std::string>>& metadata, Sink& sink) const;

 private:
  [[noreturn]] void refuse_footer() const;

  Journal journal_;
  const std::string file_;
  const Limits limits_;
  bool settles_ = false;
  bool on_device_ = false;
  mutable std::mutex mutex_;  ///< guards the journal while row groups finish, and what follows
  Account account_;
  std::deque<std::shared_ptr<RowGroupTail>> under_way_;
};

}  // namespace sluice
