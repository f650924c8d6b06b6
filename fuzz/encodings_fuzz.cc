// Any bytes as the values of a page: the first byte is the kind of column, the second one the encoding, the third one
// how many values; each of the next four says how many are read, or skipped, at a time. Whatever the steps are, the
// values are the same ones, or the page is faulty at any steps; and where they are stored as they are in memory, they
// are those that a slow reader finds.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bits.h"
#include "pages/page_fault.h"
#include "pages/value_reader.h"
#include "slow_values.h"
#include "target.h"

namespace sluice::encodings_fuzz {
namespace {

struct Kind {
  Type type;
  PhysicalType carrier;
  int32_t length = 0;
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{{boolean(), PhysicalType::boolean},
                                     {int8(), PhysicalType::int32},
                                     {int32(), PhysicalType::int32},
                                     {int64(), PhysicalType::int64},
                                     {timestamp(TimeUnit::second), PhysicalType::int64},
                                     {timestamp(TimeUnit::microsecond), PhysicalType::int96},
                                     {float32(), PhysicalType::float_},
                                     {float64(), PhysicalType::double_},
                                     {string(), PhysicalType::byte_array},
                                     {decimal(30, 2), PhysicalType::byte_array},
                                     {fixed(5), PhysicalType::fixed_len_byte_array, 5},
                                     {uuid(), PhysicalType::fixed_len_byte_array, 16},
                                     {decimal(9, 2), PhysicalType::fixed_len_byte_array, 5},
                                     {binary(), PhysicalType::fixed_len_byte_array, 0}};
  return all;
}

LeafForm form_of(const Kind& kind) {
  SchemaElement element;
  element.type = kind.carrier;
  element.type_length = kind.length;
  return leaf_form(element, kind.type, Int96Unit::microsecond, InvalidText::error);
}

/// Three entries, whatever the type: of ones, of twos, of threes.
fuzz::SlowValues dictionary_of(const LeafForm& form) {
  const size_t size = form.carrier == PhysicalType::byte_array ? 2 : form.stored_width;
  fuzz::SlowValues entries;
  for (const char byte : {1, 2, 3}) entries.emplace_back(size, form.is_same() ? byte : '\0');
  return entries;
}

DictionaryEntries entries_of(const LeafForm& form, const std::shared_ptr<BufferPool>& pool) {
  std::string plain;
  for (const std::string& entry : dictionary_of(form)) {
    if (form.carrier == PhysicalType::byte_array) plain += fuzz::bytes_of(entry.size(), sizeof(uint32_t));
    plain += entry;
  }
  return read_dictionary(form, 3, as_bytes(plain), pool);
}

void expect(bool holds) {
  if (!holds) std::abort();
}

struct Values {
  std::vector<int32_t> sizes;  ///< of texts
  std::string bytes;           ///< of all, one behind the other

  friend bool operator==(const Values& a, const Values& b) = default;
};

void append(const Column& column, const LeafForm& form, Values& to) {
  const auto bytes = as_text(column.values.bytes());
  switch (form.layout) {
    case ValueLayout::text:
      for (int64_t i = 0; i < column.length; ++i)
        to.sizes.push_back(column.offsets_data()[i + 1] - column.offsets_data()[i]);
      expect(bytes.size() == static_cast<size_t>(column.offsets_data()[column.length]));
      to.bytes += bytes;
      break;
    case ValueLayout::bits:
      for (int64_t i = 0; i < column.length; ++i) to.bytes += static_cast<char>(bit_at(column.values.as<uint8_t>(), i));
      break;
    default: expect(bytes.size() == static_cast<size_t>(column.length) * form.width); to.bytes += bytes;
  }
}

/// Nothing where the page is faulty. Without steps, all values at once.
std::optional<Values> read_values(const LeafForm& form, Encoding encoding, ByteSpan page, size_t count,
                                  ByteSpan steps) {
  const auto pool = std::make_shared<BufferPool>(100'000);
  Values values;
  try {
    const auto reader = make_value_reader(form, encoding, page, count, entries_of(form, pool));
    LeafBuffers buffers(form, pool, false);
    for (size_t at = 0, step = 0; at < count; ++step) {
      const size_t wanted = steps.empty() ? count : std::to_integer<size_t>(steps[step % steps.size()]) * 3 + 1;
      const size_t taken = reader->read(std::min(wanted, count - at), 1 << 20, buffers);
      expect(taken > 0);
      at += taken;
      append(buffers.finish(), form, values);
    }
    (void)reader->bytes_left();
  } catch (const PageFault&) {
    return std::nullopt;
  }
  return values;
}

/// Requires values that are stored as they are in memory, and an encoding that they may have.
Values slow_values(const LeafForm& form, Encoding encoding, ByteSpan page, size_t count) {
  Values values;
  for (const std::string& value :
       fuzz::slow_values(form.carrier, form.stored_width, encoding, page, count, dictionary_of(form))) {
    if (form.layout == ValueLayout::text) values.sizes.push_back(static_cast<int32_t>(value.size()));
    values.bytes += value;
  }
  return values;
}

/// Skips as far as it goes.
void skip_values(const LeafForm& form, Encoding encoding, ByteSpan page, size_t count, ByteSpan steps) {
  const auto pool = std::make_shared<BufferPool>(0);
  try {
    const auto reader = make_value_reader(form, encoding, page, count, entries_of(form, pool));
    LeafBuffers buffers(form, pool, true);
    for (size_t at = 0, step = 0; at < count; ++step) {
      const size_t wanted = std::min(std::to_integer<size_t>(steps[step % steps.size()]) + 1, count - at);
      reader->skip(wanted);
      at += wanted;
      if (at < count) at += reader->read(1, 1 << 20, buffers);
    }
    buffers.finish();
  } catch (const PageFault&) {
    return;
  }
}

void run(ByteSpan input) {
  if (input.size() < 7) return;
  const LeafForm form = form_of(kinds()[std::to_integer<size_t>(input[0]) % kinds().size()]);
  const auto encoding = static_cast<Encoding>(std::to_integer<int>(input[1]) % 10);
  const size_t count = std::to_integer<size_t>(input[2]) * 16 + 1;
  const ByteSpan page = input.subspan(7);
  const ByteSpan steps = input.subspan(3, 4);
  const auto whole = read_values(form, encoding, page, count, {});
  const auto in_steps = read_values(form, encoding, page, count, steps);
  expect(whole == in_steps);
  // A slow reader that ends early throws what nobody catches.
  if (whole && form.is_same()) expect(*whole == slow_values(form, encoding, page, count));
  skip_values(form, encoding, page, count, steps);
}

const fuzz::Registered kTarget("encodings", run);

}  // namespace
}  // namespace sluice::encodings_fuzz
