// Values against tests, 64 rows at a time: a word of the bitmap in, a word out.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "base/bits.h"
#include "base/bytes.h"
#include "base/float16.h"
#include "columns/literal_order.h"
#include "columns/selection.h"
#include "columns/value_condition.h"
#include "columns/value_order.h"
#include "columns/widths.h"

namespace sluice {
namespace {

template <typename T>
bool is_nan(const T& value) {
  if constexpr (std::is_floating_point_v<T>)
    return value != value;
  else
    return false;
}

/// Reads what is stored as S, as the value that it is compared as.
template <typename S>
auto value_at(const std::byte* values, size_t index) {
  const S stored = load<S>(values + index * sizeof(S));
  if constexpr (std::is_same_v<S, Float16>)
    return from_float16(stored.bits);
  else
    return stored;
}

/// `count`: a constant for all but the last block, so that the loop is unrolled.
template <typename S, typename T, typename Count>
uint64_t passing_word(const NumberTest<T>& test, const std::byte* values, Count count) {
  uint8_t passes[64] = {};
  // No branches, so that many are compared at once. Nothing is within bounds that are NaN, nor is NaN within any.
  for (size_t i = 0; i < count; ++i) {
    const T value = value_at<S>(values, i);
    const int within = static_cast<int>(!is_below(value, test.low)) & static_cast<int>(!is_below(test.high, value));
    const int number = static_cast<int>(!is_nan(value));
    passes[i] = static_cast<uint8_t>((within & number) | (static_cast<int>(test.passes_nan) & ~number & 1));
  }
  return pack_flags(passes);
}

template <typename T>
bool is_point(const NumberTest<T>& test, const T& value) {
  return std::binary_search(test.points.begin(), test.points.end(), value, is_below<T>);
}

template <typename S, typename T>
void keep_numbers(const NumberTest<T>& test, const Column& column, std::span<uint64_t> rows) {
  const std::byte* values = column.values.bytes().data() + static_cast<size_t>(column.offset) * sizeof(S);
  auto left = static_cast<size_t>(column.length);
  for (uint64_t& word : rows) {
    const size_t count = std::min<size_t>(left, 64);
    if (word != 0) {
      uint64_t passing = count == 64 ? passing_word<S>(test, values, std::integral_constant<size_t, 64>())
                                     : passing_word<S>(test, values, count);
      // What is between the lowest and the highest point is looked up.
      for (uint64_t todo = test.points.empty() ? 0 : passing & word; todo != 0; todo &= todo - 1) {
        const auto bit = static_cast<size_t>(std::countr_zero(todo));
        const T value = value_at<S>(values, bit);
        if (!is_nan(value) && !is_point(test, value)) passing &= ~(uint64_t{1} << bit);
      }
      word &= test.negated ? ~passing : passing;
    }
    values += count * sizeof(S);
    left -= count;
  }
}

void keep_booleans(const BooleanTest& test, const Column& column, std::span<uint64_t> rows) {
  const uint64_t if_false = test.passes_false ? ~uint64_t{0} : 0;
  const uint64_t if_true = test.passes_true ? ~uint64_t{0} : 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const int64_t row = static_cast<int64_t>(i) * 64;
    const auto count = static_cast<size_t>(std::min<int64_t>(column.length - row, 64));
    const uint64_t values = bits_at(column.values.as<uint8_t>(), column.offset + row, count);
    rows[i] &= (values & if_true) | (~values & if_false);
  }
}

/// Asks `passes` for each row that is still in.
template <typename Passes>
void keep_each(std::span<uint64_t> rows, Passes passes) {
  for (size_t i = 0; i < rows.size(); ++i)
    for (uint64_t todo = rows[i]; todo != 0; todo &= todo - 1) {
      const int bit = std::countr_zero(todo);
      const bool stays = passes(static_cast<int64_t>(i) * 64 + bit);
      rows[i] &= ~(uint64_t{!stays} << bit);
    }
}

/// `bytes_at`: the bytes of a row's value.
template <typename BytesAt>
void keep_bytes(const BytesTest& test, std::span<uint64_t> rows, BytesAt bytes_at) {
  const std::string_view value = test.values.front();
  const auto is_one = [&](std::string_view bytes) {
    return std::binary_search(test.values.begin(), test.values.end(), bytes, std::less<>());
  };
  const bool several = test.values.size() > 1;
  switch (test.comparison) {
    case Comparison::equal:
      if (several) return keep_each(rows, [&](int64_t row) { return is_one(bytes_at(row)); });
      return keep_each(rows, [&](int64_t row) { return bytes_at(row) == value; });
    case Comparison::not_equal:
      if (several) return keep_each(rows, [&](int64_t row) { return !is_one(bytes_at(row)); });
      return keep_each(rows, [&](int64_t row) { return bytes_at(row) != value; });
    case Comparison::less: return keep_each(rows, [&](int64_t row) { return bytes_at(row) < value; });
    case Comparison::less_equal: return keep_each(rows, [&](int64_t row) { return bytes_at(row) <= value; });
    case Comparison::greater: return keep_each(rows, [&](int64_t row) { return bytes_at(row) > value; });
    case Comparison::greater_equal: return keep_each(rows, [&](int64_t row) { return bytes_at(row) >= value; });
  }
}

/// What gives the text of a row. Requires a column of text.
auto texts_of(const Column& column) {
  return [offsets = column.offsets_data(), text = column.values.as<char>()](int64_t row) {
    return std::string_view(text + offsets[row], static_cast<size_t>(offsets[row + 1] - offsets[row]));
  };
}

void keep_bytes(const BytesTest& test, const Column& column, std::span<uint64_t> rows) {
  if (is_text(column.type.kind())) return keep_bytes(test, rows, texts_of(column));
  const size_t width = fixed_width(column.type);
  const char* const values = column.values.as<char>() + static_cast<size_t>(column.offset) * width;
  keep_bytes(test, rows,
             [=](int64_t row) { return std::string_view(values + static_cast<size_t>(row) * width, width); });
}

/// What std::visit calls, one for each kind of test.
struct Keeper {
  const Column& column;
  std::span<uint64_t> rows;

  void operator()(const NoValue&) const { std::ranges::fill(rows, uint64_t{0}); }
  void operator()(const AnyValue&) const {}
  void operator()(const BooleanTest& test) const { keep_booleans(test, column, rows); }
  void operator()(const BytesTest& test) const { keep_bytes(test, column, rows); }
  void operator()(const LikeTest& test) const {
    keep_each(rows,
              [&, text_of = texts_of(column)](int64_t row) { return is_like(test, text_of(row)) != test.negated; });
  }
  void operator()(const Float16Test& test) const { keep_numbers<Float16>(test.test, column, rows); }
  template <typename T>
  void operator()(const NumberTest<T>& test) const {
    keep_numbers<T>(test, column, rows);
  }
};

}  // namespace

void keep_passing(const ValueTest& test, const Column& column, std::span<uint64_t> rows) {
  std::visit(Keeper{column, rows}, test);
}

}  // namespace sluice
