// How quickly values find their place in a dictionary, by the number of distinct ones.
#include <benchmark/benchmark.h>

#include <string>
#include <string_view>
#include <vector>

#include "encodings/dictionary.h"
#include "lineitem.h"

namespace {

constexpr size_t kValues = 65'536;  // a batch
constexpr size_t kNoLimit = size_t{1} << 30;

template <typename T>
void encode_numbers(benchmark::State& state) {
  sluice::bench::Random random(1);
  std::vector<T> values(kValues);
  for (T& value : values) value = T{1'000'003} * random.between(1, static_cast<uint32_t>(state.range(0)));
  std::vector<uint32_t> indices(kValues);
  sluice::NumberDictionary<T> dictionary;  // filled by the first round, then only looked up
  for (auto _ : state) {
    benchmark::DoNotOptimize(dictionary.encode(values, kNoLimit, indices.data()));
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kValues));
}
BENCHMARK(encode_numbers<uint32_t>)->Name("dictionary/4_bytes")->ArgName("distinct")->Arg(7)->Arg(2'500)->Arg(60'000);
BENCHMARK(encode_numbers<uint64_t>)->Name("dictionary/8_bytes")->ArgName("distinct")->Arg(7)->Arg(2'500)->Arg(60'000);

void encode_texts(benchmark::State& state) {
  sluice::bench::Random random(1);
  std::vector<std::string> values(kValues);
  for (std::string& value : values)
    value = "value " + std::to_string(random.between(1, static_cast<uint32_t>(state.range(0))));
  const std::vector<std::string_view> views(values.begin(), values.end());
  sluice::TextDictionary dictionary;
  for (auto _ : state) {
    uint32_t sum = 0;
    for (const std::string_view view : views) sum += dictionary.encode(view, kNoLimit);
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kValues));
}
BENCHMARK(encode_texts)->Name("dictionary/text")->ArgName("distinct")->Arg(7)->Arg(2'500)->Arg(60'000);

}  // namespace
