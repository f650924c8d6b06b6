#include "pages/level_reader.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include "base/crc32.h"
#include "codecs/decompress.h"
#include "encodings/rle_hybrid_decode.h"
#include "sluice/error.h"

namespace sluice {

namespace {

std::optional<Codec> codec_of(CompressionCodec stored) {
  switch (stored) {
    case CompressionCodec::uncompressed: return Codec::none;
    case CompressionCodec::snappy: return Codec::snappy;
    case CompressionCodec::zstd: return Codec::zstd;
    case CompressionCodec::gzip: return Codec::gzip;
    case CompressionCodec::brotli: return Codec::brotli;
    case CompressionCodec::lz4_raw: return Codec::lz4;
    default: return std::nullopt;
  }
}

uint64_t as_count(int64_t number) { return number < 0 ? 0 : static_cast<uint64_t>(number); }

size_t levels_bytes(const DataPageHeaderV2& header) {
  return static_cast<size_t>(header.repetition_levels_byte_length) +
         static_cast<size_t>(header.definition_levels_byte_length);
}

}  // namespace

LevelReader::LevelReader(const Leaf& leaf, const ColumnMetaData& chunk, std::string file)
    : leaf_(leaf),
      file_(std::move(file)),
      slots_max_(as_count(chunk.num_values)),
      raw_bytes_max_(as_count(chunk.total_uncompressed_size)) {
  const std::optional<Codec> codec = codec_of(chunk.codec);
  if (!codec) refuse("its pages are compressed with codec " + std::to_string(static_cast<int32_t>(chunk.codec)));
  codec_ = *codec;
}

void LevelReader::refuse(const std::string& problem) const {
  throw Error(ErrorCode::corrupt, file_ + ": column " + leaf_.name + ": its levels cannot be read back: " + problem,
              {.source = file_, .field = leaf_.name});
}

// --- from page to levels

const PageLevels& LevelReader::read(ByteSpan page) {
  PlacedPageHeader placed;
  try {
    placed = read_page_header(page);
  } catch (const ThriftError& error) {
    refuse("a page header is damaged at its byte " + std::to_string(error.offset()) + ": " + error.what());
  }
  const PageHeader& header = placed.header;
  if (!header.data_page_header && !header.data_page_header_v2) refuse("a page holds no data");
  const auto& v2 = header.data_page_header_v2;
  const auto slots = static_cast<uint64_t>(v2 ? v2->num_values : header.data_page_header->num_values);
  if (slots > slots_max_)
    refuse("a page has " + std::to_string(slots) + " slots, its chunk " + std::to_string(slots_max_));
  ByteSpan body = body_of(placed, page);
  levels_.repetition.assign(slots, 0);
  levels_.definition.assign(slots, 0);
  if (leaf_.repetition_level_max > 0)
    decode(v2 ? take(body, static_cast<size_t>(v2->repetition_levels_byte_length)) : take_framed(body),
           leaf_.repetition_level_max, levels_.repetition);
  if (leaf_.definition_level_max > 0)
    decode(v2 ? take(body, static_cast<size_t>(v2->definition_levels_byte_length)) : take_framed(body),
           leaf_.definition_level_max, levels_.definition);
  if (slots > 0 && levels_.repetition[0] != 0) refuse("a page begins inside a record");
  return levels_;
}

/// What of the page may hold levels: of V2 pages they alone, of V1 pages all, as values are compressed with them.
ByteSpan LevelReader::body_of(const PlacedPageHeader& placed, ByteSpan page) {
  const PageHeader& header = placed.header;
  const ByteSpan stored = page.subspan(placed.header_bytes);
  if (stored.size() != static_cast<size_t>(header.compressed_page_size))
    refuse("a page has " + std::to_string(stored.size()) + " bytes, its header says " +
           std::to_string(header.compressed_page_size));
  if (!header.crc || crc32(stored) != *header.crc) refuse("a page's checksum is wrong");
  if (!header.data_page_header_v2) return unpacked(stored, static_cast<size_t>(header.uncompressed_page_size));
  const size_t levels = levels_bytes(*header.data_page_header_v2);
  if (levels > stored.size())
    refuse("levels of " + std::to_string(levels) + " bytes in a page of " + std::to_string(stored.size()));
  return stored.first(levels);
}

ByteSpan LevelReader::unpacked(ByteSpan stored, size_t raw_bytes) {
  if (codec_ == Codec::none) return stored;
  if (raw_bytes > raw_bytes_max_)
    refuse("a page unfolds to " + std::to_string(raw_bytes) + " bytes, its chunk to " + std::to_string(raw_bytes_max_));
  raw_.resize(raw_bytes);
  if (!decompress(codec_, stored, {raw_.data(), raw_.size()}))
    refuse("a page does not decompress to the " + std::to_string(raw_bytes) + " bytes that its header says");
  return raw_;
}

// --- levels

ByteSpan LevelReader::take(ByteSpan& body, size_t size) const {
  if (size > body.size())
    refuse("levels of " + std::to_string(size) + " bytes where " + std::to_string(body.size()) + " are left");
  const ByteSpan taken = body.first(size);
  body = body.subspan(size);
  return taken;
}

ByteSpan LevelReader::take_framed(ByteSpan& body) const {
  const auto size = load<uint32_t>(take(body, sizeof(uint32_t)).data());
  return take(body, size);
}

void LevelReader::decode(ByteSpan bytes, uint8_t level_max, std::vector<uint8_t>& levels) const {
  if (rle_hybrid::decode(bytes, std::bit_width(level_max), levels) != levels.size())
    refuse("there are fewer than the " + std::to_string(levels.size()) + " levels of a page");
  if (!levels.empty() && *std::ranges::max_element(levels) > level_max)
    refuse("a level lies above " + std::to_string(level_max));
}

}  // namespace sluice
