#include "files/digest_check.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <vector>

#include "base/digest.h"
#include "files/digest_keys.h"
#include "files/footer_reader.h"
#include "format/page_header.h"
#include "sluice/error.h"

namespace sluice {
namespace {

constexpr size_t kPieceBytes = size_t{256} << 10;

const std::string* value_of(const std::vector<KeyValue>& entries, std::string_view key) {
  const auto found = std::ranges::find(entries, key, &KeyValue::key);
  return found == entries.end() || !found->value ? nullptr : &*found->value;
}

/// Checks one file; stops at the first fault.
class DigestCheck {
 public:
  explicit DigestCheck(const RandomReader& file) : file_(file), footer_(read_footer(file)) {}

  DigestReport run();

 private:
  /// False, for there is something wrong.
  bool fail(DigestPart part, const std::string& what) {
    report_ = {DigestState::damaged, part, file_.name() + ": " + what};
    return false;
  }
  bool begins_with_magic();
  bool check_footer();
  bool check_indexes();
  void add_bytes(uint64_t begin, uint64_t end, RunningDigest& digest) const;
  bool add_filter(const ColumnMetaData& meta, RunningDigest& digest) const;
  bool check_page_headers();
  bool check_chunk(size_t group, size_t column, const ColumnMetaData& meta);
  std::optional<uint64_t> digest_of_headers(uint64_t begin, uint64_t end) const;
  PlacedPageHeader header_at(uint64_t offset, uint64_t end, Bytes& bytes) const;

  const RandomReader& file_;
  const FileFooter footer_;
  DigestReport report_;
};

DigestReport DigestCheck::run() {
  const FileMetaData& meta = footer_.metadata;
  const bool is_ours = meta.created_by && meta.created_by->starts_with("sluice version ");
  if (!is_ours || value_of(meta.key_value_metadata, kFooterDigestKey) == nullptr) return report_;
  if (begins_with_magic() && check_footer() && check_indexes() && check_page_headers())
    report_.state = DigestState::intact;
  return report_;
}

bool DigestCheck::begins_with_magic() {
  std::array<std::byte, kMagic.size()> magic;
  file_.read_at(0, magic);
  if (as_text(magic) == kMagic) return true;
  return fail(DigestPart::page_headers, "the file does not begin with \"PAR1\"");
}

// The digest counts as zeros. It stands where its entry does, byte for byte as we write entries, and nothing of the
// kind comes behind it.
bool DigestCheck::check_footer() {
  Bytes footer(footer_.place.bytes);
  file_.read_at(footer_.place.offset, {footer.data(), footer.size()});
  const std::string found = *value_of(footer_.metadata.key_value_metadata, kFooterDigestKey);
  Bytes entry;
  ThriftWriter writer(entry);
  KeyValue{kFooterDigestKey, found}.write(writer);
  const size_t at = footer.view().rfind(entry.view());
  if (found.size() != kDigestDigits || at == std::string_view::npos)
    return fail(DigestPart::footer, "the footer's digest is \"" + found + "\", which is none");
  // An entry ends with the value and the byte that ends a struct.
  std::byte* const value = footer.data() + at + entry.size() - 1 - kDigestDigits;
  std::fill_n(value, kDigestDigits, std::byte{'0'});
  const std::string is = digest_text(digest_of(footer));
  if (is == found) return true;
  return fail(DigestPart::footer, "the footer has changed: its digest is " + is + ", it was written with " + found);
}

/// Adds the bytes [begin, end) of the file, which must be there.
void DigestCheck::add_bytes(uint64_t begin, uint64_t end, RunningDigest& digest) const {
  Bytes piece(static_cast<size_t>(std::min<uint64_t>(kPieceBytes, end - begin)));
  for (uint64_t at = begin; at < end;) {
    const auto size = static_cast<size_t>(std::min<uint64_t>(piece.size(), end - at));
    file_.read_at(at, {piece.data(), size});
    digest.add(ByteSpan(piece).first(size));
    at += size;
  }
}

/// Adds the digest of a chunk's bloom filter, if there is one. False where it lies outside the file.
bool DigestCheck::add_filter(const ColumnMetaData& meta, RunningDigest& digest) const {
  if (!meta.bloom_filter_offset || !meta.bloom_filter_length) return true;
  const int64_t begin = *meta.bloom_filter_offset;
  const int64_t bytes = *meta.bloom_filter_length;
  const auto end_max = static_cast<int64_t>(footer_.place.offset);
  if (begin < 0 || bytes < 0 || begin > end_max || bytes > end_max - begin) return false;
  RunningDigest of_filter;
  add_bytes(static_cast<uint64_t>(begin), static_cast<uint64_t>(begin + bytes), of_filter);
  const uint64_t value = of_filter.value();
  digest.add(std::as_bytes(std::span(&value, 1)));
  return true;
}

// Indexes fill the bytes before the footer, from the first one on.
bool DigestCheck::check_indexes() {
  uint64_t at = footer_.place.offset;
  RunningDigest digest;
  for (const RowGroup& group : footer_.metadata.row_groups) {
    for (const ColumnChunk& chunk : group.columns) {
      for (const std::optional<int64_t>& offset : {chunk.index.column_index_offset, chunk.index.offset_index_offset})
        if (offset && *offset >= 0) at = std::min(at, static_cast<uint64_t>(*offset));
      if (chunk.meta_data && !add_filter(*chunk.meta_data, digest))
        return fail(DigestPart::indexes, "a bloom filter lies outside the file");
    }
  }
  add_bytes(at, footer_.place.offset, digest);
  const std::string is = digest_text(digest.value());
  const std::string* const found = value_of(footer_.metadata.key_value_metadata, kIndexDigestKey);
  if (found != nullptr && is == *found) return true;
  return fail(DigestPart::indexes, "the indexes or bloom filters have changed: their digest is " + is +
                                       ", they were written with " + (found != nullptr ? *found : "none"));
}

// --- page headers

bool DigestCheck::check_page_headers() {
  const std::vector<RowGroup>& groups = footer_.metadata.row_groups;
  for (size_t group = 0; group < groups.size(); ++group) {
    for (size_t column = 0; column < groups[group].columns.size(); ++column) {
      const std::optional<ColumnMetaData>& meta = groups[group].columns[column].meta_data;
      if (meta && !check_chunk(group, column, *meta)) return false;
    }
  }
  return true;
}

// The footer was found to be as it was written, so a chunk without a digest never had one.
bool DigestCheck::check_chunk(size_t group, size_t column, const ColumnMetaData& meta) {
  const std::string* const found = value_of(meta.key_value_metadata, kChunkDigestKey);
  if (found == nullptr) return true;
  const int64_t begin = meta.dictionary_page_offset.value_or(meta.data_page_offset);
  const int64_t end_max = static_cast<int64_t>(footer_.place.offset);
  const std::string where = "row group " + std::to_string(group) + ", column " + std::to_string(column) + ": ";
  if (begin < 0 || meta.total_compressed_size < 0 || begin > end_max || meta.total_compressed_size > end_max - begin)
    return fail(DigestPart::page_headers, where + "the chunk lies outside the file");
  const std::optional<uint64_t> is =
      digest_of_headers(static_cast<uint64_t>(begin), static_cast<uint64_t>(begin + meta.total_compressed_size));
  if (!is) return fail(DigestPart::page_headers, where + "the pages do not end where the chunk does");
  if (digest_text(*is) == *found) return true;
  return fail(DigestPart::page_headers, where + "the page headers have changed: their digest is " + digest_text(*is) +
                                            ", they were written with " + *found);
}

/// Nothing where headers lead elsewhere than from the begin of a chunk to its end.
std::optional<uint64_t> DigestCheck::digest_of_headers(uint64_t begin, uint64_t end) const {
  uint64_t digest = 0;
  Bytes dictionary_header;  // which a writer knows last, and so it counts last
  Bytes bytes;
  for (uint64_t at = begin; at < end;) {
    PlacedPageHeader placed;
    try {
      placed = header_at(at, end, bytes);
    } catch (const ThriftError&) {
      return std::nullopt;
    }
    const ByteSpan header = ByteSpan(bytes).first(placed.header_bytes);
    if (placed.header.type == PageType::dictionary_page)
      dictionary_header.append(header);
    else
      digest = digest_of(header, digest);
    const uint64_t page_bytes = placed.header_bytes + static_cast<uint64_t>(placed.header.compressed_page_size);
    if (page_bytes > end - at) return std::nullopt;
    at += page_bytes;
  }
  return dictionary_header.empty() ? digest : digest_of(dictionary_header, digest);
}

/// Reads a little, and more only where that was not enough. Throws ThriftError.
PlacedPageHeader DigestCheck::header_at(uint64_t offset, uint64_t end, Bytes& bytes) const {
  constexpr size_t kFirstBytes = 128;
  constexpr size_t kBytesMax = size_t{1} << 20;  // of a header: no writer comes near
  for (size_t wanted = kFirstBytes;; wanted *= 8) {
    bytes.resize(static_cast<size_t>(std::min<uint64_t>(wanted, end - offset)));
    file_.read_at(offset, {bytes.data(), bytes.size()});
    try {
      return read_page_header(bytes);
    } catch (const ThriftError& error) {
      if (!error.ran_out() || bytes.size() < wanted || wanted >= kBytesMax) throw;
    }
  }
}

}  // namespace

DigestReport check_digests(const RandomReader& file) { return DigestCheck(file).run(); }

}  // namespace sluice
