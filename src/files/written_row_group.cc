#include "files/written_row_group.h"

#include <utility>

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
    if (chunk.metadata.bloom_filter_offset) chunk.filter_digest = take(filter_digests, kFilterDigestBytes);
  }
}

uint64_t WrittenRowGroup::offset(size_t chunk) const {
  const ColumnMetaData& meta = chunks_[chunk].metadata;
  return static_cast<uint64_t>(meta.dictionary_page_offset.value_or(meta.data_page_offset));
}

OffsetIndex WrittenRowGroup::offset_index(size_t chunk) const { return read_offset_index(chunks_[chunk].offset_index); }

void WrittenRowGroup::append_to(ChunkTails& to, size_t chunk, uint64_t shift) const {
  const Chunk& from = chunks_[chunk];
  ChunkTailSizes sizes = tails_.sizes[chunk];
  to.column_indexes.append(from.column_index);
  to.filter_digests.append(from.filter_digest);
  if (shift == 0) {
    to.metadata.append(from.metadata_bytes);
    to.offset_indexes.append(from.offset_index);
  } else {
    const auto up = static_cast<int64_t>(shift);
    ColumnMetaData meta = from.metadata;
    meta.data_page_offset += up;
    if (meta.dictionary_page_offset) *meta.dictionary_page_offset += up;
    if (meta.bloom_filter_offset) *meta.bloom_filter_offset += up;
    OffsetIndex index = offset_index(chunk);
    for (PageLocation& page : index.page_locations) page.offset += up;
    sizes.metadata = appended(to.metadata, [&](Bytes& out) { write_column_metadata(meta, out); });
    sizes.offset_index = appended(to.offset_indexes, [&](Bytes& out) { write_offset_index(index, out); });
  }
  to.sizes.push_back(sizes);
}

}  // namespace sluice
