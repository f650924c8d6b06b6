#include "files/written_row_group.h"

#include <algorithm>
#include <utility>

#include "sluice/error.h"

namespace sluice {

namespace {

constexpr size_t kFilterDigestBytes = sizeof(uint64_t);

ByteSpan take(ByteSpan& bytes, size_t size) {
  const ByteSpan taken = bytes.first(size);
  bytes = bytes.subspan(size);
  return taken;
}

/// Appends and returns how much that was: sizes of indexes are 31 bits wide, which moving up does not change much.
template <typename Write>
uint32_t appended(Bytes& to, Write write) {
  const size_t before = to.size();
  write(to);
  return static_cast<uint32_t>(to.size() - before);
}

}  // namespace

WrittenRowGroup::WrittenRowGroup(JournalReader& reader) : totals_(reader.totals()) {
  tails_.sizes.assign(reader.sizes().begin(), reader.sizes().end());
  tails_.metadata.append(reader.section(Section::metadata));
  tails_.column_indexes.append(reader.section(Section::column_indexes));
  tails_.offset_indexes.append(reader.section(Section::offset_indexes));
  tails_.filter_digests.append(reader.section(Section::filter_digests));
  take_apart();
}

WrittenRowGroup::WrittenRowGroup(const RowGroupTotals& totals, ChunkTails tails)
    : totals_(totals), tails_(std::move(tails)) {
  take_apart();
}

void WrittenRowGroup::take_apart() {
  ByteSpan metadata = tails_.metadata;
  ByteSpan column_indexes = tails_.column_indexes;
  ByteSpan offset_indexes = tails_.offset_indexes;
  ByteSpan filter_digests = tails_.filter_digests;
  for (const ChunkTailSizes& sizes : tails_.sizes) {
    Chunk& chunk = chunks_.emplace_back();
    chunk.metadata_bytes = take(metadata, sizes.metadata);
    chunk.column_index = take(column_indexes, sizes.column_index);
    chunk.offset_index = take(offset_indexes, sizes.offset_index);
    ThriftReader thrift(chunk.metadata_bytes);
    chunk.metadata = ColumnMetaData::read(thrift);
    if (!chunk.metadata.bloom_filter_offset) continue;
    if (filter_digests.size() < kFilterDigestBytes)
      throw Error(ErrorCode::corrupt, "the notes about a row group lack the digest of a bloom filter");
    chunk.filter_digest = take(filter_digests, kFilterDigestBytes);
  }
}

uint64_t WrittenRowGroup::end() const {
  uint64_t end = totals_.offset;
  const auto reach = [&](uint64_t begin, int64_t bytes) {
    uint64_t behind = 0;
    if (bytes < 0 || __builtin_add_overflow(begin, static_cast<uint64_t>(bytes), &behind)) behind = UINT64_MAX;
    end = std::max(end, behind);
  };
  for (size_t i = 0; i < chunks_.size(); ++i) {
    const ColumnMetaData& meta = chunks_[i].metadata;
    reach(offset(i), meta.total_compressed_size);
    if (meta.bloom_filter_offset)
      reach(static_cast<uint64_t>(*meta.bloom_filter_offset), meta.bloom_filter_length.value_or(0));
  }
  return end;
}

uint64_t WrittenRowGroup::offset(size_t chunk) const {
  const ColumnMetaData& meta = chunks_[chunk].metadata;
  return static_cast<uint64_t>(meta.dictionary_page_offset.value_or(meta.data_page_offset));
}

OffsetIndex WrittenRowGroup::offset_index(size_t chunk) const { return read_offset_index(chunks_[chunk].offset_index); }

void WrittenRowGroup::append_to(ChunkTails& to, size_t chunk, int64_t shift, int64_t filter_shift) const {
  const Chunk& from = chunks_[chunk];
  ChunkTailSizes sizes = tails_.sizes[chunk];
  to.column_indexes.append(from.column_index);
  to.filter_digests.append(from.filter_digest);
  if (shift == 0 && filter_shift == 0) {
    to.metadata.append(from.metadata_bytes);
    to.offset_indexes.append(from.offset_index);
  } else {
    ColumnMetaData meta = from.metadata;
    meta.data_page_offset += shift;
    if (meta.dictionary_page_offset) *meta.dictionary_page_offset += shift;
    if (meta.bloom_filter_offset) *meta.bloom_filter_offset += filter_shift;
    OffsetIndex index = offset_index(chunk);
    for (PageLocation& page : index.page_locations) page.offset += shift;
    sizes.metadata = appended(to.metadata, [&](Bytes& out) { write_column_metadata(meta, out); });
    sizes.offset_index = appended(to.offset_indexes, [&](Bytes& out) { write_offset_index(index, out); });
  }
  to.sizes.push_back(sizes);
}

}  // namespace sluice
