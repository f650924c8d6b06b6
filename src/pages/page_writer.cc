#include "pages/page_writer.h"

#include <algorithm>
#include <cstring>

#include "base/crc32.h"
#include "codecs/compress.h"
#include "sluice/error.h"

namespace sluice {

namespace {

/// Longer than any page header that we write: five-byte numbers throughout.
constexpr size_t kHeaderBytesMax = 96;
}  // namespace

// Compresses behind room for the header, whose length depends on what comes out, so it is made behind the body; then
// the gap is closed, which is cheaper than to compress elsewhere and copy.
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
  out.prepare(2 * kHeaderBytesMax + bare.size() + raw.size());
  out.resize(begin + kHeaderBytesMax);
  out.append(bare);
  const size_t compressed = compress(compression, raw, out);
  // Only V2 pages can tell page by page whether they are compressed.
  if (header.data_page_header_v2) {
    const bool shrinks = compressed < raw.size();
    header.data_page_header_v2->is_compressed = shrinks;
    if (!shrinks) {
      out.resize(begin + kHeaderBytesMax + bare.size());
      out.append(raw);
    }
  }
  const ByteSpan body = ByteSpan(out).subspan(begin + kHeaderBytesMax);
  if (body.size() > kPageBytesMax) refuse(body.size(), "after compression");
  header.uncompressed_page_size = static_cast<int32_t>(bare.size() + raw.size());
  header.compressed_page_size = static_cast<int32_t>(body.size());
  header.crc = crc32(body);
  const size_t size = body.size();
  const size_t body_end = out.size();
  const size_t header_bytes = write_page_header(header, out);
  std::byte* const page = out.data() + begin;
  std::memmove(page + header_bytes, page + kHeaderBytesMax, size);
  std::memcpy(page, out.data() + body_end, header_bytes);
  out.resize(begin + header_bytes + size);
  return {header_bytes, header_bytes + bare.size() + raw.size(), header_bytes + size};
}

}  // namespace sluice
