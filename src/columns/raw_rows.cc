// Columns to bytes and back; see raw_rows.h.
#include "columns/raw_rows.h"

#include <utility>
#include <vector>

#include "base/bits.h"
#include "columns/builder.h"
#include "columns/checked_batch.h"
#include "columns/widths.h"
#include "sluice/error.h"

namespace sluice {
namespace {

uint8_t* letters(Bytes& bytes) { return reinterpret_cast<uint8_t*>(bytes.data()); }

// --- out

void append_bits(const uint8_t* bits, int64_t begin, int64_t count, Bytes& out) {
  if (count == 0) return;
  const auto size = static_cast<size_t>(bytes_of_bits(count));
  copy_bits(bits, begin, count, reinterpret_cast<uint8_t*>(out.prepare(size)));
  out.advance(size);
}

void append_validity(const Column& column, int64_t begin, int64_t count, Bytes& out) {
  uint32_t nulls = 0;
  const auto* const bits = column.validity.as<uint8_t>();
  if (column.null_count > 0 && !column.validity.empty())
    nulls = static_cast<uint32_t>(count - count_set_bits(bits, column.offset + begin, count));
  out.append_value(nulls);
  if (nulls > 0) append_bits(bits, column.offset + begin, count, out);
}

/// Where values end behind the first one's beginning.
void append_ends(const int32_t* offsets, int64_t count, Bytes& out) {
  const size_t size = static_cast<size_t>(count) * sizeof(int32_t);
  std::byte* to = out.prepare(size);
  for (int64_t i = 1; i <= count; ++i, to += sizeof(int32_t)) {
    const int32_t end = offsets[i] - offsets[0];
    std::memcpy(to, &end, sizeof end);
  }
  out.advance(size);
}

void append_column(const Column& column, int64_t begin, int64_t count, Bytes& out) {
  const TypeKind kind = column.type.kind();
  if (kind == TypeKind::null) return;
  append_validity(column, begin, count, out);
  if (kind == TypeKind::boolean) return append_bits(column.values.as<uint8_t>(), column.offset + begin, count, out);
  if (has_offsets(kind)) {
    const int32_t* const offsets = column.offsets_data() + begin;
    append_ends(offsets, count, out);
    if (is_text(kind))
      out.append(column.values.bytes().subspan(static_cast<size_t>(offsets[0]),
                                               static_cast<size_t>(offsets[count] - offsets[0])));
    else
      append_column(column.children[0], offsets[0], offsets[count] - offsets[0], out);
    return;
  }
  if (column.type.is_nested()) {
    const int64_t each = child_values(column.type);
    for (const Column& child : column.children) append_column(child, begin * each, count * each, out);
    return;
  }
  const size_t width = fixed_width(column.type);
  out.append(column.values.bytes().data() + static_cast<size_t>(column.offset + begin) * width,
             static_cast<size_t>(count) * width);
}

// --- back

/// A piece as far as it is not read.
struct Rest {
  const std::byte* at;
  const std::byte* end;
  int64_t values;  ///< of the column at hand

  const std::byte* take(size_t bytes) {
    if (bytes > static_cast<size_t>(end - at))
      throw Error(ErrorCode::bug, "rows in a scratch file end before their values do");
    return std::exchange(at, at + bytes);
  }
  template <typename T>
  T take_value() {
    return load<T>(take(sizeof(T)));
  }
};

using Rests = std::vector<Rest>;

int64_t values_of(const Rests& rests) {
  int64_t values = 0;
  for (const Rest& rest : rests) values += rest.values;
  return values;
}

void read_validity(Rests& rests, Column& out) {
  Bytes bits;
  int64_t at = 0;
  for (Rest& rest : rests) {
    const int64_t nulls = rest.take_value<uint32_t>();
    if (nulls > 0 && bits.empty()) {
      bits.resize(static_cast<size_t>(bytes_of_bits(out.length)));
      fill_bits(true, at, letters(bits), 0);
    }
    if (nulls > 0) {
      const auto size = static_cast<size_t>(bytes_of_bits(rest.values));
      write_bits(reinterpret_cast<const uint8_t*>(rest.take(size)), 0, rest.values, letters(bits), at);
    } else if (!bits.empty()) {
      fill_bits(true, rest.values, letters(bits), at);
    }
    out.null_count += nulls;
    at += rest.values;
  }
  if (out.null_count > 0) out.validity = to_buffer(std::move(bits));
}

Buffer read_bits(Rests& rests, int64_t values) {
  Bytes bits(static_cast<size_t>(bytes_of_bits(values)));
  int64_t at = 0;
  for (Rest& rest : rests) {
    const auto* const from =
        reinterpret_cast<const uint8_t*>(rest.take(static_cast<size_t>(bytes_of_bits(rest.values))));
    write_bits(from, 0, rest.values, letters(bits), at);
    at += rest.values;
  }
  return to_buffer(std::move(bits));
}

Buffer read_fixed(Rests& rests, int64_t values, size_t width) {
  Bytes bytes;
  bytes.reserve(static_cast<size_t>(values) * width);
  for (Rest& rest : rests) {
    const size_t size = static_cast<size_t>(rest.values) * width;
    bytes.append(rest.take(size), size);
  }
  return to_buffer(std::move(bytes));
}

/// Ends become offsets; `values` of each rest become what lies in between.
Buffer read_offsets(Rests& rests, int64_t values) {
  Bytes offsets(static_cast<size_t>(values + 1) * sizeof(int32_t));
  auto* to = reinterpret_cast<int32_t*>(offsets.data());
  int32_t base = 0;
  *to++ = 0;
  for (Rest& rest : rests) {
    const std::byte* const ends = rest.take(static_cast<size_t>(rest.values) * sizeof(int32_t));
    int32_t end = 0;
    for (int64_t i = 0; i < rest.values; ++i) {
      end = load<int32_t>(ends + i * static_cast<int64_t>(sizeof end));
      *to++ = base + end;
    }
    rest.values = end;
    base += end;
  }
  return to_buffer(std::move(offsets));
}

Column read_column(const Type& type, Rests& rests);

void read_children(Rests& rests, int64_t each, Column& out) {
  for (Rest& rest : rests) rest.values *= each;
  std::vector<int64_t> values;
  for (const Rest& rest : rests) values.push_back(rest.values);
  for (const Field& field : out.type.children()) {
    for (size_t i = 0; i < rests.size(); ++i) rests[i].values = values[i];
    out.children.push_back(read_column(field.type, rests));
  }
}

Column read_column(const Type& type, Rests& rests) {
  Column out;
  out.type = type;
  out.length = values_of(rests);
  const TypeKind kind = type.kind();
  if (kind == TypeKind::null) {
    out.null_count = out.length;
    return out;
  }
  read_validity(rests, out);
  if (kind == TypeKind::boolean) {
    out.values = read_bits(rests, out.length);
  } else if (has_offsets(kind)) {
    // Of each piece the ends come before what they are ends of.
    out.offsets = read_offsets(rests, out.length);
    if (is_text(kind))
      out.values = read_fixed(rests, out.offsets_data()[out.length], 1);
    else
      read_children(rests, 1, out);
  } else if (type.is_nested()) {
    read_children(rests, child_values(type), out);
  } else {
    out.values = read_fixed(rests, out.length, fixed_width(type));
  }
  return out;
}

}  // namespace

void append_raw_rows(std::span<const Column> columns, int64_t begin, int64_t rows, Bytes& out) {
  for (const Column& column : columns) append_column(column, begin, rows, out);
}

Batch read_raw_rows(const std::shared_ptr<const Schema>& schema, std::span<const RawPiece> pieces) {
  Rests rests;
  int64_t rows = 0;
  for (const RawPiece& piece : pieces) {
    rests.push_back({piece.bytes.data(), piece.bytes.data() + piece.bytes.size(), piece.rows});
    rows += piece.rows;
  }
  std::vector<Column> columns;
  for (const Field& field : schema->fields()) {
    for (size_t i = 0; i < pieces.size(); ++i) rests[i].values = pieces[i].rows;
    columns.push_back(read_column(field.type, rests));
  }
  return CheckedBatch::make(schema, std::move(columns), rows);
}

}  // namespace sluice
