// How quickly nested columns become levels and values.
#include <benchmark/benchmark.h>

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "lineitem.h"
#include "pages/striping.h"

namespace {

constexpr int64_t kRows = 20'000;  // a page

template <typename T>
sluice::Buffer buffer_of(std::vector<T> values) {
  auto owner = std::make_shared<const std::vector<T>>(std::move(values));
  const auto bytes = std::as_bytes(std::span(*owner));
  return sluice::Buffer(bytes, std::move(owner));
}

// One of `nulls_one_in` values is null; 0 = none.
sluice::Column numbers(int64_t length, uint32_t nulls_one_in) {
  sluice::bench::Random random(1);
  sluice::Column column;
  column.type = sluice::int64();
  column.length = length;
  column.values = buffer_of(std::vector<int64_t>(static_cast<size_t>(length)));
  if (nulls_one_in == 0) return column;
  std::vector<uint8_t> bits(static_cast<size_t>(length + 7) / 8);
  for (int64_t i = 0; i < length; ++i) {
    const bool valid = random.between(1, nulls_one_in) != 1;
    bits[static_cast<size_t>(i / 8)] |= static_cast<uint8_t>(valid << (i % 8));
    column.null_count += !valid;
  }
  column.validity = buffer_of(std::move(bits));
  return column;
}

sluice::Column lists(uint32_t nulls_one_in) {
  sluice::bench::Random random(2);
  std::vector<int32_t> offsets{0};
  for (int64_t i = 0; i < kRows; ++i) offsets.push_back(offsets.back() + static_cast<int32_t>(random.between(0, 6)));
  sluice::Column column;
  column.type = sluice::list(sluice::int64());
  column.length = kRows;
  column.children = {numbers(offsets.back(), nulls_one_in)};
  column.offsets = buffer_of(std::move(offsets));
  return column;
}

void stripe(benchmark::State& state, const sluice::Column& column) {
  const sluice::Schema schema{{"column", column.type}};
  const std::vector<sluice::Leaf> leaves = sluice::leaves_of(schema);
  sluice::Striper striper;
  for (auto _ : state) benchmark::DoNotOptimize(striper.stripe(column, schema[0], leaves[0], 0, kRows));
  state.SetItemsProcessed(state.iterations() * kRows);
}

void stripe_numbers(benchmark::State& state) { stripe(state, numbers(kRows, static_cast<uint32_t>(state.range(0)))); }
BENCHMARK(stripe_numbers)->Name("striping/numbers")->ArgName("nulls_one_in")->Arg(0)->Arg(100)->Arg(2);

void stripe_lists(benchmark::State& state) { stripe(state, lists(static_cast<uint32_t>(state.range(0)))); }
BENCHMARK(stripe_lists)->Name("striping/lists")->ArgName("nulls_one_in")->Arg(0)->Arg(100)->Arg(2);

}  // namespace
