// The values of one column chunk on their way into pages: dictionary while it pays, then PLAIN, with bounds on the
// side.
//
// One class for numbers, one for booleans, one for text. They share these members, which ChunkWriter calls in this
// order:
//
//   append(column, selection)     values of the page under way
//   finish_page(levels)           the page's bytes, and its encoding; the next page begins
//   finish_chunk()                the dictionary page's bytes, if any page used it, and the bounds
//
// A dictionary is given up for good (until the chunk ends) when a page shows that it does not pay or when it is full;
// pages that used it stay as they are. The page under way is then rewritten in PLAIN, for a page has one encoding.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "encodings/dictionary.h"
#include "format/enums.h"
#include "pages/bounds.h"
#include "pages/striping.h"

namespace sluice {

/// Bytes of a page before compression: levels, then values. Good until the encoder is called again.
struct RawPage {
  ByteSpan bytes;
  Encoding encoding = Encoding::plain;
};

struct ValueEncoderOptions {
  uint64_t dictionary_bytes_max = 0;
  bool utf8 = false;        ///< text is cut between code points
  int64_t unit_factor = 1;  ///< what values are multiplied by on their way (seconds are stored as milliseconds)
};

/// A page body that grows behind a gap, into which its levels fit in most cases: then nothing is moved.
class PageBody {
 public:
  Bytes& bytes() {
    if (bytes_.empty()) bytes_.resize(gap_);
    return bytes_;
  }
  size_t size() const { return bytes_.empty() ? 0 : bytes_.size() - gap_; }
  void clear() { bytes_.clear(); }
  /// `levels`, then the body. Good until the body is touched; the next page's gap is made to fit.
  ByteSpan with_levels(ByteSpan levels);

 private:
  // Levels that are all alike take less; thousands of columns must not begin with a large buffer each.
  size_t gap_ = 64;
  Bytes bytes_;
};

/// What is known of a dictionary when a page begins: to judge the page, and to drop what it added if it goes PLAIN.
struct DictionaryMark {
  size_t entries = 0;
  size_t bytes = 0;

  /// True when the page is as large in PLAIN, or nearly so: then PLAIN is cheaper to read.
  bool costs_too_much(size_t bytes_now, size_t index_bytes, size_t plain_bytes) const {
    return (bytes_now - bytes + index_bytes) * 10 > plain_bytes * 9;
  }
};

/// `Memory` is the type in the column, `Stored` what Parquet holds: int32_t, uint32_t, int64_t, uint64_t, float,
/// double.
template <typename Memory, typename Stored>
class NumberEncoder {
 public:
  explicit NumberEncoder(const ValueEncoderOptions& options);

  /// False when a value does not fit once it is multiplied by the unit factor.
  [[nodiscard]] bool append(const Column& column, const Selection& selection);
  RawPage finish_page(ByteSpan levels);
  ChunkBounds finish_bounds() { return bounds_.finish(); }
  /// Entries of the dictionary, if any page used it; then starts anew for the next chunk.
  std::optional<Bytes> finish_dictionary(size_t& entries);
  /// Encoded bytes of the page under way, as far as it can be told.
  size_t pending_bytes() const;
  size_t dictionary_bytes() const { return dictionary_ ? dictionary_->entries().size() : 0; }
  /// Bytes of all text in the page under way; 0 for other types.
  int64_t take_text_bytes() { return 0; }
  size_t memory_bytes() const;

 private:
  using Bits = std::conditional_t<sizeof(Stored) == 4, uint32_t, uint64_t>;
  bool gather(const Column& column, const Selection& selection, std::span<const Stored>& values);
  void append_values(std::span<const Stored> values);
  void spill_to_plain();

  ValueEncoderOptions options_;
  NumberBounds<Stored> bounds_;
  std::optional<NumberDictionary<Bits>> dictionary_;
  DictionaryMark page_begin_;
  bool dictionary_used_ = false;  ///< by a finished page
  bool using_dictionary_ = false;
  std::vector<uint32_t> indices_;  ///< of the page under way, when it uses the dictionary
  PageBody plain_;                 ///< the page under way, when it does not
  Bytes indexed_;
  std::vector<Stored> scratch_;
};

class BooleanEncoder {
 public:
  explicit BooleanEncoder(const ValueEncoderOptions&) {}

  [[nodiscard]] bool append(const Column& column, const Selection& selection);
  RawPage finish_page(ByteSpan levels);
  ChunkBounds finish_bounds() { return bounds_.finish(); }
  std::optional<Bytes> finish_dictionary(size_t&) { return std::nullopt; }
  size_t pending_bytes() const { return plain_.size(); }
  size_t dictionary_bytes() const { return 0; }
  int64_t take_text_bytes() { return 0; }
  size_t memory_bytes() const { return 0; }

 private:
  NumberBounds<bool> bounds_;
  size_t count_ = 0;
  PageBody plain_;
};

class TextEncoder {
 public:
  explicit TextEncoder(const ValueEncoderOptions& options);

  [[nodiscard]] bool append(const Column& column, const Selection& selection);
  RawPage finish_page(ByteSpan levels);
  ChunkBounds finish_bounds() { return bounds_.finish(); }
  std::optional<Bytes> finish_dictionary(size_t& entries);
  size_t pending_bytes() const;
  size_t dictionary_bytes() const { return dictionary_ ? dictionary_->entries().size() : 0; }
  int64_t take_text_bytes() { return std::exchange(text_bytes_, 0); }
  size_t memory_bytes() const;

 private:
  template <typename PositionOf>
  void append_at(const Column& column, size_t count, PositionOf position_of);
  void append_plain(std::string_view value);
  void spill_to_plain();

  ValueEncoderOptions options_;
  TextBounds bounds_;
  std::optional<TextDictionary> dictionary_;
  DictionaryMark page_begin_;
  bool dictionary_used_ = false;
  bool using_dictionary_ = false;
  int64_t text_bytes_ = 0;  ///< of the page under way, lengths not counted
  std::vector<uint32_t> indices_;
  std::vector<uint32_t> page_of_entry_;  ///< the last page in which an entry was met: its bounds are added once a page
  uint32_t page_ = 1;
  PageBody plain_;
  Bytes indexed_;
};

/// A column of the null type has no values.
class NullEncoder {
 public:
  explicit NullEncoder(const ValueEncoderOptions&) {}

  [[nodiscard]] bool append(const Column&, const Selection&) { return true; }
  RawPage finish_page(ByteSpan levels);
  ChunkBounds finish_bounds();
  std::optional<Bytes> finish_dictionary(size_t&) { return std::nullopt; }
  size_t pending_bytes() const { return 0; }
  size_t dictionary_bytes() const { return 0; }
  int64_t take_text_bytes() { return 0; }
  size_t memory_bytes() const { return 0; }

 private:
  size_t pages_ = 0;
  PageBody plain_;
};

}  // namespace sluice
