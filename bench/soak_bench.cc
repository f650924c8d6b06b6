// The same work again and again in one process, for as long as is asked: what a round leaves behind shows in the end.
// A round writes a dataset with partitions, overwrites it, appends to it, gives one up, and reads all of it back.
//
//   soak_bench --seconds 1800 --out DIR
//
// Prints one JSON object: rounds, the most memory by the kernel's account behind a round in the second and in the last
// third of the time, and the least and the most handles behind the first third. Exits with 1 where memory grew by more
// than chance, or handles are not as many as before. Codec snappy, sync off.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "lineitem.h"
#include "sluice/dataset_reader.h"
#include "sluice/dataset_writer.h"

namespace {

using namespace sluice;
using namespace sluice::bench;

constexpr int64_t kBatchRows = 16'384;
constexpr int kBatches = 8;
/// What the allocator keeps differs from round to round.
constexpr long kGrowthKibMax = 8'192;
constexpr size_t kRoundsMin = 6;

/// Of this program, behind a round.
struct State {
  long resident_kib = 0;
  long handles = 0;
};

State state_now() {
  State state;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) state.resident_kib = std::strtol(line.c_str() + 6, nullptr, 10);
  for ([[maybe_unused]] const auto& handle : std::filesystem::directory_iterator("/proc/self/fd")) ++state.handles;
  return state;
}

DatasetWriter writer_of(const std::string& path, const Schema& schema, PublishMode mode,
                        const std::shared_ptr<Runtime>& runtime) {
  DatasetOptions options{.partitions = {.keys = parse_partition_keys("year(l_shipdate)")}};
  options.target.mode = mode;
  options.file.compression.codec = Codec::snappy;
  options.file.sync = false;
  options.file.runtime = runtime;
  return {path, schema, std::move(options)};
}

void run_round(const std::string& path, const std::vector<Batch>& batches, const std::shared_ptr<Runtime>& runtime) {
  const Schema& schema = batches[0].schema();
  int64_t expected = 0;
  for (const PublishMode mode : {PublishMode::overwrite, PublishMode::append}) {
    DatasetWriter writer = writer_of(path, schema, mode, runtime);
    for (const Batch& batch : batches) writer.write(batch);
    expected += writer.close().rows;
  }
  {
    DatasetWriter given_up = writer_of(path, schema, PublishMode::append, runtime);
    given_up.write(batches[0]);
  }
  DatasetReadOptions options;
  options.read.runtime = runtime;
  const auto rows = DatasetReader(path, options).read();
  int64_t found = 0;
  while (const std::optional<RelationBatch> next = rows->next()) found += next->batch.rows();
  if (found != expected)
    throw std::runtime_error(std::to_string(expected) + " rows were written, " + std::to_string(found) + " came back");
}

/// Whether memory and handles stayed as they were.
bool print(const std::vector<State>& states, double seconds) {
  const size_t third = states.size() / 3;
  long middle = 0;
  long last = 0;
  long handles_min = states.back().handles;
  long handles_max = 0;
  for (size_t i = third; i < states.size(); ++i) {
    long& most = i < states.size() - third ? middle : last;
    most = std::max(most, states[i].resident_kib);
    handles_min = std::min(handles_min, states[i].handles);
    handles_max = std::max(handles_max, states[i].handles);
  }
  std::printf(
      "{\"rounds\":%zu,\"seconds\":%.1f,\"middle_kib\":%ld,\"last_kib\":%ld,\"handles_min\":%ld,\"handles_max\":%ld}\n",
      states.size(), seconds, middle, last, handles_min, handles_max);
  return last <= middle + kGrowthKibMax && handles_min == handles_max;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Memory and handles of the same work again and again."};
  double seconds = 10;
  unsigned threads = 2;
  std::string out;
  app.add_option("--seconds", seconds);
  app.add_option("--threads", threads);
  app.add_option("--out", out, "directory, which is replaced")->required();
  CLI11_PARSE(app, argc, argv);
  try {
    std::filesystem::remove_all(out);
    LineItems items;
    std::vector<Batch> batches;
    for (int i = 0; i < kBatches; ++i) batches.push_back(next_batch(items, kBatchRows));
    const auto runtime = std::make_shared<Runtime>(RuntimeOptions{.threads = threads});
    std::vector<State> states;
    const auto begin = std::chrono::steady_clock::now();
    double passed = 0;
    while (passed < seconds || states.size() < kRoundsMin) {
      run_round(out, batches, runtime);
      states.push_back(state_now());
      passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    }
    std::filesystem::remove_all(out);
    return print(states, passed) ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "soak_bench: %s\n", error.what());
    return 1;
  }
}
