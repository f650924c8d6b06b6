#include "files/copied_row_group.h"

#include <span>
#include <utility>

#include "base/digest.h"
#include "files/digest_keys.h"
#include "files/index_digest.h"
#include "files/piece_copier.h"
#include "files/stored_tails.h"
#include "files/written_row_group.h"
#include "format/schema_elements.h"
#include "format/thrift_reader.h"
#include "sluice/error.h"

namespace sluice {

namespace {

CopiedRowGroup copy(const StoredFile& file, size_t group, uint64_t offset, Sink& sink) {
  const WrittenRowGroup written(read_totals(file, group), read_tails(file, group));
  CopiedRowGroup copied{written.totals(), {}, 0};
  copied.totals.offset = offset;
  copied.totals.bytes = 0;
  const ReadWritten read = [&](uint64_t from, std::span<std::byte> into) { file.file().read_at(from, into); };
  PieceCopier pages(read, sink, offset);
  std::vector<int64_t> shifts;
  for (size_t leaf = 0; leaf < written.chunks(); ++leaf) {
    const ChunkPlace place = file.chunk_place(group, leaf);
    shifts.push_back(pages.add(place.begin, place.bytes));
    copied.totals.bytes += place.bytes;
  }
  PieceCopier filters(read, sink, pages.settle());
  for (size_t leaf = 0; leaf < written.chunks(); ++leaf) {
    const ColumnMetaData& meta = written.metadata(leaf);
    int64_t filter_shift = 0;
    if (meta.bloom_filter_offset)
      filter_shift = filters.add(static_cast<uint64_t>(*meta.bloom_filter_offset),
                                 static_cast<uint64_t>(*meta.bloom_filter_length));
    written.append_to(copied.tails, leaf, shifts[leaf], filter_shift);
  }
  copied.end = filters.settle();
  return copied;
}

}  // namespace

CopiedRowGroup copy_row_group(const StoredFile& file, size_t group, uint64_t offset, Sink& sink) {
  try {
    return copy(file, group, offset, sink);
  } catch (const ThriftError& error) {
    throw Error(ErrorCode::corrupt,
                file.path() + ": row group " + std::to_string(group) +
                    " cannot be copied: an index is damaged at byte " + std::to_string(error.offset()) + ": " +
                    error.what(),
                {.source = file.path()});
  }
}

bool can_be_copied(const StoredFile& file, const Schema& schema) {
  return file.is_ours() && *file.schema() == schema && file.metadata().schema == to_schema_elements(schema);
}

void check_indexes(const StoredFile& file) {
  uint64_t bytes_read = 0;
  const std::string found = digest_text(index_digest(file, FilterDigests::told, bytes_read));
  const std::string* const written = file.metadata_value(kIndexDigestKey);
  if (written != nullptr && found == *written) return;
  throw Error(ErrorCode::corrupt,
              file.path() + ": the indexes have changed: their digest is " + found + ", they were written with " +
                  (written != nullptr ? *written : "none"),
              {.source = file.path()});
}

}  // namespace sluice
