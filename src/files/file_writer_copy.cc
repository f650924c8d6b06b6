// Row groups that come from other files as they are.
#include "files/copied_row_group.h"
#include "files/file_writer_access.h"
#include "files/file_writer_impl.h"
#include "sluice/error.h"

namespace sluice {
inline namespace v0 {

void FileWriter::Impl::copy_row_group(const StoredFile& from, size_t group) {
  check_open();
  check_file(true);
  const auto refuse = [&](const std::string& problem) {
    abandon();
    throw Error(ErrorCode::invalid, "row groups of " + from.path() + " cannot be copied to " + name + ": " + problem,
                {.source = from.path()});
  };
  if (!from.is_ours()) refuse("the file has no digests of Sluice");
  if (!can_be_copied(from, stored_schema))
    refuse("expected the schema \"" + to_text(stored_schema) + "\", found \"" + to_text(*from.schema()) + "\"");
  if (!options.sorted_by.empty()) refuse("the order of their rows is not known");
  finish_all_row_groups(RowGroupEnd::within_file);
  begin_row_group();
  try {
    CopiedRowGroup copied = sluice::copy_row_group(from, group, end_of_groups, *sink);
    for (size_t i = 0; i < leaves.size(); ++i) fields->add(i, from.chunk(group, i));
    tail_of_groups += kRowGroupTailBytes + copied.tails.metadata.size() + copied.tails.column_indexes.size() +
                      copied.tails.offset_indexes.size();
    const auto tail_of_group = tail->begin(copied.totals, 1);
    tail_of_group->parts[0] = std::move(copied.tails);
    finish_tail(tail_of_group);
    bytes_written += copied.end - end_of_groups;
    end_of_groups = copied.end;
    rows += copied.totals.rows;
  } catch (...) {
    abandon();
    throw;
  }
}

void FileWriterAccess::copy_row_group(FileWriter& writer, const StoredFile& from, size_t group) {
  writer.impl_->copy_row_group(from, group);
}

}  // namespace v0
}  // namespace sluice
