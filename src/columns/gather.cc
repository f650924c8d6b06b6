// Values of every type, picked one by one. (Arrow "Columnar Format", physical memory layout.)
#include "columns/gather.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/bits.h"
#include "base/bytes.h"
#include "base/short_text.h"
#include "columns/builder.h"
#include "columns/widths.h"
#include "sluice/error.h"

namespace sluice {
namespace {

using Pieces = std::span<const Column* const>;
using Places = std::span<const ValuePlace>;

constexpr uint64_t kOffsetMax = INT32_MAX;

/// Asked of all at once, which is quicker than to stop at the first one that is nowhere.
bool are_somewhere(Places places) {
  uint32_t signs = 0;
  for (const ValuePlace& place : places) signs |= static_cast<uint32_t>(place.row);
  static_assert(ValuePlace::kNowhere < 0);
  return signs >> 31 == 0;
}

/// What is to be picked. Where it is whole, every place is somewhere and nothing there is null: nobody asks for each.
struct Picks {
  Picks(Pieces from, Places at)
      : pieces(from),
        places(at),
        is_whole(std::ranges::all_of(from, [](const Column* piece) { return piece->null_count == 0; }) &&
                 are_somewhere(at)) {}

  /// What `begin(piece)` says of each piece; nothing of those without a value.
  template <typename Begin>
  auto begins(Begin begin) const {
    std::vector<decltype(begin(*pieces[0]))> all;
    for (const Column* piece : pieces) all.push_back(piece->length > 0 ? begin(*piece) : nullptr);
    return all;
  }

  const Pieces pieces;
  const Places places;
  const bool is_whole;
};

bool charge(uint64_t bytes, uint64_t& bytes_left) {
  if (bytes > bytes_left) return false;
  bytes_left -= bytes;
  return true;
}

bool is_there(const Picks& picks, const ValuePlace& place) {
  return picks.is_whole || (place.row != ValuePlace::kNowhere && picks.pieces[place.piece]->is_valid(place.row));
}

Bytes zeroed(size_t size) {
  Bytes bytes(size);
  if (size > 0) std::memset(bytes.data(), 0, size);
  return bytes;
}

void set_bit(Bytes& bits, size_t index) { bits.data()[index >> 3] |= std::byte(1 << (index & 7)); }

bool gather_validity(const Picks& picks, Column& out, uint64_t& bytes_left) {
  if (picks.is_whole) return true;
  const Places places = picks.places;
  const auto size = static_cast<size_t>(bytes_of_bits(out.length));
  if (!charge(size, bytes_left)) return false;
  Bytes bits = zeroed(size);
  int64_t valid = 0;
  for (size_t i = 0; i < places.size(); ++i) {
    if (!is_there(picks, places[i])) continue;
    set_bit(bits, i);
    ++valid;
  }
  out.null_count = out.length - valid;
  if (out.null_count > 0) out.validity = to_buffer(std::move(bits));
  return true;
}

bool gather_bits(const Picks& picks, Column& out, uint64_t& bytes_left) {
  const Places places = picks.places;
  const auto size = static_cast<size_t>(bytes_of_bits(out.length));
  if (!charge(size, bytes_left)) return false;
  Bytes bits = zeroed(size);
  for (size_t i = 0; i < places.size(); ++i) {
    if (!is_there(picks, places[i])) continue;
    const Column& piece = *picks.pieces[places[i].piece];
    if (bit_at(piece.values.as<uint8_t>(), piece.offset + places[i].row)) set_bit(bits, i);
  }
  out.values = to_buffer(std::move(bits));
  return true;
}

// `Width`: a constant, so that each copy is one move.
template <typename Width>
void copy_values(const Picks& picks, Width width, std::byte* to) {
  const auto begins = picks.begins(
      [&](const Column& piece) { return piece.values.bytes().data() + static_cast<size_t>(piece.offset) * width; });
  if (picks.is_whole) {
    for (const ValuePlace& place : picks.places) {
      std::memcpy(to, begins[place.piece] + static_cast<size_t>(place.row) * width, width);
      to += width;
    }
    return;
  }
  for (const ValuePlace& place : picks.places) {
    if (is_there(picks, place))
      std::memcpy(to, begins[place.piece] + static_cast<size_t>(place.row) * width, width);
    else
      std::memset(to, 0, width);
    to += width;
  }
}

bool gather_fixed(const Picks& picks, size_t width, Column& out, uint64_t& bytes_left) {
  if (!charge(picks.places.size() * width, bytes_left)) return false;
  Bytes values(picks.places.size() * width);
  switch (width) {
    case 1: copy_values(picks, std::integral_constant<size_t, 1>(), values.data()); break;
    case 2: copy_values(picks, std::integral_constant<size_t, 2>(), values.data()); break;
    case 4: copy_values(picks, std::integral_constant<size_t, 4>(), values.data()); break;
    case 8: copy_values(picks, std::integral_constant<size_t, 8>(), values.data()); break;
    case 16: copy_values(picks, std::integral_constant<size_t, 16>(), values.data()); break;
    default: copy_values(picks, width, values.data());
  }
  out.values = to_buffer(std::move(values));
  return true;
}

// New offsets for text or lists, and how much they count in all.
std::optional<uint64_t> gather_offsets(const Picks& picks, Column& out, uint64_t& bytes_left) {
  const size_t size = (picks.places.size() + 1) * sizeof(int32_t);
  if (!charge(size, bytes_left)) return std::nullopt;
  const auto begins = picks.begins([](const Column& piece) { return piece.offsets_data(); });
  Bytes offsets(size);
  std::byte* to = offsets.data();
  const auto append = [&](uint64_t end) {
    const auto offset = static_cast<int32_t>(end);
    std::memcpy(to, &offset, sizeof offset);
    to += sizeof offset;
  };
  append(0);
  uint64_t end = 0;
  for (const ValuePlace& place : picks.places) {
    if (is_there(picks, place)) {
      const int32_t* at = begins[place.piece] + place.row;
      end += static_cast<uint64_t>(at[1] - at[0]);
      if (end > kOffsetMax) return std::nullopt;
    }
    append(end);
  }
  out.offsets = to_buffer(std::move(offsets));
  return end;
}

bool gather_text(const Picks& picks, Column& out, uint64_t& bytes_left) {
  const auto size = gather_offsets(picks, out, bytes_left);
  if (!size || !charge(*size, bytes_left)) return false;
  const auto begins = picks.begins([](const Column& piece) { return piece.offsets_data(); });
  Bytes text;
  std::byte* to = text.prepare(static_cast<size_t>(*size) + 2 * kTextBlock);
  for (const ValuePlace& place : picks.places) {
    if (!is_there(picks, place)) continue;
    const ByteSpan bytes = picks.pieces[place.piece]->values.bytes();
    const int32_t* at = begins[place.piece] + place.row;
    const auto length = static_cast<size_t>(at[1] - at[0]);
    copy_text(bytes.data() + at[0], length, bytes.data() + bytes.size(), to);
    to += length;
  }
  text.advance(static_cast<size_t>(*size));
  out.values = to_buffer(std::move(text));
  return true;
}

bool gather_child(const Picks& picks, Places places, size_t child, Column& out, uint64_t& bytes_left) {
  std::vector<const Column*> children;
  for (const Column* piece : picks.pieces) children.push_back(&piece->children[child]);
  std::optional<Column> gathered = gather(children, places, bytes_left);
  if (!gathered) return false;
  out.children.push_back(std::move(*gathered));
  return true;
}

bool gather_list(const Picks& picks, Column& out, uint64_t& bytes_left) {
  const auto items = gather_offsets(picks, out, bytes_left);
  if (!items || !charge(*items * sizeof(ValuePlace), bytes_left)) return false;
  std::vector<ValuePlace> item_places;
  item_places.reserve(static_cast<size_t>(*items));
  for (const ValuePlace& place : picks.places) {
    if (!is_there(picks, place)) continue;
    const int32_t* at = picks.pieces[place.piece]->offsets_data() + place.row;
    for (int32_t row = at[0]; row < at[1]; ++row) item_places.push_back({place.piece, row});
  }
  return gather_child(picks, item_places, 0, out, bytes_left);
}

// As many items for a null as for any other list. Nothing when they would pass what a column may have.
bool gather_fixed_list(const Picks& picks, Column& out, uint64_t& bytes_left) {
  const Places places = picks.places;
  const auto each = static_cast<uint64_t>(out.type.size());
  const uint64_t items = places.size() * each;
  if (places.size() > kOffsetMax / each || !charge(items * sizeof(ValuePlace), bytes_left)) return false;
  std::vector<ValuePlace> item_places;
  item_places.reserve(static_cast<size_t>(items));
  for (const ValuePlace& place : places) {
    const bool there = place.row != ValuePlace::kNowhere;
    for (int32_t item = 0; item < out.type.size(); ++item)
      item_places.push_back(there ? ValuePlace{place.piece, place.row * out.type.size() + item} : ValuePlace{});
  }
  return gather_child(picks, item_places, 0, out, bytes_left);
}

// What stands under a null struct is no value: it is looked up nevertheless, and is as null as before or not.
bool gather_struct(const Picks& picks, Column& out, uint64_t& bytes_left) {
  for (size_t i = 0; i < out.type.children().size(); ++i)
    if (!gather_child(picks, picks.places, i, out, bytes_left)) return false;
  return true;
}

bool gather_values(const Picks& picks, Column& out, uint64_t& bytes_left) {
  const TypeKind kind = out.type.kind();
  if (kind == TypeKind::boolean) return gather_bits(picks, out, bytes_left);
  if (kind == TypeKind::struct_) return gather_struct(picks, out, bytes_left);
  if (out.type.has_ranges()) return gather_list(picks, out, bytes_left);
  if (kind == TypeKind::fixed_list) return gather_fixed_list(picks, out, bytes_left);
  if (is_text(kind)) return gather_text(picks, out, bytes_left);
  if (const size_t width = fixed_width(out.type); width > 0) return gather_fixed(picks, width, out, bytes_left);
  throw Error(ErrorCode::unsupported, "values of type " + to_text(out.type) + " cannot be picked one by one yet");
}

// Places in pieces that are in dictionary form become places in their dictionaries.
std::optional<Column> gather_entries(Pieces pieces, Places places, uint64_t& bytes_left) {
  if (!charge(places.size() * sizeof(ValuePlace), bytes_left)) return std::nullopt;
  std::vector<const Column*> plain;
  for (const Column* piece : pieces) plain.push_back(piece->dictionary ? piece->dictionary.get() : piece);
  std::vector<ValuePlace> entries(places.begin(), places.end());
  for (ValuePlace& place : entries) {
    if (place.row == ValuePlace::kNowhere) continue;
    const Column& piece = *pieces[place.piece];
    if (!piece.dictionary) continue;
    place.row = piece.is_valid(place.row) ? piece.positions_data()[place.row] : ValuePlace::kNowhere;
  }
  return gather(plain, entries, bytes_left);
}

}  // namespace

std::optional<Column> gather(Pieces pieces, Places places, uint64_t& bytes_left) {
  if (std::ranges::any_of(pieces, [](const Column* piece) { return piece->dictionary != nullptr; }))
    return gather_entries(pieces, places, bytes_left);
  Column out;
  out.type = pieces.front()->type;
  out.length = static_cast<int64_t>(places.size());
  if (out.type.kind() == TypeKind::null) {
    out.null_count = out.length;
    return out;
  }
  const Picks picks(pieces, places);
  if (!gather_validity(picks, out, bytes_left)) return std::nullopt;
  if (!gather_values(picks, out, bytes_left)) return std::nullopt;
  return out;
}

}  // namespace sluice
