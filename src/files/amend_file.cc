#include "files/amend_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <utility>
#include <vector>

#include "files/amend_row_groups.h"
#include "files/column_settings.h"
#include "files/digest_check.h"
#include "files/field_totals.h"
#include "files/footer_builder.h"
#include "files/journal_head.h"
#include "files/stored_tails.h"
#include "sluice/error.h"
#include "storage/input.h"
#include "storage/reopened_file.h"
#include "storage/scratch_file.h"

namespace sluice {

namespace {

/// The file, if it is as it was written: the digests vouch for all that is copied from here on.
std::shared_ptr<const StoredFile> open_intact(const std::string& path, size_t leaves) {
  const auto refuse = [&](const std::string& problem) {
    throw Error(ErrorCode::corrupt, path + " cannot get further columns: " + problem, {.source = path});
  };
  const DigestReport digests = check_digests(RandomReader::open(path));
  if (digests.state == DigestState::absent) refuse("it has no digests");
  if (digests.state == DigestState::damaged) refuse(digests.fault);
  std::shared_ptr<const StoredFile> file = StoredFile::open(path, {});
  if (file->leaves().size() != leaves)
    refuse("it has " + std::to_string(file->leaves().size()) + " columns instead of " + std::to_string(leaves));
  return file;
}

/// What the file's writer knew of its row groups. Where the file is `<name>.part` the notes lie beside it until they
/// are removed, as they did while it was written: the file has no footer for a while (files/recover_file.h).
class WriterNotes {
 public:
  WriterNotes(const StoredFile& file, bool sync);

  const Journal& journal() const { return journal_; }
  void remove() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

 private:
  std::unique_ptr<ScratchFile> open_file() const;

  std::string path_;  ///< empty where nobody needs to find them
  Journal journal_;
};

std::string journal_path_of(const std::string& path) {
  constexpr std::string_view kEnding = ".part";
  return path.ends_with(kEnding) ? path.substr(0, path.size() - kEnding.size()) + ".journal" : "";
}

WriterNotes::WriterNotes(const StoredFile& file, bool sync)
    : path_(journal_path_of(file.path())), journal_([this] { return open_file(); }) {
  if (!path_.empty())
    journal_.begin_head(
        [&] { return make_journal_head(*file.schema(), sorting_columns_of(file), given_metadata(file), file.path()); });
  for (size_t group = 0; group < file.row_groups(); ++group) {
    const ChunkTails tails = read_tails(file, group);
    journal_.append(read_totals(file, group), {&tails, 1});
  }
  if (path_.empty() || file.row_groups() == 0) return;
  journal_.settle();
  if (sync) journal_.sync();
}

std::unique_ptr<ScratchFile> WriterNotes::open_file() const {
  if (path_.empty()) return ScratchFile::unnamed();
  constexpr int kFlags = O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
  Descriptor file(uninterrupted([&] { return ::open(path_.c_str(), kFlags, 0666); }));
  if (!file.is_open())
    throw Error(ErrorCode::io, "cannot write " + path_ + ": " + system_reason(errno), {.source = path_});
  return std::make_unique<ScratchFile>(std::move(file), path_);
}

std::vector<SortingColumn> moved(std::vector<SortingColumn> columns, const std::vector<LeafOrigin>& origins) {
  for (SortingColumn& column : columns) {
    size_t leaf = 0;
    while (origins[leaf].kept != static_cast<size_t>(column.column_idx)) ++leaf;
    column.column_idx = static_cast<int32_t>(leaf);
  }
  return columns;
}

}  // namespace

void amend_file(const std::string& path, const Schema& before, const Schema& wider, const FileOptions& options,
                WrittenFile& file) {
  if (wider == before) return;
  const std::vector<LeafOrigin> origins = origins_of(before, wider);
  const std::vector<Leaf> leaves = leaves_of(wider);
  const std::vector<ChunkOptions> chunk_options = chunk_options_of(options, leaves);
  const Schema stored = with_field_ids(wider, options);
  std::vector<Leaf> leaves_before = leaves_of(before);
  const std::shared_ptr<const StoredFile> written_file = open_intact(path, leaves_before.size());
  WriterNotes notes(*written_file, options.sync);
  const Journal& journal = notes.journal();

  ReopenedFile sink(path, {.sync = options.sync});
  FieldTotals fields(std::move(file.fields));
  fields.extend(leaves, origins);
  FooterBuilder tail([] { return ScratchFile::unnamed(); }, path);
  const EarlierSchema earlier{before, std::move(leaves_before), origins, journal.row_groups()};
  uint64_t end = end_of_row_groups(*written_file);
  if (journal.row_groups() > 0)
    end = amend_row_groups(journal, {&earlier, 1}, end, {leaves, chunk_options, sink, fields}, tail);
  WrittenTail written =
      tail.write(stored, moved(sorting_columns_of(*written_file), origins), end, given_metadata(*written_file), sink);
  file.bytes = end + written.bytes;
  sink.finish(file.bytes);
  file.row_group_offsets = std::move(written.row_group_offsets);
  file.fields = fields.take();
  notes.remove();
}

}  // namespace sluice
