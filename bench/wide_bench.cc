// Times files that are wide or long: very many columns of few rows, very many row groups of few rows. What grows faster
// than it should shows here: time per column, memory per row group.
//
//   wide_bench --columns 10000 --rows 10 --repeat 20       one row group
//   wide_bench --columns 3 --rows 100000 --group-rows 1    as many row groups as rows
//
// Prints one JSON object. Codec none, sync off, one thread.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "sluice/file_writer.h"

namespace {

struct Settings {
  int64_t columns = 10'000;
  int64_t rows = 10;
  int64_t group_rows = 1'048'576;
  int repeat = 20;
  std::string out;
};

constexpr int64_t kBatchRows = 1'000;

sluice::Batch make_batch(const Settings& settings, int64_t rows) {
  std::vector<sluice::Field> fields;
  std::vector<sluice::Column> columns;
  const auto values = std::make_shared<std::vector<float>>(static_cast<size_t>(settings.columns + rows));
  for (size_t i = 0; i < values->size(); ++i) (*values)[i] = 0.37f * static_cast<float>(i);
  const auto bytes = std::as_bytes(std::span(*values));
  for (int64_t i = 0; i < settings.columns; ++i) {
    fields.push_back({"column_" + std::to_string(i), sluice::float32()});
    sluice::Column column;
    column.type = sluice::float32();
    column.length = rows;
    column.values = sluice::Buffer(
        bytes.subspan(static_cast<size_t>(i) * sizeof(float), static_cast<size_t>(rows) * sizeof(float)), values);
    columns.push_back(std::move(column));
  }
  return {std::make_shared<const sluice::Schema>(std::move(fields)), std::move(columns), rows};
}

void write_once(const Settings& settings, const sluice::Batch& batch, const std::shared_ptr<sluice::Runtime>& runtime) {
  sluice::FileOptions options;
  options.compression.codec = sluice::Codec::none;
  options.sync = false;
  options.row_group_rows = settings.group_rows;
  options.row_groups_max = INT64_MAX;
  options.runtime = runtime;
  sluice::FileWriter writer(settings.out, batch.schema(), options);
  for (int64_t done = 0; done < settings.rows; done += batch.rows()) writer.write(batch);
  writer.close();
}

// Kibibytes, by the kernel's account of this program.
long peak_kibibytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::strtol(line.c_str() + 6, nullptr, 10);
  return 0;
}

void run(const Settings& settings) {
  const sluice::Batch batch = make_batch(settings, std::min(settings.rows, kBatchRows));
  const auto runtime = std::make_shared<sluice::Runtime>(sluice::RuntimeOptions{.threads = 1});
  std::vector<double> seconds;
  for (int i = 0; i < settings.repeat; ++i) {
    std::remove(settings.out.c_str());
    const auto begin = std::chrono::steady_clock::now();
    write_once(settings, batch, runtime);
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  std::sort(seconds.begin(), seconds.end());
  std::printf("{\"columns\":%lld,\"rows\":%lld,\"best_ms\":%.2f,\"median_ms\":%.2f,\"peak_kib\":%ld}\n",
              static_cast<long long>(settings.columns), static_cast<long long>(settings.rows), seconds.front() * 1e3,
              seconds[seconds.size() / 2] * 1e3, peak_kibibytes());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Times files with very many columns or row groups."};
  Settings settings;
  app.add_option("--columns", settings.columns);
  app.add_option("--rows", settings.rows, "a multiple of 1000, or fewer");
  app.add_option("--group-rows", settings.group_rows);
  app.add_option("--repeat", settings.repeat);
  app.add_option("--out", settings.out, "destination, which is replaced")->required();
  CLI11_PARSE(app, argc, argv);
  try {
    run(settings);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wide_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
