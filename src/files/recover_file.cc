#include "files/recover_file.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "base/crc32.h"
#include "base/digest.h"
#include "files/amend_row_groups.h"
#include "files/bytes_sink.h"
#include "files/column_settings.h"
#include "files/digest_keys.h"
#include "files/field_totals.h"
#include "files/footer_builder.h"
#include "files/index_reader.h"
#include "files/left_journal.h"
#include "files/page_cursor.h"
#include "files/stored_tails.h"
#include "files/written_row_group.h"
#include "format/footer.h"
#include "sluice/error.h"
#include "storage/reopened_file.h"
#include "storage/scratch_file.h"

namespace sluice {

namespace {

/// Of one read.
constexpr uint64_t kReadBytes = uint64_t{1} << 20;

/// Whether the pages, indexes and bloom filters of a row group of ours are what was written. Throws Error{io}.
bool is_intact(const StoredFile& file, IndexReader& indexes, size_t group) {
  try {
    for (size_t leaf = 0; leaf < file.leaves().size(); ++leaf) {
      const std::optional<ChunkIndex> index = indexes.read_index(group, leaf);
      if (!index) return false;
      indexes.read_bloom_filter(group, leaf);
      PageCursor cursor(file, group, leaf,
                        {.read_bytes = kReadBytes, .page_bytes_max = UINT64_MAX, .offset_index = &index->offsets});
      while (const PlacedPageHeader* const page = cursor.next())
        if (page->header.crc != crc32(cursor.body())) return false;
      cursor.check_digest();
    }
  } catch (const Error& error) {
    if (error.code() == ErrorCode::io) throw;
    return false;
  }
  return true;
}

/// The file as it would be with this row group alone; null where that makes no sense. `group` goes there and back.
std::shared_ptr<const StoredFile> file_of(const std::string& path, const JournalHead& head,
                                          const WrittenRowGroup& group, ChunkTails& tails) {
  FooterBuilder footer([] { return nullptr; }, path, {.memory_bytes_max = SIZE_MAX});
  const auto tail = footer.begin(group.totals(), 1);
  tail->parts[0] = std::move(tails);
  BytesSink end(path);
  try {
    footer.finish(tail);
    footer.write(*head.file->schema(), head.sorting_columns, group.end(), {}, end);
    tails = std::move(tail->parts[0]);
    return StoredFile::open(RandomReader::with_end(path, group.end(), end.take()), {});
  } catch (const Error& error) {
    if (error.code() == ErrorCode::io) throw;
    return nullptr;
  }
}

std::vector<Leaf> leaves_of(const StoredFile& file) {
  std::vector<Leaf> leaves;
  for (const FileLeaf& leaf : file.leaves()) leaves.push_back(leaf.leaf);
  return leaves;
}

/// The file if it has its footer.
std::shared_ptr<const StoredFile> open_whole(const std::string& path) {
  try {
    std::shared_ptr<const StoredFile> file = StoredFile::open(path, {});
    return file->is_ours() ? file : nullptr;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::io) throw;
    return nullptr;
  }
}

class LeftFile {
 public:
  LeftFile(std::string part_path, bool checks_pages)
      : path_(std::move(part_path)),
        checks_pages_(checks_pages),
        gathered_([] { return ScratchFile::unnamed(); }, path_) {}

  /// Row groups that are whole, by the footer or by the journal.
  void gather(const std::string& journal_path);
  bool has_row_groups() const { return head_ != nullptr; }
  bool is_whole() const { return is_whole_; }
  void finish(bool sync);
  RecoveredFile told();

 private:
  bool gather_by_footer();
  void gather_by_journal(const std::string& journal_path);
  bool take(const std::shared_ptr<const JournalHead>& head, const RowGroupTotals& totals, ChunkTails tails);
  void keep(const std::shared_ptr<const JournalHead>& head, const WrittenRowGroup& group, ChunkTails tails);
  void begin_schema(const std::shared_ptr<const JournalHead>& head);
  WrittenTail write_tail(Sink& sink);

  const std::string path_;
  const bool checks_pages_;
  uint64_t file_bytes_ = 0;
  bool is_whole_ = false;
  std::shared_ptr<const JournalHead> head_;  ///< of the last row group; null while there is none
  std::vector<Leaf> leaves_;
  std::vector<EarlierSchema> earlier_;
  std::optional<FieldTotals> fields_;
  FooterBuilder gathered_;
  std::vector<uint64_t> offsets_;
  uint64_t end_ = kMagic.size();  ///< of the row groups
  uint64_t bytes_ = 0;            ///< of the file in the end
  uint64_t bytes_lost_ = 0;
};

void LeftFile::gather(const std::string& journal_path) {
  if (!std::filesystem::exists(path_)) return;
  file_bytes_ = RandomReader::open(path_).size();
  if (!gather_by_footer()) gather_by_journal(journal_path);
  if (!is_whole_) bytes_lost_ = file_bytes_ - std::min(file_bytes_, end_);
}

/// False where there is no footer. Where pages are damaged it may still tell of the row groups before.
bool LeftFile::gather_by_footer() {
  const std::shared_ptr<const StoredFile> file = open_whole(path_);
  if (!file) return false;
  const auto head = std::make_shared<const JournalHead>(JournalHead{file, sorting_columns_of(*file)});
  IndexReader indexes(file);
  size_t group = 0;
  for (; group < file->row_groups() && (!checks_pages_ || is_intact(*file, indexes, group)); ++group) {
    ChunkTails tails = read_tails(*file, group);
    ChunkTails again = read_tails(*file, group);
    keep(head, WrittenRowGroup(read_totals(*file, group), std::move(again)), std::move(tails));
  }
  is_whole_ = group == file->row_groups();
  if (is_whole_ && !head_) begin_schema(head);
  bytes_ = file_bytes_;
  return true;
}

void LeftFile::gather_by_journal(const std::string& journal_path) {
  if (!std::filesystem::exists(journal_path)) return;
  LeftJournal journal(RandomReader::open(journal_path));
  while (journal.next() && take(journal.head(), journal.totals(), journal.take_tails())) continue;
}

/// Whether the row group is whole and follows the one before.
bool LeftFile::take(const std::shared_ptr<const JournalHead>& head, const RowGroupTotals& totals, ChunkTails tails) {
  if (totals.offset != end_ || tails.sizes.size() != head->file->leaves().size()) return false;
  ChunkTails copy;
  copy.sizes = tails.sizes;
  copy.metadata.append(tails.metadata);
  copy.column_indexes.append(tails.column_indexes);
  copy.offset_indexes.append(tails.offset_indexes);
  copy.filter_digests.append(tails.filter_digests);
  try {
    const WrittenRowGroup group(totals, std::move(copy));
    if (group.end() < totals.offset || group.end() > file_bytes_) return false;
    const std::shared_ptr<const StoredFile> file = file_of(path_, *head, group, tails);
    if (!file) return false;
    IndexReader indexes(file);
    if (checks_pages_ && !is_intact(*file, indexes, 0)) return false;
    keep(head, group, std::move(tails));
  } catch (const ThriftError&) {
    return false;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::io) throw;
    return false;
  }
  return true;
}

void LeftFile::begin_schema(const std::shared_ptr<const JournalHead>& head) {
  std::vector<Leaf> leaves = leaves_of(*head->file);
  if (head_) {
    const std::vector<LeafOrigin> origins = origins_of(*head_->file->schema(), *head->file->schema());
    earlier_.push_back({*head_->file->schema(), std::move(leaves_), {}, offsets_.size()});
    fields_->extend(leaves, origins);
  } else {
    fields_.emplace(leaves);
  }
  head_ = head;
  leaves_ = std::move(leaves);
}

void LeftFile::keep(const std::shared_ptr<const JournalHead>& head, const WrittenRowGroup& group, ChunkTails tails) {
  if (head_ != head) begin_schema(head);
  for (size_t i = 0; i < group.chunks(); ++i) fields_->add(i, group.metadata(i));
  const auto tail = gathered_.begin(group.totals(), 1);
  tail->parts[0] = std::move(tails);
  gathered_.finish(tail);
  offsets_.push_back(group.totals().offset);
  end_ = std::max(end_, group.end());
}

// --- the footer

WrittenTail LeftFile::write_tail(Sink& sink) {
  const Schema& schema = *head_->file->schema();
  const auto metadata = given_metadata(*head_->file);
  if (earlier_.empty()) return gathered_.write(schema, head_->sorting_columns, end_, metadata, sink);
  FooterBuilder amended([] { return ScratchFile::unnamed(); }, path_);
  const std::vector<ChunkOptions> options = chunk_options_of(FileOptions(), leaves_);
  end_ = amend_row_groups(gathered_.journal(), earlier_, end_, {leaves_, options, sink, *fields_}, amended);
  return amended.write(schema, head_->sorting_columns, end_, metadata, sink);
}

void LeftFile::finish(bool sync) {
  for (EarlierSchema& earlier : earlier_) earlier.origins = origins_of(earlier.schema, *head_->file->schema());
  ReopenedFile sink(path_, {.sync = sync});
  WrittenTail tail = write_tail(sink);
  bytes_ = end_ + tail.bytes;
  sink.finish(bytes_);
  offsets_ = std::move(tail.row_group_offsets);
}

RecoveredFile LeftFile::told() {
  RecoveredFile file;
  file.schema = *head_->file->schema();
  file.was_whole = is_whole_;
  file.bytes_lost = bytes_lost_;
  file.written.path = path_;
  file.written.rows = gathered_.journal().rows();
  file.written.row_groups = static_cast<int64_t>(offsets_.size());
  file.written.bytes = bytes_;
  file.written.row_group_offsets = std::move(offsets_);
  file.written.fields = fields_->take();
  return file;
}

}  // namespace

std::optional<RecoveredFile> look_at_left_file(const std::string& part_path, const std::string& journal_path) {
  LeftFile file(part_path, false);
  file.gather(journal_path);
  if (!file.has_row_groups()) return std::nullopt;
  return file.told();
}

std::optional<RecoveredFile> recover_file(const std::string& part_path, const std::string& journal_path, bool sync) {
  LeftFile file(part_path, true);
  file.gather(journal_path);
  if (!file.has_row_groups()) return std::nullopt;
  if (!file.is_whole()) file.finish(sync);
  return file.told();
}

}  // namespace sluice
