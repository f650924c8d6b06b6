// Values of fixed length on their way into pages, as FIXED_LEN_BYTE_ARRAY: plain bytes and UUIDs as they are, decimals
// turned to big-endian at their shortest length, numbers of 16 bits as they lie in memory (parquet-format,
// LogicalTypes.md). The members are those that pages/value_encoder.h describes. PLAIN or dictionary, whichever is
// smaller; BYTE_STREAM_SPLIT and DELTA_BYTE_ARRAY, which are not in every reader, on request.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "encodings/fixed_dictionary.h"
#include "pages/bounds.h"
#include "pages/value_encoder.h"
#include "sluice/types.h"

namespace sluice {

class FixedEncoder {
 public:
  /// `type`: one that Parquet stores in FIXED_LEN_BYTE_ARRAY.
  FixedEncoder(const Type& type, const ValueEncoderOptions& options);

  [[nodiscard]] bool append(const Column& column, const ValueSelection& selection);
  RawPage finish_page(ByteSpan levels, bool ends_chunk = false);
  void page_written(size_t values, size_t compressed_bytes) {
    if (!dictionary_.is_open()) choice_.page_written(values, compressed_bytes);
  }
  size_t bounds_bytes() const { return bounds_.stored_bytes(); }
  ChunkBounds finish_bounds() { return bounds_.finish(); }
  std::optional<BloomFilter> finish_bloom_filter();
  size_t bloom_filter_bytes() const;
  std::optional<DictionaryPage> finish_dictionary();
  size_t pending_bytes() const;
  void relieve() { dictionary_.relieve(); }
  void unpack() { dictionary_.unpack(); }
  template <typename Visit>
  void each_buffer(Visit&& visit) {
    dictionary_.each_buffer(visit);
    plain_.each_buffer(visit);
  }
  uint64_t memory_bytes() const {
    return bounds_.memory_bytes() + dictionary_.memory_bytes() + plain_.memory_bytes() +
           (bloom_filter_ ? bloom_filter_->memory_bytes() : 0);
  }
  ByteSpan pending_tail(size_t count) const {
    return dictionary_.is_open() ? dictionary_.tail(count) : plain_.last(count);
  }
  ByteSpan dictionary_entries() const { return dictionary_.entries(); }
  int64_t take_text_bytes() { return 0; }
  std::string reason() const { return choice_.reason(); }
  const EncodingChoice* choice() const { return &choice_; }
  void learn_from(const EncodingChoice& other) { start_chunk(choice_.learn_from(other)); }

 private:
  ByteSpan gather(const Column& column, const ValueSelection& selection);
  void append_values(ByteSpan values);
  void unfold(std::span<const uint32_t> indices, Bytes& out) const;
  void add_to(BloomFilterBuilder& filter, ByteSpan values) const;
  void leave_dictionary();
  void spill();
  void reconsider();
  void choose(bool ends_chunk);
  void encode_values(Encoding encoding, ByteSpan values);
  void start_chunk(bool with_dictionary);

  ValueEncoderOptions options_;
  bool big_endian_;      ///< bytes are turned around on their way
  size_t memory_width_;  ///< bytes of a value in the column
  size_t width_;         ///< bytes of a value in the file: as many or fewer
  bool is_float16_;
  FixedBounds bounds_;
  EncodingChoice choice_;
  ChunkDictionary<FixedDictionary> dictionary_{options_.dictionary_bytes_max};
  std::unique_ptr<BloomFilterBuilder> bloom_filter_;
  PageBody plain_;  ///< the page under way, when it does not use the dictionary
  Bytes& encoded_ = options_.scratch->encoded;
};

/// Decimals of few digits, which Parquet stores as numbers: `Stored` is int32_t or int64_t.
template <typename Stored>
class DecimalEncoder {
 public:
  explicit DecimalEncoder(const ValueEncoderOptions& options) : scratch_(options.scratch), numbers_(options) {}

  /// Requires values within the precision of the column's type.
  [[nodiscard]] bool append(const Column& column, const ValueSelection& selection) {
    Bytes& narrowed = scratch_->values;
    narrowed.resize(selection.count * sizeof(Stored));
    const std::byte* from = column.values.bytes().data() + column.offset * kMemoryWidth;
    for (size_t i = 0; i < selection.count; ++i) {
      const int64_t at = selection.positions ? selection.positions[i] : selection.begin + static_cast<int64_t>(i);
      // The low bytes of a number that fits into them.
      std::memcpy(narrowed.data() + i * sizeof(Stored), from + at * kMemoryWidth, sizeof(Stored));
    }
    Column narrow;
    narrow.length = static_cast<int64_t>(selection.count);
    narrow.values = Buffer(narrowed, nullptr);
    return numbers_.append(narrow, {0, selection.count, nullptr});
  }
  RawPage finish_page(ByteSpan levels, bool ends_chunk = false) { return numbers_.finish_page(levels, ends_chunk); }
  void page_written(size_t values, size_t compressed_bytes) { numbers_.page_written(values, compressed_bytes); }
  size_t bounds_bytes() const { return numbers_.bounds_bytes(); }
  ChunkBounds finish_bounds() { return numbers_.finish_bounds(); }
  std::optional<BloomFilter> finish_bloom_filter() { return numbers_.finish_bloom_filter(); }
  size_t bloom_filter_bytes() const { return numbers_.bloom_filter_bytes(); }
  std::optional<DictionaryPage> finish_dictionary() { return numbers_.finish_dictionary(); }
  size_t pending_bytes() const { return numbers_.pending_bytes(); }
  void relieve() { numbers_.relieve(); }
  void unpack() { numbers_.unpack(); }
  template <typename Visit>
  void each_buffer(Visit&& visit) {
    numbers_.each_buffer(visit);
  }
  uint64_t memory_bytes() const { return numbers_.memory_bytes(); }
  ByteSpan pending_tail(size_t count) const { return numbers_.pending_tail(count); }
  ByteSpan dictionary_entries() const { return numbers_.dictionary_entries(); }
  int64_t take_text_bytes() { return numbers_.take_text_bytes(); }
  std::string reason() const { return numbers_.reason(); }
  const EncodingChoice* choice() const { return numbers_.choice(); }
  void learn_from(const EncodingChoice& other) { numbers_.learn_from(other); }

 private:
  static constexpr int64_t kMemoryWidth = 16;

  std::shared_ptr<PageScratch> scratch_;
  NumberEncoder<Stored, Stored> numbers_;
};

}  // namespace sluice
