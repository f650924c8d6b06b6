// One page opened: its bytes held against what the header says, unpacked, and taken apart into levels and values
// (parquet-format, README.md, "Data Pages"; parquet.thrift, PageHeader). What levels and values mean is for others.
//
// Nothing is allocated because a header says so: what a page unpacks to must be within the cap, within what its chunk
// still has, and within what its codec can make of so few bytes.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "format/page_header.h"
#include "sluice/compression.h"

namespace sluice {

/// What pages of a chunk are held against.
struct PageRules {
  CompressionCodec codec = CompressionCodec::uncompressed;
  uint8_t definition_level_max = 0;
  uint8_t repetition_level_max = 0;
  uint64_t page_bytes_max = 0;  ///< stored or unpacked
  bool checksums = true;
  /// A file of ours: every page has a checksum, and nothing is left over behind levels and values.
  bool is_ours = false;
};

/// A data page of either version. The spans live until the next page is opened.
struct OpenPage {
  Encoding encoding = Encoding::plain;
  size_t slots = 0;
  std::optional<int64_t> rows{};   ///< V2 alone says
  std::optional<int64_t> nulls{};  ///< likewise
  Encoding repetition_encoding = Encoding::rle;
  Encoding definition_encoding = Encoding::rle;
  ByteSpan repetition;  ///< without a length in front; empty where the leaf has no such levels
  ByteSpan definition;
  ByteSpan values;
};

/// A dictionary page: PLAIN values.
struct OpenDictionary {
  size_t entries = 0;
  ByteSpan values;
};

/// Keeps its scratch memory from page to page. One chunk at a time.
class PageReader {
 public:
  /// `slots` and `raw_bytes`: what the footer says of the whole chunk, headers included. Throws PageFault of kind
  /// unsupported for a codec that is not built (LZO).
  void begin_chunk(const PageRules& rules, uint64_t slots, uint64_t raw_bytes);

  /// Requires the header of a data page. `stored`: as many bytes as it says, behind it. Throws PageFault: checksum;
  /// sizes that contradict each other; more slots than the chunk has left; levels that do not fit; a page that does not
  /// unpack to exactly what it says.
  OpenPage open(const PageHeader& header, size_t header_bytes, ByteSpan stored);
  /// The same for a page that was open before, or is passed over too: the chunk has no less left than it had.
  OpenPage reopen(const PageHeader& header, ByteSpan stored);
  OpenDictionary open_dictionary(const PageHeader& header, size_t header_bytes, ByteSpan stored);
  /// A page that is passed over unread counts too.
  void pass_over(const PageHeader& header, size_t header_bytes);

  uint64_t slots_left() const { return slots_left_; }
  uint64_t raw_bytes_left() const { return raw_bytes_left_; }
  /// Of the scratch memory.
  uint64_t memory_bytes() const { return raw_.capacity(); }
  void release_memory();

 private:
  OpenPage open_v1(const DataPageHeader& v1, ByteSpan stored, size_t raw_bytes);
  OpenPage open_v2(const DataPageHeaderV2& v2, ByteSpan stored, size_t raw_bytes);
  ByteSpan unpack(ByteSpan stored, size_t raw_bytes);

  PageRules rules_;
  uint64_t slots_left_ = 0;
  uint64_t raw_bytes_left_ = 0;
  Bytes raw_;
};

}  // namespace sluice
