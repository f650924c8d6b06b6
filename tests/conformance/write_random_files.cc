// The property test of the writer, first half: writes tables drawn at random, and beside each file what is in it, for
// read_files.mjs to compare with what independent readers find.
//
//   write_random_files --dir DIR --files N --seed S      files 0 to N-1, or FIRST to FIRST+N-1 with --first FIRST
//   write_random_files --dir DIR --seed S --only I       file I alone: the same one as among others
//   ... --kind pruning                                   flat tables in small row groups and pages, for pruning.mjs
//   ... --kind arrow                                     Arrow IPC, NNNN.arrows and NNNN.arrow, for arrow_export.mjs
//
// Each Parquet file is written a second time, cut into other batches and with another number of threads: the bytes must
// be the same. NNNN.txt says how the file was made. Exit code 0 = all written, 1 = the writer failed somewhere, 2 =
// wrong call.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/arrow_ipc.h"
#include "sluice/file_writer.h"
#include "support/draw.h"
#include "support/memory_sink.h"
#include "support/random_batches.h"
#include "support/random_options.h"
#include "support/random_table.h"

namespace {

using namespace sluice;
using namespace sluice::test;

struct Arguments {
  std::filesystem::path directory;
  uint64_t seed = 1;
  uint64_t first = 0;
  uint64_t files = 1'000;
  bool for_pruning = false;
  bool is_arrow = false;
};

struct WrongCall : std::runtime_error {
  using std::runtime_error::runtime_error;
};

uint64_t to_number(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), number);
  if (error != std::errc() || end != text.end()) throw WrongCall("not a number: " + std::string(text));
  return number;
}

Arguments parse(int count, char** words) {
  Arguments arguments;
  for (int i = 1; i < count; i += 2) {
    const std::string_view name = words[i];
    if (i + 1 == count) throw WrongCall(std::string(name) + " needs a value");
    const std::string_view value = words[i + 1];
    if (name == "--dir") {
      arguments.directory = value;
    } else if (name == "--seed") {
      arguments.seed = to_number(value);
    } else if (name == "--files") {
      arguments.files = to_number(value);
    } else if (name == "--first") {
      arguments.first = to_number(value);
    } else if (name == "--kind") {
      if (value != "any" && value != "pruning" && value != "arrow") throw WrongCall("--kind is any, pruning or arrow");
      arguments.for_pruning = value == "pruning";
      arguments.is_arrow = value == "arrow";
    } else if (name == "--only") {
      arguments.first = to_number(value);
      arguments.files = 1;
    } else {
      throw WrongCall("unknown option " + std::string(name));
    }
  }
  if (arguments.directory.empty()) throw WrongCall("--dir DIR is missing");
  return arguments;
}

/// Threads and budgets are shared by all files: starting threads for each would take longer than writing.
class Runtimes {
 public:
  std::shared_ptr<Runtime> get(unsigned threads, uint64_t memory_bytes) {
    std::shared_ptr<Runtime>& runtime = runtimes_[{threads, memory_bytes}];
    if (!runtime) runtime = std::make_shared<Runtime>(RuntimeOptions{.threads = threads, .memory_bytes = memory_bytes});
    return runtime;
  }

 private:
  std::map<std::pair<unsigned, uint64_t>, std::shared_ptr<Runtime>> runtimes_;
};

std::string described(const RandomTable& table, const FileOptions& options) {
  return "rows " + std::to_string(table.rows) + "\nschema " + to_text(table.schema) + "\n" + to_text(options) +
         "memory_bytes " + std::to_string(options.runtime->memory_bytes()) + "\nthreads " +
         std::to_string(options.runtime->threads()) + "\n";
}

std::string expected_rows(const RandomTable& table) {
  std::string text;
  for (int64_t row = 0; row < table.rows; ++row) {
    for (size_t i = 0; i < table.columns.size(); ++i) {
      text += i == 0 ? '[' : ',';
      append_canonical(text, table.schema[i].type, table.columns[i][static_cast<size_t>(row)]);
    }
    text += "]\n";
  }
  return text;
}

void write_text(const std::filesystem::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

WriteResult write_all(FileWriter writer, const std::vector<Batch>& batches) {
  for (const Batch& batch : batches) writer.write(batch);
  return writer.close();
}

void expect_equal(const std::string& what, uint64_t expected, uint64_t found) {
  if (expected != found)
    throw std::runtime_error(what + ": expected " + std::to_string(expected) + ", found " + std::to_string(found));
}

void check_result(const WriteResult& result, const RandomTable& table, const FileOptions& options, size_t bytes) {
  expect_equal("files", 1, result.files.size());
  expect_equal("rows", static_cast<uint64_t>(table.rows), static_cast<uint64_t>(result.rows));
  expect_equal("bytes", bytes, result.bytes);
  const int64_t groups_min = (table.rows + options.row_group_rows - 1) / options.row_group_rows;
  if (result.files[0].row_groups < groups_min)
    throw std::runtime_error(std::to_string(result.files[0].row_groups) + " row groups where at least " +
                             std::to_string(groups_min) + " are needed");
}

/// Path of file `index` without its ending.
std::string base_of(const Arguments& arguments, uint64_t index) {
  std::string number = std::to_string(index);
  number.insert(0, number.size() < 4 ? 4 - number.size() : 0, '0');
  return (arguments.directory / number).string();
}

void write_arrow(const Arguments& arguments, uint64_t index) {
  Draw draw(arguments.seed, index);
  const RandomTable table = draw_table(draw);
  const std::string base = base_of(arguments, index);
  write_text(base + ".schema.json", schema_as_json(table.schema));
  write_text(base + ".expected.ndjson", expected_rows(table));
  for (const ArrowIpcFormat format : {ArrowIpcFormat::stream, ArrowIpcFormat::file}) {
    const std::string path = base + (format == ArrowIpcFormat::file ? ".arrow" : ".arrows");
    std::filesystem::remove(path);
    ArrowIpcWriter writer(path, table.schema, {.format = format, .sync = false});
    for (const Batch& batch : draw_batches(draw, table, draw.chance(50))) writer.write(batch);
    writer.close();
  }
}

void write_file(const Arguments& arguments, uint64_t index, Runtimes& runtimes) {
  static const std::array<uint64_t, 2> budgets{16_MiB, 192_MiB};
  Draw draw(arguments.seed, index);
  RandomTableOptions table_options;
  if (arguments.for_pruning) table_options.depth_max = 0;
  const RandomTable table = draw_table(draw, table_options);
  FileOptions options = arguments.for_pruning ? draw_prunable_options(draw, table.schema, table.rows)
                                              : draw_options(draw, table.schema, table.rows);
  const uint64_t budget = draw.one_of(budgets);
  const auto threads = static_cast<unsigned>(draw.between(1, 4));
  options.runtime = runtimes.get(threads, budget);
  // The same for both writings: pages are cut by an account of bytes that may count what lies under nulls.
  const bool dirty = draw.chance(50);

  const std::string base = base_of(arguments, index);
  write_text(base + ".txt", "seed " + std::to_string(arguments.seed) + "\n" + described(table, options));
  write_text(base + ".schema.json", schema_as_json(table.schema, options.columns));
  write_text(base + ".expected.ndjson", expected_rows(table));
  const std::string path = base + ".parquet";
  std::filesystem::remove(path);
  const WriteResult result = write_all(FileWriter(path, table.schema, options), draw_batches(draw, table, dirty));
  const std::string bytes = read_bytes(path);
  check_result(result, table, options, bytes.size());

  const unsigned other_threads = threads % 4 + 1;
  options.runtime = runtimes.get(other_threads, budget);
  const auto file = std::make_shared<MemoryFile>();
  auto sink = std::make_unique<MemorySink>(file, draw.chance(50));
  write_all(FileWriter(std::move(sink), table.schema, options), draw_batches(draw, table, dirty));
  const std::string_view again(reinterpret_cast<const char*>(file->bytes.data()), file->bytes.size());
  if (!file->published) throw std::runtime_error("the second writing was not published");
  if (bytes != again) {
    const auto at = std::ranges::mismatch(bytes, again).in1 - bytes.begin();
    write_text(base + ".again", again);
    throw std::runtime_error("other batches and " + std::to_string(other_threads) +
                             " threads gave other bytes (in NNNN.again), the first at " + std::to_string(at));
  }
}

}  // namespace

int main(int count, char** words) {
  try {
    const Arguments arguments = parse(count, words);
    std::filesystem::create_directories(arguments.directory);
    Runtimes runtimes;
    uint64_t failures = 0;
    for (uint64_t index = arguments.first; index < arguments.first + arguments.files; ++index) {
      try {
        if (arguments.is_arrow)
          write_arrow(arguments, index);
        else
          write_file(arguments, index, runtimes);
      } catch (const std::exception& error) {
        std::printf("%04llu: writer: %s\n", static_cast<unsigned long long>(index), error.what());
        ++failures;
      }
    }
    return failures == 0 ? 0 : 1;
  } catch (const WrongCall& error) {
    std::fprintf(stderr, "write_random_files: %s\n", error.what());
    return 2;
  }
}
