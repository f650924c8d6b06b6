#include "files/chunk_tails.h"

#include "base/digest.h"
#include "files/digest_keys.h"
#include "sluice/error.h"

namespace sluice {

void ChunkTails::add(FinishedChunk& placed_chunk) {
  ColumnMetaData& meta = placed_chunk.metadata;
  meta.key_value_metadata.push_back({kChunkDigestKey, digest_text(placed_chunk.headers_digest)});
  if (!placed_chunk.bloom_filter.empty()) {
    const uint64_t digest = digest_of(placed_chunk.bloom_filter);
    meta.key_value_metadata.push_back({kBloomDigestKey, digest_text(digest)});
    filter_digests.append_value(digest);
  }
  const auto appended = [&meta](Bytes& to, auto&& write) {
    const size_t before = to.size();
    write(to);
    // Places in a footer are 31 bits wide.
    if (to.size() - before > INT32_MAX)
      throw Error(ErrorCode::unsupported, "column " + meta.path_in_schema.front() + ": an index of " +
                                              std::to_string(to.size() - before) +
                                              " bytes, and Parquet knows 2147483647: write larger pages");
    return static_cast<uint32_t>(to.size() - before);
  };
  ChunkTailSizes size;
  size.metadata = appended(metadata, [&](Bytes& to) { write_column_metadata(meta, to); });
  if (placed_chunk.column_index)
    size.column_index =
        appended(column_indexes, [&](Bytes& to) { write_column_index(*placed_chunk.column_index, to); });
  size.offset_index = appended(offset_indexes, [&](Bytes& to) { write_offset_index(placed_chunk.offset_index, to); });
  sizes.push_back(size);
}

}  // namespace sluice
