// How quickly integers and texts become differences, are measured for it, and come back.
#include <benchmark/benchmark.h>

#include <span>
#include <string>
#include <vector>

#include "encodings/delta_binary_packed.h"
#include "encodings/delta_byte_array.h"
#include "encodings/delta_length_byte_array.h"
#include "lineitem.h"

namespace {

constexpr size_t kValues = 20'000;  // a page

// Values that climb by less than 2^width at a time.
template <typename T>
std::vector<T> climbing(int width) {
  sluice::bench::Random random(1);
  std::vector<T> values(kValues);
  uint64_t value = 0;
  for (T& to : values) to = static_cast<T>(value += random.next() >> (64 - width));
  return values;
}

template <typename T>
void count_bytes(benchmark::State& state) {
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * kValues * sizeof(T)));
}

template <typename T>
void encode(benchmark::State& state) {
  const std::vector<T> values = climbing<T>(static_cast<int>(state.range(0)));
  sluice::Bytes out;
  for (auto _ : state) {
    out.clear();
    sluice::delta_binary_packed::encode(values, out);
    benchmark::DoNotOptimize(out.data());
  }
  count_bytes<T>(state);
}

template <typename T>
void measure(benchmark::State& state) {
  const std::vector<T> values = climbing<T>(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(sluice::delta_binary_packed::encoded_bytes(values));
  count_bytes<T>(state);
}

template <typename T>
void decode(benchmark::State& state) {
  std::vector<T> values = climbing<T>(static_cast<int>(state.range(0)));
  sluice::Bytes bytes;
  sluice::delta_binary_packed::encode(values, bytes);
  for (auto _ : state) {
    benchmark::DoNotOptimize(sluice::delta_binary_packed::decode(bytes, std::span(values)));
    benchmark::ClobberMemory();
  }
  count_bytes<T>(state);
}

void widths(benchmark::internal::Benchmark* bench) { bench->ArgName("width")->Arg(1)->Arg(7)->Arg(20); }
BENCHMARK(encode<int32_t>)->Name("delta/encode_4_bytes")->Apply(widths);
BENCHMARK(encode<int64_t>)->Name("delta/encode_8_bytes")->Apply(widths)->Arg(45);
BENCHMARK(measure<int32_t>)->Name("delta/measure_4_bytes")->Apply(widths);
BENCHMARK(measure<int64_t>)->Name("delta/measure_8_bytes")->Apply(widths)->Arg(45);
BENCHMARK(decode<int32_t>)->Name("delta/decode_4_bytes")->Apply(widths);
BENCHMARK(decode<int64_t>)->Name("delta/decode_8_bytes")->Apply(widths)->Arg(45);

// Sorted paths: each shares most of its beginning with the one before.
struct Texts {
  std::vector<int32_t> lengths;
  std::string bytes;

  Texts() {
    for (size_t i = 0; i < kValues; ++i) {
      const std::string text = "/home/data/part-" + std::to_string(1'000'000 + i * 37) + ".json";
      lengths.push_back(static_cast<int32_t>(text.size()));
      bytes += text;
    }
  }
};

void encode_lengths(benchmark::State& state) {
  const Texts texts;
  sluice::Bytes out;
  for (auto _ : state) {
    out.clear();
    sluice::delta_length_byte_array::encode(texts.lengths, sluice::as_bytes(texts.bytes), out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(texts.bytes.size()));
}
BENCHMARK(encode_lengths)->Name("delta/length_encode");

void encode_texts(benchmark::State& state) {
  const Texts texts;
  sluice::Bytes out;
  for (auto _ : state) {
    out.clear();
    sluice::delta_byte_array::encode(texts.lengths, sluice::as_bytes(texts.bytes), out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(texts.bytes.size()));
}
BENCHMARK(encode_texts)->Name("delta/prefix_encode");

void decode_texts(benchmark::State& state) {
  Texts texts;
  sluice::Bytes bytes;
  sluice::delta_byte_array::encode(texts.lengths, sluice::as_bytes(texts.bytes), bytes);
  sluice::Bytes out;
  for (auto _ : state) {
    out.clear();
    benchmark::DoNotOptimize(sluice::delta_byte_array::decode(bytes, texts.lengths, texts.bytes.size(), out));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(texts.bytes.size()));
}
BENCHMARK(decode_texts)->Name("delta/prefix_decode");

}  // namespace
