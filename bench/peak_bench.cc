// How much memory a write takes at the most, by the kernel's account of this program, beside its budget; and what the
// budget itself said that was held. Rows are made while they are written, and are gone for this program then.
//
//   peak_bench --what stream --rows 6000000 --out DIR        order lines (lineitem.h) that go nowhere
//   peak_bench --what skewed --columns 400 --rows 60000      a few wide texts, many columns of few values
//   peak_bench --what partitions --count 10000               order lines by a number of so many values
//   peak_bench --what columns --columns 10000 --rows 2000    floats
//   peak_bench --what texts --columns 10000 --rows 2000      texts, some in few columns, most of them once in others
//   peak_bench --what row-groups --count 100000              of equal length
//   peak_bench --what writers --count 8                      so many files at once, which share the budget
//
// Prints one JSON object. Codec snappy, sync off.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "columns.h"
#include "lineitem.h"
#include "sluice/dataset_writer.h"
#include "sluice/file_writer.h"

namespace {

using namespace sluice;
using namespace sluice::bench;

struct Settings {
  std::string what = "stream";
  int64_t rows = 1'000'000;
  int64_t columns = 400;
  int64_t count = 100;
  uint64_t budget_mib = 192;
  unsigned threads = 2;
  std::string out;
};

constexpr int64_t kBatchRows = 16'384;

/// Of so many rows, from row `first` on.
using MakeBatch = std::function<Batch(int64_t first, int64_t rows)>;

uint64_t noise(uint64_t index) { return Random(index).next(); }

/// Order lines cost more to make than to write: so many batches are made, and come in turn.
MakeBatch order_lines(int64_t different_batches) {
  auto items = std::make_shared<LineItems>();
  auto made = std::make_shared<std::vector<Batch>>();
  for (int64_t i = 0; i < different_batches; ++i) made->push_back(next_batch(*items, kBatchRows));
  return [made](int64_t first, int64_t rows) {
    return (*made)[static_cast<size_t>(first / kBatchRows) % made->size()].slice(0, rows);
  };
}

/// Column `i` has about so many different values as i squared; one in forty is a text of up to 400 bytes.
Batch skewed(int64_t columns, int64_t first, int64_t rows) {
  TableColumns table;
  std::string text;
  for (int64_t i = 0; i < columns; ++i) {
    const auto seed = static_cast<uint64_t>(i) << 40;
    if (i % 40 == 0) {
      Texts texts;
      for (int64_t row = first; row < first + rows; ++row) {
        const uint64_t drawn = noise(seed + static_cast<uint64_t>(row));
        text.clear();
        while (text.size() < drawn % static_cast<uint64_t>(i + 1)) text += std::to_string(noise(drawn + text.size()));
        texts(text);
      }
      table.add("text_" + std::to_string(i), texts.finish());
    } else {
      Numbers<int64_t> numbers;
      for (int64_t row = first; row < first + rows; ++row)
        numbers(static_cast<int64_t>(noise(seed + static_cast<uint64_t>(row)) % static_cast<uint64_t>(i * i + 1)));
      table.add("number_" + std::to_string(i), numbers.finish(int64()));
    }
  }
  return table.finish();
}

Batch floats(int64_t columns, int64_t first, int64_t rows) {
  TableColumns table;
  for (int64_t i = 0; i < columns; ++i) {
    Numbers<float> numbers;
    for (int64_t row = first; row < first + rows; ++row) numbers(0.37f * static_cast<float>(row * i % 1'000));
    table.add("column_" + std::to_string(i), numbers.finish(float32()));
  }
  return table.finish();
}

/// Column `i` has texts of about 20 bytes, of which so many are different as i squared.
Batch texts(int64_t columns, int64_t first, int64_t rows) {
  TableColumns table;
  for (int64_t i = 0; i < columns; ++i) {
    Texts texts;
    for (int64_t row = first; row < first + rows; ++row)
      texts("text number " + std::to_string(noise(static_cast<uint64_t>(row)) % static_cast<uint64_t>(i * i + 1)));
    table.add("text_" + std::to_string(i), texts.finish());
  }
  return table.finish();
}

/// `lines` with one more column, of `count` values.
Batch with_key(const Batch& lines, int64_t first, int64_t count) {
  std::vector<Field> fields = lines.schema().fields();
  std::vector<Column> columns = lines.columns();
  Numbers<int32_t> keys;
  for (int64_t row = first; row < first + lines.rows(); ++row)
    keys(static_cast<int32_t>(noise(static_cast<uint64_t>(row)) % static_cast<uint64_t>(count)));
  fields.push_back({"key", int32()});
  columns.push_back(keys.finish(int32()));
  return {std::make_shared<const Schema>(Schema(std::move(fields))), std::move(columns), lines.rows()};
}

/// Takes a hundred gigabytes without a disk for them.
class Nowhere final : public Sink {
 public:
  const std::string& name() const override { return name_; }
  bool positional() const override { return true; }
  void write_at(uint64_t, std::span<const std::byte>) override {}
  void publish() override {}

 private:
  const std::string name_ = "nowhere";
};

class Peaks {
 public:
  explicit Peaks(const Settings& settings)
      : settings_(settings),
        runtime_(std::make_shared<Runtime>(
            RuntimeOptions{.threads = settings.threads, .memory_bytes = settings.budget_mib << 20})) {}

  FileOptions options() const {
    FileOptions options;
    options.compression.codec = Codec::snappy;
    options.sync = false;
    options.runtime = runtime_;
    return options;
  }
  template <typename Writer>
  void write_all(const std::vector<std::unique_ptr<Writer>>& writers, int64_t batch_rows, const MakeBatch& make) {
    for (int64_t row = 0; row < settings_.rows; row += batch_rows)
      for (const auto& writer : writers) {
        writer->write(make(row, std::min(batch_rows, settings_.rows - row)));
        look();
      }
    for (const auto& writer : writers) {
      if constexpr (std::is_same_v<Writer, DatasetWriter>)
        writer->close([this] { look(); });
      else
        writer->close();
      look();
    }
  }
  void write_files(size_t count, int64_t batch_rows, const FileOptions& options, const MakeBatch& make) {
    std::vector<std::unique_ptr<FileWriter>> writers;
    for (size_t i = 0; i < count; ++i) {
      const std::string path = settings_.out + "/" + std::to_string(i) + ".parquet";
      writers.push_back(std::make_unique<FileWriter>(path, make(0, 1).schema(), options));
    }
    write_all(writers, batch_rows, make);
  }
  void run();
  void print(double seconds) const {
    std::printf(
        "{\"what\":\"%s\",\"rows\":%lld,\"columns\":%lld,\"count\":%lld,\"budget_mib\":%llu,\"peak_kib\":%ld,"
        "\"at_begin_kib\":%ld,\"used_mib\":%.1f,\"seconds\":%.2f}\n",
        settings_.what.c_str(), static_cast<long long>(settings_.rows), static_cast<long long>(settings_.columns),
        static_cast<long long>(settings_.count), static_cast<unsigned long long>(settings_.budget_mib),
        kibibytes("VmHWM:"), at_begin_kib_, static_cast<double>(used_max_) / (1 << 20), seconds);
  }

 private:
  void look() { used_max_ = std::max(used_max_, runtime_->memory_used()); }
  // By the kernel's account of this program.
  static long kibibytes(const std::string& key) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
      if (line.starts_with(key)) return std::strtol(line.c_str() + key.size(), nullptr, 10);
    return 0;
  }

  const Settings& settings_;
  const std::shared_ptr<Runtime> runtime_;
  uint64_t used_max_ = 0;
  long at_begin_kib_ = kibibytes("VmRSS:");
};

void Peaks::run() {
  const auto files = static_cast<size_t>(settings_.count);
  if (settings_.what == "stream") {
    const MakeBatch lines = order_lines(4);
    std::vector<std::unique_ptr<FileWriter>> writers;
    writers.push_back(std::make_unique<FileWriter>(std::make_unique<Nowhere>(), lines(0, 1).schema(), options()));
    return write_all(writers, kBatchRows, lines);
  }
  if (settings_.what == "writers") return write_files(files, kBatchRows, options(), order_lines(4));
  if (settings_.what == "skewed")
    return write_files(1, 2'048, options(),
                       [this](int64_t first, int64_t rows) { return skewed(settings_.columns, first, rows); });
  if (settings_.what == "columns")
    return write_files(1, 50, options(),
                       [this](int64_t first, int64_t rows) { return floats(settings_.columns, first, rows); });
  if (settings_.what == "texts")
    return write_files(1, 50, options(),
                       [this](int64_t first, int64_t rows) { return texts(settings_.columns, first, rows); });
  if (settings_.what == "row-groups") {
    FileOptions groups = options();
    groups.row_group_rows = std::max<int64_t>(settings_.rows / settings_.count, 1);
    groups.row_groups_max = INT64_MAX;
    return write_files(1, 1'000, groups, [](int64_t first, int64_t rows) { return floats(3, first, rows); });
  }
  if (settings_.what != "partitions") throw std::runtime_error("nothing is known of --what " + settings_.what);
  DatasetOptions dataset{.partitions = {.keys = parse_partition_keys("key")}};
  dataset.file = options();
  const MakeBatch lines = order_lines(4);
  const MakeBatch keyed = [this, lines](int64_t first, int64_t rows) {
    return with_key(lines(first, rows), first, settings_.count);
  };
  std::vector<std::unique_ptr<DatasetWriter>> writers;
  writers.push_back(std::make_unique<DatasetWriter>(settings_.out + "/partitions", keyed(0, 1).schema(), dataset));
  write_all(writers, kBatchRows, keyed);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"The peak of memory of writes that take much of it."};
  Settings settings;
  app.add_option("--what", settings.what);
  app.add_option("--rows", settings.rows, "of each file");
  app.add_option("--columns", settings.columns);
  app.add_option("--count", settings.count, "partitions, row groups or files");
  app.add_option("--budget-mib", settings.budget_mib);
  app.add_option("--threads", settings.threads);
  app.add_option("--out", settings.out, "directory for the files, which is replaced")->required();
  CLI11_PARSE(app, argc, argv);
  try {
    std::filesystem::remove_all(settings.out);
    std::filesystem::create_directory(settings.out);
    const auto begin = std::chrono::steady_clock::now();
    Peaks peaks(settings);
    peaks.run();
    peaks.print(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    std::filesystem::remove_all(settings.out);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "peak_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
