#include "pages/encoding_choice.h"

#include <algorithm>
#include <cmath>

#include "codecs/compress.h"

namespace sluice {

namespace {

// An encoding that saves less than this is not worth a slower reader.
constexpr double kGainMin = 0.01;
// A measurement holds for so many chunks; a dictionary that did not pay may do so in other data.
constexpr int kChunksBetweenTrials = 8;
// Pages that the entries of a dictionary are spread over: what is still to come is unknown, and a full row group has
// fifty.
constexpr double kPagesExpected = 16;
// Pages between two measurements at the least: a column that changes all the time must not be measured all the time.
constexpr int kPagesBetweenTrials = 32;
constexpr double kDrift = 1.25;
// A dictionary that has grown so much beyond what was foretold is one of other data.
constexpr double kSurprise = 1.5;

// How many times the entries of one page all pages will have together. In n draws from D equally likely values one
// meets D (1 - e^(-x)) of them, x = n / D. The share that only the second half meets is then y / (1 + y), y = e^(-x/2):
// which gives x from that share alone. A share of one half is the limit D = infinity: every page brings as many as the
// first.
double entry_growth(double late_share, double pages) {
  const double y = late_share / (1 - late_share);
  if (late_share >= 0.5 || y > 0.999) return pages;
  if (y < 1e-6) return 1;
  const double x = -2 * std::log(y);
  return (1 - std::exp(-x * pages)) / (1 - std::exp(-x));
}

}  // namespace

size_t EncodingChoice::measure(ByteSpan raw) {
  if (rules_.compression.codec == Codec::none) return raw.size();
  scratch_.clear();
  return std::min(compress(rules_.compression, raw, scratch_), raw.size());
}

void EncodingChoice::begin_trial(size_t values) {
  values_ = std::max<size_t>(values, 1);
  best_bytes_ = 0;
  encoding_ = Encoding::plain;
  dictionary_offered_ = false;
}

void EncodingChoice::offer(Encoding encoding, ByteSpan page) {
  const auto bytes = static_cast<double>(measure(page));
  if (encoding != Encoding::plain && bytes >= best_bytes_ * (1 - kGainMin)) return;
  best_bytes_ = bytes;
  encoding_ = encoding;
}

void EncodingChoice::offer_dictionary(ByteSpan index_page, ByteSpan entries, double late_share, bool is_last_page) {
  const auto index_bytes = static_cast<double>(measure(index_page));
  const auto entry_bytes = static_cast<double>(measure(entries));
  index_shrink_ = index_bytes / static_cast<double>(std::max<size_t>(index_page.size(), 1));
  entry_shrink_ = entry_bytes / static_cast<double>(std::max<size_t>(entries.size(), 1));
  late_share_ = late_share;
  entry_bytes_ = static_cast<double>(entries.size());
  const double pages = is_last_page ? 1 : kPagesExpected;
  dictionary_bytes_ = index_bytes + entry_bytes * entry_growth(late_share, pages) / pages;
  dictionary_offered_ = true;
}

bool EncodingChoice::end_trial() {
  decided_ = true;
  drifted_ = false;
  pages_since_trial_ = 0;
  chunks_since_trial_ = 0;
  dictionary_ = dictionary_offered_ && dictionary_bytes_ * (1 - kGainMin) <= best_bytes_;
  return dictionary_;
}

bool EncodingChoice::loses(const DictionaryUse& use) const {
  const double bytes =
      static_cast<double>(use.index_bytes) * index_shrink_ + static_cast<double>(use.entry_bytes) * entry_shrink_;
  const double bytes_without = best_bytes_ / static_cast<double>(values_) * static_cast<double>(use.values);
  return bytes > bytes_without * (1 + kGainMin);
}

bool EncodingChoice::is_spent(const DictionaryUse& before, const DictionaryUse& page) const {
  if (!loses(page)) return false;
  const DictionaryUse all{before.pages + page.pages, before.values + page.values, before.index_bytes + page.index_bytes,
                          before.entry_bytes + page.entry_bytes};
  const auto pages = static_cast<double>(all.pages);
  const double foretold = entry_bytes_ * entry_growth(late_share_, pages);
  if (static_cast<double>(all.entry_bytes) > kSurprise * foretold) return true;
  return pages >= kPagesExpected && loses(all);
}

bool EncodingChoice::start_chunk() {
  if (drifted_ || ++chunks_since_trial_ >= kChunksBetweenTrials) decided_ = false;
  return dictionary_ || !decided_;
}

void EncodingChoice::page_written(size_t values, size_t compressed_bytes) {
  const double now = static_cast<double>(compressed_bytes) / static_cast<double>(std::max<size_t>(values, 1));
  if (pages_since_trial_++ == 0) {
    bytes_a_value_ = now;
    return;
  }
  const bool drifts = now > bytes_a_value_ * kDrift || now * kDrift < bytes_a_value_;
  drifted_ |= drifts;
  if (drifted_ && pages_since_trial_ >= kPagesBetweenTrials) decided_ = false;
}

}  // namespace sluice
