// How quickly values are packed to a fixed width: the inner loop of levels and dictionary indices.
#include <benchmark/benchmark.h>

#include <vector>

#include "encodings/bit_pack.h"
#include "lineitem.h"

namespace {

constexpr size_t kValues = 20'000;  // a page

void pack(benchmark::State& state) {
  const auto width = static_cast<int>(state.range(0));
  sluice::bench::Random random(1);
  std::vector<uint32_t> values(kValues);
  for (uint32_t& value : values) value = static_cast<uint32_t>(random.next()) >> (32 - width);
  sluice::Bytes out;
  for (auto _ : state) {
    out.clear();
    sluice::bit_pack::encode(values, width, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kValues));
}
BENCHMARK(pack)->Name("bit_pack")->ArgName("width")->Arg(1)->Arg(3)->Arg(4)->Arg(8)->Arg(12)->Arg(17)->Arg(32);

}  // namespace
