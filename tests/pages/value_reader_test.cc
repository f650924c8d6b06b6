#include "pages/value_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "columns/column_check.h"
#include "encodings/byte_stream_split.h"
#include "encodings/delta_binary_packed.h"
#include "encodings/delta_byte_array.h"
#include "encodings/delta_length_byte_array.h"
#include "encodings/rle_boolean.h"
#include "encodings/rle_hybrid.h"
#include "pages/column_values.h"
#include "pages/page_fault.h"
#include "support/draw.h"

namespace sluice::value_reader_test {
namespace {

using test::Draw;
using test::draw_places;
using test::LeafValues;
using Texts = std::vector<std::string>;

constexpr uint64_t kSeed = 50'117;

struct Case {
  Type type;
  PhysicalType carrier;
  int32_t length = 0;  ///< of FIXED_LEN_BYTE_ARRAY
  std::vector<Encoding> encodings;
};

std::vector<Case> all_cases() {
  using enum Encoding;
  const std::vector<Encoding> ints{plain, rle_dictionary, delta_binary_packed, byte_stream_split};
  const std::vector<Encoding> floats{plain, plain_dictionary, byte_stream_split};
  const std::vector<Encoding> texts{plain, rle_dictionary, delta_length_byte_array, delta_byte_array};
  const std::vector<Encoding> fixeds{plain, rle_dictionary, delta_byte_array, byte_stream_split};
  return {{boolean(), PhysicalType::boolean, 0, {plain, rle}},
          {int8(), PhysicalType::int32, 0, ints},
          {uint16(), PhysicalType::int32, 0, ints},
          {int32(), PhysicalType::int32, 0, ints},
          {uint32(), PhysicalType::int32, 0, ints},
          {date(), PhysicalType::int32, 0, ints},
          {decimal(9, 2), PhysicalType::int32, 0, ints},
          {time(TimeUnit::second), PhysicalType::int32, 0, ints},
          {int64(), PhysicalType::int64, 0, ints},
          {timestamp(TimeUnit::microsecond), PhysicalType::int64, 0, ints},
          {timestamp(TimeUnit::second), PhysicalType::int64, 0, ints},
          {decimal(18, 0), PhysicalType::int64, 0, ints},
          {timestamp(TimeUnit::microsecond), PhysicalType::int96, 0, {plain, rle_dictionary}},
          {float32(), PhysicalType::float_, 0, floats},
          {float64(), PhysicalType::double_, 0, floats},
          {string(), PhysicalType::byte_array, 0, texts},
          {binary(), PhysicalType::byte_array, 0, texts},
          {decimal(20, 3), PhysicalType::byte_array, 0, texts},
          {decimal(50, 3), PhysicalType::byte_array, 0, texts},
          {uuid(), PhysicalType::fixed_len_byte_array, 16, fixeds},
          {float16(), PhysicalType::fixed_len_byte_array, 2, fixeds},
          {fixed(5), PhysicalType::fixed_len_byte_array, 5, fixeds},
          {fixed(1), PhysicalType::fixed_len_byte_array, 1, fixeds},
          {fixed(300), PhysicalType::fixed_len_byte_array, 300, fixeds},
          {decimal(4, 1), PhysicalType::fixed_len_byte_array, 2, fixeds},
          {decimal(18, 1), PhysicalType::fixed_len_byte_array, 8, fixeds},
          {decimal(20, 1), PhysicalType::fixed_len_byte_array, 9, fixeds},
          {decimal(38, 1), PhysicalType::fixed_len_byte_array, 16, fixeds},
          {decimal(30, 1), PhysicalType::fixed_len_byte_array, 20, fixeds},
          {decimal(60, 1), PhysicalType::fixed_len_byte_array, 26, fixeds}};
}

LeafForm form_of(const Case& c) {
  SchemaElement element;
  element.type = c.carrier;
  if (c.carrier == PhysicalType::fixed_len_byte_array) element.type_length = c.length;
  return leaf_form(element, c.type, Int96Unit::microsecond, InvalidText::error);
}

std::string bytes_of(uint64_t number, size_t width) {
  return {reinterpret_cast<const char*>(&number), std::min(width, sizeof number)};
}

/// The bytes of a stored value; of booleans "0" or "1".
std::string draw_stored(Draw& draw, const Case& c, const LeafForm& form) {
  const auto number = static_cast<uint64_t>(draw.between(-5'000, 5'000));
  switch (c.carrier) {
    case PhysicalType::boolean: return draw.chance(50) ? "1" : "0";
    case PhysicalType::int32:
    case PhysicalType::int64:
      if (c.type.kind() == TypeKind::int8) return bytes_of(static_cast<uint64_t>(draw.between(-128, 127)), 4);
      if (c.type.kind() == TypeKind::uint16) return bytes_of(draw.below(65'536), 4);
      if (!form.is_same() && c.type.kind() != TypeKind::decimal) return bytes_of(number * 1'000, form.stored_width);
      return bytes_of(draw.chance(50) ? number : draw.bits(), form.stored_width);
    case PhysicalType::int96: return bytes_of(draw.below(86'400'000'000) * 1'000, 8) + bytes_of(2'440'588 + number, 4);
    case PhysicalType::float_:
    case PhysicalType::double_: return bytes_of(draw.bits(), form.stored_width);
    default: break;
  }
  const bool is_decimal = c.type.kind() == TypeKind::decimal;
  size_t size = static_cast<size_t>(c.length);
  if (c.carrier == PhysicalType::byte_array) {
    const bool is_long = !is_decimal && draw.chance(2);
    size = is_decimal ? 1 + draw.below(form.width) : draw.below(is_long ? 70'000 : 40);
  }
  std::string text(draw.below(size + 1), 'a');  // most have a beginning in common
  while (text.size() < size)
    text += static_cast<char>(is_decimal || c.type.kind() != TypeKind::string ? draw.bits() : 'x');
  // A number of few bytes with its sign in front.
  if (is_decimal && size > form.width)
    std::fill_n(text.begin(), size - form.width, static_cast<signed char>(text[size - form.width]) < 0 ? '\xff' : '\0');
  return text;
}

/// What it becomes in memory, as plainly as can be.
std::string in_memory(const Case& c, const LeafForm& form, std::string stored) {
  const TypeKind kind = c.type.kind();
  if (c.carrier == PhysicalType::int96) {
    const auto micros = load<int64_t>(stored.data()) / 1'000;
    const int64_t days = load<int32_t>(stored.data() + 8) - 2'440'588;
    return bytes_of(static_cast<uint64_t>(days * 86'400'000'000 + micros), 8);
  }
  if (kind == TypeKind::decimal) {
    const bool is_number = c.carrier == PhysicalType::int32 || c.carrier == PhysicalType::int64;
    if (!is_number) std::reverse(stored.begin(), stored.end());
    const bool is_negative = static_cast<signed char>(stored.back()) < 0;
    stored.resize(form.width, is_negative ? '\xff' : '\0');
    return stored;
  }
  if (form.is_same()) return stored;
  if (kind == TypeKind::int8 || kind == TypeKind::uint16) return stored.substr(0, form.width);
  if (c.carrier == PhysicalType::int32) return bytes_of(static_cast<uint64_t>(load<int32_t>(stored.data()) / 1'000), 4);
  return bytes_of(static_cast<uint64_t>(load<int64_t>(stored.data()) / 1'000), 8);
}

std::string joined(const Texts& values) {
  std::string all;
  for (const std::string& value : values) all += value;
  return all;
}

std::vector<int32_t> lengths_of(const Texts& values) {
  std::vector<int32_t> lengths;
  for (const std::string& value : values) lengths.push_back(static_cast<int32_t>(value.size()));
  return lengths;
}

std::string plain_of(const Case& c, const Texts& values) {
  if (c.carrier == PhysicalType::boolean) {
    std::string bits((values.size() + 7) / 8, '\0');
    for (size_t i = 0; i < values.size(); ++i)
      if (values[i] == "1") bits[i / 8] = static_cast<char>(bits[i / 8] | 1 << i % 8);
    return bits;
  }
  if (c.carrier != PhysicalType::byte_array) return joined(values);
  std::string all;
  for (const std::string& value : values) all += bytes_of(value.size(), 4) + value;
  return all;
}

template <typename T>
void encode_deltas(const Texts& values, Bytes& out) {
  std::vector<T> numbers;
  for (const std::string& value : values) numbers.push_back(load<T>(value.data()));
  delta_binary_packed::encode(numbers, out);
}

/// Numbers values by their first places, as a writer does.
void encode_indices(const Texts& values, Texts& entries, Bytes& out) {
  std::vector<uint32_t> indices;
  for (const std::string& value : values) {
    const auto found = std::ranges::find(entries, value);
    indices.push_back(static_cast<uint32_t>(found - entries.begin()));
    if (found == entries.end()) entries.push_back(value);
  }
  const int width = entries.size() < 2 ? 0 : std::bit_width(entries.size() - 1);
  out.push_back(static_cast<uint8_t>(width));
  if (width > 0) rle_hybrid::encode(std::span<const uint32_t>(indices), width, out);
}

Bytes encoded(const Case& c, Encoding encoding, const Texts& values, Texts& entries) {
  Bytes out;
  switch (encoding) {
    case Encoding::plain: out.append(plain_of(c, values)); break;
    case Encoding::plain_dictionary:
    case Encoding::rle_dictionary: encode_indices(values, entries, out); break;
    case Encoding::rle: {
      std::vector<uint8_t> bits;
      for (const std::string& value : values) bits.push_back(value == "1");
      rle_boolean::encode(bits, out);
      break;
    }
    case Encoding::delta_binary_packed:
      c.carrier == PhysicalType::int32 ? encode_deltas<int32_t>(values, out) : encode_deltas<int64_t>(values, out);
      break;
    case Encoding::delta_length_byte_array:
      delta_length_byte_array::encode(lengths_of(values), as_bytes(joined(values)), out);
      break;
    case Encoding::delta_byte_array: delta_byte_array::encode(lengths_of(values), as_bytes(joined(values)), out); break;
    default: byte_stream_split::encode(as_bytes(joined(values)), values.empty() ? 1 : values[0].size(), out); break;
  }
  return out;
}

struct Page {
  Texts stored;
  Texts entries;
  Bytes bytes;
};

Page draw_page(Draw& draw, const Case& c, const LeafForm& form, Encoding encoding) {
  Page page;
  const auto count = static_cast<size_t>(draw.magnitude(3'000)) - 1;
  const int repeats = draw.chance(50) ? 95 : 10;
  for (size_t i = 0; i < count; ++i) {
    const bool is_old = i > 0 && draw.chance(repeats);
    page.stored.push_back(is_old ? page.stored[draw.chance(90) ? i - 1 : draw.below(i)] : draw_stored(draw, c, form));
  }
  if (c.carrier == PhysicalType::byte_array && encoding == Encoding::delta_byte_array) std::ranges::sort(page.stored);
  page.bytes = encoded(c, encoding, page.stored, page.entries);
  return page;
}

void check_column(const Column& column) {
  const Field field{"a", column.type, true};
  EXPECT_NO_THROW(ColumnCheck(column.length).check(column, field));
}

/// Reads some of the next `count` values; where the bytes end early, the place that is next has to come next.
void read_some(Draw& draw, const Case& c, const LeafForm& form, ValueReader& reader, std::span<const std::string> next,
               LeafBuffers& buffers, LeafValues& expected, size_t& at) {
  const std::vector<uint32_t> places = draw_places(draw, next.size());
  const uint64_t bytes_max = draw.chance(50) ? LeafBuffers::kNoLimit : static_cast<uint64_t>(draw.magnitude(20'000));
  const uint64_t before = buffers.value_bytes();
  const size_t found = reader.read_at(places, next.size(), bytes_max, buffers);
  ASSERT_GE(found, places.empty() ? 0u : 1u);
  ASSERT_LE(found, places.size());
  for (size_t i = 0; i < found; ++i) expected.emplace_back(in_memory(c, form, next[places[i]]));
  const bool is_held = form.layout != ValueLayout::bits && found > 1;
  EXPECT_TRUE(!is_held || buffers.value_bytes() - before - expected.back()->size() <= bytes_max);
  at += found < places.size() ? places[found] : next.size();
}

/// Reads and skips some values at a time, with nulls between them, and holds all against the model.
void read_at_random(Draw& draw, const Case& c, const LeafForm& form, ValueReader& reader, const Texts& stored,
                    LeafBuffers& buffers) {
  LeafValues expected;
  const auto check = [&] {
    const Column column = buffers.finish();
    check_column(column);
    ASSERT_EQ(test::leaf_values(column), expected);
    expected.clear();
  };
  size_t at = 0;
  while (at < stored.size()) {
    const auto count = std::min(static_cast<size_t>(draw.magnitude(1'500)), stored.size() - at);
    const uint64_t bytes_max = draw.chance(50) ? LeafBuffers::kNoLimit : static_cast<uint64_t>(draw.magnitude(50'000));
    if (draw.chance(25)) {
      reader.skip(count);
      at += count;
      continue;
    }
    if (draw.chance(30)) {
      ASSERT_NO_FATAL_FAILURE(read_some(draw, c, form, reader, {&stored[at], count}, buffers, expected, at));
      continue;
    }
    const size_t found = reader.read(count, bytes_max, buffers);
    ASSERT_GE(found, 1u);
    ASSERT_LE(found, count);
    LeafValues run;
    size_t bytes = 0;
    for (size_t i = 0; i < found; ++i) run.emplace_back(in_memory(c, form, stored[at + i]));
    for (const auto& value : run) bytes += value->size();
    if (form.layout != ValueLayout::bits && found > 1) {
      ASSERT_LE(bytes, bytes_max);
    }
    at += found;
    if (draw.chance(50)) {  // nulls between them
      const size_t nulls = draw.below(200);
      for (size_t i = 0; i < nulls; ++i)
        run.insert(run.begin() + static_cast<std::ptrdiff_t>(draw.below(run.size() + 1)), std::nullopt);
      std::vector<uint8_t> bits(run.size() / 8 + 2);
      const auto begin = static_cast<int64_t>(draw.below(8));
      for (size_t i = 0; i < run.size(); ++i) {
        const auto bit = static_cast<size_t>(begin) + i;
        if (run[i]) bits[bit / 8] = static_cast<uint8_t>(bits[bit / 8] | 1u << bit % 8);
      }
      buffers.spread(found, bits.data(), begin, run.size());
    }
    expected.insert(expected.end(), run.begin(), run.end());
    if (draw.chance(20)) {
      const size_t nulls = draw.below(100);
      buffers.add_nulls(nulls);
      expected.resize(expected.size() + nulls);
    }
    ASSERT_EQ(buffers.length(), static_cast<int64_t>(expected.size()));
    if (draw.chance(30)) check();
  }
  check();
  EXPECT_EQ(reader.bytes_left(), 0u);
}

TEST(ValueReader, AllTypesInAllEncodingsAtAnySteps) {
  const auto pool = std::make_shared<BufferPool>(1'000'000);
  for (const Case& c : all_cases()) {
    const LeafForm form = form_of(c);
    for (const Encoding encoding : c.encodings)
      for (uint64_t index = 0; index < 3; ++index) {
        Draw draw(kSeed, index);
        SCOPED_TRACE(to_text(c.type) + " in " + std::string(to_string(c.carrier)) + ", " +
                     std::string(to_string(encoding)) + ", case " + std::to_string(index));
        const Page page = draw_page(draw, c, form, encoding);
        DictionaryEntries entries;
        if (!page.entries.empty())
          entries = read_dictionary(form, page.entries.size(), as_bytes(plain_of(c, page.entries)), pool);
        const auto reader = make_value_reader(form, encoding, page.bytes, page.stored.size(), entries);
        LeafBuffers buffers(form, pool, draw.chance(50));
        read_at_random(draw, c, form, *reader, page.stored, buffers);
        if (testing::Test::HasFatalFailure()) return;
      }
  }
}

TEST(ValueReader, PagesOfSeveralKindsInOneColumn) {
  const auto pool = std::make_shared<BufferPool>(1'000'000);
  for (const Case& c : all_cases()) {
    if (std::ranges::find(c.encodings, Encoding::rle_dictionary) == c.encodings.end()) continue;
    const LeafForm form = form_of(c);
    for (uint64_t index = 0; index < 2; ++index) {
      Draw draw(kSeed + 1, index);
      SCOPED_TRACE(to_text(c.type) + " in " + std::string(to_string(c.carrier)) + ", case " + std::to_string(index));
      LeafBuffers buffers(form, pool, draw.chance(70));
      LeafValues expected;
      Texts entries;
      for (int i = 0; i < 4; ++i) {  // a dictionary, then plain, or the other way round, or two dictionaries
        const bool is_indexed = draw.chance(60);
        Page page = draw_page(draw, c, form, is_indexed ? Encoding::rle_dictionary : Encoding::plain);
        const DictionaryEntries dictionary =
            page.entries.empty()
                ? nullptr
                : read_dictionary(form, page.entries.size(), as_bytes(plain_of(c, page.entries)), pool);
        const auto reader = make_value_reader(form, is_indexed ? Encoding::rle_dictionary : Encoding::plain, page.bytes,
                                              page.stored.size(), dictionary);
        if (draw.chance(30)) {
          buffers.add_nulls(10);
          expected.resize(expected.size() + 10);
        }
        for (size_t at = 0; at < page.stored.size();)
          at += reader->read(page.stored.size() - at, LeafBuffers::kNoLimit, buffers);
        for (const std::string& value : page.stored) expected.emplace_back(in_memory(c, form, value));
      }
      const Column column = buffers.finish();
      check_column(column);
      ASSERT_EQ(test::leaf_values(column), expected);
    }
  }
}

/// Everything that one could do with a page; PageFault is the only way out.
void use_up(const LeafForm& form, Encoding encoding, ByteSpan bytes, size_t count, const DictionaryEntries& entries,
            Draw& draw) {
  const auto pool = std::make_shared<BufferPool>(1'000'000);
  LeafBuffers buffers(form, pool, draw.chance(50));
  try {
    const auto reader = make_value_reader(form, encoding, bytes, count, entries);
    for (size_t at = 0; at < count;) {
      const size_t wanted = std::min<size_t>(count - at, draw.below(600));
      if (draw.chance(20)) {
        reader->skip(wanted);
        at += wanted;
      } else if (draw.chance(20)) {
        const std::vector<uint32_t> places = draw_places(draw, wanted);
        const size_t found = reader->read_at(places, wanted, 100'000, buffers);
        at += found < places.size() ? places[found] : wanted;
      } else if (wanted > 0) {
        at += reader->read(wanted, 100'000, buffers);
      }
      if (draw.chance(30)) check_column(buffers.finish());
    }
    check_column(buffers.finish());
    (void)reader->bytes_left();
  } catch (const PageFault&) {
    (void)0;
  }
}

TEST(ValueReader, CutOffAnywhereIsAFault) {
  for (const Case& c : all_cases()) {
    const LeafForm form = form_of(c);
    for (const Encoding encoding : c.encodings) {
      Draw draw(kSeed + 2);
      const auto pool = std::make_shared<BufferPool>(0);
      Page page;
      for (int i = 0; i < 40; ++i) page.stored.push_back(draw_stored(draw, c, form));
      for (std::string& value : page.stored)
        if (c.carrier == PhysicalType::byte_array) value.resize(std::min<size_t>(value.size(), 12));
      page.bytes = encoded(c, encoding, page.stored, page.entries);
      const DictionaryEntries entries =
          page.entries.empty() ? nullptr
                               : read_dictionary(form, page.entries.size(), as_bytes(plain_of(c, page.entries)), pool);
      for (size_t size = 0; size < page.bytes.size(); size += 1 + size / 64) {
        const std::vector<std::byte> cut(page.bytes.data(), page.bytes.data() + size);
        LeafBuffers buffers(form, pool, true);
        bool is_whole = false;
        try {
          const auto reader = make_value_reader(form, encoding, cut, 40, entries);
          for (size_t at = 0; at < 40;) at += reader->read(40 - at, LeafBuffers::kNoLimit, buffers);
          is_whole = true;
        } catch (const PageFault&) {
          continue;
        }
        // Padding of the last group or miniblock may be missing.
        EXPECT_FALSE(is_whole && encoding != Encoding::delta_binary_packed && size + 8 < page.bytes.size())
            << to_text(c.type) << ", " << to_string(encoding) << ", " << size << " of " << page.bytes.size();
      }
    }
  }
}

TEST(ValueReader, DamageIsAFaultOrAnotherValue) {
  const auto cases = all_cases();
  for (uint64_t index = 0; index < 800; ++index) {
    Draw draw(kSeed + 3, index);
    const Case& c = cases[index % cases.size()];
    const LeafForm form = form_of(c);
    const Encoding encoding = c.encodings[draw.below(c.encodings.size())];
    const auto pool = std::make_shared<BufferPool>(0);
    Page page;
    const size_t count = 1 + draw.below(400);
    for (size_t i = 0; i < count; ++i) page.stored.push_back(draw_stored(draw, c, form).substr(0, 300));
    page.bytes = encoded(c, encoding, page.stored, page.entries);
    const DictionaryEntries entries =
        page.entries.empty() ? nullptr
                             : read_dictionary(form, page.entries.size(), as_bytes(plain_of(c, page.entries)), pool);
    for (int round = 0; round < 5; ++round) {
      std::vector<std::byte> damaged(page.bytes.data(), page.bytes.data() + page.bytes.size());
      if (damaged.empty()) break;
      for (uint64_t i = draw.below(4); i-- > 0;)
        damaged[draw.below(draw.chance(50) ? std::min<size_t>(damaged.size(), 12) : damaged.size())] =
            static_cast<std::byte>(draw.chance(50) ? 0xff : draw.bits());
      use_up(form, encoding, damaged, count, entries, draw);
    }
  }
}

LeafForm simple_form(const Type& type, PhysicalType carrier, int32_t length = 0) {
  return form_of({type, carrier, length, {}});
}

template <typename Work>
std::string fault_of(Work work) {
  try {
    work();
  } catch (const PageFault& fault) {
    return fault.what();
  }
  return "none";
}

TEST(ValueReader, EncodingsThatACarrierNeverHas) {
  const auto fault = [](const LeafForm& form, Encoding encoding) {
    return fault_of([&] { make_value_reader(form, encoding, {}, 0, nullptr); });
  };
  EXPECT_EQ(fault(simple_form(boolean(), PhysicalType::boolean), Encoding::rle_dictionary),
            "BOOLEAN in the encoding dictionary, which it never has");
  EXPECT_EQ(fault(simple_form(float64(), PhysicalType::double_), Encoding::delta_binary_packed),
            "DOUBLE in the encoding delta_binary_packed, which it never has");
  EXPECT_EQ(fault(simple_form(int32(), PhysicalType::int32), Encoding::rle),
            "INT32 in the encoding rle, which it never has");
  EXPECT_EQ(fault(simple_form(int32(), PhysicalType::int32), Encoding(77)),
            "values in the encoding 77, which Sluice does not know");
  EXPECT_EQ(fault(simple_form(null(), PhysicalType::int32), Encoding(77)), "none") << "nothing is stored";
}

TEST(ValueReader, IndicesWithoutEntriesAreFaults) {
  const auto pool = std::make_shared<BufferPool>(0);
  const LeafForm form = simple_form(int32(), PhysicalType::int32);
  const auto entries = read_dictionary(form, 2, as_bytes(std::string_view("\1\0\0\0\2\0\0\0", 8)), pool);
  const auto read = [&](std::string_view bytes, const DictionaryEntries& dictionary) {
    return fault_of([&] {
      LeafBuffers buffers(form, pool, true);
      make_value_reader(form, Encoding::rle_dictionary, as_bytes(bytes), 100, dictionary)->read(100, 1'000, buffers);
    });
  };
  EXPECT_EQ(read(std::string_view("\2\xC8\1\1", 4), entries), "none");
  EXPECT_EQ(read(std::string_view("\2\xC8\1\2", 4), entries), "the index 2 into a dictionary of 2 entries");
  EXPECT_EQ(read(std::string_view("\2\xC8\1\1", 4), nullptr), "the index 1 into a dictionary of 0 entries");
  EXPECT_EQ(read(std::string_view("\40\2\xff\xff\xff\xff\xC8\1\0\0\0\0", 12), entries),
            "the index 4294967295 into a dictionary of 2 entries");
  EXPECT_EQ(read(std::string_view("\41\xC8\1\1", 4), entries), "dictionary indices of 33 bits, at most 32 are");
  EXPECT_EQ(read("", entries), "the page ends before its last 100 values");
  EXPECT_EQ(read(std::string_view("\0", 1), entries), "none") << "width 0: all are entry 0";
}

TEST(ValueReader, AFewBytesForMillionsOfValues) {
  const auto pool = std::make_shared<BufferPool>(0);
  // One text of a megabyte, then three million that share all of it.
  const LeafForm form = simple_form(binary(), PhysicalType::byte_array);
  Bytes bytes;
  std::vector<int32_t> prefixes(3'000'000, 1'000'000);
  std::vector<int32_t> suffixes(prefixes.size(), 0);
  prefixes[0] = 0;
  suffixes[0] = 1'000'000;
  delta_binary_packed::encode(prefixes, bytes);
  delta_binary_packed::encode(suffixes, bytes);
  bytes.append(std::string(1'000'000, 'a'));
  const auto reader = make_value_reader(form, Encoding::delta_byte_array, bytes, prefixes.size(), nullptr);
  LeafBuffers buffers(form, pool, true);
  EXPECT_EQ(reader->read(prefixes.size(), 10'000'000, buffers), 10u);
  EXPECT_EQ(reader->read(prefixes.size(), 10, buffers), 1u);
  EXPECT_LE(buffers.bytes(), 12'000'000u);

  // The same with a dictionary, in plain form.
  const LeafForm wide = simple_form(fixed(1'000'000), PhysicalType::fixed_len_byte_array, 1'000'000);
  const auto entries = read_dictionary(wide, 1, as_bytes(std::string(1'000'000, 'a')), pool);
  const std::string run("\0", 1);
  const auto indices = make_value_reader(wide, Encoding::rle_dictionary, as_bytes(run), 1'000'000, entries);
  LeafBuffers plain(wide, pool, false);
  EXPECT_EQ(indices->read(1'000'000, 10'000'000, plain), 10u);
  EXPECT_EQ(indices->read(1'000'000, 10, plain), 1u);
}

TEST(ValueReader, TellsWhatIsBehindTheValues) {
  const auto pool = std::make_shared<BufferPool>(0);
  for (const Case& c : all_cases()) {
    const LeafForm form = form_of(c);
    for (const Encoding encoding : c.encodings) {
      if (encoding == Encoding::byte_stream_split) continue;  // it is as long as its bytes
      Draw draw(kSeed + 4);
      Page page;
      for (int i = 0; i < 9; ++i) page.stored.push_back(draw_stored(draw, c, form));
      page.bytes = encoded(c, encoding, page.stored, page.entries);
      const DictionaryEntries entries =
          page.entries.empty() ? nullptr
                               : read_dictionary(form, page.entries.size(), as_bytes(plain_of(c, page.entries)), pool);
      page.bytes.append(std::string(3, '\1'));
      const auto reader = make_value_reader(form, encoding, page.bytes, 100, entries);
      LeafBuffers buffers(form, pool, true);
      for (size_t at = 0; at < 9;) at += reader->read(9 - at, LeafBuffers::kNoLimit, buffers);
      EXPECT_EQ(reader->bytes_left(), 3u) << to_text(c.type) << ", " << to_string(encoding);
    }
  }
}

TEST(ValueReader, FixedLengthOfNothing) {
  const auto pool = std::make_shared<BufferPool>(0);
  const LeafForm form = simple_form(binary(), PhysicalType::fixed_len_byte_array, 0);
  LeafBuffers buffers(form, pool, true);
  EXPECT_EQ(make_value_reader(form, Encoding::plain, {}, 5, nullptr)->read(5, 1, buffers), 5u);
  const auto entries = read_dictionary(form, 1, {}, pool);
  EXPECT_EQ(make_value_reader(form, Encoding::rle_dictionary, as_bytes(std::string_view("\0", 1)), 5, entries)
                ->read(5, 1, buffers),
            5u);
  EXPECT_EQ(test::leaf_values(buffers.finish()), LeafValues(10, ""));
  EXPECT_NE(fault_of([&] { read_dictionary(form, 2'000'000'000, {}, pool); }), "none");
}

TEST(ReadDictionary, ExactlyItsEntries) {
  const auto pool = std::make_shared<BufferPool>(0);
  const LeafForm texts = simple_form(string(), PhysicalType::byte_array);
  const std::string two("\1\0\0\0a\0\0\0\0", 9);
  EXPECT_EQ(test::leaf_values(*read_dictionary(texts, 2, as_bytes(two), pool)), (LeafValues{"a", ""}));
  EXPECT_EQ(fault_of([&] { read_dictionary(texts, 1, as_bytes(two), pool); }),
            "4 bytes behind the 1 entries of the dictionary");
  EXPECT_EQ(fault_of([&] { read_dictionary(texts, 3, as_bytes(two), pool); }), "a dictionary of 3 entries in 9 bytes");
  EXPECT_EQ(fault_of([&] { read_dictionary(texts, 1, as_bytes(std::string_view("\1\0\0\0\xff", 5)), pool); }),
            "the dictionary's entry 0 is not UTF-8");
  const LeafForm numbers = simple_form(int64(), PhysicalType::int64);
  EXPECT_EQ(read_dictionary(numbers, 0, {}, pool)->length, 0);
  EXPECT_EQ(fault_of([&] { read_dictionary(numbers, 2, as_bytes(two), pool); }),
            "a dictionary of 2 entries in 9 bytes");
}

TEST(ReadBound, IsAValueOrNothing) {
  const auto bound = [](const Type& type, PhysicalType carrier, std::string_view plain, int32_t length = 0) {
    const auto column = read_bound(simple_form(type, carrier, length), plain);
    if (column) check_column(*column);
    return column ? test::leaf_values(*column) : LeafValues{};
  };
  using V = LeafValues;
  EXPECT_EQ(bound(int32(), PhysicalType::int32, std::string_view("\5\0\0\0", 4)), V{std::string("\5\0\0\0", 4)});
  EXPECT_EQ(bound(int8(), PhysicalType::int32, std::string_view("\5\0\0\0", 4)), V{"\5"});
  EXPECT_EQ(bound(int8(), PhysicalType::int32, std::string_view("\5\1\0\0", 4)), V{}) << "261";
  EXPECT_EQ(bound(int32(), PhysicalType::int32, "abc"), V{});
  EXPECT_EQ(bound(int32(), PhysicalType::int32, "abcde"), V{});
  EXPECT_EQ(bound(boolean(), PhysicalType::boolean, "\1"), V{"1"});
  EXPECT_EQ(bound(boolean(), PhysicalType::boolean, ""), V{});
  EXPECT_EQ(bound(string(), PhysicalType::byte_array, ""), V{""});
  EXPECT_EQ(bound(string(), PhysicalType::byte_array, "a\xc3"), V{"a\xc3"}) << "cut";
  EXPECT_EQ(bound(decimal(3, 0), PhysicalType::byte_array, "\xff"), V{std::string(16, '\xff')});
  EXPECT_EQ(bound(decimal(3, 0), PhysicalType::byte_array, ""), V{});
  EXPECT_EQ(bound(fixed(3), PhysicalType::fixed_len_byte_array, "abc", 3), V{"abc"});
  EXPECT_EQ(bound(fixed(3), PhysicalType::fixed_len_byte_array, "ab", 3), V{});
  EXPECT_EQ(bound(null(), PhysicalType::int32, "abcd"), V{});
}

}  // namespace
}  // namespace sluice::value_reader_test
