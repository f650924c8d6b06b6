// One column chunk decoded, some rows at a time: pages in, a column of leaf values and the levels around it out. Rows
// that nobody wants are skipped: whole pages unread, the rest of a page without being unfolded.
//
//   ChunkReader reader(leaf, form, facts, pages, context);
//   LeafPart part = reader.read(65'536, 4_MiB);   // as many rows, or fewer where they are long
//   reader.skip(1'000);
//   reader.finish();                              // behind the last row: do the chunk's counts hold?
//
// Three ways through, told by the leaf: no levels (values go straight into the column); one level of nullability
// (levels are validity bits, read as bits); anything deeper (levels as bytes, in blocks). Memory: one page as stored
// and as unpacked, the dictionary, and what is handed out; levels and values are never unfolded further than asked.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pages/level_decoder.h"
#include "pages/page_reader.h"
#include "pages/page_source.h"
#include "pages/value_reader.h"
#include "schema/leaves.h"

namespace sluice {

/// What the footer says of a chunk, and where it is, for messages.
struct ChunkFacts {
  std::string file;
  size_t row_group = 0;
  int64_t rows = 0;
  int64_t values = 0;  ///< nulls and empty lists included
  uint64_t raw_bytes = 0;
  CompressionCodec codec = CompressionCodec::uncompressed;
  bool is_ours = false;
};

/// What the readers of one scan share.
struct ChunkContext {
  std::shared_ptr<BufferPool> pool;
  uint64_t page_bytes_max = 0;
  uint64_t row_bytes_max = 0;  ///< of the values and levels of one row
  bool checksums = true;
  bool dictionaries = true;
};

/// What the pages of a chunk are held against.
PageRules page_rules(const Leaf& leaf, const ChunkFacts& facts, const ChunkContext& context);

/// Some rows of one leaf.
struct LeafPart {
  int64_t rows = 0;
  /// One value for each slot that has a place in the leaf's column: all but those below Leaf::item_definition_level.
  /// Valid where the definition level is the highest.
  Column values;
  /// One for each slot; empty where the highest is 1 at the most and the leaf is in no list: validity says it all.
  std::vector<uint8_t> definition{};
  std::vector<uint8_t> repetition{};  ///< empty outside of lists

  /// The first `rows` rows, of which there must be as many; they are no longer here. Values are shared.
  LeafPart take_front(int64_t rows, const Leaf& leaf);
};

/// How much was touched. Of one chunk; whoever owns the scan adds them up.
struct ChunkTally {
  int64_t pages_decoded = 0;
  int64_t pages_skipped = 0;
  uint64_t bytes_unpacked = 0;
};

class ChunkReader {
 public:
  /// `leaf`, `form` and `pages` must outlive the reader. Throws Error{unsupported} for a codec that is not built.
  ChunkReader(const Leaf& leaf, const LeafForm& form, ChunkFacts facts, PageSource& pages, ChunkContext context);

  /// The row that comes next, in the row group.
  int64_t row() const { return row_; }
  /// The next `rows` rows; fewer where their values, or what all slots take beside them, pass `bytes_max` bytes: the
  /// row that does so is the last. Requires rows > 0, and that there are as many. Throws Error{corrupt} that names
  /// file, row group, column and page; Error{unsupported} for a row beyond `row_bytes_max` (in lists it may have up to
  /// twice as many), and for encodings that are not built.
  LeafPart read(int64_t rows, uint64_t bytes_max);
  /// Outside of lists and nullable structs: of the next `rows` rows those whose bit of `rows_in`, the first one bit
  /// `begin`, is set; the others are passed over as skip() does. Part of `rows` rows or fewer, as read() has it, with
  /// values of the rows that are in alone: there may be none.
  LeafPart read_selected(const uint8_t* rows_in, int64_t begin, int64_t rows, uint64_t bytes_max);
  bool can_select() const { return !is_nested(); }
  /// Passes over rows, whole pages unread where the offset index, or a header, tells how many they have.
  void skip(int64_t rows);
  /// Requires row() to be the end of the row group. No page and no value may be left; where no page was passed over by
  /// the offset index, slots must add up to what the footer says. Throws Error{corrupt}.
  void finish();

  /// Lets go of the page at hand and its memory; read() and skip() open it again and pass over what was taken. For
  /// scans of so many columns that their pages together would exceed the budget. The dictionary stays.
  void park();
  /// Of the page at hand and the dictionary.
  uint64_t memory_bytes() const;
  /// Of the page at hand alone.
  uint64_t page_memory_bytes() const;
  const ChunkTally& tally() const { return tally_; }

 private:
  /// Of a part: text of one column is held to 2^31-1, and the last row may be long.
  static constexpr uint64_t kPartBytesMax = uint64_t{1} << 30;

  /// What slots come to in the leaf's column.
  struct Places {
    size_t count = 0;
    size_t present = 0;  ///< values that are there
  };

  [[noreturn]] void refuse(const std::string& problem, bool is_corrupt = true) const;
  [[noreturn]] void refuse_row() const;
  template <typename Work>
  auto guarded(const Work& work) -> decltype(work());
  /// Levels are gone through as bytes.
  bool is_nested() const { return leaf_.repetition_level_max > 0 || leaf_.definition_level_max > 1; }
  /// Of the page at hand.
  size_t slots_left() const { return page_.slots - slots_taken_; }

  // --- pages
  bool find_page();
  std::optional<int64_t> rows_of_next_page() const;
  bool next_page_begins_row();
  const PlacedPageHeader* take_header();
  void open_dictionary(const PlacedPageHeader& placed);
  bool open_next_page();
  bool open_slots();
  void unpack_page(bool again);
  void end_page();
  void end_taken_page();
  int64_t pass_pages(int64_t rows);
  int64_t drop_page(int64_t rows);

  // --- rows, of chunk_reader_rows.cc
  Column take_column(int64_t rows, bool is_whole);
  uint64_t bytes_of(const LeafPart& part) const;
  size_t slots_that_fit(uint64_t bytes_max) const;
  ValueReader& values();
  size_t read_values(size_t count, uint64_t bytes_max);
  void skip_values(size_t count);
  LeafPart read_flat(int64_t rows, uint64_t bytes_max);
  size_t take_flat(size_t slots, uint64_t bytes_max);
  LeafPart read_nested(int64_t rows, uint64_t bytes_max);
  void take_nested(LeafPart& part, size_t slots, uint64_t bytes_max);
  void skip_flat(int64_t rows);
  void skip_nested(int64_t rows);
  size_t slots_of_rows(int64_t rows);
  bool refill_levels(bool rows_are_complete);
  Places find_places(size_t slots);
  size_t slot_of_value(size_t value) const;
  int64_t take_slots(size_t slots);

  // --- rows that are wanted alone, of chunk_reader_selected.cc
  LeafPart read_rows_in(const uint8_t* rows_in, int64_t begin, int64_t rows, uint64_t bytes_max);
  size_t take_flat_in(const uint8_t* rows_in, int64_t begin, size_t slots, uint64_t bytes_max);
  std::span<const uint32_t> find_places_in(const uint8_t* rows_in, int64_t begin, size_t slots);
  std::span<const uint32_t> find_values_in(const uint8_t* rows_in, int64_t begin, size_t slots, size_t& kept);
  size_t read_places(std::span<const uint32_t> places, size_t present, uint64_t bytes_max);
  /// Which of the slots at hand has value `value` of those that are there, as `bits_` tells.
  size_t slot_with(size_t value) const;

  const Leaf& leaf_;
  const LeafForm& form_;
  const ChunkFacts facts_;
  PageSource& pages_;
  const ChunkContext context_;
  const uint64_t slot_bytes_;     ///< that a slot takes in memory, whatever its value
  const uint64_t missing_bytes_;  ///< that a slot without a place may take when columns are put together
  PageReader page_reader_;
  LeafBuffers buffers_;
  DictionaryEntries dictionary_;

  // The data page that comes next: what is planned for it, or its header.
  std::optional<PlannedPage> next_plan_;
  std::optional<PlacedPageHeader> next_header_;

  // The page at hand. Of one that is parked what is needed to open it again stays.
  bool has_page_ = false;
  bool is_parked_ = false;
  int64_t page_index_ = -1;  ///< of data pages, for messages
  PlacedPageHeader placed_;
  OpenPage page_;
  std::optional<int64_t> page_rows_;  ///< where header or offset index tell
  bool begins_row_ = false;           ///< its first slot has to begin a row
  bool is_dropped_ = false;           ///< its last rows were skipped without a look at them
  LevelDecoder repetition_;
  LevelDecoder definition_;
  std::unique_ptr<ValueReader> values_;  ///< made when the first value is wanted
  size_t slots_taken_ = 0;               ///< handed out or skipped
  int64_t first_row_ = 0;                ///< that begins in it

  std::vector<uint32_t> places_;     ///< of wanted values, counted from the next value of the page; room for them
  std::vector<uint64_t> kept_bits_;  ///< of slots that are wanted: whether they have a value

  // Levels that are decoded and not yet taken; of nested leaves.
  std::vector<uint8_t> repetition_ahead_;
  std::vector<uint8_t> definition_ahead_;
  size_t ahead_at_ = 0;
  std::vector<uint8_t> flags_;  ///< of the places of slots at hand: 1 where a value is
  std::vector<uint8_t> bits_;   ///< the same as bits

  int64_t row_ = 0;  ///< rows that have begun
  bool passed_unread_ = false;
  uint64_t missing_ = 0;  ///< slots without a place in the part under way
  ChunkTally tally_;
};

}  // namespace sluice
