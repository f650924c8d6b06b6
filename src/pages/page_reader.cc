// Pages taken apart; see page_reader.h.
#include "pages/page_reader.h"

#include <algorithm>
#include <bit>
#include <string>

#include "base/crc32.h"
#include "codecs/decompress.h"
#include "codecs/lz4_hadoop.h"
#include "pages/page_fault.h"

namespace sluice {
namespace {

/// What a codec can make of one stored byte at the most; 0: there is no such bound.
uint64_t raw_bytes_of_byte_max(CompressionCodec codec) {
  switch (codec) {
    case CompressionCodec::snappy: return 24;  // a copy of 64 bytes takes three
    case CompressionCodec::gzip: return 1'032;
    case CompressionCodec::lz4:
    case CompressionCodec::lz4_raw: return 255;
    default: return 0;
  }
}

bool is_built(CompressionCodec codec) {
  switch (codec) {
    case CompressionCodec::uncompressed:
    case CompressionCodec::snappy:
    case CompressionCodec::gzip:
    case CompressionCodec::brotli:
    case CompressionCodec::lz4:
    case CompressionCodec::zstd:
    case CompressionCodec::lz4_raw: return true;
    case CompressionCodec::lzo: break;
  }
  return false;
}

/// Requires a codec that compresses and is built.
bool unpack_into(CompressionCodec codec, ByteSpan stored, std::span<std::byte> into) {
  switch (codec) {
    case CompressionCodec::snappy: return decompress(Codec::snappy, stored, into);
    case CompressionCodec::gzip: return decompress(Codec::gzip, stored, into);
    case CompressionCodec::brotli: return decompress(Codec::brotli, stored, into);
    case CompressionCodec::lz4: return decompress_hadoop_lz4(stored, into);
    case CompressionCodec::zstd: return decompress(Codec::zstd, stored, into);
    case CompressionCodec::lz4_raw: return decompress(Codec::lz4, stored, into);
    default: return false;
  }
}

ByteSpan take(ByteSpan& bytes, uint64_t size) {
  if (size > bytes.size())
    throw PageFault("levels of " + std::to_string(size) + " bytes where " + std::to_string(bytes.size()) + " are left");
  const ByteSpan taken = bytes.first(static_cast<size_t>(size));
  bytes = bytes.subspan(static_cast<size_t>(size));
  return taken;
}

/// Levels of a V1 page: RLE has its length in front; the old form without has as many bits as levels need.
ByteSpan take_levels(ByteSpan& body, Encoding encoding, uint8_t level_max, size_t slots) {
  if (level_max == 0) return {};
  switch (encoding) {
    case Encoding::rle: {
      const ByteSpan length = take(body, sizeof(uint32_t));
      return take(body, load<uint32_t>(length.data()));
    }
    case Encoding::bit_packed: return take(body, (uint64_t{slots} * std::bit_width(level_max) + 7) / 8);
    default: throw PageFault("levels in the encoding " + std::string(to_string(encoding)) + ", which they never have");
  }
}

std::string bytes_text(uint64_t bytes) { return std::to_string(bytes) + " bytes"; }

void check_checksum(const PageHeader& header, ByteSpan stored, const PageRules& rules) {
  if (!rules.checksums) return;
  if (!header.crc) {
    if (rules.is_ours) throw PageFault("the page has no checksum, which every page that Sluice writes has");
    return;
  }
  if (crc32(stored) != *header.crc) throw PageFault("the page's checksum is wrong");
}

}  // namespace

void PageReader::begin_chunk(const PageRules& rules, uint64_t slots, uint64_t raw_bytes) {
  if (!is_built(rules.codec)) {
    const std::string number = std::to_string(static_cast<int32_t>(rules.codec));
    throw PageFault("the chunk is compressed with the codec " + std::string(to_string(rules.codec)) + " (" + number +
                        "), which Sluice does not read",
                    PageFault::Kind::unsupported);
  }
  rules_ = rules;
  slots_left_ = slots;
  raw_bytes_left_ = raw_bytes;
}

// Writers of old have left headers out of the chunk's size: they count in files of ours alone.
void PageReader::pass_over(const PageHeader& header, size_t header_bytes) {
  const uint64_t raw_bytes =
      static_cast<uint64_t>(header.uncompressed_page_size) + (rules_.is_ours ? header_bytes : size_t{0});
  if (raw_bytes > raw_bytes_left_)
    throw PageFault("the page unpacks to " + bytes_text(raw_bytes) + ", the chunk has " + bytes_text(raw_bytes_left_) +
                    " left");
  uint64_t slots = 0;
  if (header.data_page_header) slots = static_cast<uint64_t>(header.data_page_header->num_values);
  if (header.data_page_header_v2) slots = static_cast<uint64_t>(header.data_page_header_v2->num_values);
  if (slots > slots_left_)
    throw PageFault("the page has " + std::to_string(slots) + " values, the chunk has " + std::to_string(slots_left_) +
                    " left");
  raw_bytes_left_ -= raw_bytes;
  slots_left_ -= slots;
}

ByteSpan PageReader::unpack(ByteSpan stored, size_t raw_bytes) {
  if (stored.size() > rules_.page_bytes_max || raw_bytes > rules_.page_bytes_max)
    throw PageFault("the page has " + bytes_text(std::max(stored.size(), raw_bytes)) + ", the limit is " +
                        bytes_text(rules_.page_bytes_max),
                    PageFault::Kind::unsupported);
  if (rules_.codec == CompressionCodec::uncompressed) {
    if (stored.size() != raw_bytes)
      throw PageFault("the page is not compressed, but has " + bytes_text(stored.size()) + " instead of " +
                      std::to_string(raw_bytes));
    return stored;
  }
  // Some writers store nothing at all for nothing.
  if (stored.empty() && raw_bytes == 0) return {};
  const uint64_t ratio = raw_bytes_of_byte_max(rules_.codec);
  if (ratio != 0 && raw_bytes > (stored.size() + 1) * ratio)
    throw PageFault(bytes_text(stored.size()) + " of " + std::string(to_string(rules_.codec)) +
                    " cannot unpack to the " + std::to_string(raw_bytes) + " that the header says");
  raw_.resize(raw_bytes);
  if (!unpack_into(rules_.codec, stored, {raw_.data(), raw_bytes}))
    throw PageFault("the page is no " + std::string(to_string(rules_.codec)) + " that unpacks to the " +
                    bytes_text(raw_bytes) + " that its header says");
  return raw_;
}

OpenPage PageReader::open(const PageHeader& header, size_t header_bytes, ByteSpan stored) {
  pass_over(header, header_bytes);
  return reopen(header, stored);
}

OpenPage PageReader::reopen(const PageHeader& header, ByteSpan stored) {
  check_checksum(header, stored, rules_);
  const auto raw_bytes = static_cast<size_t>(header.uncompressed_page_size);
  if (header.data_page_header_v2) return open_v2(*header.data_page_header_v2, stored, raw_bytes);
  return open_v1(*header.data_page_header, stored, raw_bytes);
}

OpenPage PageReader::open_v1(const DataPageHeader& v1, ByteSpan stored, size_t raw_bytes) {
  if (rules_.is_ours &&
      (v1.repetition_level_encoding != Encoding::rle || v1.definition_level_encoding != Encoding::rle))
    throw PageFault("its levels are not in the encoding rle, which all levels that Sluice writes are in");
  OpenPage page;
  page.encoding = v1.encoding;
  page.slots = static_cast<size_t>(v1.num_values);
  page.repetition_encoding = v1.repetition_level_encoding;
  page.definition_encoding = v1.definition_level_encoding;
  ByteSpan body = unpack(stored, raw_bytes);
  page.repetition = take_levels(body, v1.repetition_level_encoding, rules_.repetition_level_max, page.slots);
  page.definition = take_levels(body, v1.definition_level_encoding, rules_.definition_level_max, page.slots);
  page.values = body;
  return page;
}

// Levels stand in front of the values, and are never compressed.
OpenPage PageReader::open_v2(const DataPageHeaderV2& v2, ByteSpan stored, size_t raw_bytes) {
  if (v2.num_rows > v2.num_values || v2.num_nulls > v2.num_values ||
      (rules_.repetition_level_max == 0 && v2.num_rows != v2.num_values))
    throw PageFault("the page has " + std::to_string(v2.num_values) + " values in " + std::to_string(v2.num_rows) +
                    " rows, with " + std::to_string(v2.num_nulls) + " nulls");
  OpenPage page;
  page.encoding = v2.encoding;
  page.slots = static_cast<size_t>(v2.num_values);
  page.rows = v2.num_rows;
  page.nulls = v2.num_nulls;
  ByteSpan body = stored;
  page.repetition = take(body, static_cast<uint64_t>(v2.repetition_levels_byte_length));
  page.definition = take(body, static_cast<uint64_t>(v2.definition_levels_byte_length));
  const size_t level_bytes = page.repetition.size() + page.definition.size();
  if (level_bytes > raw_bytes)
    throw PageFault("levels of " + bytes_text(level_bytes) + " in a page of " + std::to_string(raw_bytes));
  const bool has_stray_levels = (rules_.repetition_level_max == 0 && !page.repetition.empty()) ||
                                (rules_.definition_level_max == 0 && !page.definition.empty());
  if (rules_.is_ours && has_stray_levels) throw PageFault("the page has levels, its column has none");
  if (rules_.repetition_level_max == 0) page.repetition = {};
  if (rules_.definition_level_max == 0) page.definition = {};
  if (!v2.is_compressed && body.size() != raw_bytes - level_bytes)
    throw PageFault("the values are not compressed, but have " + bytes_text(body.size()) + " instead of " +
                    std::to_string(raw_bytes - level_bytes));
  page.values = v2.is_compressed ? unpack(body, raw_bytes - level_bytes) : body;
  return page;
}

OpenDictionary PageReader::open_dictionary(const PageHeader& header, size_t header_bytes, ByteSpan stored) {
  pass_over(header, header_bytes);
  check_checksum(header, stored, rules_);
  const DictionaryPageHeader& dictionary = *header.dictionary_page_header;
  if (dictionary.encoding != Encoding::plain && dictionary.encoding != Encoding::plain_dictionary)
    throw PageFault("the dictionary is in the encoding " + std::string(to_string(dictionary.encoding)) +
                    ", expected plain");
  return {static_cast<size_t>(dictionary.num_values),
          unpack(stored, static_cast<size_t>(header.uncompressed_page_size))};
}

void PageReader::release_memory() { raw_ = Bytes(); }

}  // namespace sluice
