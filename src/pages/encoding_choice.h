// Which encoding the pages of a column get: decided by what a page takes after compression, not by the type alone.
//
// The first page of a column is encoded in every way that suits its type, compressed, and measured; the smallest wins.
// The answer holds for the pages and chunks that follow, until one of them takes a quarter more or less a value than
// the page after the decision: then the next page is measured again. So a column that stays as it is pays for one page,
// and one that changes is noticed.
//
// A dictionary costs its entries once and its indices on every page. How many entries later pages will add is foretold
// from the page that is measured: had its second half to add as many as its first one, there is no end to them; the
// fewer it had to add, the sooner all are known (encoding_choice.cc).
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "format/enums.h"
#include "sluice/compression.h"

namespace sluice {

struct EncodingRules {
  Compression compression{};
  /// PLAIN and dictionary alone: what readers have known for ten years.
  bool compat = false;
};

/// What the pages of a chunk have cost with a dictionary so far, in bytes before compression.
struct DictionaryUse {
  size_t pages = 0;
  size_t values = 0;
  size_t index_bytes = 0;
  size_t entry_bytes = 0;
};

class EncodingChoice {
 public:
  explicit EncodingChoice(const EncodingRules& rules) : rules_(rules) {}

  /// True when the page under way should be measured.
  bool wants_trial() const { return !decided_; }
  bool allows(Encoding encoding) const { return encoding == Encoding::plain || !rules_.compat; }

  /// Measuring a page of `values` values: begin, offer each way to encode it, PLAIN first; then maybe a dictionary;
  /// end.
  void begin_trial(size_t values);
  void offer(Encoding encoding, ByteSpan page);
  /// `late_share`: of the entries, those that only the second half of the page needed. `is_last_page`: no page comes
  /// behind that could use them.
  void offer_dictionary(ByteSpan index_page, ByteSpan entries, double late_share, bool is_last_page);
  /// True when the dictionary was offered and is the best.
  bool end_trial();

  /// For pages without a dictionary.
  Encoding encoding() const { return encoding_; }
  /// True when the page under way is better off without the dictionary, and those behind it too: `before` it the chunk
  /// has used the dictionary so, the page would use it so.
  bool is_spent(const DictionaryUse& before, const DictionaryUse& page) const;
  /// Begins a chunk; true when it should try a dictionary.
  bool start_chunk();
  /// The last page, of `values` values and without a dictionary, has become `compressed_bytes`.
  void page_written(size_t values, size_t compressed_bytes);

 private:
  size_t measure(ByteSpan raw);
  bool loses(const DictionaryUse& use) const;

  EncodingRules rules_;
  bool decided_ = false;
  bool drifted_ = false;  ///< pages have become much larger or smaller than the measured one
  Encoding encoding_ = Encoding::plain;
  bool dictionary_ = true;
  int chunks_since_trial_ = 0;

  // Of the last measurement.
  size_t values_ = 0;
  double best_bytes_ = 0;  ///< without a dictionary
  double dictionary_bytes_ = 0;
  bool dictionary_offered_ = false;
  double late_share_ = 0;
  double entry_bytes_ = 0;   ///< that the measured page added, raw
  double index_shrink_ = 1;  ///< compressed / raw
  double entry_shrink_ = 1;
  // Since.
  int pages_since_trial_ = 0;
  double bytes_a_value_ = 0;
  Bytes scratch_;
};

}  // namespace sluice
