// How quickly snappy's blocks are packed, by us and by the library, and how small: of words, digests, and numbers.
#include <benchmark/benchmark.h>
#include <snappy.h>

#include <string>
#include <vector>

#include "codecs/snappy_block.h"
#include "random.h"

namespace {

constexpr size_t kBytes = size_t{1} << 20;  // a page

std::string words() {
  sluice::bench::Random random(1);
  std::vector<std::string> known(2'000);
  for (std::string& word : known)
    for (uint32_t letters = random.between(2, 10); letters > 0; --letters)
      word.push_back(static_cast<char>('a' + random.between(0, 25)));
  std::string text;
  while (text.size() < kBytes) text += pick(known, random) + ' ';
  return text;
}

std::string digests() {
  sluice::bench::Random random(2);
  std::string text;
  while (text.size() < kBytes) text.push_back("0123456789abcdef"[random.between(0, 15)]);
  return text;
}

std::string amounts() {
  sluice::bench::Random random(3);
  std::string text;
  while (text.size() < kBytes) {
    const double amount = random.between(1, 100'000) / 100.0;
    text.append(reinterpret_cast<const char*>(&amount), sizeof amount);
  }
  return text;
}

template <auto Make, bool is_ours>
void pack(benchmark::State& state) {
  const std::string raw = Make();
  std::string into(std::max(snappy::MaxCompressedLength(raw.size()), sluice::snappy_block_bytes_max(raw.size())), '\0');
  size_t size = 0;
  for (auto _ : state) {
    if constexpr (is_ours)
      size = sluice::compress_snappy_block(sluice::as_bytes(raw), reinterpret_cast<std::byte*>(into.data()));
    else
      snappy::RawCompress(raw.data(), raw.size(), into.data(), &size);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * raw.size()));
  state.counters["packed"] = static_cast<double>(size) / static_cast<double>(raw.size());
}
BENCHMARK(pack<words, true>)->Name("snappy/words");
BENCHMARK(pack<words, false>)->Name("snappy/words/library");
BENCHMARK(pack<digests, true>)->Name("snappy/digests");
BENCHMARK(pack<digests, false>)->Name("snappy/digests/library");
BENCHMARK(pack<amounts, true>)->Name("snappy/amounts");
BENCHMARK(pack<amounts, false>)->Name("snappy/amounts/library");

}  // namespace
