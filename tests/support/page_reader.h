// Reads the pages of a column chunk, plainly and strictly: what is not as the specification says throws. Its decoders
// are the slow ones; only the thrift structs are the library's, which have tests of their own.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "encodings/byte_stream_split.h"
#include "encodings/delta_binary_packed.h"
#include "encodings/delta_byte_array.h"
#include "encodings/delta_length_byte_array.h"
#include "encodings/rle_boolean.h"
#include "format/enums.h"
#include "format/page_header.h"
#include "format/schema_elements.h"
#include "schema/leaves.h"
#include "support/decompress.h"
#include "support/reference_slots.h"
#include "support/slow_decoders.h"

namespace sluice::test {

struct ReadPage {
  PageHeader header;
  uint64_t offset = 0;      ///< of the header, from the begin of the bytes that were read
  uint64_t file_bytes = 0;  ///< with the header
  uint64_t raw_bytes = 0;   ///< before compression, with the header
  std::vector<Slot> slots;

  Encoding encoding() const {
    return header.data_page_header ? header.data_page_header->encoding : header.data_page_header_v2->encoding;
  }
};

struct ReadChunk {
  std::vector<std::string> dictionary;
  uint64_t dictionary_file_bytes = 0;
  uint64_t dictionary_raw_bytes = 0;
  std::vector<ReadPage> pages;

  std::vector<Slot> slots() const {
    std::vector<Slot> all;
    for (const ReadPage& page : pages) all.insert(all.end(), page.slots.begin(), page.slots.end());
    return all;
  }
};

/// CRC-32 of GZIP, bit by bit.
inline uint32_t slow_crc32(ByteSpan bytes) {
  uint32_t crc = ~uint32_t{0};
  for (const std::byte byte : bytes) {
    crc ^= std::to_integer<uint32_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb8'8320 : 0);
  }
  return ~crc;
}

class SlowChunkReader {
 public:
  SlowChunkReader(const Leaf& leaf, CompressionCodec codec) : leaf_(leaf), codec_(codec) {}

  /// Pages back to back, the dictionary first if there is one, and nothing else.
  ReadChunk read(ByteSpan bytes) {
    uint64_t at = 0;
    while (at < bytes.size()) {
      const PlacedPageHeader placed = read_page_header(bytes.subspan(at));
      const PageHeader& header = placed.header;
      const auto size = static_cast<size_t>(header.compressed_page_size);
      require(placed.header_bytes + size <= bytes.size() - at, "a page goes beyond its chunk");
      const ByteSpan stored = bytes.subspan(at + placed.header_bytes, size);
      require(header.crc == slow_crc32(stored), "a page's checksum is wrong");
      const std::string raw = body_of(header, stored);
      read_page(header, at, placed.header_bytes, as_bytes(raw));
      at += placed.header_bytes + size;
    }
    return std::move(chunk_);
  }

 private:
  static void require(bool holds, const char* otherwise) {
    if (!holds) throw std::runtime_error(otherwise);
  }

  // The levels of V2 pages are never compressed.
  std::string body_of(const PageHeader& header, ByteSpan stored) const {
    const auto raw_bytes = static_cast<size_t>(header.uncompressed_page_size);
    if (!header.data_page_header_v2) return decompress(codec_, stored, raw_bytes);
    const DataPageHeaderV2& v2 = *header.data_page_header_v2;
    const auto levels =
        static_cast<size_t>(v2.repetition_levels_byte_length) + static_cast<size_t>(v2.definition_levels_byte_length);
    require(levels <= stored.size() && levels <= raw_bytes, "levels go beyond their page");
    const CompressionCodec codec = v2.is_compressed ? codec_ : CompressionCodec::uncompressed;
    return std::string(as_text(stored.first(levels))) + decompress(codec, stored.subspan(levels), raw_bytes - levels);
  }

  void read_page(const PageHeader& header, uint64_t at, size_t header_bytes, ByteSpan raw) {
    body_ = raw;
    const uint64_t file_bytes = header_bytes + static_cast<uint64_t>(header.compressed_page_size);
    if (header.type == PageType::dictionary_page) {
      require(at == 0, "a dictionary page is not the first");
      const auto count = static_cast<size_t>(header.dictionary_page_header->num_values);
      require(header.dictionary_page_header->encoding == Encoding::plain, "a dictionary is not PLAIN");
      for (size_t i = 0; i < count; ++i) chunk_.dictionary.push_back(read_plain(i));
      require(body_.empty(), "bytes behind the dictionary");
      chunk_.dictionary_file_bytes = file_bytes;
      chunk_.dictionary_raw_bytes = header_bytes + raw.size();
      return;
    }
    require((header.type == PageType::data_page && header.data_page_header) ||
                (header.type == PageType::data_page_v2 && header.data_page_header_v2),
            "an unexpected page");
    ReadPage& page = chunk_.pages.emplace_back();
    page.header = header;
    page.offset = at;
    page.file_bytes = file_bytes;
    page.raw_bytes = header_bytes + raw.size();
    page.slots.resize(static_cast<size_t>(header.data_page_header ? header.data_page_header->num_values
                                                                  : header.data_page_header_v2->num_values));
    require(!page.slots.empty(), "a page without slots");
    read_levels(page);
    read_values(page);
  }

  void read_levels(ReadPage& page) {
    const std::optional<DataPageHeaderV2>& v2 = page.header.data_page_header_v2;
    const auto repetition = read_levels(leaf_.repetition_level_max, page.slots.size(),
                                        v2 ? std::optional(v2->repetition_levels_byte_length) : std::nullopt);
    const auto definition = read_levels(leaf_.definition_level_max, page.slots.size(),
                                        v2 ? std::optional(v2->definition_levels_byte_length) : std::nullopt);
    require(repetition[0] == 0, "a page begins inside a record");
    for (size_t i = 0; i < page.slots.size(); ++i) {
      page.slots[i].repetition = static_cast<int>(repetition[i]);
      page.slots[i].definition = static_cast<int>(definition[i]);
    }
    if (v2) check_v2_counts(page);
  }

  void check_v2_counts(const ReadPage& page) const {
    int32_t rows = 0;
    int32_t nulls = 0;
    for (const Slot& slot : page.slots) {
      rows += slot.repetition == 0;
      nulls += slot.definition < leaf_.definition_level_max || leaf_.type.kind() == TypeKind::null;
    }
    require(page.header.data_page_header_v2->num_rows == rows, "a V2 page claims other rows");
    require(page.header.data_page_header_v2->num_nulls == nulls, "a V2 page claims other nulls");
  }

  /// `bytes`: where the page's header tells; else they stand in front.
  std::vector<uint32_t> read_levels(unsigned level_max, size_t count, std::optional<int32_t> bytes) {
    require(level_max > 0 || bytes.value_or(0) == 0, "levels where there are none");
    if (level_max == 0) return std::vector<uint32_t>(count);
    const size_t size = bytes ? static_cast<size_t>(*bytes) : load<uint32_t>(take(4).data());
    const std::vector<uint32_t> levels = read_hybrid(take(size), std::bit_width(level_max), count);
    for (const uint32_t level : levels) require(level <= level_max, "a level above the highest");
    return levels;
  }

  static std::vector<uint32_t> read_hybrid(ByteSpan bytes, int width, size_t count) {
    std::vector<uint32_t> values = slow_hybrid(bytes, width).values;
    require(values.size() >= count && values.size() < count + 8, "a hybrid of another length");
    values.resize(count);
    return values;
  }

  void read_values(ReadPage& page) {
    std::vector<Slot*> full;
    for (Slot& slot : page.slots)
      if (slot.definition == leaf_.definition_level_max && leaf_.type.kind() != TypeKind::null) full.push_back(&slot);
    if (page.encoding() == Encoding::plain) {
      for (size_t i = 0; i < full.size(); ++i) full[i]->value = read_plain(i);
      if (physical_type_of(leaf_.type) == PhysicalType::boolean) body_ = body_.subspan((full.size() + 7) / 8);
      require(body_.empty(), "bytes behind the values");
      return;
    }
    if (page.encoding() != Encoding::rle_dictionary) return read_unindexed(page, full);
    const int width = std::to_integer<int>(take(1)[0]);
    require(width >= 1 && width <= 32, "an impossible index width");
    const std::vector<uint32_t> indices = read_hybrid(body_, width, full.size());
    for (size_t i = 0; i < full.size(); ++i) full[i]->value = chunk_.dictionary.at(indices[i]);
  }

  // The decoders of src are held against slow ones in tests/encodings; here they only undo what the writer chose.
  void read_unindexed(const ReadPage& page, const std::vector<Slot*>& full) {
    const Encoding encoding = page.encoding();
    const PhysicalType type = physical_type_of(leaf_.type);
    const size_t width = width_of(type);
    std::vector<std::byte> values(full.size() * width);
    if (encoding == Encoding::delta_binary_packed && type == PhysicalType::int64) {
      decode_delta<int64_t>(values, full.size());
    } else if (encoding == Encoding::delta_binary_packed && type == PhysicalType::int32) {
      decode_delta<int32_t>(values, full.size());
    } else if (encoding == Encoding::byte_stream_split && type != PhysicalType::byte_array) {
      require(byte_stream_split::decode(body_, width, values), "a split page of another length");
    } else if (encoding == Encoding::rle && type == PhysicalType::boolean) {
      std::vector<uint8_t> bits(full.size());
      require(rle_boolean::decode(body_, bits) == full.size(), "a page of another number of booleans");
      std::memcpy(values.data(), bits.data(), bits.size());
    } else if (encoding == Encoding::delta_byte_array) {
      return read_prefixes_apart(full);
    } else {
      require(encoding == Encoding::delta_length_byte_array && type == PhysicalType::byte_array,
              "an unexpected encoding");
      return read_lengths_apart(full);
    }
    for (size_t i = 0; i < full.size(); ++i) full[i]->value = as_text(ByteSpan(values).subspan(i * width, width));
  }

  size_t width_of(PhysicalType type) const {
    switch (type) {
      case PhysicalType::boolean: return 1;
      case PhysicalType::int64:
      case PhysicalType::double_: return 8;
      case PhysicalType::fixed_len_byte_array: return stored_width_of(leaf_.type);
      default: return 4;
    }
  }

  template <typename T>
  void decode_delta(std::vector<std::byte>& values, size_t count) {
    std::vector<T> decoded(count);
    const auto done = delta_binary_packed::decode(body_, decoded);
    require(done.values == count && done.declared == count && done.bytes == body_.size(),
            "a delta page of another length");
    if (count > 0) std::memcpy(values.data(), decoded.data(), values.size());
  }

  void read_lengths_apart(const std::vector<Slot*>& full) {
    std::vector<int32_t> lengths(full.size());
    const auto done = delta_length_byte_array::decode(body_, lengths);
    require(done.values == full.size(), "a page of another number of lengths");
    size_t at = 0;
    for (size_t i = 0; i < full.size(); ++i) {
      full[i]->value = as_text(done.bytes.subspan(at, static_cast<size_t>(lengths[i])));
      at += static_cast<size_t>(lengths[i]);
    }
    require(at == done.bytes.size(), "bytes behind the values");
  }

  void read_prefixes_apart(const std::vector<Slot*>& full) {
    std::vector<int32_t> lengths(full.size());
    Bytes values;
    require(delta_byte_array::decode(body_, lengths, size_t{1} << 30, values) == full.size(),
            "a page of another number of values");
    size_t at = 0;
    for (size_t i = 0; i < full.size(); ++i) {
      full[i]->value = as_text(ByteSpan(values).subspan(at, static_cast<size_t>(lengths[i])));
      at += static_cast<size_t>(lengths[i]);
    }
  }

  // Value `index` of the body; booleans are bits and stay in it.
  std::string read_plain(size_t index) {
    switch (physical_type_of(leaf_.type)) {
      case PhysicalType::boolean: return std::string(1, slow_bit(body_, index) ? '\1' : '\0');
      case PhysicalType::int32:
      case PhysicalType::float_: return std::string(as_text(take(4)));
      case PhysicalType::int64:
      case PhysicalType::double_: return std::string(as_text(take(8)));
      case PhysicalType::byte_array: {
        const size_t size = load<uint32_t>(take(4).data());
        return std::string(as_text(take(size)));
      }
      case PhysicalType::fixed_len_byte_array: return std::string(as_text(take(stored_width_of(leaf_.type))));
      default: throw std::runtime_error("an unexpected physical type");
    }
  }

  ByteSpan take(size_t size) {
    require(size <= body_.size(), "a page ends too early");
    const ByteSpan taken = body_.first(size);
    body_ = body_.subspan(size);
    return taken;
  }

  const Leaf& leaf_;
  const CompressionCodec codec_;
  ReadChunk chunk_;
  ByteSpan body_;  ///< what is left of the page at hand
};

}  // namespace sluice::test
