#include "files/journal.h"

#include <algorithm>
#include <cstring>

#include "base/crc32.h"
#include "sluice/error.h"

namespace sluice {

namespace {

constexpr size_t kWindowBytes = size_t{256} << 10;

ByteSpan section_of(const ChunkTails& part, size_t section) {
  switch (static_cast<Section>(section)) {
    case Section::metadata: return part.metadata;
    case Section::column_indexes: return part.column_indexes;
    case Section::offset_indexes: return part.offset_indexes;
    case Section::filter_digests: break;
  }
  return part.filter_digests;
}

}  // namespace

void Journal::append(const RowGroupTotals& totals, std::span<const ChunkTails> parts) {
  size_t bytes = sizeof(RecordHead);
  for (const ChunkTails& part : parts) {
    bytes += part.sizes.size() * sizeof(ChunkTailSizes);
    for (size_t section = 0; section < kSections; ++section) bytes += section_of(part, section).size();
  }
  recent_.prepare(bytes);
  const size_t begin = recent_.size();
  RecordHead head;
  head.mark.mark = kRowGroupMark;
  head.totals = totals;
  recent_.append_value(head);  // holds the place
  for (const ChunkTails& part : parts) {
    recent_.append(std::as_bytes(std::span(part.sizes)));
    head.chunks += static_cast<uint32_t>(part.sizes.size());
  }
  const size_t table_end = recent_.size();
  for (size_t section = 0; section < kSections; ++section) {
    const size_t section_begin = recent_.size();
    for (const ChunkTails& part : parts) recent_.append(section_of(part, section));
    head.section_bytes[section] = recent_.size() - section_begin;
    head.section_checksums[section] = crc32(ByteSpan(recent_).subspan(section_begin));
  }
  head.mark.record_bytes = bytes;
  std::memcpy(recent_.data() + begin, &head, sizeof head);
  head.mark.checksum = crc32(ByteSpan(recent_).subspan(begin + kUncheckedBytes, table_end - begin - kUncheckedBytes));
  std::memcpy(recent_.data() + begin, &head, sizeof head);

  ++row_groups_;
  rows_ += totals.rows;
  chunks_ += head.chunks;
  metadata_bytes_ += head.section_bytes[static_cast<size_t>(Section::metadata)];
  if (recent_.size() > memory_bytes_max_) settle();
}

void Journal::open_file() {
  if (!file_) file_ = open_file_();
}

void Journal::settle() {
  if (recent_.empty()) return;
  open_file();
  if (make_head_) file_->append(std::exchange(make_head_, nullptr)());
  file_->append(recent_);
  recent_ = {};
  settled_rows_ = rows_;
}

void JournalReader::fail() const {
  throw Error(ErrorCode::corrupt,
              journal_.file_->name() + " does not hold what was written to it, at byte " + std::to_string(record_),
              {.source = journal_.file_->name(), .byte = static_cast<int64_t>(record_)});
}

// Records lie in the file or in memory, none in both.
ByteSpan JournalReader::read(uint64_t offset, size_t size) {
  const uint64_t file_bytes = journal_.file_bytes();
  if (offset >= file_bytes) return ByteSpan(journal_.recent_).subspan(offset - file_bytes, size);
  if (size > file_bytes - offset) fail();
  if (offset < window_begin_ || offset + size > window_begin_ + window_.size()) {
    window_.resize(std::min<uint64_t>(std::max(size, kWindowBytes), file_bytes - offset));
    window_begin_ = offset;
    journal_.file_->read_at(offset, {window_.data(), window_.size()});
  }
  return ByteSpan(window_).subspan(offset - window_begin_, size);
}

// Heads are for others.
void JournalReader::pass_heads() {
  const uint64_t file_bytes = journal_.file_bytes();
  while (record_ < file_bytes) {
    const auto record = load<RecordMark>(read(record_, sizeof(RecordMark)).data());
    if (record.mark != kJournalHeadMark) return;
    if (record.record_bytes < sizeof record || record.record_bytes > file_bytes - record_) fail();
    record_ += record.record_bytes;
  }
}

bool JournalReader::next() {
  record_ = next_;
  pass_heads();
  const uint64_t file_bytes = journal_.file_bytes();
  if (record_ == file_bytes + journal_.recent_.size()) return false;
  RecordHead head = load<RecordHead>(read(record_, sizeof(RecordHead)).data());
  const uint64_t table_bytes = uint64_t{head.chunks} * sizeof(ChunkTailSizes);
  const ByteSpan checked = read(record_, sizeof head + table_bytes);
  if (record_ < file_bytes &&
      (head.mark.mark != kRowGroupMark || crc32(checked.subspan(kUncheckedBytes)) != head.mark.checksum))
    fail();
  totals_ = head.totals;
  section_bytes_ = head.section_bytes;
  section_checksums_ = head.section_checksums;
  sizes_.resize(head.chunks);
  if (table_bytes > 0) std::memcpy(sizes_.data(), checked.data() + sizeof head, table_bytes);
  next_ = record_ + head.mark.record_bytes;
  return true;
}

ByteSpan JournalReader::section(Section which) {
  const auto index = static_cast<size_t>(which);
  uint64_t offset = record_ + sizeof(RecordHead) + sizes_.size() * sizeof(ChunkTailSizes);
  for (size_t before = 0; before < index; ++before) offset += section_bytes_[before];
  const ByteSpan bytes = read(offset, section_bytes_[index]);
  if (record_ < journal_.file_bytes() && crc32(bytes) != section_checksums_[index]) fail();
  return bytes;
}

}  // namespace sluice
