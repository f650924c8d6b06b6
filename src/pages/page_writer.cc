#include "pages/page_writer.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/crc32.h"
#include "codecs/compress.h"
#include "sluice/error.h"

namespace sluice {

namespace {

/// Longer than any page header that we write: five-byte numbers throughout.
constexpr size_t kHeaderBytesMax = 96;
/// Takes five bytes, as most checksums do.
constexpr int32_t kLongNumber = INT32_MAX;

/// Puts the header in front of a page's body, which is the last of `out` and stands `foretold` bytes behind `begin`.
/// Where the header has another length, the body moves.
size_t put_header(const PageHeader& header, size_t begin, size_t foretold, Bytes& out) {
  const size_t body_end = out.size();
  const size_t header_bytes = write_page_header(header, out);
  std::array<std::byte, kHeaderBytesMax> front;
  std::memcpy(front.data(), out.data() + body_end, header_bytes);
  std::byte* const page = out.data() + begin;
  if (header_bytes != foretold) std::memmove(page + header_bytes, page + foretold, body_end - begin - foretold);
  std::memcpy(page, front.data(), header_bytes);
  out.resize(body_end - foretold + header_bytes);
  return header_bytes;
}

}  // namespace

size_t PageWriter::bytes_max(Codec codec, size_t raw_bytes) {
  raw_bytes = std::min<size_t>(raw_bytes, kPageBytesMax);
  return 2 * kHeaderBytesMax + std::max(raw_bytes, compressed_bytes_max(codec, raw_bytes));
}

// The header's length depends on what comes out. So it is foretold, by what goes in: to move the body where that was
// wrong is still cheaper than to compress elsewhere and copy.
PageWriter::Sizes PageWriter::append(PageHeader header, Compression compression, ByteSpan bare, ByteSpan raw,
                                     Bytes& out) const {
  // No page should come here that is too long: options and the limit of a row (files/value_limit.h) see to that.
  const auto refuse = [this](size_t bytes, const char* when) {
    throw Error(ErrorCode::data,
                "column " + column_ + ": a page has " + std::to_string(bytes) + " bytes " + when +
                    ", and readers take at most " + std::to_string(kPageBytesMax),
                {.source = {}, .field = column_, .record = {}, .byte = {}, .row = {}});
  };
  if (bare.size() + raw.size() > kPageBytesMax) refuse(bare.size() + raw.size(), "before compression");
  const size_t begin = out.size();
  out.prepare(bytes_max(compression.codec, bare.size() + raw.size()));
  header.uncompressed_page_size = static_cast<int32_t>(bare.size() + raw.size());
  header.compressed_page_size = header.uncompressed_page_size;
  header.crc = kLongNumber;
  const size_t foretold = write_page_header(header, out);
  out.append(bare);
  const size_t compressed = compress(compression, raw, out);
  // Only V2 pages can tell page by page whether they are compressed.
  if (header.data_page_header_v2) {
    const bool shrinks = compressed < raw.size();
    header.data_page_header_v2->is_compressed = shrinks;
    if (!shrinks) {
      out.resize(begin + foretold + bare.size());
      out.append(raw);
    }
  }
  const ByteSpan body = ByteSpan(out).subspan(begin + foretold);
  if (body.size() > kPageBytesMax) refuse(body.size(), "after compression");
  header.compressed_page_size = static_cast<int32_t>(body.size());
  header.crc = crc32(body);
  const size_t size = body.size();
  const size_t header_bytes = put_header(header, begin, foretold, out);
  return {header_bytes, header_bytes + bare.size() + raw.size(), header_bytes + size};
}

}  // namespace sluice
