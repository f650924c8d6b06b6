// How long a chunk would be if it ended now: what files of a wanted size are cut by. The pages that are finished are
// exact; the rest is foretold from what was measured before (parquet-format, parquet.thrift, ColumnMetaData;
// PageIndex.md).
#include <algorithm>
#include <bit>

#include "codecs/compress.h"
#include "pages/chunk_writer.h"

namespace sluice {

namespace {

// What the parts of a footer take beside the texts and numbers in them that vary, as thrift's compact protocol writes
// them: field headers, counts, and numbers of the usual lengths. Compared with real files by the tests.
constexpr size_t kChunkTailBytes = 128;
constexpr size_t kPathStepBytes = 1;
constexpr size_t kEncodingBytes = 8;
constexpr size_t kOffsetIndexPageBytes = 14;
constexpr size_t kColumnIndexPageBytes = 5;
constexpr size_t kCountBytes = 3;
constexpr size_t kReasonBytes = 22;
constexpr size_t kBloomPlaceBytes = 12;
/// Enough to tell values that are all alike from others, and little work.
constexpr size_t kSampleBytes = 1'024;
constexpr size_t kSamplePieces = 8;

uint64_t scaled(uint64_t bytes, double by) { return static_cast<uint64_t>(static_cast<double>(bytes) * by); }

}  // namespace

// Of the page under way: its values as far as they are encoded, and its levels one by one.
uint64_t ChunkWriter::page_bytes_before_compression() const {
  if (page_.slots == 0) return 0;
  const auto level_bits = static_cast<uint64_t>(std::bit_width(leaf_.repetition_level_max)) +
                          static_cast<uint64_t>(std::bit_width(leaf_.definition_level_max));
  return std::visit([](const auto& encoder) { return uint64_t{encoder.pending_bytes()}; }, encoder_) +
         page_.slots * level_bits / 8 + 1;
}

// How well a sample spread over the page under way compresses, whatever it will be encoded as: so a page of two halves
// is told from one that is like either.
double ChunkWriter::tail_shrink() const {
  const ByteSpan values = std::visit([](const auto& encoder) { return encoder.pending_tail(SIZE_MAX); }, encoder_);
  if (values.empty()) return 1;
  Bytes sample;
  const size_t pieces = values.size() > kSampleBytes ? kSamplePieces : 1;
  for (size_t i = 0; i < pieces; ++i)
    sample.append(values.subspan(i * (values.size() / pieces), std::min(values.size(), kSampleBytes) / pieces));
  Bytes compressed;
  return static_cast<double>(compress({.codec = Codec::lz4}, sample, compressed)) / static_cast<double>(sample.size());
}

// Like the page before. Where values are harder to compress than those of that one, the page may come out as much
// longer; but no page becomes longer than it is before compression.
double ChunkWriter::expected_page_shrink() const {
  const double harder = std::max(tail_shrink() / tail_shrink_, 1.0);
  return std::min(page_shrink_ * harder, std::max(page_shrink_, 1.0));
}

uint64_t ChunkWriter::tail_bytes(size_t reason_bytes) const {
  const uint64_t pages = offset_index_.page_locations.size();
  const auto encodings =
      static_cast<uint64_t>(kEncodings) - static_cast<uint64_t>(std::ranges::count(pages_by_encoding_, 0));
  uint64_t bytes = kChunkTailBytes + encodings * kEncodingBytes;
  for (const std::string& step : leaf_.path) bytes += step.size() + kPathStepBytes;
  if (reason_bytes > 0) bytes += reason_bytes + kReasonBytes;
  if (options_.bloom_filter) bytes += kBloomPlaceBytes;
  const uint64_t bounds = std::visit([](const auto& encoder) { return uint64_t{encoder.bounds_bytes()}; }, encoder_);
  if (pages > 0 && options_.statistics) bytes += bounds / pages;
  // Histograms are written where they say more than the null count, once for the chunk and once a page.
  uint64_t counts = is_text_ ? 1 : 0;
  if (leaf_.repetition_level_max > 0) counts += leaf_.repetition_level_max + uint64_t{1};
  if (leaf_.definition_level_max > 1) counts += leaf_.definition_level_max + uint64_t{1};
  bytes += counts * kCountBytes;
  bytes += pages * (kOffsetIndexPageBytes + counts * kCountBytes);
  if (options_.statistics && bounds > 0) bytes += pages * kColumnIndexPageBytes + bounds;
  return bytes;
}

ChunkForecast ChunkWriter::forecast() {
  unpark();
  unpack();
  is_foretold_ = true;
  ChunkForecast chunk;
  chunk.guessed = scaled(page_bytes_before_compression(), expected_page_shrink());
  const uint64_t entries =
      std::visit([](const auto& encoder) { return uint64_t{encoder.dictionary_entries().size()}; }, encoder_);
  chunk.bytes =
      chunk.guessed + pages_bytes() + scaled(entries, dictionary_shrink_) + tail_bytes(encoding_reason().size());
  if (options_.bloom_filter) {
    const uint64_t values = std::min(static_cast<uint64_t>(slots_) + page_.slots, options_.bloom_filter->values_max);
    chunk.bytes += scaled(BloomFilter::bytes_for(values, options_.bloom_filter->false_positive_rate), bloom_share_);
  }
  return chunk;
}

void ChunkWriter::settle() {
  unpark();
  if (page_.slots > 0) cut_page(false);
  const ByteSpan entries = std::visit([](const auto& encoder) { return encoder.dictionary_entries(); }, encoder_);
  if (!entries.empty()) {
    Bytes scratch;
    const size_t compressed = compress(compression_, entries, scratch);
    dictionary_shrink_ = static_cast<double>(compressed) / static_cast<double>(entries.size());
  }
  if (!options_.bloom_filter) return;
  const uint64_t values = std::min(static_cast<uint64_t>(slots_), options_.bloom_filter->values_max);
  const uint64_t wanted = BloomFilter::bytes_for(values, options_.bloom_filter->false_positive_rate);
  const size_t bytes = std::visit([](const auto& encoder) { return encoder.bloom_filter_bytes(); }, encoder_);
  bloom_share_ = static_cast<double>(bytes) / static_cast<double>(wanted);
}

}  // namespace sluice
