#include "files/left_journal.h"

#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "base/crc32.h"

namespace sluice {

namespace {

/// What the lengths of all chunks come to, for each section but the digests.
std::array<uint64_t, kSections> sums_of(const std::vector<ChunkTailSizes>& sizes) {
  std::array<uint64_t, kSections> sums{};
  for (const ChunkTailSizes& chunk : sizes) {
    sums[0] += chunk.metadata;
    sums[1] += chunk.column_index;
    sums[2] += chunk.offset_index;
  }
  return sums;
}

}  // namespace

bool LeftJournal::next() {
  Bytes record;
  for (;;) {
    if (file_.size() - at_ < sizeof(RecordMark)) return false;
    RecordMark mark;
    file_.read_at(at_, std::as_writable_bytes(std::span(&mark, 1)));
    if (mark.record_bytes < sizeof mark || mark.record_bytes > file_.size() - at_) return false;
    record.resize(static_cast<size_t>(mark.record_bytes));
    file_.read_at(at_, {record.data(), record.size()});
    if (mark.mark != kJournalHeadMark) break;
    std::optional<JournalHead> head = parse_journal_head(record, file_.name());
    if (!head) return false;
    head_ = std::make_shared<const JournalHead>(std::move(*head));
    at_ += record.size();
  }
  if (!head_ || !parse_row_group(record)) return false;
  at_ += record.size();
  return true;
}

bool LeftJournal::parse_row_group(ByteSpan record) {
  if (record.size() < sizeof(RecordHead)) return false;
  const auto head = load<RecordHead>(record.data());
  if (head.mark.mark != kRowGroupMark || head.version != 1) return false;
  if (head.chunks > (record.size() - sizeof head) / sizeof(ChunkTailSizes)) return false;
  const size_t table_end = sizeof head + head.chunks * sizeof(ChunkTailSizes);
  if (crc32(record.first(table_end).subspan(kUncheckedBytes)) != head.mark.checksum) return false;
  ChunkTails tails;
  tails.sizes.resize(head.chunks);
  if (head.chunks > 0) std::memcpy(tails.sizes.data(), record.data() + sizeof head, table_end - sizeof head);
  const std::array<uint64_t, kSections> sums = sums_of(tails.sizes);
  ByteSpan rest = record.subspan(table_end);
  const std::array<Bytes*, kSections> sections{&tails.metadata, &tails.column_indexes, &tails.offset_indexes,
                                               &tails.filter_digests};
  for (size_t section = 0; section < kSections; ++section) {
    const uint64_t bytes = head.section_bytes[section];
    if (bytes > rest.size() || (section + 1 < kSections && bytes != sums[section])) return false;
    sections[section]->append(rest.first(static_cast<size_t>(bytes)));
    if (crc32(*sections[section]) != head.section_checksums[section]) return false;
    rest = rest.subspan(static_cast<size_t>(bytes));
  }
  totals_ = head.totals;
  tails_ = std::move(tails);
  return rest.empty();
}

}  // namespace sluice
