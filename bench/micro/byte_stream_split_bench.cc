// How quickly values are taken apart into streams of their bytes, and put together again.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <span>
#include <vector>

#include "encodings/byte_stream_split.h"
#include "lineitem.h"

namespace {

constexpr size_t kValues = 20'000;  // a page

std::vector<std::byte> random_bytes(size_t count) {
  sluice::bench::Random random(1);
  std::vector<std::byte> bytes(count);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random.next());
  return bytes;
}

void split(benchmark::State& state) {
  const auto width = static_cast<size_t>(state.range(0));
  const std::vector<std::byte> values = random_bytes(kValues * width);
  sluice::Bytes out;
  for (auto _ : state) {
    out.clear();
    sluice::byte_stream_split::encode(values, width, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * kValues * width));
}
BENCHMARK(split)->Name("byte_stream_split/encode")->ArgName("width")->Arg(2)->Arg(4)->Arg(8)->Arg(12)->Arg(16);

void join(benchmark::State& state) {
  const auto width = static_cast<size_t>(state.range(0));
  const std::vector<std::byte> bytes = random_bytes(kValues * width);
  std::vector<std::byte> values(bytes.size());
  for (auto _ : state) {
    benchmark::DoNotOptimize(sluice::byte_stream_split::decode(bytes, width, values));
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * kValues * width));
}
BENCHMARK(join)->Name("byte_stream_split/decode")->ArgName("width")->Arg(2)->Arg(4)->Arg(8)->Arg(12)->Arg(16);

}  // namespace
