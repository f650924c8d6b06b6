// Goes through a whole file: its footer, the Arrow schema in it, each chunk (verify_chunk.h), places that overlap, rows
// that are said to be sorted; and says what is unwise.
#include "sluice/verify.h"

#include <algorithm>
#include <vector>

#include "base/digest.h"
#include "files/digest_keys.h"
#include "files/index_digest.h"
#include "files/verify_chunk.h"
#include "files/verify_dictionary.h"
#include "files/verify_order.h"
#include "files/verify_schema.h"
#include "sluice/error.h"
#include "sluice/units.h"

namespace sluice {
namespace {

/// Readers hold whole pages; ours ends them at 1 MiB.
constexpr uint64_t kPageBytesWise = 8_MiB;
/// Fewer make the footer and the seeks dear, once there are many row groups.
constexpr int64_t kRowGroupRowsWise = 10'000;
constexpr size_t kRowGroupsFew = 10;
constexpr uint64_t kFooterBytesWise = 16_MiB;
/// Of buffers that nobody uses at the moment.
constexpr uint64_t kIdleBytesMax = 16_MiB;

/// How many chunks have something in common, and the first of them.
struct ChunkCount {
  size_t count = 0;
  std::string first{};

  void add(const std::string& chunk) {
    if (count++ == 0) first = chunk;
  }
};

class FileVerifier {
 public:
  FileVerifier(std::string path, const VerifyOptions& options, const std::function<void(const Finding&)>& on_finding)
      : path_(std::move(path)), options_(options), on_finding_(on_finding) {}

  VerifyReport run();

 private:
  void report(Finding finding);
  void report(FindingKind kind, std::string check, std::string words, std::optional<size_t> row_group = {});
  std::shared_ptr<const StoredFile> open();
  void check_index_digest();
  void check_places();
  void verify_chunks();
  void verify_chunk(size_t group, size_t leaf, IndexReader& indexes, const ChunkContext& context);
  void check_dictionary(const ChunkVerifier& chunk, size_t group, size_t leaf, const ChunkContext& context);
  void check_order(size_t group, const std::shared_ptr<Runtime>& runtime);
  void note_footer();
  void note_row_groups();
  void note_chunks();

  const std::string path_;
  const VerifyOptions& options_;
  const std::function<void(const Finding&)>& on_finding_;
  std::shared_ptr<const StoredFile> file_;
  VerifyReport report_;
  uint64_t page_bytes_max_ = 0;
  bool lacks_checksums_ = false;
  ChunkCount idle_dictionaries_;
  ChunkCount wasteful_dictionaries_;
};

void FileVerifier::report(Finding finding) {
  finding.file = path_;
  (finding.kind == FindingKind::unwise ? report_.notes : report_.errors) += 1;
  on_finding_(finding);
}

void FileVerifier::report(FindingKind kind, std::string check, std::string words, std::optional<size_t> row_group) {
  Finding finding{.kind = kind, .check = std::move(check)};
  finding.row_group = row_group;
  finding.words = std::move(words);
  report(std::move(finding));
}

/// Nothing where the footer cannot be used; where only its digest is wrong, the rest can still be looked at.
std::shared_ptr<const StoredFile> FileVerifier::open() {
  // What cannot be opened is the system's failure, and so is what Sluice does not read.
  RandomReader file = RandomReader::open(path_);
  report_.bytes = file.size();
  const auto words_of = [&](const Error& error) {
    const std::string words = error.what();
    return words.starts_with(path_ + ": ") ? words.substr(path_.size() + 2) : words;
  };
  try {
    return StoredFile::open(std::move(file), {});
  } catch (const Error& error) {
    if (error.code() != ErrorCode::corrupt) throw;
    const std::string words = words_of(error);
    try {
      std::shared_ptr<const StoredFile> unchecked = StoredFile::open(RandomReader::open(path_), {.checksums = false});
      report(FindingKind::damage, "footer_digest", words);
      return unchecked;
    } catch (const Error& second) {
      if (second.code() == ErrorCode::io) throw;
      report(FindingKind::damage, "footer", words);
      return nullptr;
    }
  }
}

void FileVerifier::check_index_digest() {
  const std::string* const written = file_->is_ours() ? file_->metadata_value(kIndexDigestKey) : nullptr;
  if (written == nullptr) return;
  try {
    uint64_t bytes_read = 0;
    const std::string found = digest_text(index_digest(*file_, FilterDigests::found, bytes_read));
    if (found != *written)
      report(FindingKind::damage, "index_digest",
             "the indexes have changed: their digest is " + found + ", they were written with " + *written);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::io) throw;
    report(FindingKind::damage, "index_digest", error.what());
  }
}

void FileVerifier::check_places() {
  struct Place {
    ChunkPlace place;
    size_t row_group;
    size_t leaf;
  };
  std::vector<Place> places;
  for (size_t group = 0; group < file_->row_groups(); ++group)
    for (size_t leaf = 0; leaf < file_->leaves().size(); ++leaf)
      places.push_back({file_->chunk_place(group, leaf), group, leaf});
  std::ranges::sort(places, {}, [](const Place& place) { return place.place.begin; });
  for (size_t i = 1; i < places.size(); ++i) {
    const Place& before = places[i - 1];
    const Place& here = places[i];
    if (before.place.bytes == 0 || here.place.bytes == 0 || here.place.begin >= before.place.end()) continue;
    Finding finding{.kind = FindingKind::contradiction, .check = "chunk_overlap"};
    finding.row_group = here.row_group;
    finding.column = file_->leaves()[here.leaf].leaf.name;
    finding.offset = here.place.begin;
    finding.words = "the chunk begins inside of that of row group " + std::to_string(before.row_group) + ", column " +
                    file_->leaves()[before.leaf].leaf.name + ", which ends at byte " +
                    std::to_string(before.place.end());
    report(std::move(finding));
  }
}

void FileVerifier::verify_chunks() {
  const std::shared_ptr<Runtime> runtime = options_.runtime ? options_.runtime : std::make_shared<Runtime>();
  ChunkContext context;
  context.pool = std::make_shared<BufferPool>(kIdleBytesMax);
  context.page_bytes_max = options_.limits.page_bytes;
  context.row_bytes_max = options_.limits.row_bytes == 0 ? runtime->memory_bytes() / 8 : options_.limits.row_bytes;
  // Checksums are held against each page before, so that a finding can say of which one.
  context.checksums = false;
  context.dictionaries = false;
  IndexReader indexes(file_);
  for (size_t group = 0; group < file_->row_groups(); ++group) {
    const int64_t errors_before = report_.errors;
    for (size_t leaf = 0; leaf < file_->leaves().size(); ++leaf) verify_chunk(group, leaf, indexes, context);
    if (report_.errors == errors_before) check_order(group, runtime);
  }
}

void FileVerifier::verify_chunk(size_t group, size_t leaf, IndexReader& indexes, const ChunkContext& context) {
  const ReportFinding on_finding = [&](Finding finding) { report(std::move(finding)); };
  ChunkVerifier verifier(*file_, indexes, group, leaf, context, on_finding);
  verifier.run();
  report_.pages += verifier.pages();
  page_bytes_max_ = std::max(page_bytes_max_, verifier.page_bytes_max());
  lacks_checksums_ = lacks_checksums_ || verifier.lacks_checksums();
  if (verifier.is_whole() && verifier.has_dictionary()) check_dictionary(verifier, group, leaf, context);
}

void FileVerifier::check_dictionary(const ChunkVerifier& chunk, size_t group, size_t leaf,
                                    const ChunkContext& context) {
  const std::string name = "row group " + std::to_string(group) + ", column " + file_->leaves()[leaf].leaf.name;
  if (!chunk.uses_dictionary()) return idle_dictionaries_.add(name);
  const std::optional<EntryUse> use = entry_use(*file_, group, leaf, context);
  if (!use || use->unused + use->repeated == 0) return;
  wasteful_dictionaries_.add(name + ", has " + format_count(use->entries) + " entries: " + std::to_string(use->unused) +
                             " without a value, " + std::to_string(use->repeated) + " there before");
}

void FileVerifier::check_order(size_t group, const std::shared_ptr<Runtime>& runtime) {
  try {
    if (std::optional<Finding> broken = check_sorting(
            file_, group, {.checksums = false, .prune = false, .limits = options_.limits, .runtime = runtime}))
      report(std::move(*broken));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::corrupt && error.code() != ErrorCode::unsupported) throw;
    report(FindingKind::damage, "sorting_columns",
           std::string("the columns that rows are said to be sorted by cannot be read: ") + error.what(), group);
  }
}

// --- what is unwise

void FileVerifier::note_footer() {
  if (file_->footer().place.bytes > kFooterBytesWise)
    report(FindingKind::unwise, "footer_bytes",
           "the footer has " + format_bytes(file_->footer().place.bytes) + ", which every reader reads first");
}

void FileVerifier::note_row_groups() {
  if (file_->row_groups() <= kRowGroupsFew) return;
  size_t small = 0;
  for (size_t group = 0; group < file_->row_groups(); ++group)
    small += file_->row_group_rows(group) < kRowGroupRowsWise;
  // The last one of a file may be small.
  if (small > 1)
    report(FindingKind::unwise, "row_group_rows",
           std::to_string(small) + " of " + std::to_string(file_->row_groups()) + " row groups have fewer than " +
               format_count(kRowGroupRowsWise) + " rows");
}

void FileVerifier::note_chunks() {
  size_t chunks = 0;
  size_t bare = 0;
  size_t uncounted = 0;
  size_t unplaced = 0;
  for (const RowGroup& group : file_->metadata().row_groups)
    for (const ColumnChunk& chunk : group.columns) {
      ++chunks;
      bare += !chunk.meta_data->statistics.has_value();
      uncounted += chunk.meta_data->encoding_stats.empty();
      unplaced += !chunk.index.offset_index_offset.has_value();
    }
  const auto note = [&](size_t count, const char* check, const std::string& words) {
    if (count > 0)
      report(FindingKind::unwise, check,
             std::to_string(count) + " of " + std::to_string(chunks) + " column chunks " + words);
  };
  note(bare, "no_statistics", "have no statistics: no reader can pass them over");
  note(uncounted, "no_encoding_stats", "do not say how their pages are encoded");
  note(unplaced, "no_offset_index", "have no offset index: no reader can pass over single pages");
  if (lacks_checksums_)
    report(FindingKind::unwise, "no_checksums", "there are column chunks whose pages have no checksums");
  if (idle_dictionaries_.count > 0)
    report(FindingKind::unwise, "idle_dictionary",
           std::to_string(idle_dictionaries_.count) + " of " + std::to_string(chunks) +
               " column chunks have a dictionary that no data page uses, the first in " + idle_dictionaries_.first);
  if (wasteful_dictionaries_.count > 0)
    report(FindingKind::unwise, "dictionary_entries",
           std::to_string(wasteful_dictionaries_.count) + " of " + std::to_string(chunks) +
               " column chunks have entries in their dictionaries that nobody needs; the first, " +
               wasteful_dictionaries_.first);
  if (page_bytes_max_ > kPageBytesWise)
    report(FindingKind::unwise, "page_bytes",
           "a page of " + format_bytes(page_bytes_max_) + ", which a reader has to hold at once");
}

VerifyReport FileVerifier::run() {
  file_ = open();
  if (!file_) return report_;
  report_.rows = file_->rows();
  report_.row_groups = static_cast<int64_t>(file_->row_groups());
  check_index_digest();
  check_places();
  if (std::optional<Finding> misfit = check_arrow_schema(*file_)) report(std::move(*misfit));
  verify_chunks();
  note_footer();
  note_row_groups();
  note_chunks();
  return report_;
}

}  // namespace

inline namespace v0 {

VerifyReport verify(const std::string& path, const VerifyOptions& options,
                    const std::function<void(const Finding&)>& on_finding) {
  return FileVerifier(path, options, on_finding).run();
}

}  // namespace v0
}  // namespace sluice
