// How quickly the values of a page become a column, in every encoding: what a reader spends behind decompression.
// (Indices of a dictionary and texts as the columns of a table of orders have them.)
#include <benchmark/benchmark.h>

#include <span>
#include <string>
#include <vector>

#include "encodings/byte_stream_split.h"
#include "encodings/delta_binary_packed.h"
#include "encodings/delta_byte_array.h"
#include "encodings/delta_length_byte_array.h"
#include "encodings/rle_hybrid.h"
#include "lineitem.h"
#include "pages/value_reader.h"

namespace {

using sluice::Bytes;
using sluice::Encoding;
using sluice::LeafForm;
using sluice::PhysicalType;
using sluice::Type;
using sluice::bench::Random;

constexpr size_t kValues = 20'000;  // a page

LeafForm form_of(const Type& type, PhysicalType carrier, int32_t length = 0) {
  sluice::SchemaElement element;
  element.type = carrier;
  element.type_length = length;
  return sluice::leaf_form(element, type, sluice::Int96Unit::microsecond, sluice::InvalidText::error);
}

struct Texts {
  std::vector<int32_t> lengths;
  std::string bytes;
};

/// Words of a comment: 10 to 43 bytes, as l_comment has them.
Texts draw_texts(size_t count) {
  Random random(1);
  Texts texts;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t length = random.between(10, 43);
    texts.lengths.push_back(static_cast<int32_t>(length));
    for (uint32_t at = 0; at < length; ++at) texts.bytes += static_cast<char>(random.between('a', 'z'));
  }
  return texts;
}

Bytes plain_texts(const Texts& texts) {
  Bytes out;
  const char* from = texts.bytes.data();
  for (const int32_t length : texts.lengths) {
    out.append_value(static_cast<uint32_t>(length));
    out.append(from, static_cast<size_t>(length));
    from += length;
  }
  return out;
}

std::vector<int64_t> draw_numbers() {
  Random random(1);
  std::vector<int64_t> numbers(kValues);
  for (int64_t& number : numbers) number = random.between(0, 100'000);
  return numbers;
}

/// `nulls`: of a hundred places.
void decode(benchmark::State& state, const LeafForm& form, Encoding encoding, const Bytes& page,
            const sluice::DictionaryEntries& entries, bool dictionaries = true, uint32_t nulls = 0) {
  Random random(2);
  const size_t places = kValues * 100 / (100 - nulls);
  std::vector<uint8_t> validity(places / 8 + 1);
  size_t present = 0;
  for (size_t i = 0; i < places; ++i)
    if (present < kValues && (places - i == kValues - present || random.between(1, 100) > nulls)) {
      validity[i / 8] = static_cast<uint8_t>(validity[i / 8] | 1u << i % 8);
      ++present;
    }
  const auto pool = std::make_shared<sluice::BufferPool>(64 << 20);
  sluice::LeafBuffers buffers(form, pool, dictionaries);
  for (auto _ : state) {
    const auto reader = sluice::make_value_reader(form, encoding, page, kValues, entries);
    for (size_t at = 0; at < kValues;) at += reader->read(kValues - at, 16 << 20, buffers);
    if (nulls > 0) buffers.spread(kValues, validity.data(), 0, places);
    benchmark::DoNotOptimize(buffers.finish());
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kValues));
}

/// Indices of `width` bits that stay the same for `run` values on average.
Bytes draw_indices(int width, uint32_t run) {
  Random random(1);
  std::vector<uint32_t> indices(kValues);
  uint32_t index = 0;
  for (uint32_t& to : indices) {
    if (random.between(1, run) == 1) index = random.between(0, (1U << width) - 1);
    to = index;
  }
  Bytes out;
  out.push_back(static_cast<uint8_t>(width));
  sluice::rle_hybrid::encode(std::span<const uint32_t>(indices), width, out);
  return out;
}

sluice::DictionaryEntries draw_entries(const LeafForm& form, size_t count) {
  Bytes plain;
  if (form.layout == sluice::ValueLayout::text) {
    plain = plain_texts(draw_texts(count));
  } else {
    plain.resize(count * form.stored_width);
    for (size_t i = 0; i < plain.size(); ++i) plain.data()[i] = static_cast<std::byte>(i);
  }
  return sluice::read_dictionary(form, count, plain, std::make_shared<sluice::BufferPool>(0));
}

void indices(benchmark::State& state, const LeafForm& form, bool dictionaries) {
  const auto width = static_cast<int>(state.range(0));
  const Bytes page = draw_indices(width, static_cast<uint32_t>(state.range(1)));
  const auto entries = draw_entries(form, size_t{1} << width);
  decode(state, form, Encoding::rle_dictionary, page, entries, dictionaries);
}

void indices_int32(benchmark::State& state) { indices(state, form_of(sluice::int32(), PhysicalType::int32), true); }
void indices_int64(benchmark::State& state) { indices(state, form_of(sluice::int64(), PhysicalType::int64), true); }
void indices_text(benchmark::State& state) {
  indices(state, form_of(sluice::string(), PhysicalType::byte_array), true);
}
void indices_plain_text(benchmark::State& state) {
  indices(state, form_of(sluice::string(), PhysicalType::byte_array), false);
}
#define WIDTHS ArgNames({"width", "run"})->ArgsProduct({{1, 3, 6, 12, 16}, {1}})->Args({12, 32})->Args({12, 1'000})
BENCHMARK(indices_int32)->Name("decode/indices_int32")->WIDTHS;
BENCHMARK(indices_int64)->Name("decode/indices_int64")->WIDTHS;
BENCHMARK(indices_text)->Name("decode/indices_text")->WIDTHS;
BENCHMARK(indices_plain_text)->Name("decode/indices_plain_text")->WIDTHS;

void plain_int64(benchmark::State& state) {
  const std::vector<int64_t> numbers = draw_numbers();
  Bytes page;
  page.append(std::as_bytes(std::span(numbers)));
  decode(state, form_of(sluice::int64(), PhysicalType::int64), Encoding::plain, page, nullptr, true,
         static_cast<uint32_t>(state.range(0)));
}
BENCHMARK(plain_int64)->Name("decode/plain_int64")->ArgName("nulls")->Arg(0)->Arg(1)->Arg(50);

void plain_decimal(benchmark::State& state) {
  const auto bytes = static_cast<size_t>(state.range(0));
  Bytes page(kValues * bytes);
  for (size_t i = 0; i < page.size(); ++i) page.data()[i] = static_cast<std::byte>(i * 7);
  decode(state, form_of(sluice::decimal(4, 0), PhysicalType::fixed_len_byte_array, static_cast<int32_t>(bytes)),
         Encoding::plain, page, nullptr);
}
BENCHMARK(plain_decimal)->Name("decode/plain_decimal")->ArgName("bytes")->Arg(4)->Arg(7)->Arg(16);

void plain_text(benchmark::State& state) {
  decode(state, form_of(sluice::string(), PhysicalType::byte_array), Encoding::plain, plain_texts(draw_texts(kValues)),
         nullptr, true, static_cast<uint32_t>(state.range(0)));
}
BENCHMARK(plain_text)->Name("decode/plain_text")->ArgName("nulls")->Arg(0)->Arg(1)->Arg(50);

void delta_length_text(benchmark::State& state) {
  const Texts texts = draw_texts(kValues);
  Bytes page;
  sluice::delta_length_byte_array::encode(texts.lengths, sluice::as_bytes(texts.bytes), page);
  decode(state, form_of(sluice::string(), PhysicalType::byte_array), Encoding::delta_length_byte_array, page, nullptr);
}
BENCHMARK(delta_length_text)->Name("decode/delta_length_text");

void delta_text(benchmark::State& state) {
  const Texts texts = draw_texts(kValues);
  Bytes page;
  sluice::delta_byte_array::encode(texts.lengths, sluice::as_bytes(texts.bytes), page);
  decode(state, form_of(sluice::string(), PhysicalType::byte_array), Encoding::delta_byte_array, page, nullptr);
}
BENCHMARK(delta_text)->Name("decode/delta_text");

void delta_int64(benchmark::State& state) {
  Bytes page;
  sluice::delta_binary_packed::encode(draw_numbers(), page);
  decode(state, form_of(sluice::int64(), PhysicalType::int64), Encoding::delta_binary_packed, page, nullptr);
}
BENCHMARK(delta_int64)->Name("decode/delta_int64");

void delta_int32(benchmark::State& state) {
  const std::vector<int64_t> numbers = draw_numbers();
  Bytes page;
  sluice::delta_binary_packed::encode(std::vector<int32_t>(numbers.begin(), numbers.end()), page);
  decode(state, form_of(sluice::int32(), PhysicalType::int32), Encoding::delta_binary_packed, page, nullptr);
}
BENCHMARK(delta_int32)->Name("decode/delta_int32");

void split(benchmark::State& state) {
  const auto width = static_cast<size_t>(state.range(0));
  const std::vector<int64_t> numbers = draw_numbers();
  Bytes page;
  sluice::byte_stream_split::encode(std::as_bytes(std::span(numbers)).first(kValues * width), width, page);
  decode(
      state,
      width == 4 ? form_of(sluice::float32(), PhysicalType::float_) : form_of(sluice::float64(), PhysicalType::double_),
      Encoding::byte_stream_split, page, nullptr);
}
BENCHMARK(split)->Name("decode/split")->ArgName("width")->Arg(4)->Arg(8);

}  // namespace
