#include "pages/encoding_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "codecs/compress.h"
#include "pages/index_page.h"

namespace sluice {

namespace {

// An encoding that saves less than this is not worth a slower reader.
constexpr double kGainMin = 0.01;
// A measurement holds for so many chunks, and at least for so many pages, which the usual chunks have together: those
// of small files are short. A dictionary that did not pay may do so in other data.
constexpr int kChunksBetweenTrials = 8;
constexpr int kPagesHeldMin = 8 * 8;
// Pages that the entries of a dictionary are spread over. A dictionary may have as many bytes as a page: one that is
// not worth its entries after a few pages will be full before it is.
constexpr double kPagesExpected = 3;
// With so many values each stream of BYTE_STREAM_SPLIT fills a block of the usual compressors by itself.
constexpr size_t kSeparateStreamValues = 65'536;
// What is measured at the most: few values show what is far off, and on more compressors show what they can do. A few
// that stand together may be all alike; but each piece more breaks a run.
struct Heat {
  size_t values;
  size_t bytes;   ///< of these in PLAIN
  size_t pieces;  ///< that they are taken in, spread over the page
  size_t entry_bytes;
};
constexpr std::array kHeats{Heat{4'096, size_t{64} << 10, 4, size_t{32} << 10},
                            Heat{32'768, size_t{256} << 10, 1, size_t{256} << 10}};
// So much larger than the smallest is too large to be measured again; but a few bytes more, of a run, say nothing.
constexpr double kClear = 1.3;
constexpr double kNoiseBytes = 512;
// So few values do not tell (kDistinctMax).
constexpr size_t kDistinctValuesMin = 1'024;
// Compressors with a long window go on finding more in PLAIN values the longer the page is, but little in what another
// encoding has left over: within such a share of each other, PLAIN is the rival of the other.
constexpr double kClose = 0.15;
// Whichever loses a contest by so much is no rival any more.
constexpr double kDefeat = 0.05;
// What the rival is measured on: as much as the window of zstd's lowest levels holds.
constexpr size_t kContestBytes = size_t{512} << 10;
// Pages between two measurements at the least: a column that changes all the time must not be measured all the time.
constexpr int kPagesBetweenTrials = 32;
// A contest that was close may soon turn: it is held again so many pages behind, then four times as many.
constexpr int kPagesBetweenContests = 2;
constexpr int kContestGap = 4;
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

EncodingChoice::EncodingChoice(const EncodingRules& rules, std::shared_ptr<PageScratch> scratch)
    : rules_(rules), scratch_(std::move(scratch)) {
  if (!rules.requested) return;
  decided_ = true;
  dictionary_ = *rules.requested == Encoding::rle_dictionary;
  if (!dictionary_) encoding_ = *rules.requested;
}

size_t EncodingChoice::measure(ByteSpan raw) {
  if (rules_.compression.codec == Codec::none) return raw.size();
  scratch_->compressed.clear();
  return std::min(compress(rules_.compression, raw, scratch_->compressed), raw.size());
}

bool EncodingChoice::wants(Encoding encoding) const {
  return (allows(encoding) || encoding == Encoding::rle_dictionary) &&
         std::ranges::none_of(offers(), [&](const Offer& offer) { return offer.encoding == encoding && offer.is_out; });
}

void EncodingChoice::draw_sample() {
  const Heat& heat = kHeats[heat_];
  static_assert(std::ranges::all_of(kHeats, [](const Heat& any) { return any.pieces <= kPiecesMax; }));
  const size_t of_mean_size = page_values_ * heat.bytes / std::max<size_t>(page_bytes_, 1);
  const size_t values = std::min({page_values_, heat.values, std::max<size_t>(of_mean_size, 1)});
  pieces_ = values < page_values_ ? std::min(heat.pieces, values) : 1;
  for (size_t i = 0; i < pieces_; ++i) sample_[i] = {page_values_ / pieces_ * i, values / pieces_};
  values_ = std::max<size_t>(values / pieces_ * pieces_, 1);
}

void EncodingChoice::begin_trial(size_t values, size_t bytes) {
  page_values_ = values;
  page_bytes_ = bytes;
  // Without a codec measuring is counting.
  heat_ = rules_.compression.codec == Codec::none ? kHeats.size() - 1 : 0;
  offer_count_ = 0;
  rival_.reset();
  draw_sample();
}

// Where all but one are out, or all values were measured, there is none.
bool EncodingChoice::next_heat() {
  double best = std::numeric_limits<double>::infinity();
  for (const Offer& offer : offers()) best = offer.is_out ? best : std::min(best, offer.bytes_a_value);
  const double limit = best * kClear + kNoiseBytes / static_cast<double>(values_);
  for (Offer& offer : offers()) offer.is_out |= offer.bytes_a_value > limit;
  const auto left = std::ranges::count(offers(), false, &Offer::is_out);
  if (left < 2 || heat_ + 1 == kHeats.size()) return false;
  ++heat_;
  const size_t before = values_;
  draw_sample();
  return values_ > before;
}

EncodingChoice::Offer* EncodingChoice::find(Encoding encoding) {
  const auto offer = std::ranges::find(offers(), encoding, &Offer::encoding);
  return offer == offers().end() ? nullptr : &*offer;
}

void EncodingChoice::add_offer(Encoding encoding, double bytes, bool is_out) {
  const Offer offer{encoding, bytes / static_cast<double>(values_), is_out};
  if (Offer* const before = find(encoding))
    *before = offer;
  else
    all_offers_[offer_count_++] = offer;
}

// What is as long as PLAIN before compression is hardly shorter behind it.
void EncodingChoice::offer(Encoding encoding, ByteSpan page) {
  if (encoding == Encoding::plain) return add_offer(encoding, static_cast<double>(measure(page)));
  const double values = static_cast<double>(values_);
  const double plain =
      static_cast<double>(page_bytes_) * values / static_cast<double>(std::max<size_t>(page_values_, 1));
  const auto bytes = static_cast<double>(page.size());
  const bool is_hopeless = bytes > plain - all_offers_.front().bytes_a_value * values * kGainMin / 2;
  add_offer(encoding, is_hopeless ? bytes : static_cast<double>(measure(page)), is_hopeless);
}

// A codec that works block by block gains by streams that do not share one. The few values that are measured would have
// to.
void EncodingChoice::offer_streams(ByteSpan page, size_t width) {
  const size_t streams = page_values_ < kSeparateStreamValues ? 1 : width;
  const size_t stream = page.size() / streams;
  size_t bytes = 0;
  for (size_t i = 0; i < streams; ++i) bytes += measure(page.subspan(i * stream, stream));
  add_offer(Encoding::byte_stream_split, static_cast<double>(bytes));
}

void EncodingChoice::offer_dictionary(ByteSpan index_page, ByteSpan entries, const DictionaryUse& page,
                                      bool is_last_page) {
  const auto added = static_cast<double>(page.entries - page.entries_before);
  if (added > kDistinctMax * static_cast<double>(page.values) && page.values >= kDistinctValuesMin) return;
  const auto shrink = [&](ByteSpan raw) {
    return static_cast<double>(measure(raw)) / static_cast<double>(std::max<size_t>(raw.size(), 1));
  };
  index_shrink_ = shrink(index_page);
  entry_shrink_ = shrink(entries.first(std::min(entries.size(), kHeats[heat_].entry_bytes)));
  // The index bytes are those of the measured values.
  DictionaryUse whole = page;
  whole.index_bytes = page.index_bytes * std::max(page.values, values_) / values_;
  const double bytes_each = bytes_a_value(whole, is_last_page ? 0 : kPagesExpected - 1);
  add_offer(Encoding::rle_dictionary, bytes_each * static_cast<double>(values_));
}

// The best of those that were measured to the end; where that is the dictionary alone, what is best beside it.
void EncodingChoice::decide() {
  const Offer* best = nullptr;
  for (const Offer& offer : offers()) {
    if (offer.encoding == Encoding::rle_dictionary) continue;
    const bool was_measured_longer = best && best->is_out && !offer.is_out;
    const bool was_measured_less = best && !best->is_out && offer.is_out;
    if (!best || was_measured_longer ||
        (!was_measured_less && offer.bytes_a_value < best->bytes_a_value * (1 - kGainMin)))
      best = &offer;
  }
  encoding_ = best->encoding;
  best_bytes_a_value_ = best->bytes_a_value;
  const Offer* const dictionary = find(Encoding::rle_dictionary);
  dictionary_ = dictionary && !dictionary->is_out &&
                (best->is_out || dictionary->bytes_a_value * (1 - kGainMin) <= best_bytes_a_value_);
}

bool EncodingChoice::end_trial() {
  decide();
  decided_ = true;
  drifted_ = false;
  pages_since_trial_ = 0;
  chunks_since_trial_ = 0;
  const Codec codec = rules_.compression.codec;
  const bool has_long_window = codec == Codec::zstd || codec == Codec::gzip || codec == Codec::brotli;
  if (has_long_window && encoding_ != Encoding::plain && values_ < page_values_ &&
      all_offers_.front().bytes_a_value <= best_bytes_a_value_ * (1 + kClose)) {
    rival_ = Encoding::plain;
    pages_to_contest_ = 0;
    pages_between_contests_ = kPagesBetweenContests;
  }
  return dictionary_;
}

std::optional<Encoding> EncodingChoice::rival() const { return pages_to_contest_ == 0 ? rival_ : std::nullopt; }

size_t EncodingChoice::rival_values() const { return page_values_ * kContestBytes / std::max<size_t>(page_bytes_, 1); }

void EncodingChoice::offer_rival(ByteSpan page, size_t values) {
  rival_bytes_a_value_ = static_cast<double>(measure(page)) / static_cast<double>(std::max<size_t>(values, 1));
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
  const double pages_to_come = std::max(kPagesExpected - 1 - static_cast<double>(pages_before), 1.0);
  if (bytes_a_value(page, pages_to_come) <= best_bytes_a_value_ * (1 + kGainMin)) return false;
  drifted_ = true;  // the next chunk measures again
  return true;
}

bool EncodingChoice::start_chunk() {
  if (rules_.requested) return dictionary_;
  ++chunks_since_trial_;
  if (drifted_ || (chunks_since_trial_ >= kChunksBetweenTrials && pages_since_trial_ >= kPagesHeldMin))
    decided_ = false;
  return dictionary_ || !decided_;
}

bool EncodingChoice::learn_from(const EncodingChoice& other) {
  std::shared_ptr<PageScratch> scratch = std::move(scratch_);
  *this = other;
  scratch_ = std::move(scratch);
  return dictionary_ || !decided_;
}

std::string EncodingChoice::reason() const {
  if (rules_.requested) return std::string(to_string(*rules_.requested)) + ": as asked";
  if (offer_count_ == 0) return {};
  const Encoding best = dictionary_ ? Encoding::rle_dictionary : encoding_;
  std::string words = std::string(to_string(best)) + ": ";
  const char* separator = "";
  // The best one first.
  for (const bool others : {false, true})
    for (const Offer& offer : offers()) {
      if ((offer.encoding != best) != others) continue;
      words += separator;
      if (others) words += std::string(to_string(offer.encoding)) + " ";
      words += fmt::format("{:.2f}", offer.bytes_a_value);
      if (!others) words += " bytes a value";
      separator = separator[0] == '\0' ? "; " : ", ";
    }
  return words;
}

// The rival changes places with the encoding that it beats: then true.
bool EncodingChoice::settle_contest(size_t values, size_t bytes) {
  const double ours = static_cast<double>(bytes) / static_cast<double>(std::max<size_t>(values, 1));
  const double rival = std::exchange(rival_bytes_a_value_, 0);
  find(encoding_)->bytes_a_value = ours;
  find(*rival_)->bytes_a_value = rival;
  const bool rival_wins = *rival_ == Encoding::plain ? rival * (1 - kGainMin) <= ours : rival < ours * (1 - kGainMin);
  if (rival_wins) std::swap(encoding_, *rival_);
  best_bytes_a_value_ = rival_wins ? rival : ours;
  if (std::max(rival, ours) > best_bytes_a_value_ * (1 + kDefeat)) rival_.reset();
  pages_to_contest_ = pages_between_contests_;
  pages_between_contests_ *= kContestGap;
  return rival_wins;
}

void EncodingChoice::page_written(size_t values, size_t compressed_bytes) {
  if (rules_.requested) return;
  const bool was_beaten = rival_bytes_a_value_ > 0 && settle_contest(values, compressed_bytes);
  if (pages_to_contest_ > 0) --pages_to_contest_;
  if (was_beaten) {
    pages_since_trial_ = 0;
    return;
  }
  const double now = static_cast<double>(compressed_bytes) / static_cast<double>(std::max<size_t>(values, 1));
  if (pages_since_trial_++ == 0) {
    first_page_bytes_a_value_ = now;
    return;
  }
  drifted_ |= now > first_page_bytes_a_value_ * kDrift || now * kDrift < first_page_bytes_a_value_;
  if (pages_since_trial_ >= kPagesBetweenTrials && drifted_) decided_ = false;
}

}  // namespace sluice
