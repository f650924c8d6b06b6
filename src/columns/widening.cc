// (Arrow "Columnar Format", physical memory layout.)
#include "columns/widening.h"

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/bits.h"
#include "base/bytes.h"
#include "base/calendar.h"
#include "base/decimal.h"
#include "base/float16.h"
#include "columns/builder.h"
#include "columns/dictionary_form.h"
#include "columns/gather.h"
#include "columns/widths.h"
#include "sluice/error.h"

namespace sluice {
namespace {

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

/// Nulls of types that are wider are positions in a dictionary of nothing: four bytes each.
constexpr size_t kPlainNullBytesMax = 32;

// --- zeros

/// Memory of zeros that all columns of nulls share while there are any.
Buffer zeros(size_t size) {
  struct Zeros {
    explicit Zeros(size_t count) : bytes(static_cast<std::byte*>(std::calloc(count, 1))), size(count) {
      if (bytes == nullptr) throw std::bad_alloc();
    }
    Zeros(const Zeros&) = delete;
    Zeros& operator=(const Zeros&) = delete;
    ~Zeros() { std::free(bytes); }
    std::byte* bytes;
    size_t size;
  };
  static std::mutex mutex;
  static std::weak_ptr<const Zeros> shared;
  if (size == 0) return {};
  const std::lock_guard lock(mutex);
  std::shared_ptr<const Zeros> found = shared.lock();
  if (!found || found->size < size) shared = found = std::make_shared<const Zeros>(size);
  const std::span<const std::byte> view{found->bytes, size};
  return Buffer(view, std::move(found));
}

Buffer zeros_of(int64_t count, size_t width) { return zeros(static_cast<size_t>(count) * width); }

// --- numbers

/// A column of `wider` with the same values there, from its bit 0 on, and no values yet.
Column begin_like(const Column& column, const Type& wider) {
  Column out;
  out.type = wider;
  out.length = column.length;
  out.null_count = column.null_count;
  if (column.null_count == 0) return out;
  if (column.offset == 0) {
    out.validity = column.validity;
    return out;
  }
  Bytes bits(static_cast<size_t>(bytes_of_bits(column.length)));
  copy_bits(column.validity.as<uint8_t>(), column.offset, column.length, reinterpret_cast<uint8_t*>(bits.data()));
  out.validity = to_buffer(std::move(bits));
  return out;
}

/// Every value through `convert`, what stands under nulls too. From is the plain column's own type.
template <typename From, typename To, typename Convert>
Column converted(const Column& column, const Type& wider, Convert convert) {
  Column out = begin_like(column, wider);
  Bytes values(static_cast<size_t>(column.length) * sizeof(To));
  To* const to = reinterpret_cast<To*>(values.data());
  const From* const from = column.data<From>();
  for (int64_t i = 0; i < column.length; ++i) to[i] = convert(from[i]);
  out.values = to_buffer(std::move(values));
  return out;
}

/// Calls `call` with the column's own number type.
template <typename Call>
Column with_integer(TypeKind kind, Call call) {
  switch (kind) {
    case TypeKind::int8: return call(int8_t{});
    case TypeKind::int16: return call(int16_t{});
    case TypeKind::int32: return call(int32_t{});
    case TypeKind::uint8: return call(uint8_t{});
    case TypeKind::uint16: return call(uint16_t{});
    case TypeKind::uint32: return call(uint32_t{});
    case TypeKind::uint64: return call(uint64_t{});
    default: return call(int64_t{});
  }
}

[[noreturn]] void refuse_value(const Column& column, int64_t row, const Type& wider) {
  throw Error(ErrorCode::data,
              "a value of type " + to_text(column.type) + " is beyond what " + to_text(wider) + " can hold",
              {.source = {}, .field = {}, .record = {}, .byte = {}, .row = row});
}

// --- decimals

/// value * 10^digits in two's complement of 256 bits. Requires a result of at most 76 digits.
Int256 times_power_of_ten(Int256 value, int digits) {
  while (digits > 0) {
    const int step = std::min(digits, 19);
    uint64_t factor = 1;
    for (int i = 0; i < step; ++i) factor *= 10;
    uint128 carry = 0;
    for (uint64_t& word : value.words) {
      carry += uint128{word} * factor;
      word = static_cast<uint64_t>(carry);
      carry >>= 64;
    }
    digits -= step;
  }
  return value;
}

/// From decimals of either width to the one of `wider`. Files may hold values of more digits than their type has, so
/// the room is not taken on trust.
Column rescaled(const Column& column, const Type& wider) {
  Column out = begin_like(column, wider);
  const size_t from_width = fixed_width(column.type);
  const size_t to_width = fixed_width(wider);
  const int digits = wider.scale() - column.type.scale();
  const int room = wider.precision() - digits;
  const std::byte* from = column.values.bytes().data() + static_cast<size_t>(column.offset) * from_width;
  Bytes values(static_cast<size_t>(column.length) * to_width);
  std::byte* to = values.data();
  for (int64_t i = 0; i < column.length; ++i, from += from_width, to += to_width) {
    Int256 value{};
    if (column.is_valid(i)) {
      value = from_little_endian(from, from_width);
      if (!has_digits(value, room)) refuse_value(column, i, wider);
      value = times_power_of_ten(value, digits);
    }
    std::memcpy(to, value.words.data(), to_width);
  }
  out.values = to_buffer(std::move(values));
  return out;
}

template <typename From>
Column integers_as_decimals(const Column& column, const Type& wider) {
  if (wider.precision() > kDecimal128DigitsMax)
    return converted<From, Int256>(column, wider, [&](From value) {
      const int128 wide = value;
      return times_power_of_ten(from_little_endian(&wide, sizeof wide), wider.scale());
    });
  int128 factor = 1;
  for (int i = 0; i < wider.scale(); ++i) factor *= 10;
  return converted<From, int128>(column, wider, [factor](From value) { return value * factor; });
}

// --- each kind

Column widened_integers(const Column& column, const Type& wider) {
  return with_integer(column.type.kind(), [&]<typename From>(From) {
    if (wider.kind() == TypeKind::decimal) return integers_as_decimals<From>(column, wider);
    if (wider.kind() == TypeKind::float32)
      return converted<From, float>(column, wider, [](From value) { return static_cast<float>(value); });
    if (wider.kind() == TypeKind::float64)
      return converted<From, double>(column, wider, [](From value) { return static_cast<double>(value); });
    return with_integer(wider.kind(), [&]<typename To>(To) {
      return converted<From, To>(column, wider, [](From value) { return static_cast<To>(value); });
    });
  });
}

Column widened_floats(const Column& column, const Type& wider) {
  if (column.type.kind() == TypeKind::float32)
    return converted<float, double>(column, wider, [](float value) { return double{value}; });
  if (wider.kind() == TypeKind::float32) return converted<uint16_t, float>(column, wider, from_float16);
  return converted<uint16_t, double>(column, wider, [](uint16_t value) { return double{from_float16(value)}; });
}

/// Ticks in finer ones. Only values that are there can be beyond the range.
template <typename From, typename To>
Column ticked(const Column& column, const Type& wider) {
  const To factor = static_cast<To>(ticks_per_second(wider.unit()) / ticks_per_second(column.type.unit()));
  bool overflows = false;
  Column out = converted<From, To>(column, wider, [&](From value) {
    To ticks = 0;
    overflows |= __builtin_mul_overflow(static_cast<To>(value), factor, &ticks);
    return ticks;
  });
  if (!overflows) return out;
  for (int64_t i = 0; i < column.length; ++i) {
    To ticks = 0;
    if (column.is_valid(i) && __builtin_mul_overflow(static_cast<To>(column.data<From>()[i]), factor, &ticks))
      refuse_value(column, i, wider);
  }
  return out;
}

Column widened_times(const Column& column, const Type& wider) {
  if (fixed_width(column.type) == sizeof(int64_t)) return ticked<int64_t, int64_t>(column, wider);
  if (fixed_width(wider) == sizeof(int64_t)) return ticked<int32_t, int64_t>(column, wider);
  return ticked<int32_t, int32_t>(column, wider);
}

// --- what is nested

Column widened_struct(const Column& column, const Type& wider) {
  Column out = column;
  out.type = wider;
  out.children.clear();
  const std::span<const Field> fields = column.type.children();
  for (const Field& field : wider.children()) {
    const auto found = std::ranges::find(fields, field.name, &Field::name);
    if (found == fields.end())
      out.children.push_back(null_column(field.type, column.length));
    else
      out.children.push_back(widened(column.children[static_cast<size_t>(found - fields.begin())], field.type));
  }
  return out;
}

/// Lists, whose offsets stay, and maps, whose entry is a struct.
Column widened_list(const Column& column, const Type& wider) {
  Column out = column;
  out.type = wider;
  out.children[0] = widened(column.children[0], wider.children()[0].type);
  return out;
}

Column widened_dictionary(const Column& column, const Type& wider) {
  // An entry that no row has may be beyond the range.
  if (fixed_width(column.type) > 0 && column.type.kind() == wider.kind()) return widened(unfold(column), wider);
  Column out = column;
  out.type = wider;
  out.dictionary = std::make_shared<const Column>(widened(*column.dictionary, wider));
  return out;
}

}  // namespace

Column widened(const Column& column, const Type& wider) {
  if (column.type == wider) return column;
  if (column.dictionary) return widened_dictionary(column, wider);
  switch (column.type.kind()) {
    case TypeKind::null: return null_column(wider, column.length);
    case TypeKind::float16:
    case TypeKind::float32: return widened_floats(column, wider);
    case TypeKind::decimal: return rescaled(column, wider);
    case TypeKind::time:
    case TypeKind::timestamp:
    case TypeKind::duration: return widened_times(column, wider);
    case TypeKind::struct_: return widened_struct(column, wider);
    case TypeKind::list:
    case TypeKind::fixed_list:
    case TypeKind::map: return widened_list(column, wider);
    case TypeKind::json:
    case TypeKind::bson:
    case TypeKind::enum_: {
      Column out = column;  // the same bytes
      out.type = wider;
      return out;
    }
    default: return widened_integers(column, wider);
  }
}

Column null_column(const Type& type, int64_t rows) {
  Column out;
  out.type = type;
  out.length = out.null_count = rows;
  if (type.kind() == TypeKind::null) return out;
  out.validity = zeros(static_cast<size_t>(bytes_of_bits(rows)));
  if (has_offsets(type.kind())) out.offsets = zeros_of(rows + 1, sizeof(int32_t));
  if (type.kind() == TypeKind::boolean) out.values = zeros(static_cast<size_t>(bytes_of_bits(rows)));
  if (const size_t width = fixed_width(type); width > kPlainNullBytesMax) {
    out.values = zeros_of(rows, sizeof(int32_t));
    auto nothing = std::make_shared<Column>();
    nothing->type = type;
    out.dictionary = std::move(nothing);
  } else if (width > 0) {
    out.values = zeros_of(rows, width);
  }
  const int64_t each = type.has_ranges() ? 0 : child_values(type);
  for (const Field& child : type.children()) out.children.push_back(null_column(child.type, rows * each));
  return out;
}

Column repeated_value(const Column& value, int64_t rows) {
  if (!value.is_valid(0)) return null_column(value.type, rows);
  if (!has_dictionary_form(value.type.kind())) {
    const Column* const piece = &value;
    const std::vector<ValuePlace> places(static_cast<size_t>(rows), ValuePlace{0, 0});
    uint64_t bytes_left = UINT64_MAX;
    std::optional<Column> out = gather({&piece, 1}, places, bytes_left);
    if (!out) throw Error(ErrorCode::unsupported, "a value is too long to stand in every row of a batch");
    return std::move(*out);
  }
  Column out;
  out.type = value.type;
  out.length = rows;
  out.values = zeros_of(rows, sizeof(int32_t));
  out.dictionary = std::make_shared<const Column>(unfold(value));
  if (!is_text(value.type.kind())) return out;
  const int32_t* const entry = out.dictionary->offsets_data();
  const int64_t size = entry[1] - entry[0];
  if (size > 0 && rows > INT32_MAX / size)
    throw Error(ErrorCode::unsupported, "a value of " + std::to_string(size) +
                                            " bytes is too long to stand in every row of a batch of " +
                                            std::to_string(rows) + " rows");
  Bytes offsets(static_cast<size_t>(rows + 1) * sizeof(int32_t));
  int32_t* const at = reinterpret_cast<int32_t*>(offsets.data());
  for (int64_t i = 0; i <= rows; ++i) at[i] = static_cast<int32_t>(i * size);
  out.offsets = to_buffer(std::move(offsets));
  return out;
}

}  // namespace sluice
