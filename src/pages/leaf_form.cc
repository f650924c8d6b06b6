// (parquet-format, LogicalTypes.md; for INT96 its "Deprecated" form of a timestamp: nanoseconds of the day, Julian
// day.)
#include "pages/leaf_form.h"

#include <algorithm>
#include <string>
#include <type_traits>

#include "base/calendar.h"
#include "columns/widths.h"

namespace sluice {
namespace {

constexpr size_t kInt96Bytes = 12;
constexpr int64_t kJulianDayOf1970 = 2'440'588;
constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr int64_t kMillisPerSecond = 1'000;

template <typename T>
T stored_at(const std::byte* stored, size_t index) {
  return load<T>(stored + index * sizeof(T));
}

/// Index of the first value for which `is_good` does not hold; `count` without one.
template <typename IsGood>
size_t first_bad(size_t count, IsGood is_good) {
  size_t i = 0;
  while (i < count && is_good(i)) ++i;
  return i;
}

/// The loop has no way out, so that the compiler uses vectors; only what does not fit is looked at twice.
template <typename Memory>
size_t narrow(const LeafForm&, const std::byte* stored, size_t count, std::byte* to) {
  auto* const out = reinterpret_cast<Memory*>(to);
  const auto fits = [&](size_t i) { return stored_at<int32_t>(stored, i) == static_cast<int32_t>(out[i]); };
  int32_t misfits = 0;
  for (size_t i = 0; i < count; ++i) {
    const auto value = stored_at<int32_t>(stored, i);
    out[i] = static_cast<Memory>(value);
    misfits |= value ^ static_cast<int32_t>(out[i]);
  }
  return misfits == 0 ? count : first_bad(count, fits);
}

/// Whole seconds of milliseconds.
template <typename T>
size_t to_seconds(const LeafForm&, const std::byte* stored, size_t count, std::byte* to) {
  auto* const out = reinterpret_cast<T*>(to);
  for (size_t i = 0; i < count; ++i) {
    const T millis = stored_at<T>(stored, i);
    out[i] = static_cast<T>(millis / kMillisPerSecond);
    if (out[i] * kMillisPerSecond != millis) return i;
  }
  return count;
}

/// An integer as a decimal of 16 bytes.
template <typename T>
size_t widen(const LeafForm&, const std::byte* stored, size_t count, std::byte* to) {
  auto* const out = reinterpret_cast<int64_t*>(to);
  for (size_t i = 0; i < count; ++i) {
    const int64_t value = stored_at<T>(stored, i);
    out[2 * i] = value;
    out[2 * i + 1] = value >> 63;
  }
  return count;
}

/// The first `count` of 1 to 8 bytes as a big-endian number with a sign.
int64_t load_big_endian(const std::byte* bytes, size_t count) {
  uint64_t word = 0;
  std::memcpy(&word, bytes, count);
  return static_cast<int64_t>(__builtin_bswap64(word)) >> (64 - 8 * count);
}

/// Two's complement, big-endian, of any length, as `width` bytes, little-endian. False where it does not fit, or is no
/// number: of no bytes.
bool to_decimal(const std::byte* bytes, size_t count, size_t width, std::byte* to) {
  if (count == 0) return false;
  const auto sign = (bytes[0] & std::byte{0x80}) != std::byte{0} ? std::byte{0xff} : std::byte{0};
  for (; count > width; --count, ++bytes)
    if (bytes[0] != sign || ((bytes[1] ^ sign) & std::byte{0x80}) != std::byte{0}) return false;
  std::reverse_copy(bytes, bytes + count, to);
  std::fill(to + count, to + width, sign);
  return true;
}

/// FIXED_LEN_BYTE_ARRAY of up to 16 bytes as a decimal of 16: two words.
size_t turn_around(const LeafForm& form, const std::byte* stored, size_t count, std::byte* to) {
  const size_t bytes = form.stored_width;
  auto* const out = reinterpret_cast<int64_t*>(to);
  if (bytes <= sizeof(int64_t)) {
    const auto put = [out](size_t i, int64_t value) { out[2 * i] = value, out[2 * i + 1] = value >> 63; };
    // Eight bytes are loaded at once, and what follows a number is shifted out: as long as so many are there.
    size_t i = 0;
    for (; (i * bytes) + sizeof(int64_t) <= count * bytes; ++i)
      put(i, static_cast<int64_t>(__builtin_bswap64(load<uint64_t>(stored + i * bytes))) >> (64 - 8 * bytes));
    for (; i < count; ++i) put(i, load_big_endian(stored + i * bytes, bytes));
    return count;
  }
  const size_t high_bytes = bytes - sizeof(int64_t);
  for (size_t i = 0; i < count; ++i) {
    const std::byte* const value = stored + i * bytes;
    out[2 * i] = static_cast<int64_t>(__builtin_bswap64(load<uint64_t>(value + high_bytes)));
    // The first eight bytes are there; those behind the high ones are shifted out.
    out[2 * i + 1] = static_cast<int64_t>(__builtin_bswap64(load<uint64_t>(value))) >> (64 - 8 * high_bytes);
  }
  return count;
}

size_t turn_around_any(const LeafForm& form, const std::byte* stored, size_t count, std::byte* to) {
  return first_bad(count, [&](size_t i) {
    return to_decimal(stored + i * form.stored_width, form.stored_width, form.width, to + i * form.width);
  });
}

size_t texts_to_decimals(const LeafForm& form, const int32_t* offsets, const std::byte* bytes, size_t count,
                         std::byte* to) {
  return first_bad(count, [&](size_t i) {
    return to_decimal(bytes + offsets[i], static_cast<size_t>(offsets[i + 1] - offsets[i]), form.width,
                      to + i * form.width);
  });
}

/// Spark makes a day and nanoseconds of microseconds by adding 2,440,588 days to them first, which overflows from about
/// the year 287,396 on: then both are negative, and the sum that overflows again is what was meant.
size_t to_timestamps(const LeafForm& form, const std::byte* stored, size_t count, std::byte* to) {
  const int64_t ticks_per_day = kSecondsPerDay * ticks_per_second(form.type.unit());
  const int64_t nanos_per_tick = kNanosPerSecond / ticks_per_second(form.type.unit());
  const bool may_overflow = form.type.unit() == TimeUnit::microsecond;
  auto* const out = reinterpret_cast<int64_t*>(to);
  return first_bad(count, [&](size_t i) {
    const auto nanos = load<int64_t>(stored + i * kInt96Bytes);
    const auto day = load<int32_t>(stored + i * kInt96Bytes + sizeof nanos);
    int64_t ticks = 0;  // the builtins put down what is left of a sum that overflows
    const bool of_days = __builtin_mul_overflow(day - kJulianDayOf1970, ticks_per_day, &ticks);
    const bool of_sum = __builtin_add_overflow(ticks, nanos / nanos_per_tick, &out[i]);
    const bool is_of_spark = may_overflow && nanos < 0 && day < 0;
    return nanos % nanos_per_tick == 0 && (!(of_days || of_sum) || is_of_spark);
  });
}

void use_int32(LeafForm& form) {
  form.stored_width = sizeof(int32_t);
  switch (form.type.kind()) {
    case TypeKind::int8: form.converts = narrow<int8_t>; break;
    case TypeKind::int16: form.converts = narrow<int16_t>; break;
    case TypeKind::uint8: form.converts = narrow<uint8_t>; break;
    case TypeKind::uint16: form.converts = narrow<uint16_t>; break;
    case TypeKind::decimal: form.converts = widen<int32_t>; break;
    case TypeKind::time:
      if (form.type.unit() == TimeUnit::second) form.converts = to_seconds<int32_t>;
      break;
    default: break;
  }
}

void use_int64(LeafForm& form) {
  form.stored_width = sizeof(int64_t);
  if (form.type.kind() == TypeKind::decimal) form.converts = widen<int64_t>;
  // A duration has no annotation: its seconds are stored as such.
  if (form.type.kind() == TypeKind::timestamp && form.type.unit() == TimeUnit::second)
    form.converts = to_seconds<int64_t>;
}

void use_fixed(LeafForm& form) {
  if (form.type.kind() == TypeKind::decimal)
    form.converts = form.width == 16 && form.stored_width <= 16 ? turn_around : turn_around_any;
}

/// Whether values of the type, which are `width` bytes in memory, can stand in the carrier.
bool can_bear(PhysicalType carrier, size_t stored_width, const Type& type, size_t width) {
  const TypeKind kind = type.kind();
  const bool is_decimal = kind == TypeKind::decimal;
  switch (carrier) {
    case PhysicalType::boolean: return kind == TypeKind::boolean;
    case PhysicalType::int32:
      return (kind >= TypeKind::int8 && kind <= TypeKind::uint32 && width <= 4) || (is_decimal && width == 16) ||
             kind == TypeKind::date || (kind == TypeKind::time && width == 4);
    case PhysicalType::int64:
      return kind == TypeKind::int64 || kind == TypeKind::uint64 || (is_decimal && width == 16) ||
             kind == TypeKind::timestamp || kind == TypeKind::duration || (kind == TypeKind::time && width == 8);
    case PhysicalType::int96: return kind == TypeKind::timestamp;
    case PhysicalType::float_: return kind == TypeKind::float32;
    case PhysicalType::double_: return kind == TypeKind::float64;
    case PhysicalType::byte_array: return is_text(kind) || is_decimal;
    case PhysicalType::fixed_len_byte_array:
      if (is_decimal) return stored_width > 0;
      if (kind == TypeKind::binary) return stored_width == 0;
      return (kind == TypeKind::fixed || kind == TypeKind::uuid || kind == TypeKind::float16) && width == stored_width;
  }
  return false;
}

Type type_in_memory(const SchemaElement& element, const Type& type, Int96Unit int96, InvalidText invalid_text) {
  if (invalid_text == InvalidText::binary && is_utf8_text(type.kind())) return binary();
  if (element.type == PhysicalType::int96 && type.kind() == TypeKind::timestamp && int96 == Int96Unit::nanosecond)
    return timestamp(TimeUnit::nanosecond, type.zone());
  return type;
}

}  // namespace

LeafForm leaf_form(const SchemaElement& element, const Type& type, Int96Unit int96, InvalidText invalid_text) {
  LeafForm form;
  form.type = type_in_memory(element, type, int96, invalid_text);
  form.carrier = element.type.value_or(PhysicalType::int32);
  if (type.kind() == TypeKind::null) {
    form.layout = ValueLayout::none;
    return form;
  }
  const size_t width = fixed_width(form.type);
  const auto length = static_cast<size_t>(std::max(element.type_length.value_or(0), 0));
  if (!element.type || !can_bear(form.carrier, length, form.type, width))
    throw PageFault("values of type " + to_text(type) + " in the carrier " + std::string(to_string(form.carrier)) +
                        ", which Sluice does not read",
                    PageFault::Kind::unsupported);
  if (is_text(form.type.kind())) {
    form.layout = ValueLayout::text;
    form.checks_utf8 = is_utf8_text(form.type.kind());
    return form;
  }
  form.layout = form.type.kind() == TypeKind::boolean ? ValueLayout::bits : ValueLayout::fixed;
  form.width = width;
  switch (form.carrier) {
    case PhysicalType::boolean: break;
    case PhysicalType::int32: use_int32(form); break;
    case PhysicalType::int64: use_int64(form); break;
    case PhysicalType::float_:
    case PhysicalType::double_: form.stored_width = width; break;
    case PhysicalType::int96:
      form.stored_width = kInt96Bytes;
      form.converts = to_timestamps;
      break;
    case PhysicalType::byte_array: form.converts_texts = texts_to_decimals; break;
    case PhysicalType::fixed_len_byte_array:
      form.stored_width = length;
      use_fixed(form);
      break;
  }
  return form;
}

PageFault unrepresentable(const LeafForm& form, ByteSpan stored) {
  const std::string type = to_text(form.type);
  switch (form.carrier) {
    case PhysicalType::int32:
      return PageFault("the value " + std::to_string(load<int32_t>(stored.data())) + " is no " + type);
    case PhysicalType::int64:
      return PageFault("the value " + std::to_string(load<int64_t>(stored.data())) + " is no " + type);
    case PhysicalType::int96: {
      const bool is_finest = form.type.unit() == TimeUnit::nanosecond;
      const std::string hint = is_finest ? "outside of the years 1677 to 2262; read it in microseconds"
                                         : "finer than its unit, or too far away; nanoseconds may hold it (--int96 ns)";
      return PageFault("a timestamp in INT96 is no " + type + ": it is " + hint, PageFault::Kind::unsupported);
    }
    default:
      return PageFault("a number of " + std::to_string(stored.size()) + " bytes does not fit into the " +
                       std::to_string(form.width) + " of " + type);
  }
}

}  // namespace sluice
