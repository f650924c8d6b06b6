#include "pages/bounds.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/bytes.h"
#include "base/float16.h"
#include "base/utf8.h"

namespace sluice {

namespace {

/// Longer bounds make footers fat and prune hardly better (parquet-format, PageIndex.md, allows to cut them).
constexpr size_t kTextBoundBytesMax = 64;

bool pages_ascend(const auto& pages, auto less) {
  size_t last = pages.size();
  for (size_t i = 0; i < pages.size(); ++i) {
    if (!pages[i]) continue;
    if (last < i && (less(pages[i]->min, pages[last]->min) || less(pages[i]->max, pages[last]->max))) return false;
    last = i;
  }
  return true;
}

// One page, or pages that are all alike, are both: readers take "ascending" as well as they take "descending".
BoundaryOrder order_of(const auto& pages, auto less) {
  if (pages_ascend(pages, less)) return BoundaryOrder::ascending;
  if (pages_ascend(pages, [&](const auto& a, const auto& b) { return less(b, a); })) return BoundaryOrder::descending;
  return BoundaryOrder::unordered;
}

/// The smallest byte string of its length that is above every string with the prefix `text`.
std::optional<std::string> increment_bytes(std::string text) {
  while (!text.empty() && text.back() == '\xff') text.pop_back();
  if (text.empty()) return std::nullopt;
  text.back() = static_cast<char>(static_cast<unsigned char>(text.back()) + 1);
  return text;
}

}  // namespace

template <typename T>
void NumberBounds<T>::add(std::span<const T> values) {
  T min = page_.min;
  T max = page_.max;
  int64_t nans = 0;
  for (const T value : values) {
    if constexpr (std::is_floating_point_v<T>) nans += value != value;
    min = value < min ? value : min;
    max = value > max ? value : max;
  }
  nan_count_ += nans;
  page_ = {min, max, page_.any || static_cast<int64_t>(values.size()) > nans};
}

template <typename T>
void NumberBounds<T>::end_page() {
  pages_.push_back(page_);
  page_ = {};
}

template <typename T>
StoredBounds NumberBounds<T>::store(const Range& range) {
  T min = range.min;
  T max = range.max;
  if constexpr (std::is_floating_point_v<T>) {
    if (min == 0) min = -T{0};
    if (max == 0) max = T{0};
  }
  StoredBounds stored;
  stored.min = as_text(std::as_bytes(std::span(&min, 1)));
  stored.max = as_text(std::as_bytes(std::span(&max, 1)));
  return stored;
}

template <typename T>
ChunkBounds NumberBounds<T>::finish() {
  ChunkBounds bounds;
  bounds.pages.reserve(pages_.size());
  Range all;
  for (const Range& page : pages_) {
    if (page) all = {std::min(all.min, page.min), std::max(all.max, page.max), true};
    bounds.pages.push_back(page ? std::optional(store(page)) : std::nullopt);
  }
  bounds.nan_count = nan_count_;
  if (nan_count_ == 0) {
    if (all.any) bounds.chunk = store(all);
    bounds.pages_complete = true;
    if (!pages_.empty()) bounds.order = order_of(pages_, std::less<T>());
  }
  page_ = {};
  pages_.clear();
  nan_count_ = 0;
  return bounds;
}

template class NumberBounds<bool>;
template class NumberBounds<int32_t>;
template class NumberBounds<uint32_t>;
template class NumberBounds<int64_t>;
template class NumberBounds<uint64_t>;
template class NumberBounds<float>;
template class NumberBounds<double>;

void TextBounds::add_candidate(std::string_view value) {
  // One byte beyond what is stored tells that the value goes on.
  const std::string_view head = value.substr(0, kTextBoundBytesMax + 1);
  const bool is_min = !any_ || head < page_.min;
  const bool is_max = !any_ || head > page_.max;
  if (is_min) page_.min = head;
  if (is_max) page_.max = head;
  any_ = true;
  if (!is_min && !is_max) return;
  const std::string_view min = page_.min;
  const std::string_view max = page_.max;
  common_ = static_cast<size_t>(std::ranges::mismatch(min, max).in1 - min.begin());
  min_prefix_ = prefix_of(min.substr(common_));
  max_prefix_ = prefix_of(max.substr(common_));
}

void TextBounds::end_page() {
  pages_.push_back(any_ ? std::optional(page_) : std::nullopt);
  any_ = false;
}

size_t TextBounds::stored_bytes() const {
  size_t bytes = 0;
  for (const std::optional<Range>& page : pages_)
    if (page) bytes += std::min(page->min.size(), kTextBoundBytesMax) + std::min(page->max.size(), kTextBoundBytesMax);
  return bytes;
}

std::optional<StoredBounds> TextBounds::store(const Range& range) const {
  StoredBounds stored;
  stored.min = range.min;
  stored.max = range.max;
  if (stored.min.size() > kTextBoundBytesMax) {
    stored.min.resize(utf8_ ? utf8_prefix(stored.min, kTextBoundBytesMax).size() : kTextBoundBytesMax);
    stored.min_exact = false;
  }
  if (stored.max.size() > kTextBoundBytesMax) {
    const std::string_view cut = utf8_ ? utf8_prefix(stored.max, kTextBoundBytesMax)
                                       : std::string_view(stored.max).substr(0, kTextBoundBytesMax);
    // Text from outside may be no UTF-8: nothing is known to be above it in the order of code points.
    if (utf8_ && !is_utf8(cut)) return std::nullopt;
    std::optional<std::string> above = utf8_ ? utf8_successor(cut) : increment_bytes(std::string(cut));
    if (!above) return std::nullopt;
    stored.max = *std::move(above);
    stored.max_exact = false;
  }
  return stored;
}

ChunkBounds TextBounds::finish() {
  ChunkBounds bounds;
  bounds.pages_complete = true;
  std::optional<Range> all;
  for (const std::optional<Range>& page : pages_) {
    bounds.pages.push_back(page ? store(*page) : std::nullopt);
    if (!page) continue;
    bounds.pages_complete &= bounds.pages.back().has_value();
    all = all ? Range{std::min(all->min, page->min), std::max(all->max, page->max)} : *page;
  }
  if (all) bounds.chunk = store(*all);
  if (bounds.pages_complete && !bounds.pages.empty()) bounds.order = order_of(bounds.pages, std::less<std::string>());
  pages_.clear();
  any_ = false;
  return bounds;
}

std::string FixedBounds::key_of(const std::byte* value) const {
  std::string key(reinterpret_cast<const char*>(value), width_);
  if (order_ == FixedOrder::signed_bytes) key[0] = static_cast<char>(key[0] ^ '\x80');
  return key;
}

StoredBounds FixedBounds::store(const Range& range) const {
  StoredBounds stored;
  stored.min = key_of(as_bytes(range.min).data());  // turns the bit back
  stored.max = key_of(as_bytes(range.max).data());
  return stored;
}

void FixedBounds::add(ByteSpan values) {
  if (order_ == FixedOrder::float16) return add_floats(values);
  if (width_ > kTextBoundBytesMax || values.empty()) return;
  const std::byte flip{order_ == FixedOrder::signed_bytes ? uint8_t{0x80} : uint8_t{0}};
  // The first bytes as a number that orders as the values do: they decide nearly always.
  const size_t prefix_bytes = std::min(width_, sizeof(uint64_t));
  const auto prefix_of = [&](const std::byte* value) {
    uint64_t bytes = 0;
    std::memcpy(&bytes, value, prefix_bytes);
    return __builtin_bswap64(bytes ^ std::to_integer<uint64_t>(flip));
  };
  const auto prefix_of_key = [&](const std::string& key) {
    uint64_t bytes = 0;
    std::memcpy(&bytes, key.data(), prefix_bytes);
    return __builtin_bswap64(bytes);
  };
  if (!any_) page_ = {key_of(values.data()), key_of(values.data())};
  any_ = true;
  uint64_t min = prefix_of_key(page_.min);
  uint64_t max = prefix_of_key(page_.max);
  for (const std::byte* value = values.data(); value < values.data() + values.size(); value += width_) {
    const uint64_t prefix = prefix_of(value);
    if (prefix > min && prefix < max) continue;
    std::string key = key_of(value);
    if (key < page_.min) page_.min = key, min = prefix;
    if (key > page_.max) page_.max = std::move(key), max = prefix;
  }
}

void FixedBounds::add_floats(ByteSpan values) {
  float wide[256];
  while (!values.empty()) {
    const size_t count = std::min(values.size() / sizeof(uint16_t), std::size(wide));
    for (size_t i = 0; i < count; ++i) wide[i] = from_float16(load<uint16_t>(&values[i * sizeof(uint16_t)]));
    floats_.add({wide, count});
    values = values.subspan(count * sizeof(uint16_t));
  }
}

void FixedBounds::end_page() {
  if (order_ == FixedOrder::float16) return floats_.end_page();
  pages_.push_back(any_ ? std::optional(page_) : std::nullopt);
  any_ = false;
}

size_t FixedBounds::stored_bytes() const {
  if (order_ == FixedOrder::float16) return floats_.stored_bytes() / 2;
  return width_ <= kTextBoundBytesMax ? pages_.size() * 2 * width_ : 0;
}

namespace {

// Every number of 16 bits is a float, and comes back from it.
void narrow_to_float16(StoredBounds& bounds) {
  for (std::string* bound : {&bounds.min, &bounds.max}) {
    const uint16_t bits = to_float16(load<float>(bound->data()));
    bound->assign(reinterpret_cast<const char*>(&bits), sizeof bits);
  }
}

}  // namespace

ChunkBounds FixedBounds::finish() {
  ChunkBounds bounds;
  if (order_ == FixedOrder::float16) {
    bounds = floats_.finish();
    if (bounds.chunk) narrow_to_float16(*bounds.chunk);
    for (std::optional<StoredBounds>& page : bounds.pages)
      if (page) narrow_to_float16(*page);
    return bounds;
  }
  bounds.pages_complete = width_ <= kTextBoundBytesMax;
  std::optional<Range> all;
  for (const std::optional<Range>& page : pages_) {
    bounds.pages.push_back(page ? std::optional(store(*page)) : std::nullopt);
    if (page) all = all ? Range{std::min(all->min, page->min), std::max(all->max, page->max)} : *page;
  }
  if (all) bounds.chunk = store(*all);
  if (!pages_.empty()) bounds.order = order_of(pages_, std::less<std::string>());
  pages_.clear();
  any_ = false;
  return bounds;
}

}  // namespace sluice
