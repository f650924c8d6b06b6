#include "files/amend_file.h"

#include <utility>
#include <vector>

#include "base/digest.h"
#include "files/amend_row_groups.h"
#include "files/column_settings.h"
#include "files/digest_check.h"
#include "files/digest_keys.h"
#include "files/field_totals.h"
#include "files/footer_builder.h"
#include "files/footer_reader.h"
#include "sluice/error.h"
#include "storage/input.h"
#include "storage/reopened_file.h"
#include "storage/scratch_file.h"

namespace sluice {

namespace {

constexpr const char* kArrowSchemaKey = "ARROW:schema";

/// Reads back what the writer of a file knew of its row groups.
class WrittenFooter {
 public:
  WrittenFooter(const RandomReader& file, size_t leaves);

  /// Where late chunks go: behind the last row group, where the indexes begin.
  uint64_t end_of_groups() const { return end_of_groups_; }
  std::vector<SortingColumn> sorting_columns() const;
  /// What its writer was given, without what every file of ours has.
  std::vector<std::pair<std::string, std::string>> metadata() const;
  Journal read_journal() const;

 private:
  [[noreturn]] void refuse(const std::string& problem) const {
    throw Error(ErrorCode::corrupt, file_.name() + " cannot get further columns: " + problem, {.source = file_.name()});
  }
  void check(const RowGroup& group, size_t leaves) const;
  ChunkTails read_tails(const RowGroup& group) const;
  uint32_t copy(const std::optional<int64_t>& offset, const std::optional<int32_t>& length, Bytes& to) const;

  const RandomReader& file_;
  const FileFooter footer_;
  uint64_t end_of_groups_;
};

// The digests vouch for all that is copied from here on.
WrittenFooter::WrittenFooter(const RandomReader& file, size_t leaves)
    : file_(file), footer_(read_footer(file)), end_of_groups_(footer_.place.offset) {
  const DigestReport digests = check_digests(RandomReader::open(file.name()));
  if (digests.state != DigestState::intact)
    refuse(digests.state == DigestState::absent ? "it has no digests" : digests.fault);
  for (const RowGroup& group : footer_.metadata.row_groups) {
    check(group, leaves);
    for (const ColumnChunk& chunk : group.columns)
      for (const auto& offset : {chunk.index.column_index_offset, chunk.index.offset_index_offset})
        if (offset) end_of_groups_ = std::min(end_of_groups_, static_cast<uint64_t>(*offset));
  }
}

void WrittenFooter::check(const RowGroup& group, size_t leaves) const {
  if (group.columns.size() != leaves)
    refuse("a row group has " + std::to_string(group.columns.size()) + " columns instead of " + std::to_string(leaves));
  if (!group.file_offset || !group.total_compressed_size) refuse("a row group does not say where it is");
  for (const ColumnChunk& chunk : group.columns)
    if (!chunk.meta_data || !chunk.index.offset_index_offset)
      refuse("a column chunk lacks metadata or an offset index");
}

std::vector<SortingColumn> WrittenFooter::sorting_columns() const {
  const std::vector<RowGroup>& groups = footer_.metadata.row_groups;
  return groups.empty() ? std::vector<SortingColumn>() : groups.front().sorting_columns;
}

std::vector<std::pair<std::string, std::string>> WrittenFooter::metadata() const {
  std::vector<std::pair<std::string, std::string>> given;
  for (const KeyValue& entry : footer_.metadata.key_value_metadata)
    if (entry.key != kArrowSchemaKey && entry.key != kIndexDigestKey && entry.key != kFooterDigestKey)
      given.emplace_back(entry.key, entry.value.value_or(""));
  return given;
}

Journal WrittenFooter::read_journal() const {
  Journal journal([] { return ScratchFile::unnamed(); });
  for (const RowGroup& group : footer_.metadata.row_groups) {
    const ChunkTails tails = read_tails(group);
    journal.append({.rows = group.num_rows,
                    .offset = static_cast<uint64_t>(*group.file_offset),
                    .bytes = static_cast<uint64_t>(*group.total_compressed_size),
                    .raw_bytes = static_cast<uint64_t>(group.total_byte_size)},
                   {&tails, 1});
  }
  return journal;
}

ChunkTails WrittenFooter::read_tails(const RowGroup& group) const {
  ChunkTails tails;
  for (const ColumnChunk& chunk : group.columns) {
    ChunkTailSizes sizes;
    const size_t before = tails.metadata.size();
    write_column_metadata(*chunk.meta_data, tails.metadata);
    sizes.metadata = static_cast<uint32_t>(tails.metadata.size() - before);
    const ChunkIndexPlace& index = chunk.index;
    sizes.column_index = copy(index.column_index_offset, index.column_index_length, tails.column_indexes);
    sizes.offset_index = copy(index.offset_index_offset, index.offset_index_length, tails.offset_indexes);
    tails.sizes.push_back(sizes);
    Bytes filter;
    if (copy(chunk.meta_data->bloom_filter_offset, chunk.meta_data->bloom_filter_length, filter) > 0)
      tails.filter_digests.append_value(digest_of(filter));
  }
  return tails;
}

uint32_t WrittenFooter::copy(const std::optional<int64_t>& offset, const std::optional<int32_t>& length,
                             Bytes& to) const {
  if (!offset || !length) return 0;
  const auto size = static_cast<size_t>(*length);
  if (*offset < 0 || *length < 0 || static_cast<uint64_t>(*offset) + size > footer_.file_bytes)
    refuse("an index lies outside the file");
  std::byte* const into = to.prepare(size);
  file_.read_at(static_cast<uint64_t>(*offset), {into, size});
  to.advance(size);
  return static_cast<uint32_t>(size);
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
  const RandomReader reader = RandomReader::open(path);
  const WrittenFooter footer(reader, leaves_before.size());
  const Journal journal = footer.read_journal();

  ReopenedFile sink(path, {.sync = options.sync});
  FieldTotals fields(std::move(file.fields));
  fields.extend(leaves, origins);
  FooterBuilder tail([] { return ScratchFile::unnamed(); }, path);
  const EarlierSchema earlier{before, std::move(leaves_before), origins, journal.row_groups()};
  uint64_t end = footer.end_of_groups();
  if (journal.row_groups() > 0)
    end = amend_row_groups(journal, {&earlier, 1}, end, {leaves, chunk_options, sink, fields}, tail);
  WrittenTail written = tail.write(stored, moved(footer.sorting_columns(), origins), end, footer.metadata(), sink);
  file.bytes = end + written.bytes;
  sink.finish(file.bytes);
  file.row_group_offsets = std::move(written.row_group_offsets);
  file.fields = fields.take();
}

}  // namespace sluice
