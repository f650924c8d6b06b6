// Writes the bench tables (tables/tables.h) in files of many wanted sizes, and says how near they come.
//
//   shard_bench --dir DIR                          all tables, 32 sizes each
//   shard_bench --dir DIR --table trips --bytes 4194304 --codec snappy
//
// The sizes go from 64 KiB for each leaf column to half of what the table takes as one file. Prints one JSON object a
// line for each table and size: the shortest and the longest file but the last one, by the wanted size.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sluice/dataset_writer.h"
#include "tables/tables.h"

namespace {

using namespace sluice;

constexpr int64_t kBatchRows = 65'536;
constexpr int kSizes = 32;
constexpr uint64_t kBytesALeaf = 64_KiB;
constexpr uint64_t kFilesMin = 8;

struct Settings {
  std::string directory;
  std::string table;
  uint64_t bytes = 0;
  std::string codec = "zstd";
  FileOptions file;
  int times = 1;  ///< that each table is written, one behind the other
};

struct Written {
  WriteResult result;
  double seconds = 0;
};

Written write(const Settings& settings, const Batch& batch, uint64_t shard_bytes) {
  const std::string path = settings.directory + "/shards";
  std::filesystem::remove_all(path);
  const auto begin = std::chrono::steady_clock::now();
  DatasetWriter writer(path, batch.schema(), {.file = settings.file, .shard_bytes = shard_bytes});
  for (int i = 0; i < settings.times; ++i)
    for (int64_t done = 0; done < batch.rows(); done += kBatchRows)
      writer.write(batch.slice(done, std::min(kBatchRows, batch.rows() - done)));
  Written written{writer.close()};
  written.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return written;
}

void report(const std::string& table, size_t leaves, uint64_t wanted, const Written& written, const Written& whole) {
  const std::vector<WrittenFile>& files = written.result.files;
  double shortest = 1;
  double longest = 1;
  for (size_t i = 0; i + 1 < files.size(); ++i) {
    const double ratio = static_cast<double>(files[i].bytes) / static_cast<double>(wanted);
    shortest = i == 0 ? ratio : std::min(shortest, ratio);
    longest = i == 0 ? ratio : std::max(longest, ratio);
  }
  std::printf(
      "{\"table\":\"%s\",\"leaves\":%zu,\"wanted\":%llu,\"files\":%zu,\"shortest\":%.4f,\"longest\":%.4f,"
      "\"inside\":%s,\"seconds\":%.3f,\"by_seconds_of_one_file\":%.3f,\"by_bytes_of_one_file\":%.3f}\n",
      table.c_str(), leaves, static_cast<unsigned long long>(wanted), files.size(), shortest, longest,
      shortest >= 0.95 && longest <= 1.02 ? "true" : "false", written.seconds, written.seconds / whole.seconds,
      static_cast<double>(written.result.bytes) / static_cast<double>(whole.result.bytes));
  std::fflush(stdout);
}

void measure(Settings settings, const bench::Table& table) {
  const Batch batch = table.make();
  Written whole = write(settings, batch, 0);
  const size_t leaves = whole.result.files[0].fields.size();
  // Of a small table so many that there are some files of the smallest size.
  settings.times = static_cast<int>(kBytesALeaf * leaves * kFilesMin / whole.result.bytes + 1);
  if (settings.times > 1) whole = write(settings, batch, 0);
  if (settings.bytes > 0)
    return report(std::string(table.name), leaves, settings.bytes, write(settings, batch, settings.bytes), whole);
  const auto first = static_cast<double>(kBytesALeaf * leaves);
  const double last = std::max(static_cast<double>(whole.result.bytes) / 2, first);
  for (int i = 0; i < kSizes; ++i) {
    const auto wanted = static_cast<uint64_t>(first * std::pow(last / first, static_cast<double>(i) / (kSizes - 1)));
    report(std::string(table.name), leaves, wanted, write(settings, batch, wanted), whole);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string, Codec> codecs;
  for (const Codec codec : {Codec::none, Codec::snappy, Codec::zstd, Codec::gzip, Codec::brotli, Codec::lz4})
    codecs.emplace(to_string(codec), codec);
  Settings settings;
  unsigned threads = 0;
  CLI::App app("Writes the bench tables in files of many wanted sizes.");
  app.add_option("--dir", settings.directory, "where files go, which are replaced")->required();
  app.add_option("--table", settings.table, "this one alone");
  app.add_option("--bytes", settings.bytes, "this size alone");
  app.add_option("--threads", threads);
  app.add_option("--codec", settings.codec)->check(CLI::IsMember(codecs));
  CLI11_PARSE(app, argc, argv);
  try {
    settings.file.sync = false;
    settings.file.compression.codec = codecs.at(settings.codec);
    settings.file.runtime = std::make_shared<Runtime>(RuntimeOptions{.threads = threads});
    for (const bench::Table& table : bench::tables())
      if (settings.table.empty() || table.name == settings.table) measure(settings, table);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "shard_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
