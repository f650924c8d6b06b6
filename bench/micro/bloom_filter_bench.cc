// How quickly values go into a bloom filter, are looked up, and how long folding takes at the end of a chunk.
#include <benchmark/benchmark.h>

#include <span>
#include <string>
#include <vector>

#include "lineitem.h"
#include "pages/bloom_filter_builder.h"

namespace {

template <typename T>
std::vector<T> random_values(size_t count) {
  sluice::bench::Random random(1);
  std::vector<T> values(count);
  for (T& value : values) value = static_cast<T>(random.next());
  return values;
}

// A whole chunk: hashes, the filter, and folding. All values are distinct.
template <typename T>
void build_of_numbers(benchmark::State& state) {
  const auto values = random_values<T>(static_cast<size_t>(state.range(0)));
  sluice::BloomFilterBuilder builder({});
  for (auto _ : state) {
    builder.add_numbers<T>(std::as_bytes(std::span(values)));
    benchmark::DoNotOptimize(builder.finish());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(build_of_numbers<int32_t>)->Name("bloom_filter/4_bytes")->ArgName("values")->Arg(1'000)->Arg(1'000'000);
BENCHMARK(build_of_numbers<int64_t>)->Name("bloom_filter/8_bytes")->ArgName("values")->Arg(1'000)->Arg(1'000'000);
BENCHMARK(build_of_numbers<double>)->Name("bloom_filter/floating")->ArgName("values")->Arg(1'000)->Arg(1'000'000);

void build_of_texts(benchmark::State& state) {
  std::vector<std::string> values;
  for (int64_t i = 0; i < state.range(0); ++i) values.push_back("value number " + std::to_string(i));
  sluice::BloomFilterBuilder builder({});
  for (auto _ : state) {
    for (const std::string& value : values) builder.add_text(value);
    benchmark::DoNotOptimize(builder.finish());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(build_of_texts)->Name("bloom_filter/text")->ArgName("values")->Arg(1'000)->Arg(1'000'000);

void insert(benchmark::State& state) {
  const auto hashes = random_values<uint64_t>(65'536);
  sluice::BloomFilter filter(static_cast<size_t>(state.range(0)));
  for (auto _ : state) {
    filter.insert(hashes);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(hashes.size()));
}
BENCHMARK(insert)->Name("bloom_filter/insert")->ArgName("bytes")->Arg(1 << 13)->Arg(1 << 21);

void look_up(benchmark::State& state) {
  const auto hashes = random_values<uint64_t>(65'536);
  sluice::BloomFilter filter(static_cast<size_t>(state.range(0)));
  filter.insert(std::span(hashes).first(hashes.size() / 2));
  for (auto _ : state) {
    int64_t found = 0;
    for (const uint64_t hash : hashes) found += filter.contains(hash);
    benchmark::DoNotOptimize(found);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(hashes.size()));
}
BENCHMARK(look_up)->Name("bloom_filter/look_up")->ArgName("bytes")->Arg(1 << 21);

// Few distinct values in a filter that was made for many: all the way down.
void fold(benchmark::State& state) {
  const auto hashes = random_values<uint64_t>(1'000);
  for (auto _ : state) {
    sluice::BloomFilter filter(static_cast<size_t>(state.range(0)));
    filter.insert(hashes);
    filter.fold(0.01);
    benchmark::DoNotOptimize(filter.bytes());
  }
}
BENCHMARK(fold)->Name("bloom_filter/fold")->ArgName("bytes")->Arg(1 << 21);

}  // namespace
