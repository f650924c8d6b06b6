// The values of one column chunk on their way into pages, with bounds on the side. How they are encoded is decided by
// measuring (pages/encoding_choice.h): dictionary while it pays, else the smallest of what suits the type.
//
// One class for numbers, one for booleans, one for text. They share these members, which ChunkWriter calls in this
// order:
//
//   append(column, selection)     values of the page under way
//   finish_page(levels)           the page's bytes, and its encoding; the next page begins
//   page_written(values, bytes)   what the page took after compression
//   finish_dictionary(entries)    the dictionary page's bytes, if any page used it; the next chunk begins
//
// A dictionary is given up until the chunk ends when a page shows that it does not pay or when it is full; pages that
// used it stay as they are. The page under way is then rewritten, for a page has one encoding.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "encodings/dictionary.h"
#include "format/enums.h"
#include "pages/bounds.h"
#include "pages/encoding_choice.h"
#include "pages/index_page.h"
#include "pages/striping.h"

namespace sluice {

/// Bytes of a page before compression: levels, then values. Good until the encoder is called again.
struct RawPage {
  ByteSpan bytes;
  Encoding encoding = Encoding::plain;
};

struct ValueEncoderOptions {
  uint64_t dictionary_bytes_max = 0;
  EncodingRules rules{};
  bool utf8 = false;        ///< text is cut between code points
  int64_t unit_factor = 1;  ///< what values are multiplied by on their way (seconds are stored as milliseconds)
};

/// Where a dictionary stood when a page began: what the page added goes again if it is encoded otherwise.
struct DictionaryMark {
  size_t entries = 0;
  size_t bytes = 0;
};

/// A page body that grows behind a gap, into which its levels fit in most cases: then nothing is moved.
class PageBody {
 public:
  Bytes& bytes() {
    if (bytes_.empty()) bytes_.resize(gap_);
    return bytes_;
  }
  size_t size() const { return bytes_.empty() ? 0 : bytes_.size() - gap_; }
  ByteSpan body() { return ByteSpan(bytes()).subspan(gap_); }
  void clear() { bytes_.clear(); }
  /// `levels`, then the body. Good until the body is touched; the next page's gap is made to fit.
  ByteSpan with_levels(ByteSpan levels);

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
  [[nodiscard]] bool append(const Column& column, const Selection& selection);
  RawPage finish_page(ByteSpan levels, bool ends_chunk = false);
  void page_written(size_t values, size_t compressed_bytes) {
    if (!using_dictionary_) choice_.page_written(values, compressed_bytes);
  }
  ChunkBounds finish_bounds() { return bounds_.finish(); }
  /// Entries of the dictionary, if any page used it; then starts anew for the next chunk.
  std::optional<Bytes> finish_dictionary(size_t& entries);
  /// Encoded bytes of the page under way, as far as it can be told.
  size_t pending_bytes() const;
  size_t dictionary_bytes() const { return dictionary_ ? dictionary_->entries().size() : 0; }
  /// Bytes of all text in the page under way; 0 for other types.
  int64_t take_text_bytes() { return 0; }

 private:
  using Bits = std::conditional_t<sizeof(Stored) == 4, uint32_t, uint64_t>;
  bool gather(const Column& column, const Selection& selection, std::span<const Stored>& values);
  void append_values(std::span<const Stored> values);
  void spill_to_plain();
  void choose(bool ends_chunk);
  std::span<const Stored> page_values();
  void encode_values(Encoding encoding, std::span<const Stored> values);
  DictionaryUse page_use() const {
    return {1, indices_.size(), index_bytes(indices_.size(), dictionary_->size()),
            dictionary_->entries().size() - page_begin_.bytes};
  }
  void start_chunk();

  ValueEncoderOptions options_;
  NumberBounds<Stored> bounds_;
  EncodingChoice choice_;
  std::optional<NumberDictionary<Bits>> dictionary_;
  DictionaryMark page_begin_;
  DictionaryUse use_;
  bool dictionary_used_ = false;  ///< by a finished page
  bool using_dictionary_ = false;
  std::vector<uint32_t> indices_;  ///< of the page under way, when it uses the dictionary
  PageBody plain_;                 ///< the page under way, when it does not
  Bytes encoded_;
  std::vector<Stored> scratch_;
};

class BooleanEncoder {
 public:
  explicit BooleanEncoder(const ValueEncoderOptions&) {}

  [[nodiscard]] bool append(const Column& column, const Selection& selection);
  RawPage finish_page(ByteSpan levels, bool ends_chunk = false);
  void page_written(size_t, size_t) {}
  ChunkBounds finish_bounds() { return bounds_.finish(); }
  std::optional<Bytes> finish_dictionary(size_t&) { return std::nullopt; }
  size_t pending_bytes() const { return plain_.size(); }
  size_t dictionary_bytes() const { return 0; }
  int64_t take_text_bytes() { return 0; }

 private:
  NumberBounds<bool> bounds_;
  size_t count_ = 0;
  PageBody plain_;
};

class TextEncoder {
 public:
  explicit TextEncoder(const ValueEncoderOptions& options);

  [[nodiscard]] bool append(const Column& column, const Selection& selection);
  RawPage finish_page(ByteSpan levels, bool ends_chunk = false);
  void page_written(size_t values, size_t compressed_bytes) {
    if (!using_dictionary_) choice_.page_written(values, compressed_bytes);
  }
  ChunkBounds finish_bounds() { return bounds_.finish(); }
  std::optional<Bytes> finish_dictionary(size_t& entries);
  size_t pending_bytes() const;
  size_t dictionary_bytes() const { return dictionary_ ? dictionary_->entries().size() : 0; }
  int64_t take_text_bytes() { return std::exchange(text_bytes_, 0); }

 private:
  template <typename PositionOf>
  void append_at(const Column& column, size_t count, PositionOf position_of);
  void append_apart(std::string_view value);
  void spill();
  void choose(bool ends_chunk);
  void encode_values(Encoding encoding, Bytes& out) const;
  DictionaryUse page_use() const {
    return {1, indices_.size(), index_bytes(indices_.size(), dictionary_->size()),
            dictionary_->entries().size() - page_begin_.bytes};
  }
  void start_chunk();

  ValueEncoderOptions options_;
  TextBounds bounds_;
  EncodingChoice choice_;
  std::optional<TextDictionary> dictionary_;
  DictionaryMark page_begin_;
  DictionaryUse use_;
  bool dictionary_used_ = false;
  bool using_dictionary_ = false;
  int64_t text_bytes_ = 0;  ///< of the page under way, lengths not counted
  std::vector<uint32_t> indices_;
  std::vector<uint32_t> page_of_entry_;  ///< the last page in which an entry was met: its bounds are added once a page
  uint32_t page_ = 1;
  std::vector<int32_t> lengths_;  ///< of the page under way, when it does not use the dictionary
  Bytes text_;                    ///< its bytes back to back
  Bytes encoded_;
};

/// A column of the null type has no values.
class NullEncoder {
 public:
  explicit NullEncoder(const ValueEncoderOptions&) {}

  [[nodiscard]] bool append(const Column&, const Selection&) { return true; }
  RawPage finish_page(ByteSpan levels, bool ends_chunk = false);
  void page_written(size_t, size_t) {}
  ChunkBounds finish_bounds();
  std::optional<Bytes> finish_dictionary(size_t&) { return std::nullopt; }
  size_t pending_bytes() const { return 0; }
  size_t dictionary_bytes() const { return 0; }
  int64_t take_text_bytes() { return 0; }

 private:
  size_t pages_ = 0;
  PageBody plain_;
};

}  // namespace sluice
