#include "pages/encoding_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "codecs/compress.h"
#include "pages/index_page.h"

namespace sluice {

namespace {

// An encoding that saves less than this is not worth a slower reader.
constexpr double kGainMin = 0.01;
// A measurement holds for so many chunks; a dictionary that did not pay may do so in other data.
constexpr int kChunksBetweenTrials = 8;
// Pages that the entries of a dictionary are spread over. A dictionary may have as many bytes as a page: one that is
// not worth its entries after a few pages will be full before it is.
constexpr double kPagesExpected = 3;
// With so many values each stream of BYTE_STREAM_SPLIT fills a block of the usual compressors by itself.
constexpr size_t kSeparateStreamValues = 65'536;
// Values that are measured: compressors show on so many what they can do, and a page may have many more.
constexpr size_t kTrialValues = 32'768;
// Compressors with a long window go on finding more in PLAIN values the longer the page is, but little in what another
// encoding has left over: within such a share of each other, the two are measured on the whole page.
constexpr double kClose = 0.25;
// Bytes of entries that are measured.
constexpr size_t kTrialEntryBytes = size_t{256} << 10;
// Pages between two measurements at the least: a column that changes all the time must not be measured all the time.
constexpr int kPagesBetweenTrials = 32;
// But a decision that was close may soon turn: it is made again after so many pages, then after twice as many.
constexpr int kPagesAfterCloseTrial = 2;
constexpr double kDrift = 1.25;
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

EncodingChoice::EncodingChoice(const EncodingRules& rules) : rules_(rules) {
  if (!rules.requested) return;
  decided_ = true;
  dictionary_ = *rules.requested == Encoding::rle_dictionary;
  if (!dictionary_) encoding_ = *rules.requested;
}

size_t EncodingChoice::measure(ByteSpan raw) {
  if (rules_.compression.codec == Codec::none) return raw.size();
  scratch_.clear();
  return std::min(compress(rules_.compression, raw, scratch_), raw.size());
}

size_t EncodingChoice::begin_trial(size_t values) {
  const size_t measured = std::min(values, kTrialValues);
  begin(measured);
  page_values_ = values;
  was_close_ = false;
  return measured;
}

void EncodingChoice::begin_trial_of_all() {
  begin(page_values_);
  was_close_ = true;
}

void EncodingChoice::begin(size_t measured) {
  values_ = std::max<size_t>(measured, 1);
  best_bytes_ = 0;
  encoding_ = Encoding::plain;
  dictionary_ = false;
  offers_.clear();
}

bool EncodingChoice::needs_all_values() const {
  const Codec codec = rules_.compression.codec;
  const bool has_long_window = codec == Codec::zstd || codec == Codec::gzip || codec == Codec::brotli;
  if (!has_long_window || values_ >= page_values_ || offers_.size() < 2 || encoding_ == Encoding::plain) return false;
  return offers_.front().bytes <= best_bytes_ * (1 + kClose);
}

void EncodingChoice::offer(Encoding encoding, ByteSpan page) { add_offer(encoding, measure(page)); }

// A codec that works block by block gains by streams that do not share one. The few values that are measured would have
// to.
void EncodingChoice::offer_streams(ByteSpan page, size_t width) {
  if (page_values_ < kSeparateStreamValues) return offer(Encoding::byte_stream_split, page);
  const size_t stream = page.size() / width;
  size_t bytes = 0;
  for (size_t i = 0; i < width; ++i) bytes += measure(page.subspan(i * stream, stream));
  add_offer(Encoding::byte_stream_split, bytes);
}

void EncodingChoice::add_offer(Encoding encoding, size_t size) {
  const auto bytes = static_cast<double>(size);
  offers_.push_back({encoding, bytes});
  if (encoding != Encoding::plain && bytes >= best_bytes_ * (1 - kGainMin)) return;
  best_bytes_ = bytes;
  encoding_ = encoding;
}

void EncodingChoice::offer_dictionary(ByteSpan index_page, ByteSpan entries, const DictionaryUse& page,
                                      bool is_last_page) {
  const auto shrink = [&](ByteSpan raw) {
    return static_cast<double>(measure(raw)) / static_cast<double>(std::max<size_t>(raw.size(), 1));
  };
  index_shrink_ = shrink(index_page);
  entry_shrink_ = shrink(entries.first(std::min(entries.size(), kTrialEntryBytes)));
  // The index bytes are those of the measured values.
  DictionaryUse whole = page;
  whole.index_bytes = page.index_bytes * std::max(page.values, values_) / values_;
  const double bytes = bytes_a_value(whole, is_last_page ? 0 : kPagesExpected - 1) * static_cast<double>(values_);
  offers_.push_back({Encoding::rle_dictionary, bytes});
  dictionary_ = bytes * (1 - kGainMin) <= best_bytes_;
}

bool EncodingChoice::end_trial() {
  decided_ = true;
  drifted_ = false;
  pages_since_trial_ = 0;
  chunks_since_trial_ = 0;
  if (was_close_) pages_to_trial_ = std::clamp(2 * pages_to_trial_, kPagesAfterCloseTrial, kPagesBetweenTrials);
  return dictionary_;
}

// With a dictionary, on the mean of `page` and as many behind it, whose indices may be wider.
double EncodingChoice::bytes_a_value(const DictionaryUse& page, double pages_to_come) const {
  const double pages = pages_to_come + 1;
  const double growth = entry_growth(page.late_share, pages);
  const double entries =
      static_cast<double>(page.entries_before) + static_cast<double>(page.entries - page.entries_before) * growth;
  const double widening =
      static_cast<double>(index_width(static_cast<size_t>(entries))) / static_cast<double>(index_width(page.entries));
  const double bytes = static_cast<double>(page.index_bytes) * index_shrink_ * widening +
                       static_cast<double>(page.entry_bytes) * entry_shrink_ * growth / pages;
  return bytes / static_cast<double>(std::max<size_t>(page.values, 1));
}

bool EncodingChoice::leaves_dictionary(const DictionaryUse& page, size_t pages_before) {
  if (rules_.requested) return false;
  const double without = best_bytes_ / static_cast<double>(values_);
  const double pages_to_come = std::max(kPagesExpected - 1 - static_cast<double>(pages_before), 1.0);
  if (bytes_a_value(page, pages_to_come) <= without * (1 + kGainMin)) return false;
  drifted_ = true;  // the next chunk measures again
  return true;
}

bool EncodingChoice::start_chunk() {
  if (rules_.requested) return dictionary_;
  if (drifted_ || ++chunks_since_trial_ >= kChunksBetweenTrials) decided_ = false;
  return dictionary_ || !decided_;
}

std::string EncodingChoice::reason() const {
  if (rules_.requested) return std::string(to_string(*rules_.requested)) + ": as asked";
  if (offers_.empty()) return {};
  const Encoding best = dictionary_ ? Encoding::rle_dictionary : encoding_;
  std::string words = std::string(to_string(best)) + ": ";
  const char* separator = "";
  // The best one first.
  for (const bool others : {false, true})
    for (const Offer& offer : offers_) {
      if ((offer.encoding != best) != others) continue;
      words += separator;
      if (others) words += std::string(to_string(offer.encoding)) + " ";
      words += fmt::format("{:.2f}", offer.bytes / static_cast<double>(values_));
      if (!others) words += " bytes a value";
      separator = separator[0] == '\0' ? "; " : ", ";
    }
  return words;
}

void EncodingChoice::page_written(size_t values, size_t compressed_bytes) {
  if (rules_.requested) return;
  const double now = static_cast<double>(compressed_bytes) / static_cast<double>(std::max<size_t>(values, 1));
  if (pages_since_trial_++ == 0) {
    first_page_bytes_a_value_ = now;
    return;
  }
  const bool drifts = now > first_page_bytes_a_value_ * kDrift || now * kDrift < first_page_bytes_a_value_;
  drifted_ |= drifts;
  if (pages_since_trial_ >= (was_close_ ? pages_to_trial_ : kPagesBetweenTrials) && (drifted_ || was_close_))
    decided_ = false;
}

}  // namespace sluice
