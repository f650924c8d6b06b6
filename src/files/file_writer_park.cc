// What a writer does so that the rows it has taken are not lost with it, and between rows that come in bursts.
#include "files/file_writer_access.h"
#include "files/file_writer_impl.h"
#include "files/journal_head.h"

namespace sluice {
inline namespace v0 {

// The records of row groups to come are to be understood by the schema as it is now.
void FileWriter::Impl::settle_row_groups() {
  if (!sink->recoverable()) return;
  const auto make_head = [this] {
    return make_journal_head(stored_schema, sort_check.sorting_columns(), options.metadata, name);
  };
  tail->settle_row_groups(make_head, options.sync_row_groups);
}

// The pages of the row group are written. What the journal says must be true after a power loss, too: it comes behind
// them, and the names of both files before either.
void FileWriter::Impl::finish_tail(const std::shared_ptr<FooterBuilder::RowGroupTail>& group) {
  if (options.sync_row_groups && !group->is_last && sink->recoverable()) {
    const std::lock_guard lock(sync_mutex);
    tail->open_journal();
    sink->sync();
  }
  tail->finish(group);
}

// Where failed runs are kept (OnFailure::keep), the last row group is to be found, too. That may fail for the same
// reason.
void FileWriter::Impl::settle_after_failure() noexcept {
  try {
    tail->settle_and_release();
  } catch (...) {
  }
}

void FileWriter::Impl::flush() {
  check_open();
  if (sink) finish_all_row_groups(RowGroupEnd::within_file);
}

bool FileWriter::Impl::is_late() const {
  return options.row_group_seconds > 0 && rows_in_group > 0 &&
         std::chrono::duration<double>(options.clock() - group_begun).count() >= options.row_group_seconds;
}

void FileWriter::Impl::tick() {
  check_open();
  if (is_late()) finish_row_group(RowGroupEnd::within_file);
  rethrow_failure();
}

void FileWriter::Impl::park() {
  flush();
  encoder.reset();
  if (!sink) return;
  tail->settle_and_release();
  sink->release();
}

int64_t FileWriter::Impl::durable_rows() const {
  return rows_in_finished_files + (sink && tail ? tail->settled_rows() : 0);
}

// Nothing is under way between files: encoders are idle.
void FileWriter::Impl::restart() {
  check_open();
  check_file(false);
  sort_check.restart();
  if (encoder) encoder->restart();
  rows = 0;
  rows_in_earlier_files = 0;
  rows_in_finished_files = 0;
}

std::shared_ptr<const ColumnsLearnt> FileWriter::Impl::learnt() const {
  check_open();
  check_file(false);
  return std::make_shared<const ColumnsLearnt>(encoder->learnt());
}

void FileWriter::Impl::learn_from(const ColumnsLearnt& learnt) {
  check_open();
  check_file(false);
  encoder->learn_from(learnt);
}

uint64_t FileWriterAccess::bytes_under_way(const FileWriter& writer) { return writer.impl_->cutter.encoded_bytes(); }

void FileWriterAccess::restart(FileWriter& writer) { writer.impl_->restart(); }

std::shared_ptr<const ColumnsLearnt> FileWriterAccess::learnt(const FileWriter& writer) {
  return writer.impl_->learnt();
}

void FileWriterAccess::learn_from(FileWriter& writer, const ColumnsLearnt& learnt) { writer.impl_->learn_from(learnt); }

void FileWriterAccess::park(FileWriter& writer) { writer.impl_->park(); }

}  // namespace v0
}  // namespace sluice
