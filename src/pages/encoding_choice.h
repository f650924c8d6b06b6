// Which encoding the pages of a column get: decided by what a page takes after compression, not by the type alone.
//
// Values of a column's first page are encoded in every way that suits its type, compressed, and measured; the smallest
// wins. Some thousand values tell most losers; only those that come near the smallest are measured again, on more. The
// answer holds for the pages and chunks that follow, until one of them takes a quarter more or less a value than the
// page after the decision: then the next page is measured again. So a column that stays as it is pays for a part of one
// page, and one that changes is noticed.
//
// A loser that may win on longer pages is the rival: now and then half a page of numbers is measured in it, against
// what the page took as it was written.
//
// A dictionary costs its entries once and its indices on every page. How many entries later pages will add is foretold
// from each page: had its second half to add as many as its first one, there is no end to them; the fewer it had to
// add, the sooner all are known (encoding_choice.cc). So a dictionary that turns out to be one of other data is left.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "format/enums.h"
#include "pages/page_scratch.h"
#include "sluice/compression.h"

namespace sluice {

struct EncodingRules {
  Compression compression{};
  /// PLAIN and dictionary alone: what readers have known for ten years.
  bool compat = false;
  /// Nothing is measured: all pages get this one; rle_dictionary until the dictionary is full, then PLAIN.
  std::optional<Encoding> requested{};
};

/// What a page costs with a dictionary, in bytes before compression.
struct DictionaryUse {
  size_t values = 0;
  size_t index_bytes = 0;
  size_t entries_before = 0;
  size_t entries = 0;      ///< behind it
  size_t entry_bytes = 0;  ///< that it adds to the dictionary
  double late_share = 0;   ///< of these entries, those that only the second half of the page needed
};

class EncodingChoice {
 public:
  explicit EncodingChoice(const EncodingRules& rules,
                          std::shared_ptr<PageScratch> scratch = std::make_shared<PageScratch>());

  /// A dictionary with more entries than this share of a page's values is the column once more, and not measured.
  static constexpr double kDistinctMax = 0.9;

  /// True when the page under way should be measured.
  bool wants_trial() const { return !decided_; }
  bool allows(Encoding encoding) const { return encoding == Encoding::plain || !rules_.compat; }

  /// Some of the values of a page that stand together.
  struct Piece {
    size_t begin = 0;
    size_t count = 0;
  };

  /// Measuring: begin, with the page's number of values and their bytes in PLAIN. Offer the sample in each way to
  /// encode it that is wanted, PLAIN first, then maybe a dictionary; again as long as there is a next heat; end.
  void begin_trial(size_t values, size_t bytes);
  bool next_heat();
  /// The values to be measured in this heat.
  std::span<const Piece> sample() const { return std::span(sample_).first(pieces_); }
  bool wants(Encoding encoding) const;
  /// BYTE_STREAM_SPLIT of the measured values, which are `width` bytes each.
  void offer_streams(ByteSpan page, size_t width);
  void offer(Encoding encoding, ByteSpan page);
  /// `index_page`: of the measured values. `entries`: added by the page. `page`: the use by all of the page, but the
  /// index bytes those of `index_page`. `is_last_page`: no page comes behind that could use them.
  void offer_dictionary(ByteSpan index_page, ByteSpan entries, const DictionaryUse& page, bool is_last_page);
  /// True when the dictionary was offered and is the best.
  bool end_trial();

  /// What a page without a dictionary should be measured in besides, if anything: offer so many of its first values,
  /// with their part of its levels, before page_written(). Who leaves it out has no rival.
  std::optional<Encoding> rival() const;
  size_t rival_values() const;
  void offer_rival(ByteSpan page, size_t values);

  /// For pages without a dictionary.
  Encoding encoding() const { return encoding_; }
  /// True when the page under way and those to come are better off without the dictionary, which `pages_before` of the
  /// chunk use.
  bool leaves_dictionary(const DictionaryUse& page, size_t pages_before);
  /// Begins a chunk; true when it should try a dictionary.
  bool start_chunk();
  /// Between two chunks: takes over what another one, of the same rules, has found out; true as start_chunk().
  bool learn_from(const EncodingChoice& other);
  /// The decision and the sizes behind it, for people; empty while there is none.
  std::string reason() const;
  /// The last page, of `values` values and without a dictionary, has become `compressed_bytes`.
  void page_written(size_t values, size_t compressed_bytes);

 private:
  static constexpr size_t kPiecesMax = 4;
  // Text has so many: PLAIN, two DELTA, a dictionary.
  static constexpr size_t kOffersMax = 4;
  /// One way to encode the measured values, and what they took when they were measured last.
  struct Offer {
    Encoding encoding = Encoding::plain;
    double bytes_a_value = 0;
    bool is_out = false;  ///< it lost so clearly that it is not measured again
  };
  void draw_sample();
  std::span<Offer> offers() { return std::span(all_offers_).first(offer_count_); }
  std::span<const Offer> offers() const { return std::span(all_offers_).first(offer_count_); }
  Offer* find(Encoding encoding);
  void add_offer(Encoding encoding, double bytes, bool is_out = false);
  void decide();
  bool settle_contest(size_t values, size_t bytes);
  size_t measure(ByteSpan raw);
  double bytes_a_value(const DictionaryUse& page, double pages_to_come) const;

  EncodingRules rules_;
  std::shared_ptr<PageScratch> scratch_;
  bool decided_ = false;
  bool drifted_ = false;  ///< pages have become much larger or smaller than the measured one
  Encoding encoding_ = Encoding::plain;
  bool dictionary_ = true;
  int chunks_since_trial_ = 0;

  // Of the last measurement; bytes are those after compression.
  std::array<Offer, kOffersMax> all_offers_{};
  size_t offer_count_ = 0;
  size_t page_values_ = 0;  ///< of the whole page
  size_t page_bytes_ = 0;
  size_t heat_ = 0;
  std::array<Piece, kPiecesMax> sample_{};
  size_t pieces_ = 0;
  size_t values_ = 1;              ///< in the sample
  double best_bytes_a_value_ = 0;  ///< without a dictionary
  double index_shrink_ = 1;        ///< compressed / raw
  double entry_shrink_ = 1;
  // Since.
  int pages_since_trial_ = 0;
  double first_page_bytes_a_value_ = 0;
  std::optional<Encoding> rival_;
  double rival_bytes_a_value_ = 0;  ///< in the page under way; 0 where it was not measured
  int pages_to_contest_ = 0;
  int pages_between_contests_ = 0;  ///< they double
};

}  // namespace sluice
