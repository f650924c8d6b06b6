// The values of one column chunk on their way into pages, with bounds on the side. How they are encoded is decided by
// measuring (pages/encoding_choice.h): dictionary while it pays, else the smallest of what suits the type.
//
// One class for numbers, one for booleans, one for text. They share these members, which ChunkWriter calls in this
// order:
//
//   append(column, selection)     values of the page under way; the column is plain, positions need not ascend
//   finish_page(levels)           the page's bytes, and its encoding; the next page begins
//   page_written(values, bytes)   what the page took after compression
//   finish_bloom_filter()         what was asked for, of all values of the chunk
//   finish_dictionary()           the dictionary page, if any page used it; the next chunk begins
//   learn_from(other)             between two chunks: what another encoder of the same column has found out, choice()
//
// Where memory is short, relieve() lets go of what can be made again and packs what can be packed; then unpack() comes
// before finish_page() and pending_tail(). each_buffer(visit) calls `visit` with what is left: between two calls all of
// that may stand elsewhere.
//
// A dictionary is given up until the chunk ends when a page shows that it does not pay or when it is full; pages that
// used it stay as they are. The page under way is then rewritten, for a page has one encoding.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "encodings/dictionary.h"
#include "format/enums.h"
#include "pages/bloom_filter_builder.h"
#include "pages/bounds.h"
#include "pages/chunk_dictionary.h"
#include "pages/encoding_choice.h"
#include "pages/entry_numbers.h"
#include "pages/page_numbers.h"
#include "pages/page_scratch.h"
#include "pages/striping.h"

namespace sluice {

/// Bytes of a page before compression: levels, then values. Good until an encoder with the same scratch is called.
struct RawPage {
  ByteSpan bytes;
  Encoding encoding = Encoding::plain;
};

struct ValueEncoderOptions {
  uint64_t dictionary_bytes_max = 0;
  EncodingRules rules{};
  bool utf8 = false;        ///< text is cut between code points
  int64_t unit_factor = 1;  ///< what values are multiplied by on their way (seconds are stored as milliseconds)
  std::optional<BloomFilterOptions> bloom_filter{};
  /// May be that of other encoders: what it holds is of no use from one call to the next.
  std::shared_ptr<PageScratch> scratch = std::make_shared<PageScratch>();
};

/// A page body that grows behind a gap, into which what stands in front of it fits in most cases, levels or lengths:
/// then nothing is moved.
class PageBody {
 public:
  Bytes& bytes() {
    if (bytes_.empty()) bytes_.resize(gap_);
    return bytes_;
  }
  size_t size() const { return bytes_.empty() ? 0 : bytes_.size() - gap_; }
  ByteSpan body() const { return bytes_.empty() ? ByteSpan() : ByteSpan(bytes_).subspan(gap_); }
  ByteSpan last(size_t count) const { return ByteSpan(bytes_).last(std::min(count, size())); }
  void clear() { bytes_.clear(); }
  template <typename Visit>
  void each_buffer(Visit&& visit) {
    visit(bytes_);
  }
  uint64_t memory_bytes() const { return bytes_.capacity(); }
  /// `front`, then the body. Good until the body is touched; the next page's gap is made to fit.
  ByteSpan with_front(ByteSpan front);

 private:
  // Levels that are all alike take less; thousands of columns must not begin with a large buffer each.
  size_t gap_ = 64;
  Bytes bytes_;
};

/// `Memory` is the type in the column, `Stored` what Parquet holds: int32_t, uint32_t, int64_t, uint64_t, float,
/// double.
template <typename Memory, typename Stored>
class NumberEncoder {
 public:
  explicit NumberEncoder(const ValueEncoderOptions& options);

  /// False when a value does not fit once it is multiplied by the unit factor.
  [[nodiscard]] bool append(const Column& column, const ValueSelection& selection);
  RawPage finish_page(ByteSpan levels, bool ends_chunk = false);
  void page_written(size_t values, size_t compressed_bytes) {
    if (!dictionary_.is_open()) choice_.page_written(values, compressed_bytes);
  }
  /// Of the pages that were finished.
  size_t bounds_bytes() const { return bounds_.stored_bytes(); }
  ChunkBounds finish_bounds() { return bounds_.finish(); }
  std::optional<BloomFilter> finish_bloom_filter();
  /// What it would take, were the chunk to end behind the last page. As much work as to make it.
  size_t bloom_filter_bytes() const;
  /// Starts anew for the next chunk.
  std::optional<DictionaryPage> finish_dictionary();
  /// Encoded bytes of the page under way, as far as it can be told.
  size_t pending_bytes() const;
  /// Holds less, until the next value comes.
  void relieve() { dictionary_.relieve(); }
  void unpack() { dictionary_.unpack(); }
  template <typename Visit>
  void each_buffer(Visit&& visit) {
    dictionary_.each_buffer(visit);
    plain_.each_buffer(visit);
  }
  /// What is held beside the scratch memory.
  uint64_t memory_bytes() const {
    return bounds_.memory_bytes() + dictionary_.memory_bytes() + plain_.memory_bytes() +
           (bloom_filter_ ? bloom_filter_->memory_bytes() : 0);
  }
  /// The last values of the page under way as they are kept: about `count` bytes at the most. For a look at how well
  /// they compress.
  ByteSpan pending_tail(size_t count) const {
    return dictionary_.is_open() ? dictionary_.tail(count) : plain_.last(count);
  }
  ByteSpan dictionary_entries() const { return dictionary_.entries(); }
  /// Bytes of all text in the page under way; 0 for other types.
  int64_t take_text_bytes() { return 0; }
  /// Why the values are encoded as they are, for people; empty where there was nothing to choose.
  std::string reason() const { return choice_.reason(); }
  const EncodingChoice* choice() const { return &choice_; }
  void learn_from(const EncodingChoice& other) { start_chunk(choice_.learn_from(other)); }

 private:
  using Bits = std::conditional_t<sizeof(Stored) == 4, uint32_t, uint64_t>;
  bool gather(const Column& column, const ValueSelection& selection, std::span<const Stored>& values);
  void append_values(std::span<const Stored> values);
  void leave_dictionary();
  void spill();
  void offer_without_dictionary(std::span<const Stored> values);
  void reconsider();
  void choose(bool ends_chunk);
  std::span<const Stored> page_values();
  std::span<Stored> gathered(size_t count);
  std::span<const Stored> sample();
  void encode_values(Encoding encoding, std::span<const Stored> values);
  void start_chunk(bool with_dictionary);

  ValueEncoderOptions options_;
  NumberBounds<Stored> bounds_;
  EncodingChoice choice_;
  ChunkDictionary<NumberDictionary<Bits>> dictionary_{options_.dictionary_bytes_max};
  std::unique_ptr<BloomFilterBuilder> bloom_filter_;
  PageBody plain_;  ///< the page under way, when it does not use the dictionary
  Bytes& encoded_ = options_.scratch->encoded;
};

class BooleanEncoder {
 public:
  explicit BooleanEncoder(const ValueEncoderOptions& options)
      : scratch_(options.scratch), choice_(options.rules, scratch_) {}

  [[nodiscard]] bool append(const Column& column, const ValueSelection& selection);
  RawPage finish_page(ByteSpan levels, bool ends_chunk = false);
  void page_written(size_t values, size_t compressed_bytes) { choice_.page_written(values, compressed_bytes); }
  /// Of the pages that were finished.
  size_t bounds_bytes() const { return bounds_.stored_bytes(); }
  ChunkBounds finish_bounds() { return bounds_.finish(); }
  /// Two values: there is nothing to tell apart.
  std::optional<BloomFilter> finish_bloom_filter() { return std::nullopt; }
  size_t bloom_filter_bytes() const { return 0; }
  std::optional<DictionaryPage> finish_dictionary();
  size_t pending_bytes() const { return values_.size() / 8; }
  void relieve() { values_.pack(); }
  void unpack() { values_.unpack(); }
  template <typename Visit>
  void each_buffer(Visit&& visit) {
    values_.each_buffer(visit);
  }
  uint64_t memory_bytes() const { return bounds_.memory_bytes() + values_.memory_bytes(); }
  ByteSpan pending_tail(size_t count) const {
    return std::as_bytes(std::span(values_.recent())).last(std::min(count, values_.size()));
  }
  ByteSpan dictionary_entries() const { return {}; }
  int64_t take_text_bytes() { return 0; }
  /// Why the values are encoded as they are, for people; empty where there was nothing to choose.
  std::string reason() const { return choice_.reason(); }
  const EncodingChoice* choice() const { return &choice_; }
  void learn_from(const EncodingChoice& other) { choice_.learn_from(other); }

 private:
  void encode_values(Encoding encoding, std::span<const uint8_t> values);

  std::shared_ptr<PageScratch> scratch_;
  NumberBounds<bool> bounds_;
  EncodingChoice choice_;
  PageNumbers<uint8_t> values_;  ///< of the page under way, each 0 or 1
  Bytes& encoded_ = scratch_->encoded;
};

class TextEncoder {
 public:
  explicit TextEncoder(const ValueEncoderOptions& options);

  [[nodiscard]] bool append(const Column& column, const ValueSelection& selection);
  /// The values of a column in dictionary form: as append, but each entry is hashed once.
  void append_entries(const std::shared_ptr<const Column>& entries, std::span<const int32_t> positions);
  RawPage finish_page(ByteSpan levels, bool ends_chunk = false);
  void page_written(size_t values, size_t compressed_bytes) {
    if (!dictionary_.is_open()) choice_.page_written(values, compressed_bytes);
  }
  /// Of the pages that were finished.
  size_t bounds_bytes() const { return bounds_.stored_bytes(); }
  ChunkBounds finish_bounds() { return bounds_.finish(); }
  std::optional<BloomFilter> finish_bloom_filter();
  /// What it would take, were the chunk to end behind the last page. As much work as to make it.
  size_t bloom_filter_bytes() const;
  std::optional<DictionaryPage> finish_dictionary();
  size_t pending_bytes() const;
  void relieve();
  void unpack() { dictionary_.unpack(); }
  template <typename Visit>
  void each_buffer(Visit&& visit) {
    dictionary_.each_buffer(visit);
    visit(lengths_);
    text_.each_buffer(visit);
  }
  uint64_t memory_bytes() const {
    return bounds_.memory_bytes() + dictionary_.memory_bytes() + numbers_.memory_bytes() + text_.memory_bytes() +
           (page_of_entry_.capacity() + lengths_.capacity()) * sizeof(uint32_t) +
           (bloom_filter_ ? bloom_filter_->memory_bytes() : 0);
  }
  ByteSpan pending_tail(size_t count) const {
    return dictionary_.is_open() ? dictionary_.tail(count) : text_.last(count);
  }
  ByteSpan dictionary_entries() const { return dictionary_.entries(); }
  int64_t take_text_bytes() { return std::exchange(text_bytes_, 0); }
  std::string reason() const { return choice_.reason(); }
  const EncodingChoice* choice() const { return &choice_; }
  void learn_from(const EncodingChoice& other) { start_chunk(choice_.learn_from(other)); }

 private:
  template <typename PositionOf>
  void append_all(const Column& column, size_t count, PositionOf position_of);
  size_t append_to_dictionary(std::span<const TextDictionary::Wanted> values);
  void add_to_bounds(uint32_t index, std::string_view value);
  void append_apart(std::string_view value);
  template <typename PositionOf>
  void append_all_apart(const Column& column, size_t count, PositionOf position_of);
  void unfold();
  void draw_sample(std::vector<int32_t>& lengths, Bytes& text) const;
  void leave_dictionary();
  void spill();
  void reconsider();
  void choose(bool ends_chunk);
  void encode_values(Encoding encoding, std::span<const int32_t> lengths, ByteSpan text);
  void start_chunk(bool with_dictionary);

  ValueEncoderOptions options_;
  TextBounds bounds_;
  EncodingChoice choice_;
  ChunkDictionary<TextDictionary> dictionary_{options_.dictionary_bytes_max};
  EntryNumbers numbers_;
  std::unique_ptr<BloomFilterBuilder> bloom_filter_;
  int64_t text_bytes_ = 0;               ///< of the page under way, lengths not counted
  std::vector<uint32_t> page_of_entry_;  ///< the last page in which an entry was met: its bounds are added once a page
  uint32_t page_ = 1;
  std::vector<int32_t> lengths_;  ///< of the page under way, when it does not use the dictionary
  PageBody text_;                 ///< its bytes back to back
  Bytes& encoded_ = options_.scratch->encoded;
};

/// A column of the null type has no values.
class NullEncoder {
 public:
  explicit NullEncoder(const ValueEncoderOptions&) {}

  [[nodiscard]] bool append(const Column&, const ValueSelection&) { return true; }
  RawPage finish_page(ByteSpan levels, bool ends_chunk = false);
  void page_written(size_t, size_t) {}
  size_t bounds_bytes() const { return 0; }
  ChunkBounds finish_bounds();
  std::optional<BloomFilter> finish_bloom_filter() { return std::nullopt; }
  size_t bloom_filter_bytes() const { return 0; }
  std::optional<DictionaryPage> finish_dictionary() { return std::nullopt; }
  size_t pending_bytes() const { return 0; }
  void relieve() {}
  void unpack() {}
  template <typename Visit>
  void each_buffer(Visit&&) {}
  uint64_t memory_bytes() const { return plain_.memory_bytes(); }
  ByteSpan pending_tail(size_t) const { return {}; }
  ByteSpan dictionary_entries() const { return {}; }
  int64_t take_text_bytes() { return 0; }
  std::string reason() const { return {}; }
  const EncodingChoice* choice() const { return nullptr; }
  void learn_from(const EncodingChoice&) {}

 private:
  size_t pages_ = 0;
  PageBody plain_;
};

}  // namespace sluice
