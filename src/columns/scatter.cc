// Values of every type, put one by one. (Arrow "Columnar Format", physical memory layout.)
#include "columns/scatter.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/bits.h"
#include "base/bytes.h"
#include "columns/gather.h"
#include "columns/widths.h"

namespace sluice {
namespace {

using Pieces = std::span<const ScatterPiece>;

/// `use(row, place)` for each row of the piece that has a value.
template <typename Use>
void each_value(const ScatterPiece& piece, Use use) {
  const bool is_whole = piece.column->null_count == 0;
  for (size_t row = 0; row < piece.places.size(); ++row)
    if (is_whole || piece.column->is_valid(static_cast<int64_t>(row))) use(row, size_t{piece.places[row]});
}

Bytes filled(BufferPool& pool, size_t size, uint8_t byte) {
  Bytes bytes = pool.take_about(size);
  std::fill(bytes.data(), bytes.data() + size, std::byte{byte});
  return bytes;
}

void place_validity(Pieces pieces, BufferPool& pool, Column& out) {
  if (out.null_count == 0) return;
  Bytes bits = filled(pool, static_cast<size_t>(bytes_of_bits(out.length)), 0xff);
  for (const auto& [column, places] : pieces) {
    if (column->null_count == 0) continue;
    for (size_t row = 0; row < places.size(); ++row)
      if (!column->is_valid(static_cast<int64_t>(row)))
        bits.data()[places[row] >> 3] &= ~std::byte(1 << (places[row] & 7));
  }
  out.validity = pool.share(std::move(bits));
}

void place_bits(Pieces pieces, BufferPool& pool, Column& out) {
  Bytes bits = filled(pool, static_cast<size_t>(bytes_of_bits(out.length)), 0);
  for (const ScatterPiece& piece : pieces) {
    const auto* const from = piece.column->values.as<uint8_t>();
    each_value(piece, [&](size_t row, size_t place) {
      if (bit_at(from, piece.column->offset + static_cast<int64_t>(row)))
        bits.data()[place >> 3] |= std::byte(1 << (place & 7));
    });
  }
  out.values = pool.share(std::move(bits));
}

// `Width`: a constant, so that each copy is one move. What stands under nulls becomes zeros.
template <typename Width>
Bytes placed_values(Pieces pieces, BufferPool& pool, Width width, const Column& out) {
  const size_t size = static_cast<size_t>(out.length) * width;
  Bytes values = out.null_count > 0 ? filled(pool, size, 0) : pool.take_about(size);
  std::byte* const to = values.data();
  for (const ScatterPiece& piece : pieces) {
    const std::byte* const from =
        piece.column->values.bytes().data() + static_cast<size_t>(piece.column->offset) * width;
    each_value(piece, [&](size_t row, size_t place) { std::memcpy(to + place * width, from + row * width, width); });
  }
  return values;
}

void place_fixed(Pieces pieces, BufferPool& pool, size_t width, Column& out) {
  const auto place = [&](auto known) { out.values = pool.share(placed_values(pieces, pool, known, out)); };
  switch (width) {
    case 1: return place(std::integral_constant<size_t, 1>());
    case 2: return place(std::integral_constant<size_t, 2>());
    case 4: return place(std::integral_constant<size_t, 4>());
    case 8: return place(std::integral_constant<size_t, 8>());
    case 16: return place(std::integral_constant<size_t, 16>());
    default: return place(width);
  }
}

/// Lengths go to their places, and become offsets there. False where the text is too long.
bool place_offsets(Pieces pieces, BufferPool& pool, Column& out) {
  Bytes offsets = filled(pool, (static_cast<size_t>(out.length) + 1) * sizeof(int32_t), 0);
  auto* const lengths = reinterpret_cast<int32_t*>(offsets.data()) + 1;
  for (const ScatterPiece& piece : pieces) {
    const int32_t* const from = piece.column->offsets_data();
    each_value(piece, [&](size_t row, size_t place) { lengths[place] = from[row + 1] - from[row]; });
  }
  int64_t end = 0;
  for (int64_t i = 0; i < out.length; ++i) {
    end += lengths[i];
    if (end > INT32_MAX) return false;
    lengths[i] = static_cast<int32_t>(end);
  }
  out.offsets = pool.share(std::move(offsets));
  return true;
}

bool place_text(Pieces pieces, BufferPool& pool, Column& out) {
  if (!place_offsets(pieces, pool, out)) return false;
  const int32_t* const begins = out.offsets_data();
  Bytes text = pool.take_about(static_cast<size_t>(begins[out.length]));
  std::byte* const to = text.data();
  for (const ScatterPiece& piece : pieces) {
    const int32_t* const offsets = piece.column->offsets_data();
    const std::byte* const from = piece.column->values.bytes().data();
    each_value(piece, [&](size_t row, size_t place) {
      const auto length = static_cast<size_t>(offsets[row + 1] - offsets[row]);
      if (length > 0) std::memcpy(to + begins[place], from + offsets[row], length);
    });
  }
  out.values = pool.share(std::move(text));
  return true;
}

/// Row by row from wherever it stands: what is nested, and what stands in dictionaries.
std::optional<Column> picked(Pieces pieces, int64_t rows) {
  std::vector<const Column*> columns;
  std::vector<ValuePlace> sources(static_cast<size_t>(rows));
  for (const auto& [column, places] : pieces) {
    const auto piece = static_cast<uint32_t>(columns.size());
    columns.push_back(column);
    for (size_t row = 0; row < places.size(); ++row) sources[places[row]] = {piece, static_cast<int32_t>(row)};
  }
  uint64_t bytes_left = UINT64_MAX;
  return gather(columns, sources, bytes_left);
}

}  // namespace

std::optional<Column> scatter(Pieces pieces, BufferPool& pool) {
  Column out;
  out.type = pieces.front().column->type;
  bool is_plain = true;
  for (const auto& [column, places] : pieces) {
    out.length += static_cast<int64_t>(places.size());
    out.null_count += column->null_count;
    is_plain &= column->dictionary == nullptr;
  }
  const TypeKind kind = out.type.kind();
  const size_t width = fixed_width(out.type);
  if (!is_plain || (kind != TypeKind::boolean && !is_text(kind) && width == 0)) return picked(pieces, out.length);
  place_validity(pieces, pool, out);
  if (kind == TypeKind::boolean) return place_bits(pieces, pool, out), out;
  if (width > 0) return place_fixed(pieces, pool, width, out), out;
  if (!place_text(pieces, pool, out)) return std::nullopt;
  return out;
}

}  // namespace sluice
