#include "files/sort_order.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>
#include <type_traits>

#include "base/bits.h"
#include "base/bytes.h"
#include "base/decimal.h"
#include "base/float16.h"
#include "base/json_text.h"
#include "base/utf8.h"
#include "columns/widths.h"
#include "files/bound_text.h"

namespace sluice {
namespace {

template <typename T>
bool is_above(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    // No branches, so that many are compared at once.
    return static_cast<bool>(static_cast<int>(a > b) | (static_cast<int>(a != a) & static_cast<int>(b == b)));
  } else {
    return a > b;
  }
}

template <typename T>
int8_t order_of(T a, T b) {
  return static_cast<int8_t>(static_cast<int>(is_above(a, b)) - static_cast<int>(is_above(b, a)));
}

int8_t sign_of(int order) { return static_cast<int8_t>((order > 0) - (order < 0)); }

/// Cheap comparisons: all rows, decided or not.
template <typename T>
void compare_numbers(const T* a, const T* b, std::span<int8_t> orders) {
  for (size_t i = 0; i < orders.size(); ++i) orders[i] = order_of(a[i], b[i]);
}

/// Where the values of a column stand: in itself, or in its dictionary.
struct Places {
  const Column& values;
  const int32_t* positions;

  explicit Places(const Column& column)
      : values(column.dictionary ? *column.dictionary : column),
        positions(column.dictionary ? column.positions_data() : nullptr) {}
  int64_t of(int64_t row) const { return positions != nullptr ? positions[row] : row; }
};

std::string_view text_at(const Column& column, int64_t row) {
  const int32_t* const offsets = column.offsets_data() + row;
  return {column.values.as<char>() + offsets[0], static_cast<size_t>(offsets[1] - offsets[0])};
}

/// A value of fixed width as its bytes.
std::string_view fixed_at(const Column& column, int64_t row, size_t width) {
  return {column.values.as<char>() + static_cast<size_t>(column.offset + row) * width, width};
}

bool bit_of(const Column& column, int64_t row) { return bit_at(column.values.as<uint8_t>(), column.offset + row); }

/// Little-endian two's complement of whole words, both equally long.
int8_t order_of_integers(std::string_view a, std::string_view b) {
  for (size_t end = a.size(); end > 0; end -= sizeof(uint64_t)) {
    const auto x = load<uint64_t>(a.data() + end - sizeof(uint64_t));
    const auto y = load<uint64_t>(b.data() + end - sizeof(uint64_t));
    if (x == y) continue;
    return end == a.size() ? order_of(static_cast<int64_t>(x), static_cast<int64_t>(y)) : order_of(x, y);
  }
  return 0;
}

}  // namespace

bool has_sort_order(const Type& type) {
  return !type.is_nested() && type.kind() != TypeKind::geometry && type.kind() != TypeKind::geography;
}

void compare_values(const Column& a, int64_t a_row, const Column& b, int64_t b_row, std::span<const int8_t> decided,
                    std::span<int8_t> orders) {
  const Places x(a);
  const Places y(b);
  const bool one_column = &x.values == &y.values;
  // Dear comparisons: only where it matters.
  const auto each = [&](auto compare) {
    for (size_t i = 0; i < orders.size(); ++i) {
      if (decided[i] != 0) continue;
      const int64_t here = x.of(a_row + static_cast<int64_t>(i));
      const int64_t there = y.of(b_row + static_cast<int64_t>(i));
      orders[i] = one_column && here == there ? int8_t{0} : compare(here, there);
    }
  };
  const auto numbers = [&]<typename T>(T) {
    const T* const from = x.values.data<T>();
    const T* const to = y.values.data<T>();
    if (!a.dictionary && !b.dictionary) return compare_numbers(from + a_row, to + b_row, orders);
    each([&](int64_t i, int64_t j) { return order_of(from[i], to[j]); });
  };
  const size_t width = fixed_width(a.type);
  switch (a.type.kind()) {
    case TypeKind::int8: return numbers(int8_t{});
    case TypeKind::int16: return numbers(int16_t{});
    case TypeKind::int32:
    case TypeKind::date: return numbers(int32_t{});
    case TypeKind::int64:
    case TypeKind::timestamp:
    case TypeKind::duration: return numbers(int64_t{});
    case TypeKind::time: return width == sizeof(int32_t) ? numbers(int32_t{}) : numbers(int64_t{});
    case TypeKind::uint8: return numbers(uint8_t{});
    case TypeKind::uint16: return numbers(uint16_t{});
    case TypeKind::uint32: return numbers(uint32_t{});
    case TypeKind::uint64: return numbers(uint64_t{});
    case TypeKind::float32: return numbers(float{});
    case TypeKind::float64: return numbers(double{});
    case TypeKind::float16:
      return each([&](int64_t i, int64_t j) {
        return order_of(from_float16(x.values.data<uint16_t>()[i]), from_float16(y.values.data<uint16_t>()[j]));
      });
    case TypeKind::boolean:
      return each([&](int64_t i, int64_t j) { return order_of(bit_of(x.values, i), bit_of(y.values, j)); });
    case TypeKind::decimal:
      return each([&](int64_t i, int64_t j) {
        return order_of_integers(fixed_at(x.values, i, width), fixed_at(y.values, j, width));
      });
    case TypeKind::fixed:
    case TypeKind::uuid:
      return each([&](int64_t i, int64_t j) {
        return sign_of(fixed_at(x.values, i, width).compare(fixed_at(y.values, j, width)));
      });
    case TypeKind::string:
    case TypeKind::binary:
    case TypeKind::json:
    case TypeKind::bson:
    case TypeKind::enum_:
      return each([&](int64_t i, int64_t j) { return sign_of(text_at(x.values, i).compare(text_at(y.values, j))); });
    case TypeKind::null:
    case TypeKind::geometry:
    case TypeKind::geography:
    case TypeKind::list:
    case TypeKind::fixed_list:
    case TypeKind::map:
    case TypeKind::struct_: std::ranges::fill(orders, int8_t{0});
  }
}

Column copy_value(const Column& column, int64_t row, bool valid) {
  Column copy;
  copy.type = column.type;
  copy.length = 1;
  copy.null_count = valid ? 0 : 1;
  if (column.type.kind() == TypeKind::null) return copy;
  const bool text = is_text(column.type.kind());
  const size_t width = fixed_width(column.type);
  std::string value(text ? 0 : std::max<size_t>(width, 1), '\0');
  if (valid) {
    const Places places(column);
    const int64_t at = places.of(row);
    if (text)
      value = text_at(places.values, at);
    else if (width != 0)
      value = fixed_at(places.values, at, width);
    else
      value[0] = static_cast<char>(bit_of(places.values, at));
  }
  // Offsets, then the byte of validity, then the value: 16 bytes in front keep its alignment.
  constexpr size_t kHeadBytes = 16;
  const auto bytes = std::make_shared<Bytes>(kHeadBytes + value.size());
  const int32_t offsets[2] = {0, static_cast<int32_t>(value.size())};
  std::memcpy(bytes->data(), offsets, sizeof offsets);
  bytes->data()[sizeof offsets] = std::byte{valid};
  std::memcpy(bytes->data() + kHeadBytes, value.data(), value.size());
  const ByteSpan all(*bytes);
  if (text) copy.offsets = Buffer(all.first(sizeof offsets), bytes);
  if (!valid) copy.validity = Buffer(all.subspan(sizeof offsets, 1), bytes);
  copy.values = Buffer(all.subspan(kHeadBytes), bytes);
  return copy;
}

std::string value_text(const Column& column, int64_t row) {
  constexpr size_t kShownBytesMax = 40;
  const Places places(column);
  const Column& values = places.values;
  const int64_t at = places.of(row);
  const TypeKind kind = column.type.kind();
  const size_t width = fixed_width(column.type);
  std::string text;
  switch (kind) {
    case TypeKind::boolean: return bit_of(values, at) ? "true" : "false";
    // In memory they are narrower than in a file, whose form is what bound_text knows.
    case TypeKind::int8: return std::to_string(values.data<int8_t>()[at]);
    case TypeKind::int16: return std::to_string(values.data<int16_t>()[at]);
    case TypeKind::uint8: return std::to_string(values.data<uint8_t>()[at]);
    case TypeKind::uint16: return std::to_string(values.data<uint16_t>()[at]);
    case TypeKind::decimal:
      append_decimal(from_little_endian(fixed_at(values, at, width).data(), width), column.type.scale(), text);
      return text;
    default: break;
  }
  if (!is_text(kind)) return bound_text(column.type, fixed_at(values, at, width)).value_or("");
  const std::string_view whole = text_at(values, at);
  const std::string_view shown = utf8_prefix(whole, kShownBytesMax);
  append_json_string(bound_text(column.type, shown).value_or(""), text);
  return shown.size() < whole.size() ? text + "..." : text;
}

}  // namespace sluice
