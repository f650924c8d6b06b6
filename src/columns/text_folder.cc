// Texts become numbers, numbers become positions; see text_folder.h.
#include "columns/text_folder.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/bits.h"
#include "base/bytes.h"
#include "columns/builder.h"

namespace sluice {
namespace {

/// Rows after which it is asked whether there are few different texts: a fourth of the rows is not few.
constexpr size_t kStepRows = 4'096;
constexpr uint64_t kRowsPerText = 4;
/// With more of them their numbers take too many bytes, and the tables of who uses them too much time.
constexpr uint32_t kTextsMax = 16'384;

/// Codes, of which 0 is null, become positions, with offsets as if texts stood back to back; `bits` are good where
/// there are nulls. False where the offsets would pass 2^31-1.
bool become_positions(std::span<uint32_t> codes, const Column& entries, Bytes& offsets, Bytes& bits, int64_t& nulls) {
  std::vector<int64_t> lengths{0};  // of null first, as codes are
  const int32_t* const ends = entries.offsets_data();
  for (int64_t i = 0; i < entries.length; ++i) lengths.push_back(ends[i + 1] - ends[i]);
  nulls = std::ranges::count(codes, 0u);
  auto* const offset = reinterpret_cast<int32_t*>(offsets.data());
  auto* const valid = reinterpret_cast<uint8_t*>(bits.data());
  if (nulls > 0) std::ranges::fill(std::span(valid, bits.size()), uint8_t{0});
  int64_t end = 0;
  offset[0] = 0;
  for (size_t i = 0; i < codes.size(); ++i) {
    if (nulls > 0 && codes[i] != 0) valid[i >> 3] = static_cast<uint8_t>(valid[i >> 3] | 1u << (i & 7));
    end += lengths[codes[i]];
    if (end > INT32_MAX) return false;
    offset[i + 1] = static_cast<int32_t>(end);
    codes[i] = std::max(codes[i], 1u) - 1;
  }
  return true;
}

}  // namespace

TextFolder::TextFolder(Type type, uint64_t memory_bytes_max)
    : type_(std::move(type)), memory_bytes_max_(memory_bytes_max), codes_(type_) {}

/// The number of each text goes to its place. False as soon as there are too many different ones.
bool TextFolder::number(const ScatterPiece& piece, std::span<uint32_t> codes) {
  std::array<uint32_t, kStepRows> step;
  for (size_t begin = 0; begin < piece.places.size(); begin += kStepRows) {
    const std::span<const uint32_t> places =
        piece.places.subspan(begin, std::min(kStepRows, piece.places.size() - begin));
    const std::span<uint32_t> numbered = std::span(step).first(places.size());
    codes_.number(piece.column->slice(static_cast<int64_t>(begin), static_cast<int64_t>(places.size())), numbered);
    for (size_t i = 0; i < places.size(); ++i) codes[places[i]] = numbered[i];
    rows_ += places.size();
    const bool is_many = rows_ >= kStepRows && codes_.size() * kRowsPerText > rows_;
    if (is_many || codes_.size() > kTextsMax || codes_.memory_bytes() > memory_bytes_max_) return false;
  }
  return true;
}

std::optional<Column> TextFolder::scatter(std::span<const ScatterPiece> pieces, BufferPool& pool) {
  if (!is_open_) return std::nullopt;
  size_t rows = 0;
  for (const ScatterPiece& piece : pieces) rows += piece.places.size();
  Bytes values = pool.take_about(rows * sizeof(uint32_t));
  const std::span<uint32_t> codes(reinterpret_cast<uint32_t*>(values.data()), rows);
  for (size_t i = 0; i < pieces.size() && is_open_; ++i) is_open_ = number(pieces[i], codes);
  if (!is_open_) return std::nullopt;
  Column out;
  out.type = type_;
  out.length = static_cast<int64_t>(rows);
  out.dictionary = entries();
  Bytes offsets = pool.take_about((rows + 1) * sizeof(int32_t));
  Bytes bits(static_cast<size_t>(bytes_of_bits(out.length)));
  if (!become_positions(codes, *out.dictionary, offsets, bits, out.null_count)) return std::nullopt;
  if (out.null_count > 0) out.validity = to_buffer(std::move(bits));
  out.values = pool.share(std::move(values));
  out.offsets = pool.share(std::move(offsets));
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
