// Texts become numbers, numbers become positions; see text_folder.h.
#include "columns/text_folder.h"

#include <algorithm>
#include <utility>

#include "base/bits.h"
#include "base/bytes.h"
#include "columns/builder.h"

namespace sluice {
namespace {

/// Rows after which it is asked whether there are few different texts: a fourth of the rows is not few.
constexpr int64_t kStepRows = 4'096;
constexpr uint64_t kRowsPerText = 4;
/// With more of them their numbers take too many bytes, and the tables of who uses them too much time.
constexpr uint32_t kTextsMax = 16'384;

}  // namespace

TextFolder::TextFolder(Type type, uint64_t memory_bytes_max)
    : type_(std::move(type)), memory_bytes_max_(memory_bytes_max), codes_(type_) {}

std::optional<Column> TextFolder::gather(std::span<const Column* const> pieces, std::span<const ValuePlace> places) {
  if (!is_open_) return std::nullopt;
  std::vector<size_t> begins;
  size_t rows = 0;
  for (const Column* piece : pieces) {
    begins.push_back(rows);
    rows += static_cast<size_t>(piece->length);
  }
  std::vector<uint32_t> codes(rows);
  for (size_t i = 0; i < pieces.size() && is_open_; ++i)
    is_open_ = number(*pieces[i], std::span(codes).subspan(begins[i], static_cast<size_t>(pieces[i]->length)));
  return is_open_ ? place(codes, begins, places) : std::nullopt;
}

/// False as soon as there are too many different texts.
bool TextFolder::number(const Column& column, std::span<uint32_t> codes) {
  for (int64_t begin = 0; begin < column.length; begin += kStepRows) {
    const int64_t rows = std::min(kStepRows, column.length - begin);
    codes_.number(column.slice(begin, rows), codes.subspan(static_cast<size_t>(begin), static_cast<size_t>(rows)));
    rows_ += static_cast<uint64_t>(rows);
    const bool is_many = rows_ >= kStepRows && codes_.size() * kRowsPerText > rows_;
    if (is_many || codes_.size() > kTextsMax || codes_.memory_bytes() > memory_bytes_max_) return false;
  }
  return true;
}

std::optional<Column> TextFolder::place(std::span<const uint32_t> codes, std::span<const size_t> begins,
                                        std::span<const ValuePlace> places) {
  Column out;
  out.type = type_;
  out.length = static_cast<int64_t>(places.size());
  out.dictionary = entries();
  std::vector<uint64_t> lengths{0};  // of null first, as codes are
  const int32_t* const ends = out.dictionary->offsets_data();
  for (int64_t i = 0; i < out.dictionary->length; ++i) lengths.push_back(static_cast<uint64_t>(ends[i + 1] - ends[i]));
  Bytes positions(places.size() * sizeof(int32_t));
  Bytes offsets((places.size() + 1) * sizeof(int32_t));
  auto* const position = reinterpret_cast<int32_t*>(positions.data());
  auto* const offset = reinterpret_cast<int32_t*>(offsets.data());
  uint64_t end = 0;
  offset[0] = 0;
  for (size_t i = 0; i < places.size(); ++i) {
    const uint32_t code = codes[begins[places[i].piece] + static_cast<size_t>(places[i].row)];
    position[i] = static_cast<int32_t>(std::max(code, 1u) - 1);
    out.null_count += code == 0;
    end += lengths[code];
    if (end > INT32_MAX) return std::nullopt;
    offset[i + 1] = static_cast<int32_t>(end);
  }
  if (out.null_count > 0) {
    Bytes bits(static_cast<size_t>(bytes_of_bits(out.length)));
    auto* const to = reinterpret_cast<uint8_t*>(bits.data());
    std::ranges::fill(std::span(to, bits.size()), uint8_t{0});
    for (size_t i = 0; i < places.size(); ++i)
      if (codes[begins[places[i].piece] + static_cast<size_t>(places[i].row)] != 0)
        to[i >> 3] = static_cast<uint8_t>(to[i >> 3] | 1u << (i & 7));
    out.validity = to_buffer(std::move(bits));
  }
  out.values = to_buffer(std::move(positions));
  out.offsets = to_buffer(std::move(offsets));
  return out;
}

const std::shared_ptr<const Column>& TextFolder::entries() {
  const int64_t texts = codes_.size() - 1;
  if (entries_ && entries_->length == texts) return entries_;
  Column all;
  all.type = type_;
  all.length = texts;
  Bytes text;
  Bytes offsets;
  offsets.append_value(int32_t{0});
  for (uint32_t code = 0; code < texts; ++code) {
    text.append(codes_.texts().bytes_of(code));
    offsets.append_value(static_cast<int32_t>(text.size()));
  }
  all.offsets = to_buffer(std::move(offsets));
  all.values = to_buffer(std::move(text));
  entries_ = std::make_shared<const Column>(std::move(all));
  return entries_;
}

}  // namespace sluice
