#include "pages/chunk_writer.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/crc32.h"
#include "codecs/compress.h"
#include "columns/widths.h"
#include "format/schema_elements.h"
#include "sluice/error.h"

namespace sluice {

namespace {

/// Longer than any data or dictionary page header that we write: five-byte numbers throughout.
constexpr size_t kHeaderBytesMax = 64;
/// Sizes in page headers are int32 (parquet.thrift, PageHeader).
constexpr size_t kPageBytesLimit = std::numeric_limits<int32_t>::max();

CompressionCodec stored_codec(Codec codec) {
  switch (codec) {
    case Codec::none: break;
    case Codec::snappy: return CompressionCodec::snappy;
    case Codec::zstd: return CompressionCodec::zstd;
    case Codec::gzip: return CompressionCodec::gzip;
    case Codec::brotli: return CompressionCodec::brotli;
    case Codec::lz4: return CompressionCodec::lz4_raw;
  }
  return CompressionCodec::uncompressed;
}

size_t account_width(const Type& type) {
  if (is_text(type.kind())) return sizeof(uint32_t);
  return std::max<size_t>(fixed_width(type), 1);
}

int64_t seconds_factor(const Type& type) {
  const bool becomes_milliseconds = type.kind() == TypeKind::timestamp || type.kind() == TypeKind::time;
  return becomes_milliseconds && type.unit() == TimeUnit::second ? 1'000 : 1;
}

// Shapes have none (parquet.thrift, ColumnOrder): their statistics must not have bounds.
bool has_order(const Type& type) { return type.kind() != TypeKind::geometry && type.kind() != TypeKind::geography; }

// In lists and under optional structs, Polars 0.26 loses count of the values of DELTA and BYTE_STREAM_SPLIT pages
// ("validity mask length must match the number of values", measured by tests/conformance).
bool is_deep(const Leaf& leaf) { return leaf.steps.size() > 1 && leaf.definition_level_max > 0; }

}  // namespace

void FinishedChunk::place_at(uint64_t offset) {
  const auto base = static_cast<int64_t>(offset);
  metadata.data_page_offset += base;
  if (metadata.dictionary_page_offset) *metadata.dictionary_page_offset += base;
  for (PageLocation& page : offset_index.page_locations) page.offset += metadata.data_page_offset;
}

ChunkWriter::ChunkWriter(const Leaf& leaf, const ChunkOptions& options)
    : leaf_(leaf),
      options_(options),
      is_text_(is_text(leaf.type.kind())),
      width_(account_width(leaf.type)),
      check_(leaf),
      encoder_(make_encoder(leaf, options)),
      repetition_(leaf.repetition_level_max),
      definition_(leaf.definition_level_max) {}

ChunkWriter::Encoder ChunkWriter::make_encoder(const Leaf& leaf, const ChunkOptions& options) {
  const TypeKind kind = leaf.type.kind();
  const ValueEncoderOptions to{options.dictionary_bytes,
                               {options.compression, options.compat || is_deep(leaf)},
                               is_utf8_text(kind),
                               seconds_factor(leaf.type)};
  switch (kind) {
    case TypeKind::boolean: return BooleanEncoder(to);
    case TypeKind::int8: return NumberEncoder<int8_t, int32_t>(to);
    case TypeKind::int16: return NumberEncoder<int16_t, int32_t>(to);
    case TypeKind::int32:
    case TypeKind::date: return NumberEncoder<int32_t, int32_t>(to);
    case TypeKind::uint8: return NumberEncoder<uint8_t, uint32_t>(to);
    case TypeKind::uint16: return NumberEncoder<uint16_t, uint32_t>(to);
    case TypeKind::uint32: return NumberEncoder<uint32_t, uint32_t>(to);
    case TypeKind::int64:
    case TypeKind::timestamp:
    case TypeKind::duration: return NumberEncoder<int64_t, int64_t>(to);
    case TypeKind::time:
      if (physical_type_of(leaf.type) == PhysicalType::int32) return NumberEncoder<int32_t, int32_t>(to);
      return NumberEncoder<int64_t, int64_t>(to);
    case TypeKind::decimal:
      if (physical_type_of(leaf.type) == PhysicalType::int32) return DecimalEncoder<int32_t>(to);
      if (physical_type_of(leaf.type) == PhysicalType::int64) return DecimalEncoder<int64_t>(to);
      return FixedEncoder(leaf.type, to);
    case TypeKind::float16:
    case TypeKind::fixed:
    case TypeKind::uuid: return FixedEncoder(leaf.type, to);
    case TypeKind::uint64: return NumberEncoder<uint64_t, uint64_t>(to);
    case TypeKind::float32: return NumberEncoder<float, float>(to);
    case TypeKind::float64: return NumberEncoder<double, double>(to);
    case TypeKind::string:
    case TypeKind::binary:
    case TypeKind::json:
    case TypeKind::bson:
    case TypeKind::enum_:
    case TypeKind::geometry:
    case TypeKind::geography: return TextEncoder(to);
    case TypeKind::null:
    case TypeKind::list:
    case TypeKind::fixed_list:
    case TypeKind::map:
    case TypeKind::struct_: break;
  }
  return NullEncoder(to);
}

void ChunkWriter::append(const LeafSlice& slice) {
  check_.check(slice);
  Cursor at;
  while (at.slot < slice.slots) {
    const Span span = slice.repetition == nullptr ? fitting_rows(slice, at) : fitting_records(slice, at);
    if (span.rows == 0) {
      cut_page(false);
      continue;
    }
    append_span(slice, at, span);
    at.slot += span.slots;
    at.value += span.values;
  }
}

// --- where pages end

// Bytes of `count` flat rows. Counts a value for each row: what a null saves is not worth looking at each.
uint64_t ChunkWriter::row_bytes(const LeafSlice& slice, size_t slot, size_t count) const {
  uint64_t bytes = uint64_t{count} * width_;
  if (is_text_) {
    const int32_t* offsets = slice.column->offsets_data() + slice.first_row + static_cast<int64_t>(slot);
    bytes += static_cast<uint64_t>(offsets[count] - offsets[0]);
  }
  return bytes;
}

ChunkWriter::Span ChunkWriter::fitting_rows(const LeafSlice& slice, const Cursor& at) const {
  const auto rows_left = static_cast<size_t>(options_.page_rows - page_.rows);
  const uint64_t bytes_left = options_.page_bytes - std::min(options_.page_bytes, page_.bytes);
  size_t count = std::min(slice.slots - at.slot, rows_left);
  if (row_bytes(slice, at.slot, count) > bytes_left) {
    size_t too_many = count;
    for (count = 0; too_many - count > 1;) {
      const size_t middle = count + (too_many - count) / 2;
      (row_bytes(slice, at.slot, middle) <= bytes_left ? count : too_many) = middle;
    }
    if (count == 0 && page_.rows == 0) count = 1;
  }
  size_t values = count;
  if (slice.definition != nullptr) {
    const uint8_t* begin = slice.definition + at.slot;
    values = static_cast<size_t>(std::count(begin, begin + count, leaf_.definition_level_max));
  }
  return {count, values, static_cast<int64_t>(count), row_bytes(slice, at.slot, count)};
}

ChunkWriter::Span ChunkWriter::measure_record(const LeafSlice& slice, const Cursor& at) const {
  const uint8_t* begin = slice.repetition + at.slot;
  const auto* end = static_cast<const uint8_t*>(std::memchr(begin + 1, 0, slice.slots - at.slot - 1));
  Span record;
  record.rows = 1;
  record.slots = end != nullptr ? static_cast<size_t>(end - begin) : slice.slots - at.slot;
  record.values = record.slots;
  if (slice.definition != nullptr) {
    const uint8_t* levels = slice.definition + at.slot;
    record.values = static_cast<size_t>(std::count(levels, levels + record.slots, leaf_.definition_level_max));
  }
  record.bytes = record.slots + record.values * width_;
  if (is_text_) {
    const int32_t* offsets = slice.column->offsets_data();
    for (size_t i = at.value; i < at.value + record.values; ++i) {
      const int64_t position =
          slice.values.positions ? slice.values.positions[i] : slice.values.begin + static_cast<int64_t>(i);
      record.bytes += static_cast<uint64_t>(offsets[position + 1] - offsets[position]);
    }
  }
  return record;
}

ChunkWriter::Span ChunkWriter::fitting_records(const LeafSlice& slice, const Cursor& at) const {
  Span span;
  while (at.slot + span.slots < slice.slots && page_.rows + span.rows < options_.page_rows) {
    const Span record = measure_record(slice, {at.slot + span.slots, at.value + span.values});
    const bool page_is_empty = page_.rows + span.rows == 0;
    if (!page_is_empty && page_.bytes + span.bytes + record.bytes > options_.page_bytes) break;
    span.slots += record.slots;
    span.values += record.values;
    span.rows += 1;
    span.bytes += record.bytes;
  }
  return span;
}

// --- pages

void ChunkWriter::append_span(const LeafSlice& slice, const Cursor& at, const Span& span) {
  if (slice.repetition != nullptr) repetition_.append(slice.repetition + at.slot, span.slots);
  if (slice.definition != nullptr)
    definition_.append(slice.definition + at.slot, span.slots);
  else
    definition_.append_run(leaf_.definition_level_max, span.slots);
  Selection values{slice.values.begin + static_cast<int64_t>(at.value), span.values, nullptr};
  if (slice.values.positions != nullptr) values = {0, span.values, slice.values.positions + at.value};
  const bool fits = std::visit([&](auto& encoder) { return encoder.append(*slice.column, values); }, encoder_);
  if (!fits)
    throw Error(ErrorCode::data,
                "column " + leaf_.name + ": a timestamp in seconds lies beyond the milliseconds that Parquet stores",
                {.source = {}, .field = leaf_.name, .record = {}, .byte = {}, .row = {}});
  page_ = {page_.slots + span.slots, page_.values + span.values, page_.rows + span.rows, page_.bytes + span.bytes};
}

void ChunkWriter::cut_page(bool ends_chunk) {
  levels_.clear();
  const size_t repetition_levels = leaf_.repetition_level_max + size_t{1};
  const size_t definition_levels = leaf_.definition_level_max + size_t{1};
  repetition_histograms_.resize(repetition_histograms_.size() + repetition_levels);
  definition_histograms_.resize(definition_histograms_.size() + definition_levels);
  repetition_.finish(levels_, std::span(repetition_histograms_).last(repetition_levels));
  definition_.finish(levels_, std::span(definition_histograms_).last(definition_levels));
  const RawPage page = std::visit([&](auto& encoder) { return encoder.finish_page(levels_, ends_chunk); }, encoder_);

  PageHeader header;
  header.type = PageType::data_page;
  header.data_page_header = DataPageHeader{};
  header.data_page_header->num_values = static_cast<int32_t>(page_.slots);
  header.data_page_header->encoding = page.encoding;
  header.data_page_header->definition_level_encoding = Encoding::rle;
  header.data_page_header->repetition_level_encoding = Encoding::rle;
  const size_t begin = pages_.size();
  raw_bytes_ += append_page(header, page.bytes, pages_);

  const size_t compressed_bytes = pages_.size() - begin;
  std::visit([&](auto& encoder) { encoder.page_written(page_.values, compressed_bytes); }, encoder_);

  PageLocation location;
  location.offset = static_cast<int64_t>(begin);
  location.compressed_page_size = static_cast<int32_t>(compressed_bytes);
  location.first_row_index = rows_;
  offset_index_.page_locations.push_back(location);
  null_counts_.push_back(static_cast<int64_t>(page_.slots - page_.values));
  const int64_t text_bytes = std::visit([](auto& encoder) { return encoder.take_text_bytes(); }, encoder_);
  if (is_text_) offset_index_.unencoded_byte_array_data_bytes.push_back(text_bytes);
  text_bytes_ += text_bytes;
  ++pages_by_encoding_[page.encoding];
  rows_ += page_.rows;
  slots_ += static_cast<int64_t>(page_.slots);
  page_ = {};
}

// Compresses behind room for the header, whose length depends on what comes out; then closes the gap, which is cheaper
// than to compress elsewhere and copy. Returns the page's bytes before compression, its header included.
size_t ChunkWriter::append_page(const PageHeader& header_without_sizes, ByteSpan raw, Bytes& out) {
  if (raw.size() > kPageBytesLimit)
    throw Error(ErrorCode::data,
                "column " + leaf_.name + ": one record has " + std::to_string(raw.size()) +
                    " bytes of values; a Parquet page holds at most 2147483647",
                {.source = {}, .field = leaf_.name, .record = {}, .byte = {}, .row = {}});
  const size_t begin = out.size();
  out.resize(begin + kHeaderBytesMax);
  const size_t size = compress(options_.compression, raw, out);
  const ByteSpan body = ByteSpan(out).last(size);

  PageHeader header = header_without_sizes;
  header.uncompressed_page_size = static_cast<int32_t>(raw.size());
  header.compressed_page_size = static_cast<int32_t>(size);
  header.crc = crc32(body);
  header_.clear();
  write_page_header(header, header_);
  std::memmove(out.data() + begin + header_.size(), body.data(), size);
  std::memcpy(out.data() + begin, header_.data(), header_.size());
  out.resize(begin + header_.size() + size);
  return header_.size() + raw.size();
}

// --- the chunk

FinishedChunk ChunkWriter::finish() {
  if (page_.slots > 0) cut_page(true);
  FinishedChunk chunk;
  size_t entries = 0;
  size_t dictionary_raw_bytes = 0;
  const std::optional<Bytes> dictionary =
      std::visit([&](auto& encoder) { return encoder.finish_dictionary(entries); }, encoder_);
  if (dictionary) {
    PageHeader header;
    header.type = PageType::dictionary_page;
    header.dictionary_page_header = DictionaryPageHeader{};
    header.dictionary_page_header->num_values = static_cast<int32_t>(entries);
    header.dictionary_page_header->encoding = Encoding::plain;
    dictionary_raw_bytes = append_page(header, *dictionary, chunk.dictionary_page);
  }
  describe(chunk, dictionary_raw_bytes);
  const size_t pages_bytes = pages_.size();
  chunk.data_pages = std::exchange(pages_, {});
  // The next chunk of the column will be about as long: growing step by step would copy it again and again.
  pages_.reserve(pages_bytes + pages_bytes / 8);
  chunk.offset_index = std::move(offset_index_);
  reset();
  return chunk;
}

void ChunkWriter::describe(FinishedChunk& chunk, size_t dictionary_raw_bytes) {
  ColumnMetaData& meta = chunk.metadata;
  meta.type = physical_type_of(leaf_.type);
  meta.encodings = {Encoding::rle};
  meta.path_in_schema = leaf_.path;
  meta.codec = stored_codec(options_.compression.codec);
  meta.num_values = slots_;
  meta.total_uncompressed_size = static_cast<int64_t>(raw_bytes_ + dictionary_raw_bytes);
  meta.total_compressed_size = static_cast<int64_t>(chunk.dictionary_page.size() + pages_.size());
  if (!chunk.dictionary_page.empty()) {
    meta.dictionary_page_offset = 0;
    meta.data_page_offset = static_cast<int64_t>(chunk.dictionary_page.size());
    meta.encoding_stats.push_back({PageType::dictionary_page, Encoding::plain, 1});
    if (!pages_by_encoding_.contains(Encoding::plain)) meta.encodings.push_back(Encoding::plain);
  }
  for (const auto& [encoding, pages] : pages_by_encoding_) {
    meta.encodings.push_back(encoding);
    meta.encoding_stats.push_back({PageType::data_page, encoding, pages});
  }
  describe_statistics(chunk);
}

void ChunkWriter::describe_statistics(FinishedChunk& chunk) {
  ChunkBounds bounds = std::visit([](auto& encoder) { return encoder.finish_bounds(); }, encoder_);
  Statistics statistics;
  statistics.null_count = 0;
  for (const int64_t nulls : null_counts_) *statistics.null_count += nulls;
  if (!has_order(leaf_.type)) bounds.chunk.reset(), bounds.pages_complete = false;
  if (leaf_.type.kind() >= TypeKind::float16 && leaf_.type.kind() <= TypeKind::float64)
    statistics.nan_count = bounds.nan_count;
  if (bounds.chunk) {
    statistics.min_value = std::move(bounds.chunk->min);
    statistics.max_value = std::move(bounds.chunk->max);
    statistics.is_min_value_exact = bounds.chunk->min_exact;
    statistics.is_max_value_exact = bounds.chunk->max_exact;
  }
  chunk.metadata.statistics = std::move(statistics);

  SizeStatistics sizes;
  if (is_text_) sizes.unencoded_byte_array_data_bytes = text_bytes_;
  // With levels 0 and 1 alone, the null count says it all (parquet.thrift, SizeStatistics).
  const bool wants_repetition = leaf_.repetition_level_max > 0;
  const bool wants_definition = leaf_.definition_level_max > 1;
  const auto total = [](const std::vector<int64_t>& pages, size_t levels) {
    std::vector<int64_t> sum(levels);
    for (size_t i = 0; i < pages.size(); ++i) sum[i % levels] += pages[i];
    return sum;
  };
  if (wants_repetition)
    sizes.repetition_level_histogram = total(repetition_histograms_, leaf_.repetition_level_max + size_t{1});
  if (wants_definition)
    sizes.definition_level_histogram = total(definition_histograms_, leaf_.definition_level_max + size_t{1});
  chunk.metadata.size_statistics = std::move(sizes);

  if (!bounds.pages_complete || null_counts_.empty()) return;
  ColumnIndex index;
  for (std::optional<StoredBounds>& page : bounds.pages) {
    index.null_pages.push_back(!page);
    index.min_values.push_back(page ? std::move(page->min) : std::string());
    index.max_values.push_back(page ? std::move(page->max) : std::string());
  }
  index.boundary_order = bounds.order;
  index.null_counts = std::move(null_counts_);
  if (wants_repetition) index.repetition_level_histograms = std::move(repetition_histograms_);
  if (wants_definition) index.definition_level_histograms = std::move(definition_histograms_);
  chunk.column_index = std::move(index);
}

void ChunkWriter::reset() {
  raw_bytes_ = 0;
  rows_ = 0;
  slots_ = 0;
  text_bytes_ = 0;
  pages_by_encoding_.clear();
  offset_index_ = {};
  null_counts_.clear();
  repetition_histograms_.clear();
  definition_histograms_.clear();
}

uint64_t ChunkWriter::encoded_bytes() const {
  return raw_bytes_ +
         std::visit([](const auto& encoder) { return encoder.pending_bytes() + encoder.dictionary_bytes(); }, encoder_);
}

}  // namespace sluice
