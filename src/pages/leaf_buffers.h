// The buffers of a column of leaf values while it grows, in the layout of LeafForm; decoders append to them in runs.
// Memory comes from the pool and goes back to it.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <utility>

#include "base/bytes.h"
#include "columns/buffer_pool.h"
#include "pages/leaf_form.h"
#include "pages/page_fault.h"
#include "sluice/column.h"

namespace sluice {

/// The entries of a chunk's dictionary: a plain column without nulls, converted and checked once.
using DictionaryEntries = std::shared_ptr<const Column>;

/// A text that is not UTF-8.
class TextFault : public PageFault {
 public:
  /// `position`: of the value, counted from the first one of the column.
  explicit TextFault(int64_t position) : PageFault("a text is not UTF-8"), position_(position) {}
  int64_t position() const { return position_; }

 private:
  int64_t position_;
};

class LeafBuffers {
 public:
  static constexpr uint64_t kNoLimit = std::numeric_limits<uint64_t>::max();

  /// `dictionaries`: values of a dictionary are kept as positions in it, where the type has such a form and that is
  /// worth it: texts, and values wider than eight bytes. `form` must outlive the buffers.
  LeafBuffers(const LeafForm& form, std::shared_ptr<BufferPool> pool, bool dictionaries)
      : form_(form), pool_(std::move(pool)), dictionaries_(dictionaries) {}

  const LeafForm& form() const { return form_; }
  int64_t length() const { return length_; }
  /// Of values; in dictionary form they count as if they stood here.
  uint64_t value_bytes() const;
  /// With offsets and positions.
  uint64_t bytes() const;

  // --- values that are there

  /// Room for `count` values of fixed width, which the caller writes. They count as appended.
  std::byte* add_fixed(size_t count);
  /// Where `count` bits go, and from which bit on; those before must stay.
  uint8_t* add_bits(size_t count, int64_t& begin);
  /// Texts back to back: the lengths add up to the bytes. False, and nothing is appended, when they would pass 2^31-1
  /// bytes.
  [[nodiscard]] bool add_texts(std::span<const int32_t> lengths, ByteSpan bytes);
  /// Values of a dictionary: positions only as long as all are of one dictionary, else looked up. Returns how many were
  /// appended: no more than come to `bytes_max` bytes of values, and to 2^31-1 bytes of text in the column; perhaps
  /// none. Requires each index to be below the number of entries.
  [[nodiscard]] size_t add_indices(std::span<const uint32_t> indices, const DictionaryEntries& entries,
                                   uint64_t bytes_max = kNoLimit);
  /// The same for `count` times one index.
  [[nodiscard]] size_t add_run(uint32_t index, size_t count, const DictionaryEntries& entries,
                               uint64_t bytes_max = kNoLimit);

  /// Bytes that may be copied to behind the end of a text: who copies blocks of so many is faster.
  static constexpr size_t kTextSlack = 32;
  /// Where texts go that are met one by one: bytes one behind the other from `bytes` on, and after each one its end,
  /// counted from `begin`, to the next of `ends`.
  struct TextRoom {
    std::byte* bytes = nullptr;
    int32_t* ends = nullptr;
    int32_t begin = 0;
  };
  /// Room for `count` texts of `bytes` bytes in all, and the slack. Requires bytes <= text_bytes_left(). Good until
  /// anything else is called; what was written counts once it is added.
  TextRoom text_room(size_t count, size_t bytes);
  void add_written_texts(size_t count);
  /// How many more bytes of text a column can have.
  size_t text_bytes_left() const { return static_cast<size_t>(INT32_MAX - text_end()); }

  // --- places. A null takes the width of a value in memory: who calls says how many that may be.

  /// The last `present` values go where bits [begin, begin + count) of `validity` are set, which are as many; what is
  /// between is null.
  void spread(size_t present, const uint8_t* validity, int64_t begin, size_t count);
  void add_nulls(size_t count);

  /// The column; starts anew. Texts are held against UTF-8 here, all of them in one pass. Throws TextFault.
  Column finish();

 private:
  int32_t text_end() const;
  void start(Bytes& bytes, size_t size);
  void start_values() { start(values_, values_used_); }
  int32_t* grow_ends(size_t count);
  bool takes_positions(const DictionaryEntries& entries);
  void look_up_positions();
  template <typename IndexAt>
  size_t add_entries(size_t count, IndexAt index_at, const DictionaryEntries& entries, uint64_t bytes_max);
  template <typename IndexAt>
  size_t add_ends(size_t count, IndexAt index_at, const Column& entries, uint64_t bytes_max);
  template <typename IndexAt>
  void add_positions(size_t count, IndexAt index_at);
  template <typename IndexAt>
  void gather(size_t count, IndexAt index_at, const Column& entries);
  void extend_validity(int64_t length);
  void check_texts() const;

  const LeafForm& form_;
  std::shared_ptr<BufferPool> pool_;
  bool dictionaries_;
  int64_t length_ = 0;
  int64_t null_count_ = 0;
  Bytes values_;
  Bytes offsets_;
  Bytes validity_;  ///< from the first null on: of the first `validity_length_` values; all behind them are there
  int64_t validity_length_ = 0;
  DictionaryEntries dictionary_;  ///< while in dictionary form

  // What the column before took: the next one will be alike.
  size_t values_used_ = 0;
  int64_t length_used_ = 0;
};

}  // namespace sluice
