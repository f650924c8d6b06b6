// Columns to bytes and back; see raw_rows.h.
#include "columns/raw_rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <type_traits>
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

/// Bytes that are enough for numbers up to `largest`.
uint8_t narrow_width(uint64_t largest) {
  if (largest <= UINT8_MAX) return 1;
  if (largest <= UINT16_MAX) return 2;
  return largest <= UINT32_MAX ? 4 : 8;
}

/// `use` is called with a value of the unsigned type of that width.
template <typename Use>
void with_width(uint8_t width, Use use) {
  switch (width) {
    case 1: return use(uint8_t{});
    case 2: return use(uint16_t{});
    case 4: return use(uint32_t{});
    default: return use(uint64_t{});
  }
}

/// What they are above `base`, behind how wide that is. `value_at(i)`: a value, of the type of `base`.
template <typename T, typename ValueAt>
void append_above(ValueAt value_at, int64_t count, T base, T largest, Bytes& out) {
  const uint8_t width = narrow_width(largest - base);
  out.push_back(width);
  out.append_value(base);
  with_width(width, [&]<typename Narrow>(Narrow) {
    std::byte* const to = out.prepare(static_cast<size_t>(count) * sizeof(Narrow));
    for (int64_t i = 0; i < count; ++i) {
      const auto narrow = static_cast<Narrow>(value_at(i) - base);
      std::memcpy(to + static_cast<size_t>(i) * sizeof(Narrow), &narrow, sizeof narrow);
    }
    out.advance(static_cast<size_t>(count) * sizeof(Narrow));
  });
}

template <typename Signed>
struct Range {
  Signed least = std::numeric_limits<Signed>::max();
  Signed largest = std::numeric_limits<Signed>::min();

  void add(Signed value) {
    least = std::min(least, value);
    largest = std::max(largest, value);
  }
};

/// By their bits above those of the least one: differences wrap around, and back.
template <typename Signed, typename ValueAt>
void append_integers(ValueAt value_at, int64_t count, const Range<Signed>& range, Bytes& out) {
  using Unsigned = std::make_unsigned_t<Signed>;
  append_above([&](int64_t i) { return static_cast<Unsigned>(value_at(i)); }, count, static_cast<Unsigned>(range.least),
               static_cast<Unsigned>(range.largest), out);
}

template <typename Signed>
void append_integers(const Signed* values, int64_t count, Bytes& out) {
  Range<Signed> range;
  for (int64_t i = 0; i < count; ++i) range.add(values[i]);
  append_integers([=](int64_t i) { return values[i]; }, count, range, out);
}

/// How long texts and lists are.
void append_lengths(const int32_t* offsets, int64_t count, Bytes& out) {
  const auto length_at = [=](int64_t i) { return static_cast<uint32_t>(offsets[i + 1] - offsets[i]); };
  uint32_t longest = 0;
  for (int64_t i = 0; i < count; ++i) longest = std::max(longest, length_at(i));
  append_above(length_at, count, uint32_t{0}, longest, out);
}

void append_positions(const Column& column, int64_t begin, int64_t count, Bytes& out) {
  const auto entries = static_cast<uint32_t>(column.dictionary->length);
  const uint32_t* const positions = column.values.as<uint32_t>() + column.offset + begin;
  append_above([=](int64_t i) { return positions[i]; }, count, uint32_t{0}, entries, out);
}

/// What doubles may be so many parts of, to be written as integers.
constexpr std::array<double, 3> kParts{1, 100, 10'000};
constexpr uint8_t kNoParts = 0xff;
constexpr int64_t kPartsStep = 64;

/// How many parts a value is, or nearly so.
int32_t count_of_parts(double value, double parts) {
  constexpr double kMax = 2'000'000'000;
  const double wanted = std::min(kMax, std::max(-kMax, value * parts));  // in this order, as for NaN
  return static_cast<int32_t>(wanted + (wanted < 0 ? -0.5 : 0.5));
}

/// Adds how many parts each value is to `range`. False as soon as one is not, to the bit.
bool count_parts(const double* values, int64_t count, double parts, Range<int32_t>& range) {
  for (int64_t begin = 0; begin < count; begin += kPartsStep) {
    bool are_same = true;
    for (int64_t i = begin; i < std::min(begin + kPartsStep, count); ++i) {
      const int32_t counted = count_of_parts(values[i], parts);
      range.add(counted);
      are_same &= std::bit_cast<uint64_t>(counted / parts) == std::bit_cast<uint64_t>(values[i]);
    }
    if (!are_same) return false;
  }
  return true;
}

void append_doubles(const double* values, int64_t count, Bytes& out) {
  for (uint8_t i = 0; i < kParts.size(); ++i) {
    const double parts = kParts[i];
    Range<int32_t> range;
    if (!count_parts(values, count, parts, range)) continue;
    out.push_back(i);
    return append_integers([=](int64_t at) { return count_of_parts(values[at], parts); }, count, range, out);
  }
  out.push_back(kNoParts);
  out.append(values, static_cast<size_t>(count) * sizeof(double));
}

bool is_packed_number(TypeKind kind) {
  switch (kind) {
    case TypeKind::int32:
    case TypeKind::uint32:
    case TypeKind::int64:
    case TypeKind::uint64:
    case TypeKind::date:
    case TypeKind::time:
    case TypeKind::timestamp:
    case TypeKind::duration: return true;
    default: return false;
  }
}

void append_column(const Column& column, int64_t begin, int64_t count, Bytes& out) {
  const TypeKind kind = column.type.kind();
  if (kind == TypeKind::null) return;
  append_validity(column, begin, count, out);
  if (column.dictionary) return append_positions(column, begin, count, out);
  if (kind == TypeKind::boolean) return append_bits(column.values.as<uint8_t>(), column.offset + begin, count, out);
  if (has_offsets(kind)) {
    const int32_t* const offsets = column.offsets_data() + begin;
    append_lengths(offsets, count, out);
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
  if (is_packed_number(kind) && width == sizeof(int64_t))
    return append_integers(column.data<int64_t>() + begin, count, out);
  if (is_packed_number(kind)) return append_integers(column.data<int32_t>() + begin, count, out);
  if (kind == TypeKind::float64) return append_doubles(column.data<double>() + begin, count, out);
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

/// What append_above has written of one piece; `use(i, value)`.
template <typename T, typename Use>
void take_above(Rest& rest, Use use) {
  const auto width = rest.take_value<uint8_t>();
  const auto base = rest.take_value<T>();
  const auto count = static_cast<size_t>(rest.values);
  const std::byte* const from = rest.take(count * width);
  with_width(width, [&]<typename Narrow>(Narrow) {
    for (size_t i = 0; i < count; ++i) use(i, static_cast<T>(base + load<Narrow>(from + i * sizeof(Narrow))));
  });
}

/// Back to back.
template <typename T>
Bytes read_above(Rests& rests, int64_t values) {
  Bytes bytes(static_cast<size_t>(values) * sizeof(T));
  std::byte* to = bytes.data();
  for (Rest& rest : rests) {
    take_above<T>(rest, [&](size_t i, T value) { std::memcpy(to + i * sizeof(T), &value, sizeof value); });
    to += static_cast<size_t>(rest.values) * sizeof(T);
  }
  return bytes;
}

Bytes read_doubles(Rests& rests, int64_t values) {
  Bytes bytes(static_cast<size_t>(values) * sizeof(double));
  std::byte* to = bytes.data();
  for (Rest& rest : rests) {
    const size_t size = static_cast<size_t>(rest.values) * sizeof(double);
    const auto parts = rest.take_value<uint8_t>();
    if (parts < kParts.size()) {
      take_above<uint32_t>(rest, [&](size_t i, uint32_t count) {
        const double value = static_cast<int32_t>(count) / kParts[parts];
        std::memcpy(to + i * sizeof(double), &value, sizeof value);
      });
    } else if (size > 0) {
      std::memcpy(to, rest.take(size), size);
    }
    to += size;
  }
  return bytes;
}

/// Positions, and offsets as if texts stood back to back.
void read_positions(Rests& rests, const std::shared_ptr<const Column>& dictionary, Column& out) {
  out.dictionary = dictionary;
  Bytes positions = read_above<uint32_t>(rests, out.length);
  const int32_t* const ends = dictionary->offsets_data();
  Bytes offsets;
  offsets.reserve(static_cast<size_t>(out.length + 1) * sizeof(int32_t));
  offsets.append_value(int32_t{0});
  int32_t end = 0;
  for (int64_t i = 0; i < out.length; ++i) {
    if (out.null_count == 0 || out.is_valid(i)) {
      const auto at = load<uint32_t>(positions.data() + static_cast<size_t>(i) * sizeof(uint32_t));
      if (at >= static_cast<uint64_t>(dictionary->length))
        throw Error(ErrorCode::bug, "rows in a scratch file have texts that nobody has put there");
      end += ends[at + 1] - ends[at];
    }
    offsets.append_value(end);
  }
  out.values = to_buffer(std::move(positions));
  out.offsets = to_buffer(std::move(offsets));
}

/// Lengths become offsets; `values` of each rest become what lies in between.
Buffer read_offsets(Rests& rests, int64_t values) {
  Bytes offsets(static_cast<size_t>(values + 1) * sizeof(int32_t));
  auto* to = reinterpret_cast<int32_t*>(offsets.data());
  int32_t end = 0;
  *to++ = 0;
  for (Rest& rest : rests) {
    const int32_t begin = end;
    take_above<uint32_t>(rest, [&](size_t, uint32_t length) { *to++ = end += static_cast<int32_t>(length); });
    rest.values = end - begin;
  }
  return to_buffer(std::move(offsets));
}

Column read_column(const Type& type, const std::shared_ptr<const Column>& dictionary, Rests& rests);

void read_children(Rests& rests, int64_t each, Column& out) {
  for (Rest& rest : rests) rest.values *= each;
  std::vector<int64_t> values;
  for (const Rest& rest : rests) values.push_back(rest.values);
  for (const Field& field : out.type.children()) {
    for (size_t i = 0; i < rests.size(); ++i) rests[i].values = values[i];
    out.children.push_back(read_column(field.type, nullptr, rests));
  }
}

Column read_column(const Type& type, const std::shared_ptr<const Column>& dictionary, Rests& rests) {
  Column out;
  out.type = type;
  out.length = values_of(rests);
  const TypeKind kind = type.kind();
  if (kind == TypeKind::null) {
    out.null_count = out.length;
    return out;
  }
  read_validity(rests, out);
  if (dictionary) {
    read_positions(rests, dictionary, out);
  } else if (kind == TypeKind::boolean) {
    out.values = read_bits(rests, out.length);
  } else if (has_offsets(kind)) {
    // Of each piece the lengths come before what they are lengths of.
    out.offsets = read_offsets(rests, out.length);
    if (is_text(kind))
      out.values = read_fixed(rests, out.offsets_data()[out.length], 1);
    else
      read_children(rests, 1, out);
  } else if (type.is_nested()) {
    read_children(rests, child_values(type), out);
  } else if (is_packed_number(kind)) {
    out.values = to_buffer(fixed_width(type) == sizeof(int64_t) ? read_above<uint64_t>(rests, out.length)
                                                                : read_above<uint32_t>(rests, out.length));
  } else if (kind == TypeKind::float64) {
    out.values = to_buffer(read_doubles(rests, out.length));
  } else {
    out.values = read_fixed(rests, out.length, fixed_width(type));
  }
  return out;
}

}  // namespace

void append_raw_rows(std::span<const Column> columns, int64_t begin, int64_t rows, Bytes& out) {
  for (const Column& column : columns) append_column(column, begin, rows, out);
}

Batch read_raw_rows(const std::shared_ptr<const Schema>& schema, std::span<const RawPiece> pieces,
                    std::span<const std::shared_ptr<const Column>> dictionaries) {
  Rests rests;
  int64_t rows = 0;
  for (const RawPiece& piece : pieces) {
    rests.push_back({piece.bytes.data(), piece.bytes.data() + piece.bytes.size(), piece.rows});
    rows += piece.rows;
  }
  std::vector<Column> columns;
  for (size_t column = 0; column < schema->size(); ++column) {
    for (size_t i = 0; i < pieces.size(); ++i) rests[i].values = pieces[i].rows;
    columns.push_back(read_column((*schema)[column].type, dictionaries[column], rests));
  }
  return CheckedBatch::make(schema, std::move(columns), rows);
}

}  // namespace sluice
