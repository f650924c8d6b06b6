// How quickly dictionary indices and levels come back from runs and packed groups.
#include <benchmark/benchmark.h>

#include <span>
#include <vector>

#include "encodings/rle_hybrid.h"
#include "encodings/rle_hybrid_decode.h"
#include "lineitem.h"

namespace {

constexpr size_t kValues = 20'000;  // a page

// Values that stay the same for `run` places on average.
template <typename T>
void decode(benchmark::State& state) {
  const auto width = static_cast<int>(state.range(0));
  sluice::bench::Random random(1);
  std::vector<T> values(kValues);
  T value = 0;
  for (T& to : values) {
    if (random.between(1, static_cast<uint32_t>(state.range(1))) == 1)
      value = static_cast<T>(random.between(0, (1U << width) - 1));
    to = value;
  }
  sluice::Bytes bytes;
  sluice::rle_hybrid::encode(std::span<const T>(values), width, bytes);
  for (auto _ : state) {
    benchmark::DoNotOptimize(sluice::rle_hybrid::decode(bytes, width, std::span(values)));
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * kValues * sizeof(T)));
}
BENCHMARK(decode<uint32_t>)
    ->Name("rle_hybrid/decode_indices")
    ->ArgNames({"width", "run"})
    ->ArgsProduct({{2, 6, 17}, {1, 32, 1'000}});
BENCHMARK(decode<uint8_t>)
    ->Name("rle_hybrid/decode_levels")
    ->ArgNames({"width", "run"})
    ->ArgsProduct({{1, 2}, {1, 32, 1'000}});

}  // namespace
