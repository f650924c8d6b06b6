// Times the reader alone: a file, or a directory of files, comes in batches, which are let go.
//
//   read_bench --threads 2 --repeat 3 lineitem.parquet
//   read_bench --columns "l_orderkey, l_comment" --where "l_partkey < 2000" lineitem.parquet
//   read_bench --open wide.parquet                 opening alone, footer and schema
//
// Prints one JSON object a line for each repeat, what was touched among them.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>

#include "sluice/dataset_reader.h"
#include "sluice/file_reader.h"

namespace {

struct Settings {
  std::string path;
  std::string columns;
  std::string where;
  unsigned threads = 1;
  int repeat = 3;
  bool opens = false;
  bool is_plain = false;
  bool prunes = true;
  int64_t batch_rows = sluice::ReadOptions().batch_rows;
  uint64_t batch_bytes = sluice::ReadOptions().batch_bytes;
};

struct Outcome {
  int64_t rows = 0;
  int64_t batches = 0;
  sluice::ReadCounters counters{};
};

sluice::ReadOptions options_of(const Settings& settings, const std::shared_ptr<sluice::Runtime>& runtime) {
  sluice::ReadOptions options;
  if (!settings.columns.empty()) options.select.columns = sluice::parse_columns(settings.columns);
  if (!settings.where.empty()) options.select.where = sluice::parse_predicate(settings.where);
  options.dictionaries = !settings.is_plain;
  options.prune = settings.prunes;
  options.batch_rows = settings.batch_rows;
  options.batch_bytes = settings.batch_bytes;
  options.runtime = runtime;
  return options;
}

Outcome read_all(sluice::ReadStream& stream) {
  Outcome outcome;
  while (const auto next = stream.next()) {
    outcome.rows += next->batch.rows();
    ++outcome.batches;
  }
  outcome.counters = stream.counters();
  return outcome;
}

Outcome run_once(const Settings& settings, const std::shared_ptr<sluice::Runtime>& runtime) {
  const sluice::ReadOptions options = options_of(settings, runtime);
  if (std::filesystem::is_directory(settings.path)) {
    const sluice::DatasetReader reader(settings.path, {.read = options});
    return read_all(*reader.read());
  }
  const sluice::FileReader reader(settings.path, options);
  if (settings.opens) return {.rows = reader.rows()};
  return read_all(*reader.read());
}

void run(const Settings& settings) {
  const auto runtime = std::make_shared<sluice::Runtime>(sluice::RuntimeOptions{.threads = settings.threads});
  for (int i = 0; i < settings.repeat; ++i) {
    const std::clock_t cpu_begin = std::clock();  // of all threads
    const auto begin = std::chrono::steady_clock::now();
    const Outcome outcome = run_once(settings, runtime);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    const double cpu_seconds = static_cast<double>(std::clock() - cpu_begin) / CLOCKS_PER_SEC;
    std::printf(
        "{\"seconds\":%.5f,\"cpu_seconds\":%.5f,\"rows\":%lld,\"batches\":%lld,\"pages\":%lld,"
        "\"pages_decoded\":%lld,\"bytes_read\":%llu}\n",
        elapsed.count(), cpu_seconds, static_cast<long long>(outcome.rows), static_cast<long long>(outcome.batches),
        static_cast<long long>(outcome.counters.pages), static_cast<long long>(outcome.counters.pages_decoded),
        static_cast<unsigned long long>(outcome.counters.bytes_read));
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  CLI::App app("Times reading Parquet.");
  app.add_option("path", settings.path, "a file, or a directory of files")->required();
  app.add_option("--columns", settings.columns);
  app.add_option("--where", settings.where);
  app.add_option("--threads", settings.threads);
  app.add_option("--repeat", settings.repeat)->check(CLI::PositiveNumber);
  app.add_flag("--open", settings.opens, "open the file, read no row");
  app.add_flag("--plain", settings.is_plain, "no column in dictionary form");
  app.add_flag("!--no-prune", settings.prunes, "look at every row");
  app.add_option("--batch-rows", settings.batch_rows);
  app.add_option("--batch-bytes", settings.batch_bytes);
  CLI11_PARSE(app, argc, argv);
  try {
    run(settings);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "read_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
