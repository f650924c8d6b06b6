#include "pages/chunk_writer.h"

#include <algorithm>
#include <utility>

#include "base/byte_count.h"
#include "base/digest.h"
#include "codecs/compress.h"
#include "columns/widths.h"
#include "format/schema_elements.h"
#include "schema/kinds.h"
#include "sluice/error.h"

namespace sluice {

namespace {

/// A codec that saves less than this share of a chunk's first page only costs its readers time.
constexpr double kCodecGainMin = 0.01;
/// The reason of an encoding is kept for chunks of so many slots or more: it takes some 60 bytes of the footer.
constexpr int64_t kReasonSlotsMin = 1'000;
/// Levels, dictionary, pages that use it: more are rare.
constexpr size_t kEncodingsUsual = 3;
constexpr const char* kReasonKey = "sluice.encoding";

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

ChunkWriter::ChunkWriter(const Leaf& leaf, const ChunkOptions& options, std::shared_ptr<PageScratch> scratch)
    : leaf_(leaf),
      options_(options),
      is_text_(is_text(leaf.type.kind())),
      width_(account_width(leaf.type)),
      check_(leaf),
      scratch_(std::move(scratch)),
      encoder_(make_encoder(leaf, options, scratch_)),
      repetition_(leaf.repetition_level_max),
      definition_(leaf.definition_level_max),
      page_writer_(leaf.name),
      compression_(options.compression) {
  if (options.content_cuts) content_cuts_ = std::make_unique<ContentCuts>(leaf_, *options.content_cuts);
  if (!has_order(leaf.type)) shapes_ = std::make_unique<GeoBounds>(leaf.type.kind() == TypeKind::geometry);
}

ChunkWriter::Encoder ChunkWriter::make_encoder(const Leaf& leaf, const ChunkOptions& options,
                                               const std::shared_ptr<PageScratch>& scratch) {
  const TypeKind kind = leaf.type.kind();
  const ValueEncoderOptions to{
      options.dictionary_bytes, {options.compression, options.compat || is_deep(leaf), options.encoding},
      is_utf8_text(kind),       seconds_factor(leaf.type),
      options.bloom_filter,     scratch};
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
  unpark();
  check_.check(slice);
  if (shapes_) add_shapes(slice);
  if (content_cuts_) return append_by_content(slice);
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

void ChunkWriter::add_shapes(const LeafSlice& slice) {
  const Column& texts = slice.column->dictionary ? *slice.column->dictionary : *slice.column;
  for (size_t i = 0; i < slice.values.count; ++i) {
    int64_t at = slice.values.positions ? slice.values.positions[i] : slice.values.begin + static_cast<int64_t>(i);
    if (slice.column->dictionary) at = slice.column->positions_data()[at];
    const int32_t* offsets = texts.offsets_data() + at;
    shapes_->add({texts.values.as<char>() + offsets[0], static_cast<size_t>(offsets[1] - offsets[0])});
  }
}

// --- where pages end

void ChunkWriter::append_by_content(const LeafSlice& slice) {
  Cursor at;
  const auto append_until = [&](size_t end) {
    if (end == at.slot) return;
    const Span span = span_until(slice, at, end);
    append_span(slice, at, span);
    at = {end, at.value + span.values};
  };
  for (const size_t cut : content_cuts_->find(slice)) {
    append_until(cut);
    cut_page(false);
  }
  append_until(slice.slots);
}

// The slots from `at` up to `end`, where a record begins or the slice ends.
ChunkWriter::Span ChunkWriter::span_until(const LeafSlice& slice, const Cursor& at, size_t end) const {
  Span span;
  span.slots = end - at.slot;
  span.values = span.slots;
  span.rows = static_cast<int64_t>(span.slots);
  if (slice.definition != nullptr)
    span.values = count_bytes(slice.definition + at.slot, span.slots, leaf_.definition_level_max);
  if (slice.repetition != nullptr)
    span.rows = static_cast<int64_t>(count_bytes(slice.repetition + at.slot, span.slots, 0));
  return span;
}

// Counts a width for each flat row: what a null saves is not worth looking at each.
ChunkWriter::Span ChunkWriter::fitting_rows(const LeafSlice& slice, const Cursor& at) const {
  const auto rows_left = static_cast<size_t>(options_.page_rows - page_.rows);
  const uint64_t bytes_left = options_.page_bytes - std::min(options_.page_bytes, page_.bytes);
  const size_t rows_max = std::min(slice.slots - at.slot, rows_left);
  size_t rows = is_text_ ? fitting_texts(slice, at, rows_max, bytes_left)
                         : static_cast<size_t>(std::min<uint64_t>(rows_max, bytes_left / width_));
  if (rows == 0 && page_.rows == 0) rows = 1;
  Span span = span_until(slice, at, at.slot + rows);
  span.bytes = uint64_t{rows} * width_ + (is_text_ ? text_bytes(slice, at.value, span.values) : 0);
  return span;
}

// What stands under nulls does not count: the same rows, however they lie in memory, make the same pages.
size_t ChunkWriter::fitting_texts(const LeafSlice& slice, const Cursor& at, size_t rows_max,
                                  uint64_t bytes_left) const {
  const auto all_values = static_cast<size_t>(span_until(slice, at, at.slot + rows_max).values);
  if (uint64_t{rows_max} * width_ + text_bytes(slice, at.value, all_values) <= bytes_left) return rows_max;
  size_t rows = 0;
  for (size_t value = at.value; rows < rows_max; ++rows) {
    const bool is_there = slice.definition == nullptr || slice.definition[at.slot + rows] == leaf_.definition_level_max;
    const uint64_t bytes = width_ + (is_there ? text_bytes(slice, value++, 1) : 0);
    if (bytes > bytes_left) break;
    bytes_left -= bytes;
  }
  return rows;
}

// Of `count` values that are there, lengths in front not included.
uint64_t ChunkWriter::text_bytes(const LeafSlice& slice, size_t value, size_t count) {
  const int32_t* offsets = slice.column->offsets_data();
  if (slice.values.positions == nullptr) {
    offsets += slice.values.begin + static_cast<int64_t>(value);
    return static_cast<uint64_t>(offsets[count] - offsets[0]);
  }
  uint64_t bytes = 0;
  for (const int32_t position : std::span(slice.values.positions + value, count))
    bytes += static_cast<uint64_t>(offsets[position + 1] - offsets[position]);
  return bytes;
}

ChunkWriter::Span ChunkWriter::measure_record(const LeafSlice& slice, const Cursor& at) const {
  const uint8_t* begin = slice.repetition + at.slot;
  const auto* end = static_cast<const uint8_t*>(std::memchr(begin + 1, 0, slice.slots - at.slot - 1));
  Span record;
  record.rows = 1;
  record.slots = end != nullptr ? static_cast<size_t>(end - begin) : slice.slots - at.slot;
  record.values = record.slots;
  if (slice.definition != nullptr)
    record.values = count_bytes(slice.definition + at.slot, record.slots, leaf_.definition_level_max);
  record.bytes = record.slots + record.values * width_;
  if (is_text_) record.bytes += text_bytes(slice, at.value, record.values);
  return record;
}

ChunkWriter::Span ChunkWriter::fitting_records(const LeafSlice& slice, const Cursor& at) const {
  Span span;
  if (at.slot == 0 && std::cmp_less_equal(slice.slots / 2, options_.page_rows)) {
    // Most slices fit as a whole: then there is no need to look at each record. What is left of others may be long.
    span = span_until(slice, at, slice.slots);
    span.bytes = span.slots + span.values * width_ + (is_text_ ? text_bytes(slice, at.value, span.values) : 0);
    if (page_.rows + span.rows <= options_.page_rows && page_.bytes + span.bytes <= options_.page_bytes) return span;
    span = {};
  }
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
  ValueSelection values{slice.values.begin + static_cast<int64_t>(at.value), span.values, nullptr};
  if (slice.values.positions != nullptr) values = {0, span.values, slice.values.positions + at.value};
  if (!append_values(*slice.column, values))
    throw Error(ErrorCode::data,
                "column " + leaf_.name + ": a timestamp in seconds lies beyond the milliseconds that Parquet stores",
                {.source = {}, .field = leaf_.name, .record = {}, .byte = {}, .row = {}});
  page_ = {page_.slots + span.slots, page_.values + span.values, page_.rows + span.rows, page_.bytes + span.bytes};
}

// Of a column in dictionary form the values are entries of its dictionary. False when one does not fit.
bool ChunkWriter::append_values(const Column& column, const ValueSelection& values) {
  if (!column.dictionary) return std::visit([&](auto& encoder) { return encoder.append(column, values); }, encoder_);
  const int32_t* from = column.positions_data();
  scratch_->positions.resize(values.count);
  for (size_t i = 0; i < values.count; ++i)
    scratch_->positions[i] = from[values.positions ? values.positions[i] : values.begin + static_cast<int64_t>(i)];
  if (auto* const texts = std::get_if<TextEncoder>(&encoder_))
    return texts->append_entries(column.dictionary, scratch_->positions), true;
  const ValueSelection entries{0, values.count, scratch_->positions.data()};
  return std::visit([&](auto& encoder) { return encoder.append(*column.dictionary, entries); }, encoder_);
}

// Takes the levels of the page under way, repetition first; returns how many bytes those are.
size_t ChunkWriter::take_levels() {
  const LevelFraming framing =
      options_.page == PageType::data_page_v2 ? LevelFraming::bare : LevelFraming::length_in_front;
  std::array<int64_t, 2> unwanted{};
  const auto histogram = [&unwanted](uint8_t level_max, bool is_wanted, std::vector<int64_t>& all) {
    if (!is_wanted) return std::span<int64_t>(unwanted);
    all.resize(all.size() + level_max + size_t{1});
    return std::span(all).last(level_max + size_t{1});
  };
  scratch_->levels.clear();
  repetition_.finish(framing, scratch_->levels,
                     histogram(leaf_.repetition_level_max, wants_repetition_histograms(), repetition_histograms_));
  const size_t repetition_bytes = scratch_->levels.size();
  definition_.finish(framing, scratch_->levels,
                     histogram(leaf_.definition_level_max, wants_definition_histograms(), definition_histograms_));
  return repetition_bytes;
}

void ChunkWriter::cut_page(bool ends_chunk) {
  unpack();
  const auto foreseen = static_cast<double>(page_bytes_before_compression());
  if (is_foretold_) tail_shrink_ = tail_shrink();
  const size_t repetition_bytes = take_levels();
  const RawPage page =
      std::visit([&](auto& encoder) { return encoder.finish_page(scratch_->levels, ends_chunk); }, encoder_);
  const size_t stored_bytes = append_data_page(page, repetition_bytes);
  const uint64_t begin = pages_bytes() - stored_bytes;
  std::visit([&](auto& encoder) { encoder.page_written(page_.values, stored_bytes); }, encoder_);
  page_shrink_ = static_cast<double>(stored_bytes) / std::max(foreseen, 1.0);

  PageLocation location;
  location.offset = static_cast<int64_t>(begin);
  location.compressed_page_size = static_cast<int32_t>(stored_bytes);
  location.first_row_index = rows_;
  offset_index_.page_locations.push_back(location);
  null_counts_.push_back(static_cast<int64_t>(page_.slots - page_.values));
  const int64_t text_bytes = std::visit([](auto& encoder) { return encoder.take_text_bytes(); }, encoder_);
  if (is_text_) offset_index_.unencoded_byte_array_data_bytes.push_back(text_bytes);
  text_bytes_ += text_bytes;
  ++pages_by_encoding_[static_cast<size_t>(page.encoding)];
  rows_ += page_.rows;
  slots_ += static_cast<int64_t>(page_.slots);
  page_ = {};
}

PageHeader ChunkWriter::data_page_header(Encoding encoding, size_t repetition_bytes) const {
  PageHeader header;
  header.type = options_.page;
  if (options_.page == PageType::data_page) {
    header.data_page_header = DataPageHeader{};
    header.data_page_header->num_values = static_cast<int32_t>(page_.slots);
    header.data_page_header->encoding = encoding;
    return header;
  }
  header.data_page_header_v2 = DataPageHeaderV2{};
  header.data_page_header_v2->num_values = static_cast<int32_t>(page_.slots);
  header.data_page_header_v2->num_nulls = static_cast<int32_t>(page_.slots - page_.values);
  header.data_page_header_v2->num_rows = static_cast<int32_t>(page_.rows);
  header.data_page_header_v2->encoding = encoding;
  header.data_page_header_v2->definition_levels_byte_length =
      static_cast<int32_t>(scratch_->levels.size() - repetition_bytes);
  header.data_page_header_v2->repetition_levels_byte_length = static_cast<int32_t>(repetition_bytes);
  return header;
}

// Returns the bytes of the page as it is stored. All pages of a chunk have one codec, and its first page is the sample;
// so is the first one behind a dictionary.
size_t ChunkWriter::append_data_page(const RawPage& page, size_t repetition_bytes) {
  const PageHeader header = data_page_header(page.encoding, repetition_bytes);
  const size_t bare = options_.page == PageType::data_page_v2 ? scratch_->levels.size() : 0;
  const bool is_first = pages_bytes() == 0;
  Bytes& pages = pages_.room_for(PageWriter::bytes_max(options_.compression.codec, page.bytes.size()));
  const size_t begin = pages.size();
  const auto append = [&](Compression compression) {
    pages.resize(begin);
    return page_writer_.append(header, compression, page.bytes.first(bare), page.bytes.subspan(bare), pages);
  };
  const bool is_sample = options_.compression.codec != Codec::none &&
                         (is_first || (compression_.codec == Codec::none && page.encoding != tried_encoding_));
  PageWriter::Sizes sizes = append(is_sample ? options_.compression : compression_);
  if (is_sample) {
    tried_encoding_ = page.encoding;
    if (!pays(sizes)) {
      compression_ = {.codec = Codec::none};
      sizes = append(compression_);
    } else if (compression_.codec == Codec::none) {
      pages.resize(begin);
      compression_ = options_.compression;
      compress_pages();
      return append_data_page(page, repetition_bytes);
    }
  }
  add_header_digest(pages, begin, sizes);
  raw_bytes_ += sizes.raw;
  return sizes.stored;
}

// Indices rarely shrink, but what they stand for may.
bool ChunkWriter::pays(const PageWriter::Sizes& page) const {
  const auto enough = [](size_t stored, size_t raw) {
    return static_cast<double>(stored) <= (1 - kCodecGainMin) * static_cast<double>(raw);
  };
  if (enough(page.stored, page.raw)) return true;
  const ByteSpan entries = std::visit([](const auto& encoder) { return encoder.dictionary_entries(); }, encoder_);
  if (entries.empty()) return false;
  Bytes scratch;
  const size_t compressed = compress(options_.compression, entries, scratch);
  return enough(page.stored + compressed, page.raw + entries.size());
}

// The pages so far were left uncompressed: they get the codec after all.
void ChunkWriter::compress_pages() {
  std::vector<ShelvedPages> shelved = std::exchange(shelved_, {});
  PagePieces recent = std::exchange(pages_, {});
  shelved_bytes_ = 0;
  raw_bytes_ = 0;
  headers_digest_ = 0;
  Bytes piece;
  size_t pieces = 0;
  size_t piece_begin = 0;
  for (PageLocation& page : offset_index_.page_locations) {
    const auto offset = static_cast<size_t>(page.offset);
    for (; offset == piece_begin + piece.size(); ++pieces) {
      piece_begin += piece.size();
      piece = pieces < shelved.size() ? shelved[pieces].get() : recent.take(pieces - shelved.size());
    }
    const auto stored_bytes = static_cast<size_t>(page.compressed_page_size);
    compress_page(page, ByteSpan(piece).subspan(offset - piece_begin, stored_bytes));
  }
}

void ChunkWriter::compress_page(PageLocation& page, ByteSpan stored) {
  const auto [header, header_bytes] = read_page_header(stored);
  size_t bare = 0;
  if (const auto& v2 = header.data_page_header_v2)
    bare =
        static_cast<size_t>(v2->repetition_levels_byte_length) + static_cast<size_t>(v2->definition_levels_byte_length);
  const ByteSpan body = stored.subspan(header_bytes);
  page.offset = static_cast<int64_t>(pages_.size());
  Bytes& pages = pages_.room_for(PageWriter::bytes_max(compression_.codec, body.size()));
  const size_t begin = pages.size();
  const auto sizes = page_writer_.append(header, compression_, body.first(bare), body.subspan(bare), pages);
  page.compressed_page_size = static_cast<int32_t>(sizes.stored);
  add_header_digest(pages, begin, sizes);
  raw_bytes_ += sizes.raw;
}

void ChunkWriter::add_header_digest(ByteSpan pages, size_t begin, const PageWriter::Sizes& page) {
  headers_digest_ = digest_of(pages.subspan(begin, page.header), headers_digest_);
}

size_t ChunkWriter::append_dictionary_page(const DictionaryPage& dictionary, Bytes& out) {
  PageHeader header;
  header.type = PageType::dictionary_page;
  header.dictionary_page_header = DictionaryPageHeader{};
  header.dictionary_page_header->num_values = static_cast<int32_t>(dictionary.entries);
  header.dictionary_page_header->encoding = Encoding::plain;
  const PageWriter::Sizes sizes = page_writer_.append(header, compression_, {}, dictionary.body, out);
  add_header_digest(out, 0, sizes);
  return sizes.raw;
}

// --- the chunk

FinishedChunk ChunkWriter::finish() {
  unpark();
  if (page_.slots > 0) cut_page(true);
  FinishedChunk chunk;
  size_t dictionary_raw_bytes = 0;
  std::string reason = encoding_reason();
  chunk.tail_bytes = tail_bytes(reason.size());
  if (!reason.empty()) chunk.metadata.key_value_metadata.push_back({kReasonKey, std::move(reason)});
  if (const auto filter = std::visit([](auto& encoder) { return encoder.finish_bloom_filter(); }, encoder_))
    filter->write(chunk.bloom_filter);
  if (shapes_) chunk.metadata.geospatial_statistics = shapes_->finish();
  if (content_cuts_) content_cuts_->restart();
  const std::optional<DictionaryPage> dictionary =
      std::visit([](auto& encoder) { return encoder.finish_dictionary(); }, encoder_);
  if (dictionary) dictionary_raw_bytes = append_dictionary_page(*dictionary, chunk.dictionary_page);
  describe(chunk, dictionary_raw_bytes);
  chunk.shelved_pages = std::exchange(shelved_, {});
  chunk.data_pages = std::exchange(pages_, {});
  chunk.offset_index = std::move(offset_index_);
  chunk.headers_digest = headers_digest_;
  reset();
  return chunk;
}

// Empty where the chunk has too few slots for one, the page under way included.
std::string ChunkWriter::encoding_reason() const {
  if (slots_ + static_cast<int64_t>(page_.slots) < kReasonSlotsMin) return {};
  return std::visit([](const auto& encoder) { return encoder.reason(); }, encoder_);
}

void ChunkWriter::describe(FinishedChunk& chunk, size_t dictionary_raw_bytes) {
  ColumnMetaData& meta = chunk.metadata;
  meta.type = physical_type_of(leaf_.type);
  meta.encodings.reserve(kEncodingsUsual);
  meta.encodings.push_back(Encoding::rle);
  meta.encoding_stats.reserve(kEncodingsUsual);
  meta.path_in_schema = leaf_.path;
  meta.codec = stored_codec(compression_.codec);
  meta.num_values = slots_;
  meta.total_uncompressed_size = static_cast<int64_t>(raw_bytes_ + dictionary_raw_bytes);
  meta.total_compressed_size = static_cast<int64_t>(chunk.dictionary_page.size() + pages_bytes());
  if (!chunk.dictionary_page.empty()) {
    meta.dictionary_page_offset = 0;
    meta.data_page_offset = static_cast<int64_t>(chunk.dictionary_page.size());
    meta.encoding_stats.push_back({PageType::dictionary_page, Encoding::plain, 1});
    if (pages_by_encoding_[static_cast<size_t>(Encoding::plain)] == 0) meta.encodings.push_back(Encoding::plain);
  }
  for (size_t number = 0; number < kEncodings; ++number) {
    const int32_t pages = pages_by_encoding_[number];
    if (pages == 0) continue;
    const auto encoding = static_cast<Encoding>(number);
    if (encoding != Encoding::rle) meta.encodings.push_back(encoding);  // levels have it anyway
    meta.encoding_stats.push_back({options_.page, encoding, pages});
  }
  describe_statistics(chunk);
}

void ChunkWriter::describe_statistics(FinishedChunk& chunk) {
  ChunkBounds bounds = std::visit([](auto& encoder) { return encoder.finish_bounds(); }, encoder_);
  Statistics statistics;
  statistics.null_count = 0;
  for (const int64_t nulls : null_counts_) *statistics.null_count += nulls;
  if (!has_order(leaf_.type) || !options_.statistics) bounds.chunk.reset(), bounds.pages_complete = false;
  if (is_float(leaf_.type.kind())) statistics.nan_count = bounds.nan_count;
  if (bounds.chunk) {
    statistics.min_value = std::move(bounds.chunk->min);
    statistics.max_value = std::move(bounds.chunk->max);
    statistics.is_min_value_exact = bounds.chunk->min_exact;
    statistics.is_max_value_exact = bounds.chunk->max_exact;
  }
  chunk.metadata.statistics = std::move(statistics);

  SizeStatistics sizes;
  if (is_text_) sizes.unencoded_byte_array_data_bytes = text_bytes_;
  const auto total = [](const std::vector<int64_t>& pages, size_t levels) {
    std::vector<int64_t> sum(levels);
    for (size_t i = 0; i < pages.size(); ++i) sum[i % levels] += pages[i];
    return sum;
  };
  if (wants_repetition_histograms())
    sizes.repetition_level_histogram = total(repetition_histograms_, leaf_.repetition_level_max + size_t{1});
  if (wants_definition_histograms())
    sizes.definition_level_histogram = total(definition_histograms_, leaf_.definition_level_max + size_t{1});
  chunk.metadata.size_statistics = std::move(sizes);

  if (!bounds.pages_complete || null_counts_.empty()) return;
  ColumnIndex index;
  index.null_pages.reserve(bounds.pages.size());
  index.min_values.reserve(bounds.pages.size());
  index.max_values.reserve(bounds.pages.size());
  for (std::optional<StoredBounds>& page : bounds.pages) {
    index.null_pages.push_back(!page);
    index.min_values.push_back(page ? std::move(page->min) : std::string());
    index.max_values.push_back(page ? std::move(page->max) : std::string());
  }
  index.boundary_order = bounds.order;
  index.null_counts = std::move(null_counts_);
  if (wants_repetition_histograms()) index.repetition_level_histograms = std::move(repetition_histograms_);
  if (wants_definition_histograms()) index.definition_level_histograms = std::move(definition_histograms_);
  chunk.column_index = std::move(index);
}

void ChunkWriter::reset() {
  compression_ = options_.compression;
  shelved_bytes_ = 0;
  headers_digest_ = 0;
  raw_bytes_ = 0;
  rows_ = 0;
  slots_ = 0;
  text_bytes_ = 0;
  pages_by_encoding_.fill(0);
  offset_index_ = {};
  null_counts_.clear();
  repetition_histograms_.clear();
  definition_histograms_.clear();
}

uint64_t ChunkWriter::encoded_bytes() const {
  if (is_parked()) return parking_->encoded_bytes;
  return raw_bytes_ +
         std::visit([](const auto& encoder) { return encoder.pending_bytes() + encoder.dictionary_entries().size(); },
                    encoder_);
}

}  // namespace sluice
