// How quickly dictionary indices and levels become runs and packed groups.
#include <benchmark/benchmark.h>

#include <span>
#include <vector>

#include "encodings/rle_hybrid.h"
#include "lineitem.h"

namespace {

constexpr size_t kValues = 20'000;  // a page

// Values that stay the same for `run` places on average.
template <typename T>
std::vector<T> values_in_runs(int width, uint32_t run) {
  sluice::bench::Random random(1);
  std::vector<T> values(kValues);
  T value = 0;
  for (T& to : values) {
    if (random.between(1, run) == 1) value = static_cast<T>(random.between(0, (1U << width) - 1));
    to = value;
  }
  return values;
}

template <typename T>
void encode(benchmark::State& state) {
  const auto width = static_cast<int>(state.range(0));
  const std::vector<T> values = values_in_runs<T>(width, static_cast<uint32_t>(state.range(1)));
  sluice::Bytes out;
  for (auto _ : state) {
    out.clear();
    sluice::rle_hybrid::encode(std::span<const T>(values), width, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kValues));
}

void arguments(benchmark::internal::Benchmark* bench, std::vector<int64_t> widths) {
  bench->ArgNames({"width", "run"})->ArgsProduct({std::move(widths), {1, 4, 32, 1'000}});
}
BENCHMARK(encode<uint32_t>)->Name("rle_hybrid/indices")->Apply([](auto* bench) { arguments(bench, {2, 6, 17}); });
BENCHMARK(encode<uint8_t>)->Name("rle_hybrid/levels")->Apply([](auto* bench) { arguments(bench, {1, 2}); });

}  // namespace
