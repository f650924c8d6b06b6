#include "pages/value_check.h"

#include <simdjson.h>

#include <array>

#include "base/calendar.h"
#include "base/decimal.h"
#include "base/json_grammar.h"
#include "base/utf8.h"
#include "columns/checked_json.h"
#include "columns/dictionary_form.h"
#include "columns/widths.h"
#include "sluice/error.h"

namespace sluice {

namespace {

__extension__ typedef unsigned __int128 uint128;

int64_t position_of(const ValueSelection& values, size_t index) {
  return values.positions != nullptr ? values.positions[index] : values.begin + static_cast<int64_t>(index);
}

std::string_view text_at(const Column& column, int64_t position) {
  const int32_t* offsets = column.offsets_data() + position;
  return {column.values.as<char>() + offsets[0], static_cast<size_t>(offsets[1] - offsets[0])};
}

/// So many rows for each that has a value are looked at together: what the others leave between them is mostly nothing.
constexpr uint64_t kRowsOfValueMax = 16;

/// Whether the texts [first, end) are UTF-8, what lies between those that are selected included: one pass over bytes
/// back to back is many times faster than one for each text.
bool is_utf8_together(const Column& column, int64_t first, int64_t end) {
  const int32_t* offsets = column.offsets_data();
  const auto* bytes = column.values.as<char>();
  const auto size = static_cast<size_t>(offsets[end] - offsets[first]);
  if (is_ascii({bytes + offsets[first], size})) return true;
  // With the widest instructions that the machine has: letters beyond ASCII cost no more than others.
  if (size > 0 && !simdjson::validate_utf8(bytes + offsets[first], size)) return false;
  // No text may begin in the middle of a character.
  bool within = false;
  for (int64_t i = first; i < end; ++i)
    within |= offsets[i] < offsets[end] && (static_cast<unsigned char>(bytes[offsets[i]]) & 0xC0) == 0x80;
  return !within;
}

std::optional<size_t> find_no_utf8(const Column& column, const ValueSelection& values) {
  const int64_t first = position_of(values, 0);
  const int64_t end = position_of(values, values.count - 1) + 1;
  const bool is_dense = static_cast<uint64_t>(end - first) <= kRowsOfValueMax * values.count;
  if (is_dense && is_utf8_together(column, first, end)) return std::nullopt;
  for (size_t i = 0; i < values.count; ++i)
    if (!is_utf8(text_at(column, position_of(values, i)))) return i;
  return std::nullopt;
}

std::optional<size_t> find_no_json(const Column& column, const ValueSelection& values) {
  JsonGrammar grammar;
  for (size_t i = 0; i < values.count; ++i)
    if (grammar.find_fault(text_at(column, position_of(values, i)))) return i;
  return std::nullopt;
}

/// Of 16 bytes: |value| < bound, as one comparison of value + bound - 1 with 2 * bound - 1.
std::optional<size_t> find_long_128(const Column& column, const ValueSelection& values, int precision) {
  uint128 bound = 1;
  for (int i = 0; i < precision; ++i) bound *= 10;
  const auto* from = column.data<std::array<uint64_t, 2>>();
  const auto fits = [&](size_t i) {
    const auto [low, high] = from[position_of(values, i)];
    return (static_cast<uint128>(high) << 64 | low) + (bound - 1) < 2 * bound - 1;
  };
  bool all = true;
  for (size_t i = 0; i < values.count; ++i) all &= fits(i);
  for (size_t i = 0; !all && i < values.count; ++i)
    if (!fits(i)) return i;
  return std::nullopt;
}

std::optional<size_t> find_long_256(const Column& column, const ValueSelection& values, int precision) {
  const auto* from = column.data<Int256>();
  for (size_t i = 0; i < values.count; ++i)
    if (!has_digits(from[position_of(values, i)], precision)) return i;
  return std::nullopt;
}

template <typename Ticks>
std::optional<size_t> find_no_time(const Column& column, const ValueSelection& values) {
  const int64_t ticks_of_day = kSecondsPerDay * ticks_per_second(column.type.unit());
  const Ticks* from = column.data<Ticks>();
  for (size_t i = 0; i < values.count; ++i) {
    const int64_t ticks = from[position_of(values, i)];
    if (ticks < 0 || ticks >= ticks_of_day) return i;
  }
  return std::nullopt;
}

std::optional<size_t> find_bad(const Column& column, const ValueSelection& values) {
  const Type& type = column.type;
  if (values.count == 0) return std::nullopt;
  if (type.kind() == TypeKind::json && is_checked_json(column)) return std::nullopt;
  if (is_utf8_text(type.kind())) {
    const auto no_text = find_no_utf8(column, values);
    return no_text || type.kind() != TypeKind::json ? no_text : find_no_json(column, values);
  }
  if (type.kind() == TypeKind::decimal)
    return fixed_width(type) == sizeof(Int256) ? find_long_256(column, values, type.precision())
                                               : find_long_128(column, values, type.precision());
  if (type.kind() == TypeKind::time)
    return fixed_width(type) == sizeof(int32_t) ? find_no_time<int32_t>(column, values)
                                                : find_no_time<int64_t>(column, values);
  return std::nullopt;
}

std::string describe_text(std::string_view text, const Type& type) {
  const std::string of_type = ", in a column of type " + to_text(type);
  const auto from = [&](size_t byte) { return " from its byte " + std::to_string(byte) + " on" + of_type; };
  if (!is_utf8(text)) return "text that is not UTF-8" + from(utf8_valid_bytes(text));
  const size_t fault = JsonGrammar().find_fault(text).value_or(text.size());
  if (fault < text.size()) return "text that is not JSON" + from(fault);
  return "text of " + std::to_string(text.size()) + " bytes that ends before its JSON does" + of_type;
}

/// The row of the slice that holds its value `value`.
int64_t row_of(const LeafSlice& slice, size_t value, uint8_t definition_level_max) {
  int64_t row = -1;
  size_t seen = 0;
  for (size_t slot = 0; slot < slice.slots; ++slot) {
    row += slice.repetition == nullptr || slice.repetition[slot] == 0;
    if (slice.definition != nullptr && slice.definition[slot] != definition_level_max) continue;
    if (seen++ == value) break;
  }
  return row;
}

}  // namespace

void ValueCheck::check(const LeafSlice& slice) {
  const std::optional<size_t> bad =
      slice.column->dictionary ? find_bad_entry(slice) : find_bad(*slice.column, slice.values);
  if (bad) refuse(slice, *bad);
  rows_ += slice.rows;
}

// A dictionary is looked at once as a whole. An entry that is bad does no harm while no row has it.
std::optional<size_t> ValueCheck::find_bad_entry(const LeafSlice& slice) {
  const Column& entries = *slice.column->dictionary;
  if (checked_ && is_same_dictionary(*checked_, entries)) return std::nullopt;
  if (!find_bad(entries, {0, static_cast<size_t>(entries.length), nullptr})) {
    checked_ = slice.column->dictionary;
    return std::nullopt;
  }
  for (size_t i = 0; i < slice.values.count; ++i)
    if (find_bad(entries, {slice.column->positions_data()[position_of(slice.values, i)], 1, nullptr})) return i;
  return std::nullopt;
}

std::string ValueCheck::describe(const Column& column, int64_t position) const {
  if (column.dictionary) return describe(*column.dictionary, column.positions_data()[position]);
  const Type& type = leaf_.type;
  if (is_utf8_text(type.kind())) return describe_text(text_at(column, position), type);
  if (type.kind() == TypeKind::decimal) {
    const size_t width = fixed_width(type);
    std::string text;
    append_decimal(
        from_little_endian(column.values.bytes().data() + static_cast<size_t>(column.offset + position) * width, width),
        type.scale(), text);
    return text + " has more digits than " + to_text(type);
  }
  const int64_t ticks =
      fixed_width(type) == sizeof(int32_t) ? column.data<int32_t>()[position] : column.data<int64_t>()[position];
  return std::to_string(ticks) + " " + std::string(to_string(type.unit())) +
         " is not a time of day, which ends before 24:00";
}

void ValueCheck::refuse(const LeafSlice& slice, size_t value) const {
  const int64_t row = rows_ + row_of(slice, value, leaf_.definition_level_max);
  throw Error(ErrorCode::data,
              "row " + std::to_string(row) + ": column " + leaf_.name + ": " +
                  describe(*slice.column, position_of(slice.values, value)),
              {.source = {}, .field = leaf_.name, .record = {}, .byte = {}, .row = row});
}

}  // namespace sluice
