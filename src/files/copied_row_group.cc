#include "files/copied_row_group.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/bytes.h"
#include "base/digest.h"
#include "files/digest_keys.h"
#include "files/index_digest.h"
#include "files/stored_tails.h"
#include "files/written_row_group.h"
#include "format/schema_elements.h"
#include "format/thrift_reader.h"
#include "sluice/error.h"

namespace sluice {

namespace {

/// What is read and written at once. The system's own copying goes page by page.
constexpr uint64_t kCopiedBytesMax = 1 << 20;

/// Copies pieces of a file one behind the other; what are neighbours there go together.
class PieceCopier {
 public:
  PieceCopier(const RandomReader& file, Sink& sink, uint64_t offset) : file_(file), sink_(sink), offset_(offset) {}

  /// Returns where the piece goes.
  uint64_t add(uint64_t begin, uint64_t bytes) {
    if (begin != begin_ + bytes_) flush();
    if (bytes_ == 0) begin_ = begin;
    bytes_ += bytes;
    return offset_ + bytes_ - bytes;
  }
  uint64_t finish() {
    flush();
    return offset_;
  }

 private:
  void flush() {
    while (bytes_ > 0) {
      buffer_.resize(static_cast<size_t>(std::min(bytes_, kCopiedBytesMax)));
      const std::span piece(buffer_.data(), buffer_.size());
      file_.read_at(begin_, piece);
      sink_.write_at(offset_, piece);
      begin_ += buffer_.size();
      offset_ += buffer_.size();
      bytes_ -= buffer_.size();
    }
  }

  const RandomReader& file_;
  Sink& sink_;
  uint64_t offset_;
  uint64_t begin_ = 0;
  uint64_t bytes_ = 0;
  Bytes buffer_;
};

int64_t shift_of(uint64_t from, uint64_t to) { return static_cast<int64_t>(to) - static_cast<int64_t>(from); }

CopiedRowGroup copy(const StoredFile& file, size_t group, uint64_t offset, Sink& sink) {
  const WrittenRowGroup written(read_totals(file, group), read_tails(file, group));
  CopiedRowGroup copied{written.totals(), {}, 0};
  copied.totals.offset = offset;
  copied.totals.bytes = 0;
  PieceCopier pages(file.file(), sink, offset);
  std::vector<int64_t> shifts;
  for (size_t leaf = 0; leaf < written.chunks(); ++leaf) {
    const ChunkPlace place = file.chunk_place(group, leaf);
    shifts.push_back(shift_of(place.begin, pages.add(place.begin, place.bytes)));
    copied.totals.bytes += place.bytes;
  }
  PieceCopier filters(file.file(), sink, pages.finish());
  for (size_t leaf = 0; leaf < written.chunks(); ++leaf) {
    const ColumnMetaData& meta = written.metadata(leaf);
    int64_t filter_shift = 0;
    if (meta.bloom_filter_offset) {
      const auto begin = static_cast<uint64_t>(*meta.bloom_filter_offset);
      filter_shift = shift_of(begin, filters.add(begin, static_cast<uint64_t>(*meta.bloom_filter_length)));
    }
    written.append_to(copied.tails, leaf, shifts[leaf], filter_shift);
  }
  copied.end = filters.finish();
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
