// Row groups in, batches out: the one scan that file readers, dataset readers, counts and rewriting share.
//
// A row group is walked in steps: rows up to the next multiple of so many as a batch takes. With a condition, the
// columns it asks for are decoded first and tested; of the others only those rows are decoded that passed, and what
// stands between them where it is little. Each column is a lane that goes forward on any thread (files/group_scan.h);
// lanes run side by side, and those of the next row group begin while the last ones of this one are under way, as long
// as what waits to be taken stays below the budget's share. Batches come in order, and where they end does not depend
// on threads.
//
// With one thread nothing is started: next() decodes when it is called.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "files/file_shape.h"
#include "files/prune.h"
#include "sluice/read_options.h"

namespace sluice {

/// A row group to be read.
struct ScanGroup {
  std::shared_ptr<const StoredFile> file;
  std::shared_ptr<const FileShape> shape;
  size_t row_group = 0;
};

/// Row groups in the order in which their rows are to come; those of one file one after the other.
class GroupSource {
 public:
  virtual ~GroupSource() = default;
  /// The next one, or nothing at the end. Called by one thread at a time, ahead of need. Throws Error.
  virtual std::optional<ScanGroup> next() = 0;
};

/// What the shapes of all row groups deliver, and what is to be made of it.
struct ScanPlan {
  /// All that the condition asks for and the result has: the schema of the shapes.
  std::shared_ptr<const Schema> read_schema;
  /// Of these, in the order of the result.
  std::vector<KeptColumn> kept{};
  std::shared_ptr<const Schema> result_schema;
  std::optional<Predicate> where{};
};

/// What of `all` a read needs for `select`, and how the result comes from that. Throws Error{invalid} as sluice::select
/// does.
ScanPlan plan_scan(const Schema& all, const SelectOptions& select);

/// Likewise for who wants to know how many rows there are, and nothing else of them.
ScanPlan plan_count(const Schema& all, const std::optional<Predicate>& where);

/// Takes the memory that it may use from the runtime's budget, or its part of that (ReadLimits::memory_bytes): half of
/// it for batches under way, an eighth for pages.
/// Lanes are parked while pages take more.
std::unique_ptr<ReadStream> scan(std::unique_ptr<GroupSource> groups, ScanPlan plan, const ReadOptions& options);

/// Rows that the condition keeps. Where bounds tell, row groups are counted unread. `counters` may be null.
int64_t count_rows(std::unique_ptr<GroupSource> groups, ScanPlan plan, const ReadOptions& options,
                   ReadCounters* counters);

}  // namespace sluice
