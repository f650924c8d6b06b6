// The dictionary of one column chunk, together with the page under way while its values are indices into it. The three
// kinds of dictionary (encodings/dictionary.h, encodings/fixed_dictionary.h) are used alike: this is that use.
//
// A page that is not finished may still turn out to be better off without: what it alone has added goes again, so the
// entries of the dictionary page are those that finished pages need.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "pages/encoding_choice.h"
#include "pages/index_page.h"
#include "pages/page_numbers.h"

namespace sluice {

/// What goes into a dictionary page.
struct DictionaryPage {
  Bytes body;
  size_t entries = 0;
};

template <typename Dictionary>
class ChunkDictionary {
 public:
  /// `bytes_max`: of entries; without any there is no dictionary.
  explicit ChunkDictionary(uint64_t bytes_max) : bytes_max_(bytes_max) {}

  /// Begins a chunk; without a dictionary unless it is `wanted`. `on_probation`: nobody knows yet whether it pays.
  /// `parts` are what a Dictionary is made of.
  template <typename... Parts>
  void start_chunk(bool wanted, bool on_probation, const Parts&... parts) {
    begin_ = {};
    pages_ = 0;
    indices_.clear();
    is_open_ = wanted && bytes_max_ > 0;
    is_on_probation_ = on_probation;
    is_suspended_ = false;
    if (!is_open_)
      dictionary_.reset();
    else if (!dictionary_ || dictionary_->size() > 0)  // else its entries were taken, and its table is worth keeping
      dictionary_.emplace(parts...);
  }

  /// The most bytes of entries that values may go into it for now.
  uint64_t bytes_max() const { return is_on_probation_ ? bytes_max_ / kProbationPart : bytes_max_; }
  /// To be called when these are reached: true when there is more room now. A dictionary on probation gets it if enough
  /// of the values have come again; else the page goes on without, until its end shows whether they ever do (reopen).
  bool make_room() {
    if (!is_on_probation_) return false;
    is_on_probation_ = false;
    const auto entries = static_cast<double>(dictionary_->size());
    is_suspended_ = dictionary_->size() >= kEntriesTold && entries >= kNewMax * static_cast<double>(indices_.size());
    return !is_suspended_;
  }
  /// True at the end of a page on which probation was failed. What its values say of themselves decides then: see
  /// DistinctSample, and reopen().
  bool is_suspended() const { return is_suspended_; }
  /// The page's values go into a dictionary after all: the caller puts them there.
  template <typename... Parts>
  void reopen(const Parts&... parts) {
    is_suspended_ = false;
    is_open_ = true;
    dictionary_.emplace(parts...);
  }
  /// True while values go into the dictionary.
  bool is_open() const { return is_open_; }
  Dictionary* operator->() { return &*dictionary_; }
  const Dictionary* operator->() const { return &*dictionary_; }
  /// Of the page under way: those that came last, and all of them behind unpack().
  std::vector<uint32_t>& indices() { return indices_.recent(); }
  const std::vector<uint32_t>& indices() const { return indices_.recent(); }
  void unpack() { indices_.unpack(); }

  /// The last indices of the page under way, as they are in memory.
  ByteSpan tail(size_t bytes) const {
    const std::span<const uint32_t> all(indices());
    return std::as_bytes(all.last(std::min(bytes / sizeof(uint32_t), all.size())));
  }
  /// Holds less, until the next value comes, and the page ends.
  void relieve() {
    indices_.pack();
    if (dictionary_) dictionary_->release_slots();
  }
  /// Calls `visit` with each buffer that cannot be made again, once relieved.
  template <typename Visit>
  void each_buffer(Visit&& visit) {
    indices_.each_buffer(visit);
    if (dictionary_) dictionary_->each_buffer(visit);
  }
  uint64_t memory_bytes() const { return indices_.memory_bytes() + (dictionary_ ? dictionary_->memory_bytes() : 0); }
  /// About what the page under way takes.
  size_t pending_bytes() const { return index_bytes(indices_.size(), dictionary_->size()); }
  /// Those of the dictionary page as it stands: what the page under way has added counts as long as it may use it.
  ByteSpan entries() const {
    if (!dictionary_) return {};
    const ByteSpan all(dictionary_->entries());
    return is_open_ ? all : all.first(begin_.bytes);
  }

  /// The page under way takes part in a measurement, if that wants it. `scratch` is overwritten.
  void offer_to(EncodingChoice& choice, bool ends_chunk, Bytes& scratch) const {
    if (!choice.wants(Encoding::rle_dictionary)) return;
    std::span<const uint32_t> sample = std::span(indices()).first(choice.sample().front().count);
    std::vector<uint32_t> gathered;
    if (choice.sample().size() > 1) {
      for (const auto& [begin, count] : choice.sample())
        gathered.insert(gathered.end(), indices().data() + begin, indices().data() + begin + count);
      sample = gathered;
    }
    scratch.clear();
    append_index_page(sample, dictionary_->size(), scratch);
    choice.offer_dictionary(scratch, entries().subspan(begin_.bytes), page_use(scratch.size()), ends_chunk);
  }
  /// Appends the page's body to `out`, and the next page begins. False, with nothing appended, when the page should
  /// rather be the first one without the dictionary; not for one that was just `measured`.
  bool finish_page(EncodingChoice& choice, bool measured, Bytes& out) {
    const size_t begin = out.size();
    append_index_page(indices(), dictionary_->size(), out);
    if (!measured && choice.leaves_dictionary(page_use(out.size() - begin), pages_)) {
      out.resize(begin);
      return false;
    }
    ++pages_;
    is_on_probation_ = false;
    begin_ = {dictionary_->size(), dictionary_->entries().size()};
    indices_.clear();
    return true;
  }
  /// The page under way and the rest of the chunk go on without; the caller has unfolded the indices.
  void give_up() {
    indices_.clear();
    is_open_ = false;
    if (pages_ == 0) dictionary_.reset();
  }
  /// Nothing if no page used the dictionary. Ends the chunk.
  std::optional<DictionaryPage> take_page() {
    if (pages_ == 0) return std::nullopt;
    DictionaryPage page{dictionary_->take_entries(), begin_.entries};
    page.body.resize(begin_.bytes);
    return page;
  }

 private:
  /// Of as many different values as there is room for, each as likely, 94 of 100 are new when the dictionary has an
  /// eighth of them: at 98.5 it would be full long before it paid. So few entries do not tell.
  static constexpr uint64_t kProbationPart = 8;
  static constexpr double kNewMax = 0.985;
  static constexpr size_t kEntriesTold = 256;

  /// Where the dictionary stood when the page under way began.
  struct Mark {
    size_t entries = 0;
    size_t bytes = 0;
  };
  DictionaryUse page_use(size_t index_bytes) const {
    return {indices_.size(),
            index_bytes,
            begin_.entries,
            dictionary_->size(),
            dictionary_->entries().size() - begin_.bytes,
            late_share(indices(), begin_.entries, dictionary_->size())};
  }

  uint64_t bytes_max_;
  std::optional<Dictionary> dictionary_;
  bool is_open_ = false;
  bool is_on_probation_ = false;
  bool is_suspended_ = false;
  Mark begin_;
  size_t pages_ = 0;  ///< that use it
  PageNumbers<uint32_t> indices_;
};

}  // namespace sluice
