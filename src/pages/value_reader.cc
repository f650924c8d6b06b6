#include "pages/value_reader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "columns/builder.h"
#include "pages/page_fault.h"
#include "pages/value_decoders.h"

namespace sluice {
namespace {

// All of them are the same one, and take no bytes: that a page announces more says nothing about a need for them.
constexpr size_t kEmptyEntriesMax = 65'536;

[[noreturn]] void refuse_encoding(const LeafForm& form, Encoding encoding) {
  const std::string_view name = to_string(encoding);
  const std::string number = std::to_string(static_cast<int32_t>(encoding));
  if (name == "unknown")
    throw PageFault("values in the encoding " + number + ", which Sluice does not know", PageFault::Kind::unsupported);
  throw PageFault(std::string(to_string(form.carrier)) + " in the encoding " + std::string(name) +
                  ", which it never has");
}

std::unique_ptr<ValueReader> make_text_reader(Encoding encoding, ByteSpan values, size_t values_max) {
  switch (encoding) {
    case Encoding::plain: return make_plain_text_reader(values);
    case Encoding::delta_length_byte_array: return make_delta_length_reader(values, values_max);
    case Encoding::delta_byte_array: return make_delta_text_reader(values, values_max);
    default: return nullptr;
  }
}

std::unique_ptr<ValueReader> make_boolean_reader(Encoding encoding, ByteSpan values) {
  if (encoding == Encoding::plain) return make_plain_boolean_reader(values);
  return encoding == Encoding::rle ? make_boolean_run_reader(values) : nullptr;
}

/// FIXED_LEN_BYTE_ARRAY of length 0.
std::unique_ptr<ValueReader> make_empty_reader(Encoding encoding, ByteSpan values, size_t values_max) {
  if (encoding == Encoding::delta_byte_array) return make_delta_text_reader(values, values_max);
  const bool is_flat = encoding == Encoding::plain || encoding == Encoding::byte_stream_split;
  return is_flat ? make_empty_text_reader(values) : nullptr;
}

/// Numbers, and bytes of fixed length above 0.
std::unique_ptr<ValueReader> make_fixed_reader(const LeafForm& form, Encoding encoding, ByteSpan values,
                                               size_t values_max) {
  const PhysicalType carrier = form.carrier;
  switch (encoding) {
    case Encoding::plain: return make_plain_fixed_reader(form, values);
    case Encoding::byte_stream_split: return carrier != PhysicalType::int96 ? make_split_reader(form, values) : nullptr;
    case Encoding::delta_binary_packed:
      if (carrier != PhysicalType::int32 && carrier != PhysicalType::int64) return nullptr;
      return make_delta_reader(form, values, values_max);
    case Encoding::delta_byte_array:
      if (carrier != PhysicalType::fixed_len_byte_array) return nullptr;
      return make_text_converter(form, make_delta_text_reader(values, values_max));
    default: return nullptr;
  }
}

std::unique_ptr<ValueReader> choose_reader(const LeafForm& form, Encoding encoding, ByteSpan values,
                                           size_t values_max) {
  if (form.layout == ValueLayout::none) return make_null_reader();
  if (form.carrier == PhysicalType::boolean) return make_boolean_reader(encoding, values);
  if (form.carrier == PhysicalType::byte_array) {
    std::unique_ptr<ValueReader> texts = make_text_reader(encoding, values, values_max);
    return texts && form.layout != ValueLayout::text ? make_text_converter(form, std::move(texts)) : std::move(texts);
  }
  if (form.stored_width == 0) return make_empty_reader(encoding, values, values_max);
  return make_fixed_reader(form, encoding, values, values_max);
}

/// Whether as many entries can stand in so many bytes: asked before there is room made for them.
bool can_hold(const LeafForm& form, size_t entries, size_t bytes) {
  if (form.carrier == PhysicalType::byte_array) return entries <= bytes / sizeof(uint32_t);
  if (form.stored_width == 0) return bytes == 0 && entries <= kEmptyEntriesMax;
  return bytes % form.stored_width == 0 && bytes / form.stored_width == entries;
}

}  // namespace

// In runs of places that stand side by side.
size_t ValueReader::read_at(std::span<const uint32_t> places, size_t count, uint64_t bytes_max, LeafBuffers& to) {
  const uint64_t bytes_before = to.value_bytes();
  size_t done = 0;
  size_t at = 0;
  while (done < places.size()) {
    skip(places[done] - at);
    at = places[done];
    const uint64_t used = to.value_bytes() - bytes_before;
    if (done > 0 && used >= bytes_max) return done;
    size_t run = 1;
    while (done + run < places.size() && places[done + run] == places[done] + run) ++run;
    const size_t found = read(run, bytes_max - std::min(used, bytes_max), to);
    done += found;
    at += found;
    if (found < run) return done;
  }
  skip(count - at);
  return done;
}

void refuse_missing_values(size_t missing) {
  throw PageFault("the page ends before its last " + std::to_string(missing) + " values");
}

void refuse_announced_values(uint64_t announced, size_t values_max) {
  throw PageFault("an encoding that announces " + std::to_string(announced) + " values in a page of " +
                  std::to_string(values_max));
}

void convert_values(const LeafForm& form, const std::byte* stored, size_t count, std::byte* to) {
  if (count == 0) return;
  if (form.is_same()) {
    std::memcpy(to, stored, count * form.stored_width);
    return;
  }
  const size_t good = form.converts(form, stored, count, to);
  if (good < count) throw unrepresentable(form, {stored + good * form.stored_width, form.stored_width});
}

std::unique_ptr<ValueReader> make_value_reader(const LeafForm& form, Encoding encoding, ByteSpan values,
                                               size_t values_max, const DictionaryEntries& dictionary) {
  const bool is_indexed = encoding == Encoding::plain_dictionary || encoding == Encoding::rle_dictionary;
  if (is_indexed && form.layout != ValueLayout::none && form.layout != ValueLayout::bits)
    return make_index_reader(values, dictionary);
  std::unique_ptr<ValueReader> reader = choose_reader(form, encoding, values, values_max);
  if (!reader) refuse_encoding(form, encoding);
  return reader;
}

DictionaryEntries read_dictionary(const LeafForm& form, size_t entries, ByteSpan plain,
                                  const std::shared_ptr<BufferPool>& pool) {
  if (form.layout == ValueLayout::none || form.layout == ValueLayout::bits) return nullptr;
  if (!can_hold(form, entries, plain.size()))
    throw PageFault("a dictionary of " + std::to_string(entries) + " entries in " + std::to_string(plain.size()) +
                    " bytes");
  LeafBuffers buffers(form, pool, false);
  const std::unique_ptr<ValueReader> reader = choose_reader(form, Encoding::plain, plain, entries);
  if (entries > 0 && reader->read(entries, LeafBuffers::kNoLimit, buffers) < entries)
    throw PageFault("a dictionary of more than 2^31-1 bytes of text", PageFault::Kind::unsupported);
  if (reader->bytes_left() > 0)
    throw PageFault(std::to_string(reader->bytes_left()) + " bytes behind the " + std::to_string(entries) +
                    " entries of the dictionary");
  try {
    return std::make_shared<const Column>(buffers.finish());
  } catch (const TextFault& fault) {
    throw PageFault("the dictionary's entry " + std::to_string(fault.position()) + " is not UTF-8");
  }
}

std::optional<Column> read_bound(const LeafForm& form, std::string_view plain) {
  const bool has_width = form.layout == ValueLayout::bits || form.stored_width > 0;
  const size_t width = form.layout == ValueLayout::bits ? 1 : form.stored_width;
  if (form.layout == ValueLayout::none || plain.size() > INT32_MAX || (has_width && plain.size() != width))
    return std::nullopt;
  Column column;
  column.type = form.type;
  column.length = 1;
  const int32_t offsets[] = {0, static_cast<int32_t>(plain.size())};
  const auto* const stored = reinterpret_cast<const std::byte*>(plain.data());
  Bytes values;
  if (form.layout == ValueLayout::text) {
    Bytes ends;
    ends.append(offsets, sizeof offsets);
    column.offsets = to_buffer(std::move(ends));
    values.append(plain);
  } else if (form.layout == ValueLayout::bits) {
    values.push_back(plain[0] != 0);
  } else if (form.is_same()) {
    values.append(plain);
  } else {
    values.resize(form.width);
    const size_t good = form.converts_texts != nullptr ? form.converts_texts(form, offsets, stored, 1, values.data())
                                                       : form.converts(form, stored, 1, values.data());
    if (good < 1) return std::nullopt;
  }
  column.values = to_buffer(std::move(values));
  return column;
}

}  // namespace sluice
