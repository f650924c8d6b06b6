// Times the writer alone: batches that lie in memory become one Parquet file.
//
//   write_bench --rows 6000000 --threads 2 --codec snappy --out lineitem.parquet --repeat 3 --sync off
//
// Prints one JSON object a line for each repeat. The file of the last repeat stays.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lineitem.h"
#include "sluice/dataset_writer.h"
#include "sluice/file_writer.h"

namespace {

constexpr int64_t kBatchRows = 65'536;

struct Settings {
  int64_t rows = 6'000'000;
  unsigned threads = 1;
  sluice::Codec codec = sluice::Codec::snappy;
  std::string out;
  int repeat = 3;
  bool sync = false;
  uint64_t shard_bytes = 0;
  std::string partition_by;
};

std::vector<sluice::Batch> make_batches(int64_t rows) {
  sluice::bench::LineItems items;
  std::vector<sluice::Batch> batches;
  for (int64_t done = 0; done < rows; done += batches.back().rows())
    batches.push_back(sluice::bench::next_batch(items, std::min(kBatchRows, rows - done)));
  return batches;
}

uint64_t bytes_in_memory(const std::vector<sluice::Batch>& batches) {
  uint64_t bytes = 0;
  for (const sluice::Batch& batch : batches)
    for (const sluice::Column& column : batch.columns())
      bytes += column.validity.size() + column.offsets.size() + column.values.size();
  return bytes;
}

sluice::WriteResult write_once(const Settings& settings, const std::vector<sluice::Batch>& batches,
                               const std::shared_ptr<sluice::Runtime>& runtime) {
  sluice::FileOptions options;
  options.compression.codec = settings.codec;
  options.sync = settings.sync;
  options.runtime = runtime;
  if (settings.shard_bytes > 0 || !settings.partition_by.empty()) {
    sluice::DatasetOptions dataset{.file = options, .shard_bytes = settings.shard_bytes};
    if (!settings.partition_by.empty()) dataset.partitions.keys = sluice::parse_partition_keys(settings.partition_by);
    sluice::DatasetWriter writer(settings.out, sluice::bench::lineitem_schema(), dataset);
    for (const sluice::Batch& batch : batches) writer.write(batch);
    return writer.close();
  }
  sluice::FileWriter writer(settings.out, sluice::bench::lineitem_schema(), options);
  for (const sluice::Batch& batch : batches) writer.write(batch);
  return writer.close();
}

void run(const Settings& settings) {
  const std::vector<sluice::Batch> batches = make_batches(settings.rows);
  const auto runtime = std::make_shared<sluice::Runtime>(sluice::RuntimeOptions{.threads = settings.threads});
  for (int i = 0; i < settings.repeat; ++i) {
    std::filesystem::remove_all(settings.out);
    const std::clock_t cpu_begin = std::clock();  // of all threads
    const auto begin = std::chrono::steady_clock::now();
    const sluice::WriteResult result = write_once(settings, batches, runtime);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    const double cpu_seconds = static_cast<double>(std::clock() - cpu_begin) / CLOCKS_PER_SEC;
    std::printf(
        "{\"seconds\":%.4f,\"cpu_seconds\":%.4f,\"files\":%zu,\"bytes\":%llu,\"rows\":%lld,"
        "\"bytes_in_memory\":%llu}\n",
        elapsed.count(), cpu_seconds, result.files.size(), static_cast<unsigned long long>(result.bytes),
        static_cast<long long>(result.rows), static_cast<unsigned long long>(bytes_in_memory(batches)));
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  using sluice::Codec;
  std::map<std::string, Codec> codecs;
  for (const Codec codec : {Codec::none, Codec::snappy, Codec::zstd, Codec::gzip, Codec::brotli, Codec::lz4})
    codecs.emplace(to_string(codec), codec);
  std::string codec = "snappy";
  const std::map<std::string, bool> switches{{"on", true}, {"off", false}};
  Settings settings;
  CLI::App app("Times writing Parquet from memory.");
  app.add_option("--rows", settings.rows)->check(CLI::PositiveNumber);
  app.add_option("--threads", settings.threads);
  app.add_option("--codec", codec)->check(CLI::IsMember(codecs));
  app.add_option("--out", settings.out, "destination, replaced")->required();
  app.add_option("--repeat", settings.repeat)->check(CLI::PositiveNumber);
  app.add_option("--shard-bytes", settings.shard_bytes, "a directory of files of that size");
  app.add_option("--partition-by", settings.partition_by, "a directory with partitions by these keys");
  app.add_option("--sync", settings.sync, "wait for the device")->transform(CLI::Transformer(switches));
  CLI11_PARSE(app, argc, argv);
  try {
    settings.codec = codecs.at(codec);
    run(settings);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "write_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
