// Levels without values; see level_reader.h.
#include "pages/level_reader.h"

#include <utility>

#include "pages/level_decoder.h"
#include "pages/page_fault.h"
#include "sluice/error.h"

namespace sluice {

namespace {

uint64_t as_count(int64_t number) { return number < 0 ? 0 : static_cast<uint64_t>(number); }

void read_levels(ByteSpan bytes, Encoding encoding, uint8_t level_max, std::vector<uint8_t>& levels) {
  if (level_max > 0) LevelDecoder(bytes, encoding, level_max).read(levels);
}

}  // namespace

LevelReader::LevelReader(const Leaf& leaf, const ColumnMetaData& chunk, std::string file)
    : leaf_(leaf),
      file_(std::move(file)),
      rules_{.codec = chunk.codec,
             .definition_level_max = leaf.definition_level_max,
             .repetition_level_max = leaf.repetition_level_max,
             .page_bytes_max = kPageBytesMax,
             .is_ours = true},
      slots_max_(as_count(chunk.num_values)),
      raw_bytes_max_(as_count(chunk.total_uncompressed_size)) {}

void LevelReader::refuse(const std::string& problem) const {
  throw Error(ErrorCode::corrupt, file_ + ": column " + leaf_.name + ": its levels cannot be read back: " + problem,
              {.source = file_, .field = leaf_.name});
}

const PageLevels& LevelReader::read(ByteSpan page) {
  try {
    const OpenPage open_page = open(page);
    levels_.repetition.assign(open_page.slots, 0);
    levels_.definition.assign(open_page.slots, 0);
    read_levels(open_page.repetition, open_page.repetition_encoding, leaf_.repetition_level_max, levels_.repetition);
    read_levels(open_page.definition, open_page.definition_encoding, leaf_.definition_level_max, levels_.definition);
  } catch (const PageFault& fault) {
    refuse(fault.what());
  } catch (const ThriftError& error) {
    refuse("a page header is damaged at its byte " + std::to_string(error.offset()) + ": " + error.what());
  }
  if (levels_.slots() > 0 && levels_.repetition[0] != 0) refuse("a page begins inside a record");
  return levels_;
}

// Any page of the chunk may come, so each is held against the whole of it.
OpenPage LevelReader::open(ByteSpan page) {
  const PlacedPageHeader placed = read_page_header(page);
  const PageHeader& header = placed.header;
  if (!header.data_page_header && !header.data_page_header_v2) refuse("a page holds no data");
  const ByteSpan stored = page.subspan(placed.header_bytes);
  if (stored.size() != static_cast<size_t>(header.compressed_page_size))
    refuse("a page has " + std::to_string(stored.size()) + " bytes, its header says " +
           std::to_string(header.compressed_page_size));
  page_reader_.begin_chunk(rules_, slots_max_, raw_bytes_max_);
  return page_reader_.open(header, placed.header_bytes, stored);
}

}  // namespace sluice
