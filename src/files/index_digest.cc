#include "files/index_digest.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "base/digest.h"
#include "files/digest_keys.h"

namespace sluice {
namespace {

constexpr uint64_t kDigestPieceBytes = uint64_t{256} << 10;

/// Adds the bytes [begin, end) of the file.
void add_bytes(const StoredFile& file, uint64_t begin, uint64_t end, RunningDigest& digest) {
  Bytes piece(static_cast<size_t>(std::min(kDigestPieceBytes, end - begin)));
  for (uint64_t at = begin; at < end;) {
    const auto size = static_cast<size_t>(std::min<uint64_t>(piece.size(), end - at));
    file.file().read_at(at, {piece.data(), size});
    digest.add(ByteSpan(piece).first(size));
    at += size;
  }
}

std::optional<uint64_t> told_digest(const StoredFile& file, size_t group, size_t leaf) {
  const std::string* const text = file.chunk_value(group, leaf, kBloomDigestKey);
  if (text == nullptr) return std::nullopt;
  uint64_t digest = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), digest, 16);
  return error == std::errc() && end == text->data() + text->size() ? std::optional(digest) : std::nullopt;
}

uint64_t found_digest(const StoredFile& file, size_t group, size_t leaf, uint64_t& bytes_read) {
  const ColumnMetaData& meta = file.chunk(group, leaf);
  const int64_t begin = *meta.bloom_filter_offset;
  const int64_t bytes = *meta.bloom_filter_length;
  const auto end_max = static_cast<int64_t>(file.footer().place.offset);
  if (begin < 0 || bytes < 0 || begin > end_max || bytes > end_max - begin)
    file.refuse_chunk(group, leaf,
                      "the bloom filter has " + std::to_string(bytes) + " bytes at byte " + std::to_string(begin) +
                          ", expected before the footer at byte " + std::to_string(end_max));
  RunningDigest digest;
  add_bytes(file, static_cast<uint64_t>(begin), static_cast<uint64_t>(begin + bytes), digest);
  bytes_read += static_cast<uint64_t>(bytes);
  return digest.value();
}

}  // namespace

// Indexes fill the bytes before the footer, from the first one on.
uint64_t index_digest(const StoredFile& file, FilterDigests filters, uint64_t& bytes_read) {
  const uint64_t end = file.footer().place.offset;
  uint64_t begin = end;
  RunningDigest digest;
  for (size_t group = 0; group < file.row_groups(); ++group) {
    for (size_t leaf = 0; leaf < file.leaves().size(); ++leaf) {
      const ChunkIndexPlace& place = file.metadata().row_groups[group].columns[leaf].index;
      for (const std::optional<int64_t>& offset : {place.column_index_offset, place.offset_index_offset})
        if (offset && *offset >= 0) begin = std::min(begin, static_cast<uint64_t>(*offset));
      const ColumnMetaData& meta = file.chunk(group, leaf);
      if (!meta.bloom_filter_offset || !meta.bloom_filter_length) continue;
      std::optional<uint64_t> of_filter;
      if (filters == FilterDigests::told) of_filter = told_digest(file, group, leaf);
      if (!of_filter) of_filter = found_digest(file, group, leaf, bytes_read);
      digest.add(std::as_bytes(std::span(&*of_filter, 1)));
    }
  }
  add_bytes(file, begin, end, digest);
  bytes_read += end - begin;
  return digest.value();
}

}  // namespace sluice
